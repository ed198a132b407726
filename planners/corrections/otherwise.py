"""Corrections about how a thing is done: otherwise, not at all, only halfway."""

import re
from collections.abc import Sequence

from embodied.core.plan import Subgoal
from embodied.core.task_plans import DEVICE_OF
from embodied.language.shares import SHARE, SHARES
from planners.corrections.ahead import types_of
from planners.corrections.changes import Change, Kind, Reader
from planners.corrections.nouns import read_thing

_IT = r"(?:it|them|that|the [a-z ]+?)"
_PARTICLE = r"(?: (?:up|down|off))?"
_WITHOUT = re.compile(
    r"^(?:(?:you )?(?:don't|do not)(?: need to| have to)?|no need to|skip|never mind|without|"
    r"leave out)"
    r"\s+(?:the )?(?P<verb>[a-z]+)(?:ing)?\b(?P<rest>.*)$"
)
_PUT_DOWN = re.compile(
    r"^drop (?:it|that|this|them)(?: down)? (?:here|there)$|"
    r"^(?:put|set|lay|place) (?:it|that|this|them|that one|this one)(?: back)? down(?: again)?"
    r"(?: (?:gently|carefully|slowly|softly))?"
    r"(?: (?:here|there|somewhere|anywhere))?$"
)
_ON_THE_TABLE = re.compile(
    r"^(?:(?:the )?table|(?:(?:just )?(?:put|leave|lay|set|drop) (?:it|that|this) )?(?:back )?"
    r"(?:down )?(?:on|onto) the table)$"
)
"""Where an arm stands at one, and has no other word for putting down."""
_IN_PLACE = (
    re.compile(
        rf"^(?P<new>[a-z]+){_PARTICLE} {_IT}{_PARTICLE} (?:instead of|rather than|not) "
        r"(?P<old>[a-z]+)\b.*$"
    ),
    re.compile(
        rf"^(?:don't|do not) (?P<old>[a-z]+){_PARTICLE} {_IT}{_PARTICLE}[\s,;.]+"
        rf"(?:but |just |rather )?(?P<new>[a-z]+){_PARTICLE} {_IT}{_PARTICLE}(?: instead)?$"
    ),
    re.compile(
        rf"^(?P<new>[a-z]+){_PARTICLE} {_IT}{_PARTICLE}[\s,;.]+(?:don't|do not) "
        r"(?P<old>[a-z]+)\b.*$"
    ),
)
_INSTEAD = re.compile(
    rf"^(?:just )?(?P<new>[a-z]+){_PARTICLE} {_IT}{_PARTICLE} instead$|"
    rf"^instead[\s,]+(?:just )?(?P<new2>[a-z]+){_PARTICLE} {_IT}{_PARTICLE}$"
)
"""A deed in place of the one that changes what a thing is like, whichever that is."""
_CONTRARY = {"cold": "heat", "cool": "heat", "dirty": "wash", "hot": "cool", "warm": "cool"}
_WANTED = {"hot": "heat", "warm": "heat", "clean": "wash", "cold": "cool", "cool": "cool"}
_STILL = re.compile(
    rf"^(?:it|that|this|the [a-z ]+?)(?:'s| is) (?:still (?:too )?(?P<still>{'|'.join(_CONTRARY)})|"
    rf"not (?:really |quite )?(?P<wanted>{'|'.join(_WANTED)})(?: enough)?(?: yet)?)$"
)
_HOW_FAR = re.compile(
    r"(?:(?:only|just|not all the way,?|"
    r"(?:open|close|pull|push) (?:it|the drawer)(?: open| shut)?)\s+)*"
    rf"(?P<share>{SHARE})(?: (?:open|closed|only))?"
)
_LEFT_OUT = frozenset(["heat", "cool", "clean", "slice", "close", "open", "toggle"])
"""Skills that a plan can do without."""
_SKILL_OF = {
    "heat": "heat",
    "warm": "heat",
    "cook": "heat",
    "microwave": "heat",
    "cool": "cool",
    "chill": "cool",
    "clean": "clean",
    "wash": "clean",
    "rinse": "clean",
    "cut": "slice",
    "slice": "slice",
    "close": "close",
    "open": "open",
    "toggle": "toggle",
    "switch": "toggle",
    "cutt": "slice",
    "put": "place",
    "putt": "place",
    "place": "place",
    "pick": "pick",
    "take": "pick",
    "look": "look",
}


def skill_of(verb: str) -> str | None:
    """Return the skill that a verb in any form asks for."""
    stem = verb.removesuffix("ing")
    return _SKILL_OF.get(stem) or _SKILL_OF.get(f"{stem}e")


def _without(words: str, plan: Sequence[Subgoal], types: frozenset[str]) -> Change | None:
    match = _WITHOUT.match(words)
    if match is None:
        return None
    skill = skill_of(match["verb"])
    if skill not in _LEFT_OUT:
        return None
    thing = read_thing(match["rest"], types, prefer=types_of(plan))
    return Change(Kind.WITHOUT, thing, skill=skill)


def _still(words: str, plan: Sequence[Subgoal], types: frozenset[str]) -> Change | None:
    """What is not as it was to be is seen to once more: `it's still cold`."""
    match = _STILL.match(words)
    if match is None:
        return None
    wanted = _WANTED[match["wanted"]] if match["wanted"] else _CONTRARY[match["still"]]
    return Change(Kind.FIRST, text=f"{wanted} it")


def _in_place(words: str, plan: Sequence[Subgoal], types: frozenset[str]) -> Change | None:
    for pattern in _IN_PLACE:
        match = pattern.match(words)
        new, old = (match and skill_of(match[name]) for name in ("new", "old"))
        if new in DEVICE_OF and old in DEVICE_OF and new != old:
            return Change(Kind.OTHER_DEED, skill=old, text=new)
    match = _INSTEAD.match(words)
    new = match and skill_of(match["new"] or match["new2"])
    planned = [step.skill for step in plan if step.skill in DEVICE_OF]
    if new in DEVICE_OF and planned and new not in planned:
        return Change(Kind.OTHER_DEED, skill=planned[0], text=new)
    return None


def _share(words: str, plan: Sequence[Subgoal], types: frozenset[str]) -> Change | None:
    """How far something is to be opened or closed: `only halfway`, `all the way`."""
    step = next((step for step in plan if isinstance(step.arguments.get("share"), float)), None)
    match = _HOW_FAR.fullmatch(words)
    if step is None or match is None:
        return None
    share = SHARES[match["share"]]
    # "open it halfway" is as far as it is to be open, "close it halfway" as far as it is not
    open_by = 1.0 - share if step.skill == "close" else share
    return Change(Kind.SHARE, skill=step.skill, share=open_by)


def _put_down(words: str, plan: Sequence[Subgoal], types: frozenset[str]) -> Change | None:
    table = not any("table" in name.lower() for name in types) and _ON_THE_TABLE.match(words)
    return Change(Kind.PUT_DOWN) if table or _PUT_DOWN.match(words) else None


READERS: tuple[Reader, ...] = (_put_down, _share, _in_place, _still)
"""Before what is done besides: `open it first` is no deed in another's place."""
WITHOUT: tuple[Reader, ...] = (_without,)
"""After that: `don't forget to wash it` is something besides."""
