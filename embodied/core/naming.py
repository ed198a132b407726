"""Names of types as people say them."""

import re

_WORDS = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def spoken(text: str) -> str:
    """Return a type's name, or text with such names in it, as words.

    `CoffeeMachine` as `coffee machine`, `TVStand` as `tv stand`.
    """
    return _WORDS.sub(" ", text).lower()
