"""Corrections about which thing is meant: `the red one`, `the wrong mug`, and where it is."""

import re
from collections.abc import Sequence
from dataclasses import replace

from embodied.core.plan import ObjectRef, Subgoal
from embodied.core.task_plans import ANOTHER, KNIVES
from planners.corrections.ahead import types_of
from planners.corrections.changes import SOUGHT_FOR, Change, Kind
from planners.corrections.colours import colours_of
from planners.corrections.nouns import RELATION, read_thing
from planners.wording import HOLLOW

_WHEREABOUTS = re.compile(
    r"^(?:(?:it's|it is|they're|they are|(?P<what>(?:(?:the|a|an|my) )?[a-z ]+?) (?:is|are)|look|"
    r"(?:there(?:'s| is| are)|i (?:can )?see|i saw) "
    r"(?:one|some|(?P<seen>(?:a|the|an|my) [a-z ]+?))|"
    r"check|try|search|you(?: will| can|'ll)(?: probably)? find (?:it|one))\s+)"
    r"(?:usually |probably |already |still )?"
    r"(?P<where>(?:in|inside|on|under|behind|next to|by)\s+"
    r"(?P<place>(?:the|a|an|that|this|my)\s+.+))$|"
    r"^(?:try|check|search|look (?:in|inside|on|into|at)) (?P<bare>(?:the|that|this|my) [a-z ]+)$"
)
_INSIDE = re.compile(r"(?:in|inside|on)\b(?! front)")
_MISTAKEN = re.compile(
    r"^(?:that's|that is|this is|it's|it is) (?:not (?:the|a|an) (?P<noun>[a-z ]+)|"
    r"(?:the|a|an) [a-z ]+?[\s,;]+not (?:the|a|an) (?P<other>[a-z ]+))$"
)
_TAKEN = re.compile(
    r"^(?:that's|that is|this is|you(?:'ve)? (?:took|taken|got|have)) (?:just )?(?:a|an|the) "
    r"(?P<noun>[a-z ]+)$"
)
"""What was taken, by its name: wrong where another was asked for."""
_USELESS = re.compile(
    r"^(?:that|this|it)(?: one)?(?:'s| is) "
    r"(?:broken|taken|too (?:big|small|large)|"
    r"not (?:mine|the one(?: i (?:mean|meant|want|wanted))?)|someone else's)$"
)
_WRONG_ONE = re.compile(
    r"^(?:(?:not|that's|that is|it's) (?:that|this|the wrong)(?: one)?|(?:you (?:took|have|got) )?"
    r"(?:that's |that is )?the wrong (?:one|thing)|wrong one)$"
)
_WRONG_THING = re.compile(
    r"^(?:not (?:that|this)|(?:that's|that is|it's|you (?:took|have|got) )?\s*(?:the )?wrong) "
    r"(?P<noun>(?!one\b|thing\b)[a-z][a-z ]*)$"
)
_ONE = re.compile(
    r"^(?:(?:take|get|use|pick|bring|the|that|this|a|an|it's|it is|up|me)\s+)*"
    r"(?P<attributes>(?:[a-z-]+\s+)*?)one(?:\s+(?P<where>.+))?$"
)
_NO_LOOKS = frozenset(
    [
        "and",
        "do",
        "then",
        "first",
        "also",
        "stack",
        "move",
        "push",
        "pull",
        "drop",
        "just",
        "only",
        "wrong",
        "no",
        "not",
        "same",
        "i",
        "you",
        "we",
        "it",
        "is",
        "was",
        "have",
        "has",
        "had",
        "got",
        "see",
        "need",
        "want",
        "already",
        "there",
        "there's",
        "i've",
        "every",
        "each",
        "any",
    ]
)
_LEADS = frozenset(["in", "on", "into", "onto", "inside", "to", "next", "beside", "put", "place"])
OTHERS = {"other": ANOTHER, "another": ANOTHER, "different": ANOTHER, "second": ANOTHER}


def whereabouts(words: str, plan: Sequence[Subgoal], types: frozenset[str]) -> Change | None:
    """Where a thing to be taken stands: `it's in the drawer`, `look in the drawer`."""
    match = _WHEREABOUTS.match(words)
    place = match and read_thing(match["place"] or match["bare"], types)
    if match is None or place is None:
        return None
    inside = "in" if place.category in HOLLOW else "on"
    where = match["where"] or f"{inside} {match['bare']}"
    named = match["what"] or match["seen"]
    what = named and read_thing(named, types, prefer=types_of(plan))
    for subgoal in plan:
        value = subgoal.arguments.get("object")
        if subgoal.skill not in SOUGHT_FOR or not isinstance(value, ObjectRef):
            continue
        if what.category == value.category if what else value.category not in KNIVES:
            if _goes_to(plan, value) == place.category and _INSIDE.match(where):
                return Change(Kind.LEAVE, value)  # it is there already
            return Change(Kind.WHEREABOUTS, ObjectRef(value.category, (), where))
    return None


def _goes_to(plan: Sequence[Subgoal], thing: ObjectRef) -> str:
    """Return the type of what a thing is to be put into or onto in the end; empty for none."""
    for step in reversed(plan):
        value, place = step.arguments.get("object"), step.arguments.get("receptacle")
        same = isinstance(value, ObjectRef) and value.category == thing.category
        if step.skill == "place" and same and isinstance(place, ObjectRef):
            return place.category
    return ""


def wrong(words: str, plan: Sequence[Subgoal], types: frozenset[str]) -> Change | None:
    """What was taken is not what was meant: `that's the wrong one`, `that's not a mug`."""
    mistaken = _MISTAKEN.match(words)
    noun = (mistaken["noun"] or mistaken["other"]) if mistaken else ""
    if match := _WRONG_THING.match(words):
        noun = match["noun"]
    if noun:
        named = read_thing(noun, types, prefer=types_of(plan))
        same = named is not None and named.category in types_of(plan)
        if named is None or not same:
            return None
        return Change(Kind.DETAIL, replace(named, attributes=(ANOTHER,)), rejects=True)
    taken = _TAKEN.match(words)
    mistook = taken and read_thing(taken["noun"], types)
    if mistook and not mistook.relation and not _is_meant(mistook, plan):
        return Change(Kind.DETAIL, ObjectRef("", (ANOTHER,), phrase=words), rejects=True)
    if not (_WRONG_ONE.match(words) or _USELESS.match(words)):
        return None
    return Change(Kind.DETAIL, ObjectRef("", (ANOTHER,), phrase=words), rejects=True)


def _is_meant(thing: ObjectRef, plan: Sequence[Subgoal]) -> bool:
    """Whether a plan is about such a thing: of this type, and of no other colour."""
    values = (value for step in plan for value in step.arguments.values())
    same = [v for v in values if isinstance(v, ObjectRef) and v.category == thing.category]
    looks = colours_of(thing)
    return any(not looks or not colours_of(each) or looks == colours_of(each) for each in same)


def one(words: str, plan: Sequence[Subgoal], types: frozenset[str]) -> Change | None:
    """Which of several: `the red one`, `the one on the left`."""
    match = _ONE.match(words)
    if match is None or (_LEADS | _NO_LOOKS) & set(match["attributes"].split()):
        return None
    attributes = tuple(
        OTHERS.get(word, word)
        for word in match["attributes"].split()
        if word not in ("the", "that", "this", "a", "an")
    )
    where = (match["where"] or "").strip()
    if where and not re.fullmatch(RELATION, where):
        where = f"{where}" if re.match(r"(?:on|in|at|with|from)\b", where) else ""
    if not attributes and not where:
        return None
    return Change(Kind.DETAIL, ObjectRef("", attributes, where, words))
