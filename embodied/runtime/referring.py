"""What `it` means in a task that follows another one: what that one was about."""

import re
from collections.abc import Mapping, Sequence

from embodied.core.naming import spoken
from embodied.core.plan import ObjectRef, Subgoal
from embodied.core.skills import SkillSpec
from embodied.core.task_plans import ANOTHER, OFF, ON, SLICED

_PRONOUN = re.compile(
    r"\b(?:(?:(?:one|either|any) of )?(?:it|them)|(?:that|this)(?=\s+(?:in|on|onto|into|to|up|down|"
    r"away|back|off|out|over|under|next|and|then|too|again|now|please)\b|[\s.!?,;]*$))\b(?!')",
    re.I,
)
_NAMES = re.compile(
    r"\b(?:the|a|an|my|your|his|her|some|any|another|other|both|all|every|each|one|two|three|four)"
    r"\b",
    re.I,
)
"""A word of these before a pronoun names what the pronoun may then stand for."""
_INTO = re.compile(r"\b(?:(?P<inside>in|into|inside(?: of)?)|on|onto|on top of)\s+$", re.I)
_BESIDE = re.compile(
    r"\b(?:next to|beside|near|by|under|underneath|with|behind|in front of|"
    r"(?:(?:on|to) the )?(?:left|right)(?: side)? of)\s+$",
    re.I,
)
_SKILLS = {
    "close": "shut",
    "toggle": "turn switch",
    "slice": "cut",
    "place": "put set lay drop",
    "pick": "take grab get bring hand give lift",
}
_VERBS = {verb: skill for skill, verbs in _SKILLS.items() for verb in verbs.split()}
"""Verbs that are not called as the skill is."""
NO_LOOKS = (ON, OFF, ANOTHER)
"""What is said of a thing and is no part of its name: it is the other one no more."""
OBJECT, RECEPTACLE = "object", "receptacle"
_BACK = re.compile(
    r"^(?P<deed>.*?\b(?:put|place|bring|take|move|set|carry|return) )(?P<thing>the .+?)"
    r"(?P<back> back)?(?P<where> (?:to )?where (?:it|they) "
    r"(?:was|were|stood|lay|came from|belongs?)(?: before)?)?"
    r"(?P<rest>(?: again|,? please)?[\s.!]*)$",
    re.I,
)
_SLICE = re.compile(
    r"\b(?P<which>a|an|the|one|another|that|both|two|three|four|some|all(?: the)?|(?:the )?other) "
    r"(?P<piece>slices?|pieces?)\b(?! of\b)",
    re.I,
)


def sliced(words: str, subgoals: Sequence[Subgoal]) -> str:
    """Return words in which a slice is one of what the task before cut."""
    cut = [
        value
        for each in subgoals
        for value in objects_of(each)
        if each.skill == "slice" or SLICED in value.attributes
    ]
    if not cut:
        return words
    return _SLICE.sub(rf"\g<which> \g<piece> of {spoken(cut[-1].category)}", words)


def objects_of(subgoal: Subgoal) -> list[ObjectRef]:
    """Return what a subgoal handles: one thing, or none."""
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
    place, beside = _INTO.search(lead), _BESIDE.search(lead)
    named = lead if beside is None else lead[: beside.start()]
    # "put a fork in it", "put a fork next to it": no fork is put into or next to itself
    if len(_NAMES.findall(named)) > (place is not None or beside is not None):
        return words
    if place is not None:
        fits = _categories(skills, RECEPTACLE)
        allowed = [frozenset[str]().union(*fits)] if fits else []
        argument = RECEPTACLE if place["inside"] and _went_inside(before) else OBJECT
    else:
        verbs = {_VERBS.get(word, word) for word in lead.lower().split()} if not beside else ()
        argument, allowed = OBJECT, _categories([s for s in skills if s.name in verbs], OBJECT)
    for reference in _handled(before, argument):
        if all(reference.category in categories for categories in allowed):
            looks = tuple(word for word in reference.attributes if word not in NO_LOOKS)
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
