"""What an action's rule may look at and change, and what an action's rule is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from envs.household.navigation import GRID_M, Navigator, PartBoxes
from envs.household.placement import Placement
from envs.household.rules.arguments import Argument
from envs.household.rules.links import Links
from envs.household.visibility import REACH_M, Sight
from envs.household.world import World

Values: TypeAlias = Mapping[str, Any]


class Geometry(Protocol):
    """The solid shape of the world as its state now has it."""

    def part_boxes(self) -> PartBoxes:
        """Return the boxes of all solid parts."""

    def navigator(self) -> Navigator:
        """Return what knows where the agent may go."""


@dataclass
class Settings:
    """What `Initialize` sets.

    Attributes:
        grid_m: Length of a step.
        reach_m: Horizontal reach.
        fov_deg: Vertical field of view.
    """

    grid_m: float = GRID_M
    reach_m: float = REACH_M
    fov_deg: float = 60.0


@dataclass
class Context:
    """One household at one moment.

    Attributes:
        world: Its state; rules change it through its methods.
        geometry: Its solid shape.
        sight: What the agent sees in the frame it was last given.
        placement: Chooses where Put leaves things.
        links: Which knob, tap or shower serves what.
        settings: Reach, step and field of view.
    """

    world: World
    geometry: Geometry
    sight: Sight
    placement: Placement
    links: Links
    settings: Settings


@dataclass(frozen=True)
class ActionRule:
    """One action.

    Attributes:
        name: As it goes over the wire.
        perform: Checks everything, then changes the world; returns the `actionReturn`.
            Raises `Refused` before it has changed anything.
        arguments: What it takes.
    """

    name: str
    perform: Callable[[Context, Values], Any]
    arguments: tuple[Argument, ...] = ()
