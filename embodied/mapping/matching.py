"""Which sighting is which instance: by type and overlap in space."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment  # type: ignore[import-untyped]

from embodied.mapping.camera import PosedCamera
from embodied.mapping.instances import LARGE_M, PROBES, Instance, Sighting, agreement
from embodied.mapping.pose import GridPose

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
DEEP_M = 0.3
"""Along the line of sight things may be off by this, and by more the rougher depth is."""
NO_MATCH = 1e3


def match(
    sightings: Sequence[Sighting],
    instances: Sequence[Instance],
    *,
    noise: float = 0.0,
    camera: PosedCamera | None = None,
    pose: GridPose | None = None,
) -> dict[int, int]:
    """Pair sightings with instances of their type, each with one at most.

    Args:
        sightings: Of one frame.
        instances: What is known.
        noise: By what share depth is off. Where it is, instances are also looked for where they
            should show in the picture, which depth does not spoil.
        camera: The camera; needed for that.
        pose: Where it is.

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
    if noise == 0.0:
        single = np.array([each.category in ONE_A_ROOM for each in instances])
        near |= single[None] & (apart < ROOM_M)
    elif camera is not None and pose is not None:
        shown = _in_picture(sightings, instances, camera, pose)
        deep = apart < DEEP_M + 4.0 * noise * range_m + 0.5 * size
        overlap = np.maximum(0.6 * overlap, np.where(deep, shown, 0.0))
    fits = same & ((overlap > LEAST_OVERLAP) | near)
    cost = np.where(fits, 1.0 - np.minimum(overlap, 1.0) + 0.5 * apart / (size + 0.1), NO_MATCH)
    rows, columns = linear_sum_assignment(cost)
    return {
        int(i): int(j) for i, j in zip(rows, columns, strict=True) if cost[i, j] < NO_MATCH / 2.0
    }


def _in_picture(
    sightings: Sequence[Sighting],
    instances: Sequence[Instance],
    camera: PosedCamera,
    pose: GridPose,
) -> NDArray[np.float64]:
    """Overlap of sightings' boxes with where instances should show, IoU in pixels: [N, M]."""
    points = np.concatenate([each.probes_m() for each in instances])
    pixels, _, seen = camera.project(points, pose)
    rows, columns = np.divmod(pixels.reshape(-1, PROBES), camera.intrinsics.width_px)
    seen = seen.reshape(-1, PROBES)
    far = 10**6
    box = np.stack(
        [
            np.where(seen, columns, far).min(axis=1),
            np.where(seen, rows, far).min(axis=1),
            np.where(seen, columns, -far).max(axis=1) + 1,
            np.where(seen, rows, -far).max(axis=1) + 1,
        ],
        axis=1,
    ).astype(np.float64)
    own = np.array([each.detection.box_xyxy for each in sightings], dtype=np.float64)
    own[:, 2:] += 1.0
    low = np.maximum(own[:, None, :2], box[None, :, :2])
    high = np.minimum(own[:, None, 2:], box[None, :, 2:])
    shared = np.prod(np.clip(high - low, 0.0, None), axis=2)
    one, two = np.prod(own[:, 2:] - own[:, :2], axis=1), np.prod(box[:, 2:] - box[:, :2], axis=1)
    union = one[:, None] + two[None] - shared
    visible = np.asarray(seen.any(axis=1))
    iou: NDArray[np.float64] = np.where(visible[None], shared / np.maximum(union, 1.0), 0)
    return iou
