"""What a person's words leave open, whatever else they say: which of two, and when."""

import re

from planners.parsed.refusals import Question

_THING = r"(?:the|a|an|my|your) [a-z ]+?"
_OR = re.compile(
    rf"\b(?P<one>{_THING}) or (?P<other>(?:(?:in|on|into|onto) )?{_THING})"
    r"(?=\s+(?:in|on|into|onto|to|under|and|then)\b|\s*[,.;!?]|\s*$)",
    re.IGNORECASE,
)
_COUNT = r"(?:an?|one|two|three|five|ten|half an|a few|\d+)"
_WHEN = re.compile(
    rf"\b(?:tomorrow|tonight|every (?:day|hour|morning|evening|night|week)|(?:in|after) {_COUNT} "
    r"(?:seconds?|minutes?|hours?|days?|while|moment)|at (?:noon|midnight|\d+ ?(?:am|pm|o'?clock))|"
    r"(?:next|on) (?:week|mon|tues|wednes|thurs|fri|satur|sun)(?:day)?s?)\b",
    re.IGNORECASE,
)


def ask_what_is_left_open(text: str) -> None:
    """Ask where words name two things for one, or a time.

    Raises:
        Question: If they do.
    """
    if match := _OR.search(text):
        one, other = match["one"], match["other"]
        raise Question(f"Which one do you mean: {one} or {other}?", raw=text, certain=True)
    if match := _WHEN.search(text):
        raise Question(
            f"I do things at once and keep no time ({match[0]!r}): should I do it now? Then say it "
            "without the time.",
            raw=text,
            certain=True,
        )
