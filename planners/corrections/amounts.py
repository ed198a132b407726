"""Corrections about how many, how much and how far: one will do, make it two, leave it there."""

import re
from collections.abc import Sequence
from dataclasses import replace

from embodied.core.naming import spoken
from embodied.core.plan import ObjectRef, Subgoal
from embodied.core.task_plans import ANOTHER
from planners.corrections.ahead import first_thing
from planners.corrections.besides import NUMBERS
from planners.corrections.changes import Change, Kind, Reader
from planners.corrections.colours import colours_of
from planners.corrections.edits import is_second
from planners.corrections.hand import handles
from planners.corrections.nouns import read_thing
from planners.corrections.otherwise import skill_of

_ONE_WILL_DO = re.compile(
    r"^(?:just|only)(?: the)? one(?: of (?:them|those))?(?: (?:is enough|will do|is fine))?$|"
    r"^(?:the |that |this )?one(?: of (?:them|those))? (?:is enough|will do|only|is fine)$|"
    r"^not both(?: of (?:them|those))?$|^(?:i|we) (?:only |just )?need (?:only |just )?one$"
)
_ONE_MORE = re.compile(
    r"^(?:make (?:it|that|them) |(?:i (?:need|want|said|meant) |get|take|bring|use|do)(?: me)? ?)?"
    rf"(?P<count>both|{'|'.join(NUMBERS)})(?: of (?:them|those))?$|"
    rf"^(?:one|(?P<more>{'|'.join(NUMBERS)})) more$"
)
_MORE_OF = re.compile(
    rf"^(?:and |also )?(?P<count>one|{'|'.join(NUMBERS)}) (?:more|other) (?P<noun>[a-z ]+)$"
)
_SO_MANY = re.compile(
    rf"^(?:i (?:need|want|said|meant|asked for) )?(?P<count>{'|'.join(NUMBERS)}) "
    r"(?P<noun>[a-z ]+)s$"
)
_SWAPPED = re.compile(
    r"^(?:(?:it's |do it |i want it )?(?:just )?(?:the other way (?:round|around)|vice versa)|"
    r"(?:swap|switch|exchange) (?:them|the two|those|the places)(?: around| over)?)$"
)
_ALREADY = re.compile(
    r"^(?:it|that|this|the [a-z ]+?)(?:'s| is)(?: already| now)? (?P<state>[a-z]+)"
    r"(?P<enough> enough)?(?: already| now| as it is)?$"
)
_SKILL_OF_STATE = {
    "clean": "clean",
    "washed": "clean",
    "rinsed": "clean",
    "hot": "heat",
    "warm": "heat",
    "cooked": "heat",
    "cold": "cool",
    "cool": "cool",
    "chilled": "cool",
}
_THING = r"(?P<thing>it|that|this|them|the [a-z ]+?|that [a-z ]+?)"
_KEEP = re.compile(
    r"^(?:keep (?:it|that|this|holding (?:it|on)|hold of it)|hold (?:on to|onto) (?:it|that|this))"
    r"(?: (?:in your hand|for now|for me|a bit|a moment))?$|"
    rf"^(?:do not|don't|never) (?:put|place|set|drop|bring|take) {_THING}"
    r"(?: (?:down|away|back|there|here|(?:in|on|into|onto|inside|to)(?: (?:there|here|it))?)"
    r"(?: (?:the|that|this|my) [a-z ]+)?)?$|"
    r"^(?:give|hand|bring|pass) (?:(?:it|that|this) (?:over )?(?:to me|here|over)|"
    r"me (?:it|that|this))(?: here)?$|^let me have (?:it|that|this)$|"
    r"^i(?:'ll| will)? (?:need|take|have|want) (?:it|that|this)(?: here| now| myself)*$"
)
_SKIP = re.compile(
    r"^(?:skip|forget(?: about)?|leave out|never mind) (?:that|this|it|(?:this|that) step|"
    r"(?:this|that) part)$|^(?:not|don't do) that$"
)
_FORGET = re.compile(
    r"^(?:forget|never mind|skip)(?: about)? (?P<verb>[a-z]+ing)(?: (?:it|that|the .+))?$"
)
_LEAVE = re.compile(
    r"^(?:forget|never mind|skip)(?: about)? (?P<dropped>(?:the|that|this) [a-z ]+)$|"
    rf"^leave {_THING}(?: (?:alone|be|there|here|where it is|as it is|out))?$|"
    rf"^(?:do not|don't) (?:touch|bother with) {_THING.replace('thing', 'alone')}$"
)


def _how_many(words: str, plan: Sequence[Subgoal], types: frozenset[str]) -> Change | None:
    """`One is enough` of two, `make it three` of one."""
    one = first_thing(plan)
    if one is None:
        return None
    planned = _planned(one, plan)
    if planned > 1 and _ONE_WILL_DO.match(words):
        return Change(Kind.FEWER, text=words)
    named = _MORE_OF.match(words)
    thing = named and read_thing(named["noun"], types)
    if named and thing and not thing.relation:
        return Change(Kind.ALSO, thing, text=words, count=NUMBERS.get(named["count"], 1))
    many = _SO_MANY.match(words)
    if many and spoken(one.category) in (many["noun"], many["noun"].removesuffix("e")):
        words = many["count"]
    match = _ONE_MORE.match(words)
    if match is None or colours_of(one):  # of red blocks there may be one
        return None
    counted = {"both": 2, **NUMBERS}
    more = counted[match["count"]] - planned if match["count"] else NUMBERS.get(match["more"], 1)
    kept = tuple(word for word in one.attributes if word != ANOTHER)
    further = replace(one, attributes=kept, phrase="")
    return Change(Kind.ALSO, further, text=words, count=more) if more > 0 else None


def _planned(one: ObjectRef, plan: Sequence[Subgoal]) -> int:
    """Return how many things like one are planned for, the first of which may be done with."""
    others = [step for step in plan if is_second(step) and handles(step, one)]
    placed = sum(step.skill == "place" for step in others)
    return 1 + (placed or sum(step.skill == "pick" for step in others))


def _swapped(words: str, plan: Sequence[Subgoal], types: frozenset[str]) -> Change | None:
    """Each of two things goes where the other was to."""
    return Change(Kind.SWAPPED, text=words) if _SWAPPED.match(words) else None


def _already(words: str, plan: Sequence[Subgoal], types: frozenset[str]) -> Change | None:
    """What is clean is not washed again."""
    match = _ALREADY.match(words)
    skill = match and _SKILL_OF_STATE.get(match["state"])
    if not skill or not any(step.skill == skill for step in plan):
        return None
    return Change(Kind.WITHOUT, skill=skill)


def _skip(words: str, plan: Sequence[Subgoal], types: frozenset[str]) -> Change | None:
    """What is being done is left out, and what comes after it goes on."""
    if plan and _SKIP.match(words):
        return Change(Kind.SKIP, skill=plan[0].skill)
    match = _FORGET.match(words)
    skill = match and skill_of(match["verb"])
    if not skill or not any(step.skill == skill for step in plan):
        return None
    return Change(Kind.WITHOUT, skill=skill)


def _keep(words: str, plan: Sequence[Subgoal], types: frozenset[str]) -> Change | None:
    """What is not to be put anywhere stays in the hand."""
    match = _KEEP.match(words)
    if match is None or not any(step.skill == "place" for step in plan):
        return None
    thing = _named(match["thing"], plan, types)
    return Change(Kind.KEEP, thing) if thing else None


def _leave(words: str, plan: Sequence[Subgoal], types: frozenset[str]) -> Change | None:
    """What is to be left alone is put down where it is, and no more is done with it."""
    match = _LEAVE.match(words)
    thing = match and _named(match["thing"] or match["alone"] or match["dropped"], plan, types)
    return Change(Kind.LEAVE, thing) if thing else None


def _named(words: str | None, plan: Sequence[Subgoal], types: frozenset[str]) -> ObjectRef | None:
    """Return the thing at hand, if words mean it or another thing that the plan handles."""
    at_hand = first_thing(plan)
    if words is None or words in ("it", "that", "this", "them"):
        return at_hand
    values = [step.arguments.get("object") for step in plan]
    handled = [value for value in values if isinstance(value, ObjectRef)]
    thing = read_thing(words, types, prefer=[value.category for value in handled])
    if thing is None:
        return None
    same = (value for value in handled if value.category == thing.category)
    # of the blue block nothing is planned while the red one is put somewhere
    alike = any(not colours_of(thing) or colours_of(thing) == colours_of(each) for each in same)
    return thing if alike else None


READERS: tuple[Reader, ...] = (
    _how_many,
    _swapped,
    _already,
    _skip,
    _keep,
    _leave,
)
