"""Ways over the lattice: cheapest sequences of moves and turns, by scipy's Dijkstra."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from embodied.mapping.floor import FloorMap, Lattice
from embodied.mapping.pose import AHEAD, LOOK_DEG, Cell, GridPose

CLEARANCES = ((0.235, 0.0), (0.20, 1.5), (0.16, 7.0))
"""Least distance to obstacles on a step, and what it costs beyond one action.

The body's radius is 0.2 m and the fine grid blurs obstacles by half a cell: the middle band may be
refused. A step nearer than the last is not tried.
"""
ROUGH_CLEARANCES = ((0.32, 0.0), (0.27, 1.0), (0.235, 3.0), (0.20, 6.0), (0.16, 12.0))
"""The same where depth is rough: what stands may stand nearer by some centimetres."""
WALKED_CLEARANCE_M, SHUT_COST = 0.12, 12.0
"""A step that was walked before is free down to this clearance, and dear below."""
GRAZED_COST = 8.0
"""What a step costs more that has no more room than one that was refused."""
DOUBT_COSTS = (12.0, 8.0, 4.0)
"""What a step costs more that leads to a cell where one was refused, next to it, and so on."""
WALL_COSTS = (0.0, 0.0, 15.0, 100.0)
"""What crossing a straight line costs more on which none, one, two, or more moves were refused: a
wall that no picture shows."""
UNKNOWN_COST = 4.0
"""What a step onto floor that was never seen costs more."""


@dataclass(frozen=True, eq=False)
class Routes:
    """Cheapest ways from one pose to everywhere.

    Attributes:
        lattice: The steps there are.
        cost: Cost by heading and cell: float [4, X, Y], infinite where there is no way.
    """

    lattice: Lattice
    cost: NDArray[np.float64]
    _before: NDArray[np.int32]
    _start: int

    @classmethod
    def from_pose(cls, floor: FloorMap, pose: GridPose) -> "Routes":
        """Find all ways from a pose."""
        lattice = floor.lattice()
        shape = lattice.move_clearance_m.shape
        number = np.arange(np.prod(shape)).reshape(shape)
        rows, columns, costs = [], [], []
        step_cost = _step_costs(floor, lattice)
        for heading, (dx, dy) in enumerate(AHEAD):
            here, there = _shifted(number[heading], dx, dy)
            cost, _ = _shifted(step_cost[heading], dx, dy)
            fine = np.isfinite(cost)
            rows.append(here[fine])
            columns.append(there[fine])
            costs.append(cost[fine])
            for turn in (1, -1):
                rows.append(number[heading].ravel())
                columns.append(number[(heading + turn) % 4].ravel())
                costs.append(np.ones(number[heading].size))
        graph = csr_array(
            (np.concatenate(costs), (np.concatenate(rows), np.concatenate(columns))),
            shape=(number.size, number.size),
        )
        start = int(number[(pose.heading, *lattice.index(pose.cell))])
        cost, before = dijkstra(graph, indices=start, return_predecessors=True)
        return cls(lattice, cost.reshape(shape), before, start)

    def actions(self, cell: Cell, heading: int) -> list[str]:
        """Return the moves and turns to a cell and heading; empty where it is the start.

        Raises:
            ValueError: If there is no way.
        """
        shape = self.cost.shape
        at = int(np.ravel_multi_index((heading, *self.lattice.index(cell)), shape))
        if not np.isfinite(self.cost.reshape(-1)[at]):
            raise ValueError(f"no way to {cell}")
        names: list[str] = []
        while at != self._start:
            previous = int(self._before[at])
            now, then = at // (shape[1] * shape[2]), previous // (shape[1] * shape[2])
            turn = (now - then) % 4
            names.append({0: "MoveAhead", 1: "RotateRight", 3: "RotateLeft"}[turn])
            at = previous
        return names[::-1]


def _step_costs(floor: FloorMap, lattice: Lattice) -> NDArray[np.float64]:
    """Cost of a step ahead from each cell: [4, X, Y]."""
    cost = np.full(lattice.move_clearance_m.shape, np.inf)
    for least, extra in reversed(ROUGH_CLEARANCES if floor.rough else CLEARANCES):
        cost[lattice.move_clearance_m >= least] = 1.0 + extra
    for heading, (dx, dy) in enumerate(AHEAD):
        unknown = np.roll(lattice.unknown, (-dx, -dy), axis=(0, 1))
        cost[heading] += UNKNOWN_COST * unknown
    cost[lattice.move_clearance_m <= floor.grazed_m + 0.006] += GRAZED_COST
    _doubt(floor, lattice, cost)
    for cell in floor.walked:
        for heading, (dx, dy) in enumerate(AHEAD):
            ahead = (cell[0] + dx, cell[1] + dy)
            if ahead in floor.walked and cell in lattice and (cell, heading) not in floor.blocked:
                i, j = lattice.index(cell)
                # It was walked before; a door may have opened there since.
                shut = lattice.move_clearance_m[heading, i, j] < WALKED_CLEARANCE_M
                cost[heading, i, j] = min(cost[heading, i, j], SHUT_COST if shut else 1.5)
    return cost


def _doubt(floor: FloorMap, lattice: Lattice, cost: NDArray[np.float64]) -> None:
    """Make steps dear that lead near where a move was refused and nothing shows why."""
    if not floor.doubtful:
        return
    x = np.arange(lattice.clearance_m.shape[0]) + lattice.low[0]
    y = np.arange(lattice.clearance_m.shape[1]) + lattice.low[1]
    most = np.zeros(lattice.clearance_m.shape)
    for cell in floor.doubtful:
        apart = np.maximum(np.abs(x - cell[0])[:, None], np.abs(y - cell[1])[None])
        most = np.maximum(most, np.where(apart < len(DOUBT_COSTS), _costs_at(apart), 0.0))
    for heading, (dx, dy) in enumerate(AHEAD):
        cost[heading] += np.roll(most, (-dx, -dy), axis=(0, 1))
    for (heading, line), bumps in floor.lines.items():
        at = line - lattice.low[0 if AHEAD[heading][0] else 1]
        if 0 <= at < cost.shape[1 if AHEAD[heading][0] else 2]:
            crossing = cost[heading, at] if AHEAD[heading][0] else cost[heading, :, at]
            crossing += WALL_COSTS[min(len(bumps), len(WALL_COSTS) - 1)]


def _costs_at(apart: NDArray[np.int_]) -> NDArray[np.float64]:
    return np.array(DOUBT_COSTS)[np.minimum(apart, len(DOUBT_COSTS) - 1)]


def _shifted(
    values: NDArray[np.float64], dx: int, dy: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Values at cells whose neighbour exists, and at that neighbour."""
    width, height = values.shape
    i, j = slice(max(0, -dx), width - max(0, dx)), slice(max(0, -dy), height - max(0, dy))
    k, m = slice(max(0, dx), width + min(0, dx)), slice(max(0, dy), height + min(0, dy))
    return values[i, j].ravel(), values[k, m].ravel()


def looks(start_deg: int, end_deg: int) -> Iterator[str]:
    """Yield the looks from one horizon to another."""
    name = "LookDown" if end_deg > start_deg else "LookUp"
    for _ in range(abs(end_deg - start_deg) // LOOK_DEG):
        yield name
