"""Free floor: the layout's cells and those the recorded agents stood on."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from envs.alfred.scenes.boxfit import Box
from envs.alfred.scenes.evidence import RoomEvidence
from envs.household.scene import Floor

MARGIN_M = 0.3
"""Walls stand at least this far from where the agent can."""

HEIGHT_M = 2.8
STEP_M = 0.25
NEIGHBOURS = ((STEP_M, 0.0), (-STEP_M, 0.0), (0.0, STEP_M), (0.0, -STEP_M))
HEAD_M = 1.6
CLEAR_M = 0.12
"""Less than the agent's radius: boxes of rebuilt furniture are a little too big."""


def fill_gaps(
    cells_m: set[tuple[float, float]], furniture: Iterable[Box]
) -> set[tuple[float, float]]:
    """Add the cells that two known neighbours border on, where no furniture stands.

    Layouts are a conservative subset, and no agent happened to stand everywhere.
    """
    neighbours = Counter((x + dx, z + dz) for x, z in cells_m for dx, dz in NEIGHBOURS)
    wanted = np.array([cell for cell, n in neighbours.items() if n >= 2 and cell not in cells_m])
    if not len(wanted):
        return cells_m
    free = np.ones(len(wanted), dtype=bool)
    for box in furniture:
        if box.low_m[1] < HEAD_M:
            low, high = np.array(box.low_m)[[0, 2]], np.array(box.high_m)[[0, 2]]
            gap = np.maximum(np.maximum(low - wanted, wanted - high), 0.0)
            free &= np.hypot(gap[:, 0], gap[:, 1]) > CLEAR_M
    return cells_m | {(float(x), float(z)) for x, z in wanted[free]}


def with_start(floor: Floor, cell_m: tuple[float, float]) -> Floor:
    """The floor with an episode's start, what borders on it, and a way to the nearest known cell.

    The agent can stand where an episode starts, and was recorded to leave it.
    """
    walkable = floor.walkable_xz_m
    if walkable is None or cell_m in walkable:
        return floor
    known = np.array(walkable)
    x, z = known[np.abs(known - cell_m).sum(axis=1).argmin()]
    steps_x = round(abs(x - cell_m[0]) / STEP_M) + 1
    steps_z = round(abs(z - cell_m[1]) / STEP_M) + 1
    along_x = [(float(at), cell_m[1]) for at in np.linspace(cell_m[0], x, steps_x)]
    along_z = [(float(x), float(at)) for at in np.linspace(cell_m[1], z, steps_z)]
    beside = [(cell_m[0] + dx, cell_m[1] + dz) for dx, dz in NEIGHBOURS]
    fresh = dict.fromkeys((*along_x, *along_z, *beside))
    return replace(
        floor, walkable_xz_m=(*walkable, *(each for each in fresh if each not in walkable))
    )


def floor_of(room: RoomEvidence, furniture: Iterable[Box]) -> Floor:
    """The room's floor: wide enough for every cell and every piece of furniture."""
    furniture = list(furniture)
    cells = np.array(sorted(fill_gaps(room.cells_m, furniture)))
    corners = [cells - MARGIN_M, cells + MARGIN_M]
    for box in furniture:
        corners.append(np.array([[box.low_m[0], box.low_m[2]], [box.high_m[0], box.high_m[2]]]))
    points = np.concatenate(corners)
    low, high = points.min(axis=0), points.max(axis=0)
    return Floor(
        min_xz_m=(float(low[0]), float(low[1])),
        max_xz_m=(float(high[0]), float(high[1])),
        height_m=HEIGHT_M,
        walkable_xz_m=tuple((float(x), float(z)) for x, z in cells),
    )
