"""What `it` means in a task that follows another one: what that one was about."""

import re
from collections.abc import Mapping, Sequence

from embodied.core.naming import spoken
from embodied.core.plan import ObjectRef, Subgoal
from embodied.core.skills import SkillSpec
from embodied.core.task_plans import KNIVES, OFF, ON, SLICED

_PRONOUN = re.compile(
    r"\b(?:it|them|(?:that|this)(?=\s+(?:in|on|onto|into|to|up|down|away|back|off|out|over|under|"
    r"next|and|then|too|again|now|please)\b|[\s.!?,;]*$))\b(?!')",
    re.I,
)
_NAMES = re.compile(
    r"\b(?:the|a|an|my|your|his|her|some|any|another|other|both|all|every|each|one|two|three|four)"
    r"\b",
    re.I,
)
"""A word of these before a pronoun names what the pronoun may then stand for."""
_INTO = re.compile(r"\b(?:(?P<inside>in|into|inside(?: of)?)|on|onto|on top of)\s+$", re.I)
_VERBS = {"shut": "close", "turn": "toggle", "switch": "toggle", "cut": "slice"}
"""Verbs that are not called as the skill is."""
STATES = (ON, OFF)
OBJECT, RECEPTACLE = "object", "receptacle"


_BACK = re.compile(
    r"^(?P<deed>.*?\b(?:put|place|bring|take|move|set|carry|return) )(?P<thing>the .+?)"
    r"(?P<back> back)?(?P<where> (?:to )?where (?:it|they) "
    r"(?:was|were|stood|lay|came from|belongs?)(?: before)?)?"
    r"(?P<rest>(?: again|,? please)?[\s.!]*)$",
    re.I,
)


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
_LIKEWISE = re.compile(
    r"^(?:(?:please|now|and|ok|okay|then)[\s,]+)*(?:(?:do|try) (?:that|it|the same)(?: thing)? "
    r"(?:with|for|to) (?P<with>.+?)|(?:the same (?:with|for) )(?P<same>.+?)|"
    r"(?P<alone>(?:the|a|an|my|that|another|this)(?: (?!(?:in|on|is|are|to|of)\b)[a-z-]+){1,4}?))"
    r"(?:,? (?:too|as well|also|again|next|now|please))*[\s.!]*$",
    re.I,
)
_ELSEWHERE = re.compile(
    r"^(?:(?:please|now|and|then)[\s,]+)+(?P<what>(?:the|a|an|my|that|another|one)\b[a-z -]*? "
    r"(?:in|on|into|onto|to|next to|beside) .+)$",
    re.I,
)
_DEED = re.compile(
    r"^(?:(?:please|now|and|ok|okay|then)[\s,]+)*(?P<deed>[a-z]+(?: (?:back|up))?) ", re.I
)
_SLICE = re.compile(
    r"\b(?P<which>a|an|the|one|another|that) (?P<piece>slice|piece)\b(?! of\b)", re.I
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
    likewise, elsewhere = _LIKEWISE.match(words), _ELSEWHERE.match(words)
    deed = _DEED.match(before)
    if elsewhere is not None and deed is not None:  # "and the spoon on the plate"
        return f"{deed['deed']} {elsewhere['what']}"
    if likewise is not None:
        thing = likewise["with"] or likewise["same"] or likewise["alone"]
        return _with(before, subgoals, thing.replace("\\", "")) or words
    return words


def _with(before: str, subgoals: Sequence[Subgoal], thing: str) -> str:
    """Return the words of the task before with another thing in them; empty where there is none."""
    objects = [value for each in subgoals for value in _objects(each)]
    for reference in sorted(objects, key=lambda each: each.category in KNIVES):
        one = re.compile(
            rf"\b(?:a|an|the|my|that|this|some|one|another)\s+(?P<what>(?:[a-z]+\s+){{0,3}}?"
            rf"{re.escape(spoken(reference.category))})\b",
            re.I,
        )
        if one.search(before):
            return one.sub(thing, before, count=1)
    return ""


def sliced(words: str, subgoals: Sequence[Subgoal]) -> str:
    """Return words in which a slice is one of what the task before cut."""
    cut = [
        value
        for each in subgoals
        for value in _objects(each)
        if each.skill == "slice" or SLICED in value.attributes
    ]
    if not cut:
        return words
    return _SLICE.sub(rf"\g<which> \g<piece> of {spoken(cut[-1].category)}", words)


def _objects(subgoal: Subgoal) -> list[ObjectRef]:
    value = subgoal.arguments.get(OBJECT)
    return [value] if isinstance(value, ObjectRef) else []


def sent_home(words: str, homes: Mapping[str, str]) -> str:
    """Return words with the place spelled out that "put the mug back" leaves open.

    Args:
        words: What is asked now.
        homes: Types of things to where they were taken from: `on the counter top`.
    """
    said = _BACK.match(words)
    if said is None or not (said["back"] or said["where"] or "return" in said["deed"].lower()):
        return words
    for kind, where in homes.items():
        if said["thing"].lower().split()[-len(spoken(kind).split()) :] == spoken(kind).split():
            return f"{said['deed']}{said['thing']} back {where}{said['rest']}"
    return words


_LEAD = re.compile(
    r"^(?:(?:no|wait|actually|sorry|please|hey|oh|hm+|well|ok|okay|just|can you|"
    r"could you)\b[\s,.!]*)+",
    re.I,
)
_LATER = re.compile(r"\b(?:also|too|then|after|afterwards|when|once|later|don't|not)\b", re.I)


def taken_back(
    words: str, before: Sequence[Subgoal], skills: Sequence[SkillSpec], homes: Mapping[str, str]
) -> str:
    """Return the task that "put it back" asks for in the middle of another; empty for other words.

    Args:
        words: What is said.
        before: The subgoals at hand, up to the current one.
        skills: As in `spelled_out`.
        homes: As in `sent_home`.
    """
    asked = _LEAD.sub("", words)
    if _LATER.search(asked):
        return ""
    named = spelled_out(asked, before, skills)
    home = sent_home(named, homes)
    return "" if home == named else home


def spelled_out(words: str, before: Sequence[Subgoal], skills: Sequence[SkillSpec]) -> str:
    """Return words with an `it` spelled out that nothing in them explains.

    "Put it in the sink" as "put the mug in the sink", "put the bread in it" as "... in the fridge".

    Args:
        words: What is asked now.
        before: Subgoals of the task before, in their order.
        skills: What the robot can do; `close it` means what can be closed.
    """
    pronoun = _PRONOUN.search(words)
    if pronoun is None:
        return words
    lead = words[: pronoun.start()]
    place = _INTO.search(lead)
    if len(_NAMES.findall(lead)) > (place is not None):
        return words
    if place is not None:
        fits = _categories(skills, RECEPTACLE)
        allowed = [frozenset[str]().union(*fits)] if fits else []
        argument = RECEPTACLE if place["inside"] and _went_inside(before) else OBJECT
    else:
        verbs = {_VERBS.get(word, word) for word in lead.lower().split()}
        argument, allowed = OBJECT, _categories([s for s in skills if s.name in verbs], OBJECT)
    for reference in _handled(before, argument):
        if all(reference.category in categories for categories in allowed):
            looks = tuple(word for word in reference.attributes if word not in STATES)
            kind = spoken(reference.category)
            name = ObjectRef(kind, looks)
            return f"{lead}the {name}{words[pronoun.end() :]}"
    return words


def _went_inside(subgoals: Sequence[Subgoal]) -> bool:
    """Whether the last thing that went anywhere went into something rather than onto it."""
    told = [each for each in subgoals if isinstance(each.arguments.get(RECEPTACLE), ObjectRef)]
    return bool(told) and re.search(r"\b(?:in|into|inside) the\b", told[-1].text) is not None


def _categories(skills: Sequence[SkillSpec], argument: str) -> list[frozenset[str]]:
    return [spec.categories[argument] for spec in skills if argument in spec.categories]


def _handled(subgoals: Sequence[Subgoal], argument: str) -> list[ObjectRef]:
    """Return what was named as this argument, the latest first, and then as any other."""
    named = [
        (name, value)
        for subgoal in reversed(subgoals)
        for name, value in subgoal.arguments.items()
        if isinstance(value, ObjectRef)
    ]
    return [
        *(value for name, value in named if name == argument),
        *(value for name, value in named if name != argument),
    ]
