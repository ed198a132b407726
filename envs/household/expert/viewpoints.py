"""Where to stand to see and reach something: grid poses ranked by cost and by how well they suit.

A pose is only a guess until the frame there shows the object; the policy tries them in order.
"""

import math
from collections.abc import Container, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from envs.household.expert.routes import Routes, heading_vectors
from envs.household.expert.state import GRID_M, Pose, State

REACH_M = 1.5
SLIDES = frozenset({"Drawer"})
HALF_VIEW_DEG = 30.0
HORIZONS_DEG = np.array([-30, -15, 0, 15, 30, 45, 60])
SURFACES = frozenset(
    {
        "ArmChair",
        "Bathtub",
        "BathtubBasin",
        "Bed",
        "CoffeeTable",
        "CounterTop",
        "Desk",
        "DiningTable",
        "Dresser",
        "Ottoman",
        "Shelf",
        "SideTable",
        "Sofa",
        "TVStand",
    }
)
"""So large that their near edge is in reach where their position is not."""
SURFACE_BONUS_M = 0.7
DEEP_BONUS_M = {"Fridge": 0.25}
"""The same for what is reached by its front."""
DOOR_ROOM_M = {"Cabinet": 1.0, "Drawer": 0.95, "Fridge": 1.3, "Microwave": 0.85, "Safe": 0.9}
"""Distance ahead of the middle of what opens at which its door or box misses the agent."""
DOOR_WIDTH_M = 0.6
"""Farther to the side than this the agent is out of its way."""


@dataclass(frozen=True)
class Wish:
    """What a pose is for.

    Attributes:
        target: Id of the object that must be seen and reached.
        also: Ids of objects that should be in view too.
        opens: Whether the target will open towards the agent.
    """

    target: str
    also: tuple[str, ...] = ()
    opens: bool = False


@dataclass
class Disappointments:
    """Poses from which a wish was not met, and their cells; a wish's own, for one subgoal."""

    poses: set[Pose] = field(default_factory=set)
    cells: list[tuple[int, int]] = field(default_factory=list)

    def add(self, pose: Pose) -> None:
        """Note that a pose did not do."""
        self.poses.add(pose)
        self.cells.append(pose.cell)


@dataclass(frozen=True)
class Ranking:
    """Poses with their costs in actions and doubts, infinite where they cannot do.

    Attributes:
        poses: The poses, in no order.
        costs: Their costs: float[len(poses)].
    """

    poses: Sequence[Pose]
    costs: NDArray[np.float64]

    def best(self, *, without: Container[Pose] = ()) -> tuple[Pose, float] | None:
        """Return the cheapest pose that is not ruled out, and its cost; None where none is left."""
        for index in np.argsort(self.costs, kind="stable"):
            if not np.isfinite(self.costs[index]):
                return None
            if self.poses[index] not in without:
                return self.poses[index], float(self.costs[index])
        return None

    def cost(self, pose: Pose) -> float:
        """Cost of one pose, infinite where it is not among them."""
        return float(self.costs[self.poses.index(pose)]) if pose in self.poses else np.inf


class Grid(Sequence[Pose]):
    """Every (cell, heading, horizon) of some cells, made when asked for.

    Args:
        cells: int[N, 2].
    """

    def __init__(self, cells: NDArray[np.int_]) -> None:
        self._cells = [(int(x), int(z)) for x, z in cells]
        self._shape = (len(cells), 4, len(HORIZONS_DEG))

    def __len__(self) -> int:
        return math.prod(self._shape)

    def __getitem__(self, index: Any) -> Any:
        cell, heading, horizon = np.unravel_index(int(index), self._shape)
        return Pose(self._cells[cell], int(heading), int(HORIZONS_DEG[horizon]))

    def index(self, value: Any, start: int = 0, stop: int | None = None) -> int:
        """Number of a pose.

        Raises:
            ValueError: If it is not one of them.
        """
        place = (
            self._cells.index(value.cell),
            value.heading,
            HORIZONS_DEG.tolist().index(value.horizon_deg),
        )
        return int(np.ravel_multi_index(place, self._shape))

    def __contains__(self, pose: object) -> bool:
        return isinstance(pose, Pose) and pose.cell in self._cells


def viewpoints(
    state: State,
    routes: Routes,
    start: Pose,
    wish: Wish,
    failed: Disappointments | None = None,
) -> Ranking:
    """Rank the poses to see and reach an object from.

    Args:
        state: The world.
        routes: The ways there are.
        start: Where the agent is.
        wish: What the pose is for.
        failed: Poses tried in vain; their neighbours are doubted too.
    """
    x, y, z = state.position_m(wish.target)
    kind = state[wish.target]["objectType"]
    offset = np.array([x, z]) - routes.cells * GRID_M
    distance = np.hypot(*offset.T)
    reach = REACH_M - 0.1 + _bonus_m(kind)
    near = np.flatnonzero(distance <= reach)
    if len(near) == 0:
        near = np.flatnonzero(distance <= distance.min() + GRID_M)
    cells, offset, distance = routes.cells[near], offset[near], distance[near]
    path = routes.costs(start)[near]
    doubts = _doubts_of_place(state, wish, kind, offset, distance)
    for cell in failed.cells if failed else ():
        doubts = doubts + 3.0 * (np.abs(cells - cell).max(axis=1) <= 1)
    ahead = heading_vectors(range(4)).astype(float)
    # Depth along the heading and distance across it: [cells, headings].
    depth = offset @ ahead.T
    across = np.abs(offset @ np.stack([ahead[:, 1], -ahead[:, 0]]))
    bearing = np.degrees(np.arctan2(across, np.maximum(depth, 1e-6)))
    drop = state.eye_height_m - y
    pitch = np.degrees(np.arctan2(drop, np.maximum(depth, 1e-6)))
    slip = np.abs(pitch[..., None] - HORIZONS_DEG)
    looks = np.abs(HORIZONS_DEG - start.horizon_deg) / 15.0
    total = (
        path[..., None]
        + looks
        + doubts[:, None, None]
        + _strain(bearing)[..., None]
        + _strain(slip)
        + _doubts_of_company(state, wish, cells, ahead)[..., None]
    )
    return Ranking(Grid(cells), total.reshape(-1))


def _bonus_m(kind: str) -> float:
    """How much farther than others a type is reached, seen from its position."""
    return SURFACE_BONUS_M if kind in SURFACES else DEEP_BONUS_M.get(kind, 0.0)


def _strain(angle_deg: NDArray[np.float64]) -> NDArray[np.float64]:
    """Cost of seeing something off the middle of the picture; infinite well outside it."""
    strain = np.where(angle_deg <= 18.0, angle_deg / 60.0, 0.3 + (angle_deg - 18.0) / 4.0)
    return np.where(angle_deg > HALF_VIEW_DEG + 8.0, np.inf, strain)


def _doubts_of_place(
    state: State,
    wish: Wish,
    kind: str,
    offset: NDArray[np.float64],
    distance: NDArray[np.float64],
) -> NDArray[np.float64]:
    """How doubtful a cell is, in actions: too far, too near, beside or behind a front."""
    far = np.maximum(distance - 1.25 - _bonus_m(kind), 0.0) * 6.0
    if kind in SURFACES:
        far = np.maximum(distance - 1.0, 0.0) * 4.0
    doubts = far + np.maximum(0.3 - distance, 0.0) * 10.0
    if wish.opens:
        yaw = np.deg2rad(state[wish.target]["rotation"]["y"])
        front = np.array([np.sin(yaw), np.cos(yaw)])
        # The agent is at minus the offset: in front where that points along the front.
        ahead = -(offset @ front)
        beside = np.abs(offset @ np.array([front[1], -front[0]]))
        near = np.maximum(DOOR_ROOM_M.get(kind, 0.0) - ahead, 0.0)
        doubts = doubts + np.where(beside < DOOR_WIDTH_M, near * 30.0, 0.0)
        # From the side one does not see into what has a door.
        slope = 4.0 if kind in SLIDES else 10.0
        doubts = doubts + np.where(ahead < 0.3, 8.0, 0.0) + np.maximum(beside - 0.4, 0.0) * slope
    return doubts


def _doubts_of_company(
    state: State, wish: Wish, cells: NDArray[np.int_], ahead: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Cost of not having the other objects in view: [cells, headings]."""
    total = np.zeros((len(cells), 4))
    for other in wish.also:
        x, _, z = state.position_m(other)
        offset = np.array([x, z]) - cells * GRID_M
        depth = offset @ ahead.T
        across = np.abs(offset @ np.stack([ahead[:, 1], -ahead[:, 0]]))
        bearing = np.degrees(np.arctan2(across, np.maximum(depth, 1e-6)))
        total += np.where(bearing > HALF_VIEW_DEG - 4.0, 12.0, 0.0)
    return total
