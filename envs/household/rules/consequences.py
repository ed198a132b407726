"""What follows by itself: heat, cold, water, coffee.

Applied after every action and at the start, to whatever is then in the place: a mug put under
a running tap is washed as one that stood there when it was opened. Temperatures stay until
something else changes them; THOR lets them fade with time, which no ALFRED task looks at.
"""

from dataclasses import dataclass
from typing import Literal

from envs.household.rules.links import RUNS_INTO, Links
from envs.household.rules.toggling import upright
from envs.household.world import ObjectState, StateName, Temperature, World


@dataclass(frozen=True)
class Effect:
    """A state that things in the place take on.

    Attributes:
        state: Which.
        value: Its value.
        needs: Affordance that things must have.
        standing: Whether only upright things take it on.
    """

    state: StateName
    value: bool | Temperature
    needs: str = "pickupable"
    standing: bool = False


WATER = (
    Effect("dirty", False, needs="dirtyable"),
    Effect("filled", True, needs="fillable", standing=True),
)
HEAT = (Effect("temperature", "Hot"),)
COLD = (Effect("temperature", "Cold"),)
COFFEE = (Effect("filled", True, needs="fillable", standing=True), *HEAT)

When = Literal["on", "closed"]

FOLLOWS: dict[str, tuple[When, tuple[Effect, ...]]] = {
    "Microwave": ("on", HEAT),
    "StoveBurner": ("on", HEAT),
    "CoffeeMachine": ("on", COFFEE),
    "Fridge": ("closed", COLD),
    **dict.fromkeys(RUNS_INTO, ("on", WATER)),
}
"""Type of the source, when it works, what it does to everything in its place, at any depth."""


def apply(world: World, links: Links) -> None:
    """Let everything that works do so."""
    for source in world.of_type(*FOLLOWS):
        when, effects = FOLLOWS[source.spec.type]
        if not (source.on if when == "on" else not source.is_open):
            continue
        place = links.basin_of.get(source.id, source.id)
        for inner in world.contents(place):
            for effect in effects:
                if _takes(world, world[inner], effect):
                    world.set(inner, effect.state, effect.value)


def _takes(world: World, state: ObjectState, effect: Effect) -> bool:
    if not state.spec.info.can(effect.needs):
        return False
    return not effect.standing or upright(world, state.id)
