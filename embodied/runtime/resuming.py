"""Words about the task before: to go on with what was left off, or to do it otherwise."""

import re

_GAP = r"[\s,.!?;:]*"
_FILLER = (
    r"(?:(?:it|that)'?s (?:ok|okay|fine|all right|alright|good)|please|now|then|ok|okay|yes|yeah|"
    r"right|all right|alright|good|fine|sorry|no|robot|hey|thanks|thank you|you (?:can|may|could)|"
    r"can you|could you|just|again|with (?:it|that|this|what you were doing|(?:the|your) "
    r"(?:task|job|work))|what you were doing|from there|(?:from )?where you (?:were|left off|"
    r"stopped)|(?:the|your) task|working|moving|it|that|and|so|as before|never mind|false alarm|"
    r"i was wrong)"
)
_ON = (
    r"(?:go (?:on|ahead)|carry on|continue|resume|proceed|keep (?:going|on|at it|moving|working)|"
    r"as you were|un-?pause|pick up where you left off|finish (?:it|that|what you (?:were doing|"
    r"started|began)|the job|the task|your task))"
)
_ASKS = re.compile(
    rf"{_GAP}(?:\b{_FILLER}\b{_GAP})*+\b{_ON}\b(?:{_GAP}\b(?:{_FILLER}|{_ON})\b)*+{_GAP}", re.I
)


def asks_to_go_on(text: str) -> bool:
    """Whether an utterance asks for nothing but to go on: "go on", "okay, continue please"."""
    return _ASKS.fullmatch(text.replace("\u2019", "'")) is not None


_OBJECTS = re.compile(
    r"\s*(?:(?:no|nope|not|sorry|oops|wrong|that'?s (?:not|the wrong)|i (?:meant|mean|said))\b|"
    r".*\binstead\W*$)",
    re.I | re.S,
)


def objects_to_it(text: str) -> bool:
    """Whether an utterance objects to what was done: "no, the spoon", "the other one instead"."""
    return _OBJECTS.match(text.replace("\u2019", "'")) is not None
