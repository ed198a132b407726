"""The parts of a route as words between planner and policy: what is demanded, in which order.

A planner of routes hands one subgoal after another; what a step means often shows only in the next
one ("turn left" into which room?). So every subgoal carries the rest of the route in the argument
`ROUTE`, spelled here.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from embodied.core.errors import DataError

ROUTE = "route"
"""Subgoal argument: this step and all after it, as `spell_legs` writes them."""

_LEG = re.compile(
    r"(?P<demand>[a-z_]+)(?: <(?P<direction>[a-z]+)>)?(?: \[(?P<landmark>[^\]]*)\])?"
    r"(?: \((?P<side>left|right)\))? @(?P<first>\d+)-(?P<last>\d+)"
)


@dataclass(frozen=True)
class RouteLeg:
    """One step of a route.

    Attributes:
        demand: Skill it asks for: `go_to`, `pass`, `enter`, `leave`, `turn`, `climb`, `stop_at`.
        direction: `left`, `right`, `around`, `straight`, `up`, `down`, or nothing.
        landmark: What it is about, in plain words; empty where nothing is named.
        side: Side the landmark is on, `left` or `right`, or nothing.
        first_word: Number of its first word in the instruction.
        last_word: Number of the word after its last one.
    """

    demand: str
    direction: str = ""
    landmark: str = ""
    side: str = ""
    first_word: int = 0
    last_word: int = 0


def spell_legs(legs: Iterable[RouteLeg]) -> str:
    """Spell legs: `turn <left> @0-2; pass [couch] (right) @2-8; stop_at [table] @8-11`."""
    return "; ".join(_spell(leg) for leg in legs)


def _spell(leg: RouteLeg) -> str:
    direction = f" <{leg.direction}>" if leg.direction else ""
    landmark = re.sub(r"[\[\];]", " ", leg.landmark).strip()
    named = f" [{landmark}]" if landmark else ""
    side = f" ({leg.side})" if leg.side else ""
    return f"{leg.demand}{direction}{named}{side} @{leg.first_word}-{leg.last_word}"


def read_legs(text: str) -> tuple[RouteLeg, ...]:
    """Read what `spell_legs` wrote.

    Raises:
        DataError: If a part of it is no leg.
    """
    legs = []
    for part in text.split("; ") if text else ():
        match = _LEG.fullmatch(part)
        if match is None:
            raise DataError(f"{part!r} is no leg of a route; expected `pass [couch] @2-8`")
        fields = {name: value or "" for name, value in match.groupdict().items()}
        first, last = int(fields.pop("first")), int(fields.pop("last"))
        legs.append(RouteLeg(**fields, first_word=first, last_word=last))
    return tuple(legs)
