"""Which sighting is which instance: by type and overlap in space."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment  # type: ignore[import-untyped]

from embodied.mapping.camera import PosedCamera
from embodied.mapping.fusing import Matrix, covariance
from embodied.mapping.instances import LARGE_M, PROBES, Instance, Sighting, agreement
from embodied.mapping.pose import GridPose
from embodied.mapping.view import View

LEAST_OVERLAP = 0.15
NEAR_M, NEAR_PER_M = 0.12, 0.06
"""Small things as near as this are the same: more the farther away they are seen."""
PAD_M = 0.03
LOOSE_M = 0.7
"""The same for what is open, or was put down and not seen since: it is not where its box is."""
ONE_A_ROOM = frozenset(
    ["Bathtub", "BathtubBasin", "CoffeeMachine", "Fridge", "Microwave", "Toaster", "Toilet"]
)
"""Types of which a room has one: another of them is the same, its door ajar or seen by halves."""
ROOM_M = 20.0
MOST_ODDS, MOST_ODDS_OTHER_TYPE, LOOSE_ODDS = 14.0, 8.0, 9.0
"""Odds from which on a sighting is rather something new; the first is chi-square's 99 % of three
dimensions and what a picture that does not agree counts for."""
PICTURE_WEIGHT = 3.0
LIKE_SHARE, LIKE_M, LEAST_SHOWN = 0.3, 0.04, 0.2
"""How alike in size, and how well in the picture, what has another label has to be."""
NO_MATCH = 1e3


def match(
    sightings: Sequence[Sighting], instances: Sequence[Instance], view: View
) -> dict[int, int]:
    """Pair sightings with instances, each with one at most.

    Args:
        sightings: Of one frame.
        instances: What is known.
        view: From where, and how rough depth is. Where it is exact, extents decide. Where it is
            not, the odds of each pair do, by how sure either place is in each direction, and a
            sighting whose label fits nothing may be a view of something that was mislabelled.

    Returns:
        Index of a sighting to index of an instance.
    """
    if not sightings or not instances:
        return {}
    kinds = np.array([each.detection.category for each in sightings])
    same: NDArray[np.bool_] = kinds[:, None] == np.array([each.category for each in instances])
    if not view.rough:
        return _paired(np.where(same, _exact_cost(sightings, instances), NO_MATCH), NO_MATCH / 2.0)
    pairs = _paired(np.where(same, _rough_cost(sightings, instances, view), MOST_ODDS), MOST_ODDS)
    left = [i for i in range(len(sightings)) if i not in pairs]
    free = [j for j in range(len(instances)) if j not in set(pairs.values())]
    some, others = [sightings[i] for i in left], [instances[j] for j in free]
    if some and others:
        cost = _rough_cost(some, others, view, like=True)
        pairs |= {left[i]: free[j] for i, j in _paired(cost, MOST_ODDS_OTHER_TYPE).items()}
    return pairs


def _paired(cost: NDArray[np.float64], most: float) -> dict[int, int]:
    """Pair rows with columns so that the costs, `most` for each row left alone, are least."""
    rows, columns = linear_sum_assignment(np.minimum(cost, most))
    return {int(i): int(j) for i, j in zip(rows, columns, strict=True) if cost[i, j] < most}


def _boxes(things: Sequence[Sighting] | Sequence[Instance]) -> tuple[Matrix, Matrix]:
    """Middles and extents, [N, 3] each."""
    low = np.array([each.low_m for each in things], dtype=np.float64)
    high = np.array([each.high_m for each in things], dtype=np.float64)
    return (low + high) / 2.0, high - low


def _loose(
    instances: Sequence[Instance], apart: NDArray[np.float64], size: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """What is open, or was put down and not seen since, may be a little off its place."""
    loose = np.array([each.is_("open") or np.isinf(each.range_m) for each in instances])
    near: NDArray[np.bool_] = loose[None] & (apart < LOOSE_M + 0.5 * size)
    return near


def _exact_cost(
    sightings: Sequence[Sighting], instances: Sequence[Instance]
) -> NDArray[np.float64]:
    lows = np.array([each.low_m for each in sightings])
    highs = np.array([each.high_m for each in sightings])
    low = np.array([each.low_m for each in instances])
    high = np.array([each.high_m for each in instances])
    range_m = np.array([each.range_m for each in sightings])[:, None]
    overlap, apart = agreement(lows, highs, low, high, pad_m=PAD_M)
    size = np.maximum((highs - lows).max(axis=1)[:, None], (high - low).max(axis=1)[None])
    near = (size < LARGE_M) & (apart < NEAR_M + NEAR_PER_M * range_m)
    near |= _loose(instances, apart, size)
    single = np.array([each.category in ONE_A_ROOM for each in instances])
    near |= single[None] & (apart < ROOM_M)
    cost = 1.0 - np.minimum(overlap, 1.0) + 0.5 * apart / (size + 0.1)
    return np.where((overlap > LEAST_OVERLAP) | near, cost, NO_MATCH)


def _rough_cost(
    sightings: Sequence[Sighting],
    instances: Sequence[Instance],
    view: View,
    *,
    like: bool = False,
) -> NDArray[np.float64]:
    """Odds against each pair: Mahalanobis' distance squared, and how badly the pictures agree.

    Args:
        sightings: Of one frame.
        instances: What is known.
        view: From where.
        like: Whether only pairs of one size are thought of.
    """
    middles, sizes = _boxes(sightings)
    middle, size = _boxes(instances)
    off = middles[:, None] - middle[None]
    apart = np.linalg.norm(off, axis=2)
    differ = np.abs(sizes[:, None] - size[None])
    longest = np.maximum(sizes.max(axis=1)[:, None], size.max(axis=1)[None])
    if not like:
        # A view of a part may lie anywhere within the whole.
        off = np.sign(off) * np.maximum(np.abs(off) - differ / 2.0, 0.0)
    own = np.array(
        [
            covariance(m, s, view.eye_m, view.noise)
            for m, s in zip(middles.astype(np.float32), sizes.astype(np.float32), strict=True)
        ]
    )
    known = np.array(
        [np.zeros((3, 3)) if each.spread is None else each.spread for each in instances]
    )
    spread = own[:, None] + known[None]
    odds: Matrix = np.einsum("nmi,nmij,nmj->nm", off, np.linalg.inv(spread), off)
    shown = _in_picture(sightings, instances, view.camera, view.pose)
    cost: Matrix = odds + PICTURE_WEIGHT * (1.0 - shown)
    if like:
        fits = (differ < LIKE_SHARE * longest[..., None] + LIKE_M).all(axis=2)
        return np.where(fits & (shown > LEAST_SHOWN), cost, MOST_ODDS)
    loose = _loose(instances, apart, longest)
    either: Matrix = np.where(loose, np.minimum(cost, LOOSE_ODDS + apart), cost)
    return either


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
