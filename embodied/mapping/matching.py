"""Which sighting is which instance: by type and overlap in space."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment  # type: ignore[import-untyped]

from embodied.mapping.instances import LARGE_M, Instance, Sighting, agreement

LEAST_OVERLAP = 0.15
NEAR_M, NEAR_PER_M = 0.12, 0.06
"""Small things as near as this are the same: more the farther away they are seen."""
PAD_M, MOST_SLACK_M = 0.03, 0.35
LOOSE_M = 0.7
"""The same for what is open, or was put down and not seen since: it is not where its box is."""
ONE_A_ROOM = frozenset(
    ["Bathtub", "BathtubBasin", "CoffeeMachine", "Fridge", "Microwave", "Toaster", "Toilet"]
)
"""Types of which a room has one: another of them is the same, its door ajar or seen by halves."""
ROOM_M = 20.0
NO_MATCH = 1e3


def match(
    sightings: Sequence[Sighting], instances: Sequence[Instance], *, noise: float = 0.0
) -> dict[int, int]:
    """Pair sightings with instances of their type, each with one at most.

    Args:
        sightings: Of one frame.
        instances: What is known.
        noise: By what share depth is off.

    Returns:
        Index of a sighting to index of an instance.
    """
    if not sightings or not instances:
        return {}
    lows = np.array([each.low_m for each in sightings])
    highs = np.array([each.high_m for each in sightings])
    low = np.array([each.low_m for each in instances])
    high = np.array([each.high_m for each in instances])
    range_m = np.array([each.range_m for each in sightings])[:, None]
    slack_m = PAD_M + np.minimum(2.0 * noise * range_m[:, 0], MOST_SLACK_M)
    overlap, apart = agreement(lows, highs, low, high, pad_m=slack_m)
    kinds = np.array([each.detection.category for each in sightings])
    same: NDArray[np.bool_] = kinds[:, None] == np.array([each.category for each in instances])
    size = np.maximum((highs - lows).max(axis=1)[:, None], (high - low).max(axis=1)[None])
    near = (size < LARGE_M) & (apart < NEAR_M + (NEAR_PER_M + 2.0 * noise) * range_m)
    loose = np.array([each.is_("open") or np.isinf(each.range_m) for each in instances])
    near |= loose[None] & (apart < LOOSE_M + 0.5 * size)
    single = np.array([each.category in ONE_A_ROOM for each in instances])
    near |= single[None] & (apart < ROOM_M)
    fits = same & ((overlap > LEAST_OVERLAP) | near)
    cost = np.where(fits, 1.0 - np.minimum(overlap, 1.0) + 0.5 * apart / (size + 0.1), NO_MATCH)
    rows, columns = linear_sum_assignment(cost)
    return {
        int(i): int(j) for i, j in zip(rows, columns, strict=True) if cost[i, j] < NO_MATCH / 2.0
    }
