"""What goes wrong on purpose: a thing moved behind the agent's back, or seen wrongly.

The agent is not told. What it can find out by looking again, it may; what it cannot, only a person
can tell it.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

import numpy as np

from embodied.core.entity import Entity
from embodied.core.errors import UnknownNameError
from envs.tabletop.placement import Disc, Room, in_reach
from envs.tabletop.source import Episode
from envs.tabletop.world import TabletopWorld

if TYPE_CHECKING:
    from envs.tabletop.checkers import TaskChecker

FAR_HAND_M = 0.12
"""A thing is moved while the hand is no nearer than this."""
AFTER_STEPS = 25
SHIFT_M = (0.05, 0.09)
SEEN_OFF_M = (0.03, 0.05)


class Disturbance(Protocol):
    """Disturbs an episode."""

    def begin(self, episode: Episode, world: TabletopWorld) -> None:
        """Start an episode."""

    def update(self, world: TabletopWorld, checker: "TaskChecker") -> None:
        """Change the world after a control step, where it is time."""

    def perceived(self, entities: tuple[Entity, ...]) -> tuple[Entity, ...]:
        """Return what is taken to be seen."""


class MovedTarget:
    """The block that a task is about is moved once, soon after the beginning, by 5 to 9 cm."""

    def begin(self, episode: Episode, world: TabletopWorld) -> None:
        """Start an episode."""
        self._rng = np.random.default_rng([episode.seed, 11])
        self._steps, self._done = 0, True
        colours = [block.colour for block in world.scene.blocks]
        for goal in episode.task.goals if episode.task else ():
            if goal.thing.colour in colours and goal.thing.category == "block":
                self._index, self._done = colours.index(goal.thing.colour), False
                break

    def update(self, world: TabletopWorld, checker: "TaskChecker") -> None:
        """Move it once the hand is on its way, and not yet there."""
        self._steps += 1
        if self._done or self._steps < AFTER_STEPS:
            return
        place, _ = world.block_pose(self._index)
        if np.linalg.norm(world.state().ee_position_m - place) < FAR_HAND_M or place[2] > 0.03:
            self._done = self._steps > 4 * AFTER_STEPS
            return
        spot = self._spot(world, place)
        if spot is not None:
            world.move_block(self._index, spot)
        self._done = True

    def _spot(self, world: TabletopWorld, place: np.ndarray) -> tuple[float, float] | None:
        scene = world.scene
        discs = [
            Disc(tuple(world.block_pose(k)[0][:2]), block.size_m / 2 * 1.41)
            for k, block in enumerate(scene.blocks)
            if k != self._index
        ]
        discs += [
            Disc(tuple(world.bowl_pose(k)[0][:2]), bowl.radius_m)
            for k, bowl in enumerate(scene.bowls)
        ]
        room = Room(tuple(discs), None if scene.drawer is None else scene.drawer.position_m)
        angles = self._rng.uniform(-np.pi, np.pi, 60)
        lengths = self._rng.uniform(*SHIFT_M, 60)
        places = place[:2] + lengths[:, None] * np.stack([np.cos(angles), np.sin(angles)], axis=1)
        good = np.flatnonzero(in_reach(places) & (room.gaps_m(places, 0.03) > 0.045))
        return tuple(places[good[0]]) if len(good) else None

    def perceived(self, entities: tuple[Entity, ...]) -> tuple[Entity, ...]:
        """Return what is seen: it is seen truly."""
        return entities


class SeenAside:
    """Everything is seen 3 to 5 cm aside of where it is, all the same way."""

    def begin(self, episode: Episode, world: TabletopWorld) -> None:
        """Draw the error of an episode."""
        rng = np.random.default_rng([episode.seed, 12])
        angle = rng.uniform(-np.pi, np.pi)
        self._shift = rng.uniform(*SEEN_OFF_M) * np.array([np.cos(angle), np.sin(angle), 0.0])

    def update(self, world: TabletopWorld, checker: "TaskChecker") -> None:
        """Leave the world as it is."""

    def perceived(self, entities: tuple[Entity, ...]) -> tuple[Entity, ...]:
        """Return everything shifted."""
        return tuple(
            replace(each, position_m=tuple(np.add(each.position_m, self._shift).tolist()))
            if each.position_m is not None
            else each
            for each in entities
        )


class SwappedColours:
    """The block that a task is about and another one are each taken for the other."""

    def begin(self, episode: Episode, world: TabletopWorld) -> None:
        """Choose the pair of an episode; a table with one block has none."""
        rng = np.random.default_rng([episode.seed, 13])
        blocks = {block.colour for block in world.scene.blocks}
        about = [
            goal.thing.colour
            for goal in (episode.task.goals if episode.task else ())
            if goal.thing.category == "block"
        ]
        self._swap: dict[str, str] = {}
        others = sorted(blocks - set(about))
        if about and others:
            other = str(rng.choice(others))
            self._swap = {about[0]: other, other: about[0]}

    def update(self, world: TabletopWorld, checker: "TaskChecker") -> None:
        """Leave the world as it is."""

    def perceived(self, entities: tuple[Entity, ...]) -> tuple[Entity, ...]:
        """Return everything with those two colours swapped."""
        return tuple(
            replace(each, attributes=tuple(self._swap.get(one, one) for one in each.attributes))
            if each.category == "block"
            else each
            for each in entities
        )


DISTURBANCES: Mapping[str, Callable[[], Disturbance]] = {
    "moved": MovedTarget,
    "seen_aside": SeenAside,
    "swapped": SwappedColours,
}
"""Disturbances by name."""


def make_disturbance(name: str | None) -> Disturbance | None:
    """Make a disturbance by name; None is none.

    Raises:
        UnknownNameError: If there is no such disturbance.
    """
    if name is None:
        return None
    if name not in DISTURBANCES:
        raise UnknownNameError("disturbance", name, DISTURBANCES)
    return DISTURBANCES[name]()
