"""Corrections about what takes a thing's or a place's place: `no, the counter`, `next to it`."""

import re
from collections.abc import Sequence

from embodied.core.naming import spoken
from embodied.core.plan import ObjectRef, Subgoal
from planners.corrections import which
from planners.corrections.ahead import types_of
from planners.corrections.changes import Change, Kind, Reader
from planners.corrections.nouns import read_thing
from planners.supports import supports_of, where_is

_NOT_BUT = re.compile(
    r"^not (?P<wrong>(?:(?:in|on|to|into|onto) )?(?:the|that|this|a|an|my) [^,;]+?)"
    r"[\s,;]+(?:but |rather |instead )?"
    r"(?P<right>(?:the|a|an|that|this|another|in|on)\s.+)$"
)
_RIGHT_NOT = re.compile(r"^(?P<right>.+?)[\s,;]+not (?P<wrong>.+)$")
_INTO = re.compile(r"^(?:in|on|to|into|onto)\s+")
_GOES = re.compile(r"\b(?:to|into|onto|back)\b")
_INSIDE = re.compile(r"\b(?:in|on|into|onto|inside)\b")
_PLACE = re.compile(
    r"^(?:(?:put|place|bring|set|leave|drop|take|move|stack)\s+(?P<what>.+?)\s+)?"
    r"(?:in|on|onto|into|to|inside|at)\s+(?P<where>(?:the|a|an|that|this|my|another)\s+.+?)(?:\s+instead)?$"
)
_BESIDE = re.compile(
    r"^(?:(?:put|place|bring|set|leave|drop|take|move|stack)\s+(?P<what>.+?)\s+)?(?:right )?"
    r"(?:next to|beside|near|close to|by)\s+"
    r"(?P<beside>(?:the|a|an|that|this|my|another)\s+.+?)(?:\s+instead)?$"
)
_THING = re.compile(
    r"^(?:(?:take|get|use|pick up|pick|bring|bring me|grab|fetch)\s+)?"
    r"(?P<thing>(?:the|a|an|that|this|another)\s+.+?)(?:\s+instead)?$"
)
_RELATIONS = {
    "in": r"in|into|inside",
    "on": r"on|onto|on top of",
    "next to": r"next to|beside|near|by|against",
    "left of": r"(?:to the |on the )?left of",
    "right of": r"(?:to the |on the )?right of",
    "behind": r"behind",
    "in front of": r"in front of",
}
_PLACED = re.compile(
    r"^(?:(?:put|place|set|leave|drop|move|push|stack)\s+(?P<what>.+?)\s+)?(?P<how>"
    + "|".join(f"(?:{pattern})" for pattern in _RELATIONS.values())
    + r")\s+(?P<where>it|(?:the|a|an|that|this|my|another)\s+.+?)(?:\s+instead)?$"
)


def _placed(words: str, plan: Sequence[Subgoal], types: frozenset[str]) -> Change | None:
    """Another place with how a thing is to be there, for skills that tell such things apart."""
    if not any("relation" in subgoal.arguments for subgoal in plan):
        return None
    words = re.sub(r"[\s,]+not (?:in|on|next to|left|right|behind|the)\b.*$", "", words)
    match = _PLACED.match(words)
    if match is None:
        return None
    relation = next(
        name for name, pattern in _RELATIONS.items() if re.fullmatch(pattern, match["how"])
    )
    where = read_thing(match["where"], types, prefer=types_of(plan))
    if match["where"] == "it":
        values = (step.arguments.get("receptacle") for step in plan if step.skill == "place")
        where = next((value for value in values if isinstance(value, ObjectRef)), None)
    where = where or _one_of_those(match["where"], relation, plan)
    if where is None:
        return None
    return Change(Kind.OTHER_PLACE, where, relation=relation)


def _not_but(words: str, plan: Sequence[Subgoal], types: frozenset[str]) -> Change | None:
    for pattern in (_NOT_BUT, _RIGHT_NOT):
        match = pattern.match(words)
        if match is None:
            continue
        right, wrong = match["right"], match["wrong"]
        for reader in (_placed, _place, which.one) if _INTO.match(right) else (which.one,):
            detail = reader(right, plan, types)
            if detail is not None:
                return detail
        prefer = types_of(plan)
        meant = read_thing(_INTO.sub("", right), types, prefer=prefer)
        not_meant = read_thing(_INTO.sub("", wrong), types, prefer=prefer)
        if meant is not None and not_meant is not None:
            kind = _role(not_meant.category, plan)
            return Change(kind, meant, instead_of=not_meant)
        if meant is not None:
            return _thing(f"the {right.removeprefix('the ')}", plan, types)
    return None


def _role(category: str, plan: Sequence[Subgoal]) -> Kind:
    for subgoal in plan:
        value = subgoal.arguments.get("receptacle")
        if isinstance(value, ObjectRef) and value.category == category:
            return Kind.OTHER_PLACE
    return Kind.OTHER_OBJECT


def _place(words: str, plan: Sequence[Subgoal], types: frozenset[str]) -> Change | None:
    match = _PLACE.match(words)
    if match is None:
        return None
    prefer = types_of(plan)
    if words.startswith("take") and not _GOES.search(words):
        return None  # "take the mug in the cabinet" is which mug
    where = read_thing(match["where"], types, prefer=prefer)
    if where and where.category in prefer and spoken(where.category).split()[-1] not in words:
        # "on the table", while it goes to a desk, is a table
        where = read_thing(match["where"], types, avoid=(where.category,))
    where = where or _one_of_those(match["where"], "in", plan)
    if where is None:
        return None
    what = read_thing(match["what"], types, prefer=prefer) if match["what"] else None
    if what is not None and plan and what.category not in prefer:
        return Change(Kind.ALSO, text=words)  # "put the knife in the drawer", of no knife ahead
    return Change(Kind.OTHER_PLACE, where, what and ObjectRef("", phrase=what.category))


def _one_of_those(words: str, relation: str, plan: Sequence[Subgoal]) -> ObjectRef | None:
    """`on the green one` is a thing like the one at hand, `in the green one` a place like its."""
    match = re.fullmatch(r"the (?P<looks>(?:[a-z]+ )+)one", words)
    role = "receptacle" if relation == "in" else "object"
    values = (subgoal.arguments.get(role) for subgoal in plan)
    like = next((value for value in values if isinstance(value, ObjectRef)), None)
    if match is None or like is None:
        return None
    looks = tuple(which.OTHERS.get(word, word) for word in match["looks"].split())
    return ObjectRef(like.category, looks, phrase=words)


def _beside(words: str, plan: Sequence[Subgoal], types: frozenset[str]) -> Change | None:
    """Next to something is on what that stands on."""
    match = _BESIDE.match(words)
    mark = match and read_thing(match["beside"], types)
    if not match or not mark or _INSIDE.search(match["what"] or ""):
        return None
    what = match["what"] and read_thing(match["what"], types, prefer=types_of(plan))
    for kind in supports_of(mark.category):
        if kind in types:
            where = ObjectRef(kind, (), where_is(spoken(mark.category)))
            return Change(
                Kind.OTHER_PLACE, where, ObjectRef("", phrase=what.category) if what else None
            )
    return None


def _thing(words: str, plan: Sequence[Subgoal], types: frozenset[str]) -> Change | None:
    match = _THING.match(words)
    if match is None:
        return None
    named = types_of(plan)
    thing = read_thing(match["thing"], types, prefer=named)
    if thing is None:
        return None
    if thing.category in named:
        return Change(Kind.DETAIL, thing) if thing.attributes or thing.relation else None
    return Change(Kind.OTHER_OBJECT, thing)


READERS: tuple[Reader, ...] = (_placed, _not_but, which.one, _beside, _place, _thing)
