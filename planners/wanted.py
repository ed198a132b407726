"""What a text asks for, without what it says is not wanted.

"Don't take the knife, take the fork" names a knife only to have it left alone. What is to be left
alone, or was to be done before somebody thought better of it, is taken out before anything is read.
"""

import re

_NEVER = (
    r"(?:please )?(?:do not|don['’]?t|never|avoid(?= \w+ing\b)|without(?= \w+ing\b)|"
    r"(?:make sure|be sure|be careful|take care|try) (?:not to|you do not|you don['’]?t))"
)
_RATHER = r"(?:instead of|rather than|in place of)"
_POSITIVE = re.compile(r"\b(?:do not|don['’]?t|never) (?:forget|fail|hesitate) to\b")
_END = r"(?=\s*(?:[,;.!?]|\bbut\b|\bjust\b|\bonly\b|$))"
_UNWANTED = re.compile(rf"\b{_NEVER}\b.*?{_END}")
_REPLACED = re.compile(rf"\b{_RATHER}\b.*?(?=\s*(?:[,;.!?]|\b(?:but|and|then)\b|$))")
_LOOSE = re.compile(
    r"^(?:\s|[,;.!?]|\b(?:but|and|then|just|only|instead)\b)+|(?:\s|,|\b(?:and|but|then)\b)+$"
)


def wanted(text: str) -> str:
    """Return a text in lower case without what it asks to leave alone; else as it is.

    Args:
        text: A person's words.

    Returns:
        The words that are left; empty where all that is said is what not to do.
    """
    plain = _POSITIVE.sub("", text.lower())
    left = _REPLACED.sub("", _UNWANTED.sub("", plain))
    if left == plain:
        return text
    left = re.sub(r"\s+([,;.!?])", r"\1", left)
    left = re.sub(r"([,;.!?])(?:\s*(?:[,;.!?]|\bbut\b|\bjust\b|\bonly\b))+", r"\1", left)
    return _LOOSE.sub("", re.sub(r"\s+", " ", left))
