"""Free floor: the layout's cells and those the recorded agents stood on."""

from collections.abc import Iterable

import numpy as np

from envs.alfred.scenes.boxfit import Box
from envs.alfred.scenes.evidence import RoomEvidence
from envs.household.scene import Floor

MARGIN_M = 0.3
"""Walls stand at least this far from where the agent can."""

HEIGHT_M = 2.8


def floor_of(room: RoomEvidence, furniture: Iterable[Box]) -> Floor:
    """The room's floor: wide enough for every cell and every piece of furniture."""
    cells = np.array(sorted(room.cells_m))
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
