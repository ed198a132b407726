"""Where the agent can stand and walk.

The agent is a standing capsule of radius 0.2 m and height 1.8 m. Without a list of walkable
cells it may go wherever its circle, swept along the move, stays clear of the room's walls and
of every solid part whose height range its body crosses: furniture, open doors and drawers, and
movable things that stand on the floor. Things on furniture and the thing in its hand do not
stop it. Where the scene lists its walkable cells (rooms rebuilt from a data set) these alone
decide: a place is free within `CELL_M` of one, and furniture and open doors are not consulted,
since the list already knows better than rebuilt boxes do.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from envs.household.footprints import Footprints
from envs.household.world import ObjectState, World

Floats = NDArray[np.float64]

RADIUS_M = 0.2
HEIGHT_M = 1.8
STEP_OVER_M = 0.05
"""Mats and thresholds lower than this are stepped over."""

ON_FLOOR_M = 0.3
"""A movable thing that rests on nothing and begins below this stands on the floor."""

CELL_M = 0.06
GRID_M = 0.25
SKIN_M = 1e-3
"""Touching is not bumping."""

WALL = "The wall"


class PartBoxes(Protocol):
    """Oriented boxes of all solid parts as they stand now, THOR's frame."""

    centres_m: Floats
    half_sizes_m: Floats
    rotations: Floats
    owners: NDArray[np.intp]


@dataclass(frozen=True)
class Obstacles:
    """What the agent's body can bump into.

    Attributes:
        footprints: N rectangles.
        owners: Object index of each: [N].
    """

    footprints: Footprints
    owners: NDArray[np.intp]


class Navigator:
    """Answers where the agent may be, for one world as it stands.

    Args:
        world: The world.
        obstacles: What stands in it now.
    """

    def __init__(self, world: World, obstacles: Obstacles) -> None:
        self._world, self._obstacles = world, obstacles
        floor = world.scene.floor
        walkable = floor.walkable_xz_m
        self._cells = None if walkable is None else np.array(walkable, float).reshape(-1, 2)
        self._low = np.array(floor.min_xz_m) + RADIUS_M - SKIN_M
        self._high = np.array(floor.max_xz_m) - RADIUS_M + SKIN_M
        self._spans_m = np.hypot(*obstacles.footprints.half_m.T)

    def what_blocks(self, start_xz_m: Floats, end_xz_m: Floats) -> str | None:
        """Return what stops a move, as an object id or `WALL`; None if it is free."""
        if self._cells is not None:
            return None if self.is_cell(end_xz_m) else WALL
        if not self._in_room(end_xz_m[None])[0]:
            return WALL
        middle = (start_xz_m + end_xz_m) / 2.0
        length = float(np.hypot(*(end_xz_m - start_xz_m)))
        offset = self._obstacles.footprints.centre_xz_m - middle
        apart = np.hypot(offset[:, 0], offset[:, 1]) - self._spans_m
        near = np.flatnonzero(apart < length / 2.0 + RADIUS_M)
        if not len(near):
            return None
        footprints = self._obstacles.footprints.select(near)
        start, end = start_xz_m[None], end_xz_m[None]
        swept = footprints.swept_distance_m(start, end)[0]
        at_start, at_end = footprints.distance_m(start)[0], footprints.distance_m(end)[0]
        # A body that overlaps something already (a scene may begin so) may still back out.
        leaving = (at_start < RADIUS_M - SKIN_M) & (at_end > at_start + 1e-6)
        stops = np.where(leaving, np.inf, swept)
        closest = int(stops.argmin())
        if stops[closest] >= RADIUS_M - SKIN_M:
            return None
        return self._world.object_ids[int(self._obstacles.owners[near[closest]])]

    def is_cell(self, point_xz_m: Floats) -> bool:
        """Whether a point is one of the scene's walkable cells."""
        if self._cells is None or not len(self._cells):
            return False
        gap = np.abs(self._cells - point_xz_m).max(axis=1)
        return bool(gap.min() <= CELL_M)

    def free(self, points_xz_m: Floats) -> NDArray[np.bool_]:
        """Whether the agent can stand at points [P, 2]."""
        if self._cells is not None:
            return np.array([self.is_cell(point) for point in points_xz_m], dtype=bool)
        free = self._in_room(points_xz_m)
        if len(self._obstacles.footprints) and len(points_xz_m):
            distance = self._obstacles.footprints.distance_m(points_xz_m)
            free &= (distance >= RADIUS_M - SKIN_M).all(axis=1)
        return free

    def _in_room(self, points_xz_m: Floats) -> NDArray[np.bool_]:
        return ((points_xz_m >= self._low) & (points_xz_m <= self._high)).all(axis=1)

    def reachable(self, start_xz_m: Floats, *, grid_m: float = GRID_M) -> Floats:
        """Return the points [P, 2] that moves of `grid_m` along x and z lead to, start first.

        The grid runs through the start.
        """
        points, labels = self._areas(start_xz_m, grid_m)
        gap = np.abs(points - start_xz_m).max(axis=1)
        if not len(points) or gap.min() > CELL_M:
            return np.asarray(start_xz_m, dtype=np.float64)[None]
        nearest = int(gap.argmin())
        here = points[labels == labels[nearest]]
        order = np.argsort(np.abs(here - start_xz_m).sum(axis=1), kind="stable")
        return here[order]

    def start(self) -> Floats:
        """Return a point [2] to begin at: in the largest area, nearest the room's middle."""
        middle = (self._low + self._high) / 2.0
        points, labels = self._areas(np.round(middle / GRID_M) * GRID_M, GRID_M)
        if not len(points):
            return middle
        largest = np.bincount(labels).argmax()
        points = points[labels == largest]
        return points[np.abs(points - middle).sum(axis=1).argmin()]

    def _areas(self, through_xz_m: Floats, grid_m: float) -> tuple[Floats, NDArray[np.intp]]:
        """Free grid points [P, 2] and the number of the connected area each is in."""
        if self._cells is not None:
            points = self._cells
        else:
            first = np.ceil((self._low - through_xz_m) / grid_m - 1e-6).astype(int)
            last = np.floor((self._high - through_xz_m) / grid_m + 1e-6).astype(int)
            steps = np.stack(
                np.meshgrid(
                    *(np.arange(a, b + 1) for a, b in zip(first, last, strict=True)),
                    indexing="ij",
                ),
                axis=-1,
            ).reshape(-1, 2)
            points = np.round(through_xz_m + steps * grid_m, 6)
            points = points[self.free(points)]
        if not len(points):
            return points, np.zeros(0, dtype=np.intp)
        offset = points[None] - points[:, None]
        run, rise = np.abs(offset[..., 0]), np.abs(offset[..., 1])
        next_to = (np.abs(run + rise - grid_m) < CELL_M) & (np.minimum(run, rise) < CELL_M)
        rows, columns = np.nonzero(np.triu(next_to, 1))
        if self._cells is None and len(rows) and len(self._obstacles.footprints):
            swept = self._obstacles.footprints.swept_distance_m(points[rows], points[columns])
            clear = (swept >= RADIUS_M - SKIN_M).all(axis=1)
            rows, columns = rows[clear], columns[clear]
        links = coo_array((np.ones(len(rows)), (rows, columns)), shape=(len(points),) * 2)
        return points, connected_components(links, directed=False)[1].astype(np.intp)


def obstacles(world: World, parts: PartBoxes) -> Obstacles:
    """Pick out of all solid parts what an agent's body can bump into now."""
    footprints = Footprints.of_boxes(parts.centres_m, parts.half_sizes_m, parts.rotations)
    lowest = world.box_centres_m()[:, 1]
    lowest -= (np.abs(world.rotations[:, 1, :]) * world.half_sizes_m).sum(axis=1)
    stands = np.array([_stands(world, state, lowest[state.index]) for state in world], dtype=bool)
    which = stands[parts.owners] & (footprints.low_m < HEIGHT_M)
    which &= footprints.high_m > STEP_OVER_M
    return Obstacles(footprints.select(which), parts.owners[which])


def _stands(world: World, state: ObjectState, lowest_m: float) -> bool:
    """Whether an object is part of the room, or stands on its floor."""
    if not state.shown or state.id == world.held:
        return False
    if not state.spec.info.can("pickupable"):
        return True
    return state.parent is None and lowest_m < ON_FLOOR_M
