"""The task before once more: again, with another thing, somewhere else, a bit further."""

import re
from collections.abc import Sequence

from embodied.core.naming import spoken
from embodied.core.plan import Subgoal
from embodied.core.task_plans import KNIVES, SLICED
from embodied.runtime.referring import objects_of

_AGAIN = re.compile(
    r"^(?:(?:please|now|and|ok|okay|then)[\s,]+)*(?:(?:(?:do|try) (?:it|that|this|the same)"
    r"(?: thing)?|repeat(?: it| that)?) ?(?:all over )?(?:again|once more)|once more|one more time|"
    r"again|do the same(?: thing)?|repeat (?:it|that))(?:,? please)?[\s.!]*$",
    re.I,
)
_ONE_MORE = re.compile(
    r"^(?:(?:please|now|and|then)[\s,]+)*(?:another|one more)(?: one)?"
    r"(?:,? (?:too|as well|please))*[\s.!]*$",
    re.I,
)
_UNIT = r"(?:cm|mm|m|cent\w+|met\w+|inch\w*|steps?|degrees?)"
_AMOUNT = re.compile(rf"\b(?:\d+(?:\.\d+)? ?{_UNIT}|a (?:tiny )?(?:bit|little)|slightly)\b", re.I)
_WAY = re.compile(r"\b(?:left|right|forwards?|backwards?|back|up|down|towards?|away)\b", re.I)
_FURTHER = re.compile(
    r"^(?:(?:please|now|and|just|then)[\s,]+)*(?:(?:a (?:tiny )?(?:bit|little)|slightly|some) )?"
    rf"(?:(?P<count>\d+(?:\.\d+)?) ?(?P<unit>{_UNIT}) )?(?:more|further|farther)"
    r"(?: please)?[\s.!]*$",
    re.I,
)
_LIKEWISE = re.compile(
    r"^(?:(?:please|now|and|ok|okay|then)[\s,]+)*(?:(?:do|try) (?:that|it|the same)(?: thing)? "
    r"(?:with|for|to) (?P<with>.+?)|(?:the same (?:with|for) )(?P<same>.+?)|"
    r"(?P<alone>(?:the|a|an|my|that|another|this)"
    r"(?: (?!(?:in|on|is|are|to|of|bit|little|more|way)\b)[a-z-]+){1,4}?))"
    r"(?:,? (?:too|as well|also|again|next|now|please))*[\s.!]*$",
    re.I,
)
_ELSEWHERE = re.compile(
    r"^(?:(?:please|now|and|then)[\s,]+)+(?P<what>(?:the|a|an|my|that|another|one)\b[a-z -]*? "
    r"(?:in|on|into|onto|to|next to|beside) .+)$",
    re.I,
)
_STATE = re.compile(
    r"^(?:(?:please|now|and|then|ok|okay)[\s,]+)+(?:back )?(?P<state>on|off|open|closed?|shut)"
    r"(?: again)?[\s.!]*$",
    re.I,
)
_STATES = {"on": "turn it on", "off": "turn it off", "open": "open it"}
"""What is said of the thing of the task before: `and off again`."""
_ONE_THERE = re.compile(
    r"(?:one|another|the other|one more)(?: one)? (?P<where>(?:in|on|into|onto|to) .+)", re.I
)
_DEED = re.compile(
    r"^(?:(?:please|now|and|ok|okay|then)[\s,]+)*(?P<deed>[a-z]+(?: (?:back|up))?) ", re.I
)


def repeated(words: str, before: str, subgoals: Sequence[Subgoal]) -> str:
    """Return the task before where words ask for it again, or for one more of what it was about.

    Args:
        words: What is asked now: `do it again`, `and another one`.
        before: The words of the task before.
        subgoals: Its subgoals.
    """
    if _AGAIN.match(words):
        return before or words
    if _ONE_MORE.match(words):
        return _with(before, subgoals, r"another \g<what>") or words
    if (more := _FURTHER.match(words)) and _WAY.search(before):
        amount = f"{more['count']} {more['unit']}" if more["count"] else "a bit"
        said = _AMOUNT.sub(amount, before, count=1)
        return said if _AMOUNT.search(before) else f"{before.rstrip(' .!')} {amount}"
    if state := _STATE.match(words):
        return _STATES.get(state["state"].lower(), "close it")
    likewise, elsewhere = _LIKEWISE.match(words), _ELSEWHERE.match(words)
    deed = _DEED.match(before)
    if elsewhere is not None and deed is not None:  # "and the spoon on the plate"
        one_more = _ONE_THERE.match(elsewhere["what"])
        things = [value for each in subgoals for value in objects_of(each)]
        if one_more is not None and things:  # "and one in the fridge"
            slice_of = "slice of " if SLICED in things[-1].attributes else ""
            what = f"another {slice_of}{spoken(things[-1].category)}"
            return f"{deed['deed']} {what} {one_more['where']}"
        return f"{deed['deed']} {elsewhere['what']}"
    if likewise is not None:
        thing = likewise["with"] or likewise["same"] or likewise["alone"]
        return _with(before, subgoals, thing.replace("\\", "")) or words
    return words


def _with(before: str, subgoals: Sequence[Subgoal], thing: str) -> str:
    """Return the words of the task before with another thing in them; empty where there is none."""
    objects = [value for each in subgoals for value in objects_of(each)]
    for reference in sorted(objects, key=lambda each: each.category in KNIVES):
        one = re.compile(
            rf"\b(?:a|an|the|my|that|this|some|one|another)\s+(?P<what>(?:[a-z]+\s+){{0,3}}?"
            rf"{re.escape(spoken(reference.category))})\b",
            re.I,
        )
        if one.search(before):
            named = re.sub(r"\bones?$", spoken(reference.category), thing)
            return one.sub(named, before, count=1)
    return ""
