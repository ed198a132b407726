"""Names of types as people say them."""

import re

_WORDS = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def spoken(text: str) -> str:
    """Return a type's name, or text with such names in it, as words.

    `CoffeeMachine` as `coffee machine`, `TVStand` as `tv stand`.
    """
    return _WORDS.sub(" ", text).lower()


def with_article(name: str) -> str:
    """Return a name with the article it takes: `an apple`, `a mug`; `curtains` take none."""
    if name.endswith("s") and not name.endswith("ss"):
        return name
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"
