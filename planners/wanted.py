"""What a text asks for, without what it says is not wanted.

"Don't take the knife, take the fork" names a knife only to have it left alone. What is to be left
alone, or was to be done before somebody thought better of it, is taken out before anything is read.
"""

import re

_HOW = r"(?! (?:lifting|picking|raising|grasping|taking))"
"""What is done without these is pushed: that is how, not what."""
_NEVER = (
    rf"(?:please )?(?:do not|don['’]?t|never|avoid(?= \w+ing\b)|without(?= \w+ing\b){_HOW}|"
    r"(?:make sure|be sure|be careful|take care|try) (?:not to|you do not|you don['’]?t))"
)
_RATHER = r"(?:instead of|rather than|in place of)"
_POSITIVE = re.compile(r"\b(?:do not|don['’]?t|never) (?:forget|fail|hesitate) to\b")
_END = r"(?=\s*(?:[,;.!?]|\bbut\b|\bjust\b|\bonly\b|$))"
_UNWANTED = re.compile(rf"\b{_NEVER}\b.*?{_END}")
_REPLACED = re.compile(rf"\b{_RATHER}\b.*?(?=\s*(?:[,;.!?]|\b(?:but|and|then)\b|$))")
_THING = r"\b(?:the|a|an|my|that|this)\s+"
_THOUGHT_BETTER = re.compile(
    r"[\s,.;!-]+(?:no wait|wait no|no[,.]? wait|wait,? no|no|sorry|oops|i mean|i meant)\b[\s,.;!]*"
    rf"(?={_THING})"
)
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
    plain = _mended(_POSITIVE.sub("", text.lower()))
    left = _REPLACED.sub("", _UNWANTED.sub("", plain))
    if left == text.lower():
        return text
    left = re.sub(r"\s+([,;.!?])", r"\1", left)
    left = re.sub(r"([,;.!?])(?:\s*(?:[,;.!?]|\bbut\b|\bjust\b|\bonly\b))+", r"\1", left)
    return _LOOSE.sub("", re.sub(r"\s+", " ", left))


def _mended(text: str) -> str:
    """Return words with a slip of the tongue mended: `the cup, no, the mug` is the mug.

    Only where one thing was named before, so that there is no doubt which of them was the slip.
    """
    parts = _THOUGHT_BETTER.split(text, maxsplit=1)
    if len(parts) < 2:
        return text
    before, after = parts
    last = re.split(r"[,.;]|\band\b|\bthen\b", before)[-1]
    if len(re.findall(_THING, last)) != 1:
        return text
    kept = re.sub(rf"{_THING}[\w' -]*$", "", before)
    return f"{kept.rstrip()} {after}"
