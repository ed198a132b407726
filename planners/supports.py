"""What things stand on: where something goes that is to stand next to them."""

import re
from collections.abc import Mapping
from functools import cache

from embodied.mapping.whereabouts import load_whereabouts

SURFACES = (
    *("CounterTop", "DiningTable", "Desk", "SideTable", "CoffeeTable", "Dresser", "TVStand"),
    *("Shelf", "Bed", "Sofa"),
)
"""Open furniture that things stand on side by side."""
FIXTURES: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("Sink", "SinkBasin", "Faucet"), ("CounterTop",)),
    **dict.fromkeys(("StoveBurner", "StoveKnob", "Fridge"), ("CounterTop",)),
    **dict.fromkeys(("CoffeeMachine", "Microwave", "Toaster"), ("CounterTop", "DiningTable")),
    "Television": ("TVStand", "Dresser"),
    "Bed": ("SideTable", "Dresser", "Desk"),
    "Sofa": ("SideTable", "CoffeeTable"),
    "ArmChair": ("SideTable", "CoffeeTable"),
    "FloorLamp": ("SideTable", "Desk"),
    "Lamp": ("SideTable", "Desk", "Dresser"),
}
"""Type of what is not carried about to the furniture beside it, the likeliest first."""
LEAST = 0.05
"""Share of all places on furniture that such things are at, from which on a place counts."""


@cache
def supports_of(kind: str) -> tuple[str, ...]:
    """Return the furniture that something next to a thing of a type stands on, likeliest first.

    Empty for furniture that things are put onto: what is next to that stands on the floor.
    """
    if kind in FIXTURES:
        return FIXTURES[kind]
    table = load_whereabouts()
    if kind in SURFACES or kind in table.receptacles:
        return ()
    counts = [table.held.get(kind, {}), table.taken.get(kind, {})]
    on = [{name: row[name] for name in SURFACES if name in row} for row in counts]
    shares = {
        name: sum(row.get(name, 0) / max(1, sum(row.values())) for row in on) / len(on)
        for name in SURFACES
    }
    likely = [name for name in SURFACES if shares[name] >= LEAST]
    return tuple(sorted(likely, key=lambda name: -shares[name]))


_WHERE = re.compile(r"where the (?P<name>.+) is")


def where_is(name: str) -> str:
    """Return the relation of a place to what stands there, as policies read it."""
    return f"where the {name} is"


def stands_there(relation: str) -> str:
    """Return the name that `where_is` was given; empty for any other relation."""
    found = _WHERE.fullmatch(relation)
    return found["name"] if found else ""
