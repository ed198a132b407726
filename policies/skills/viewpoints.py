"""Where to stand, and how to look, to see and reach something that is on the map."""

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from embodied.mapping.instances import Instance, thinned
from embodied.mapping.pose import (
    AHEAD,
    HIGHEST_HORIZON_DEG,
    LOOK_DEG,
    LOWEST_HORIZON_DEG,
    STEP_M,
    GridPose,
)
from policies.skills.routes import Routes
from policies.skills.types import CLEAR_FRONT_M

HORIZONS_DEG = np.arange(LOWEST_HORIZON_DEG, HIGHEST_HORIZON_DEG + 1, LOOK_DEG)
HALF_VIEW = float(np.tan(np.deg2rad(27.0)))
"""The picture ends at 30 degrees; what is to be used should be well inside."""
REACH_M = 1.4
"""0.1 m less than the rule's, for what the map has wrong."""
MOST_POINTS = 40
UNSEEN, UNSEEN_BESIDE = 10.0, 20.0
"""Cost of not having in view what else is to be used, or what something is to go next to."""
BESIDE_M = 0.5
"""What is so near to something, seen from above, is next to it."""
WIDE_SHARE, DEEP_M = 0.7, 0.35
"""What a container holds lies within this share of its width, and so deep on average."""
LEAST_AHEAD_M, MOST_BESIDE_M = 0.25, 0.5
"""In front of something that opens is this far before its face, and not farther to the side."""


@dataclass(frozen=True)
class Aim:
    """What a pose is for.

    Attributes:
        target: What must be seen and reached.
        also: What else must be in view.
        beside: Of the target, only what is next to this is meant, if anything of it is.
        opens: Whether it will open towards the agent.
        inside: Whether what it holds is to be seen, which is only so from its front.
        reach_m: How near its points must be, horizontally.
    """

    target: Instance
    also: tuple[Instance, ...] = ()
    beside: Instance | None = None
    opens: bool = False
    inside: bool = False
    reach_m: float = REACH_M

    def now(self) -> "Aim":
        """Return the same for what its things are now: two may have turned out to be one."""
        target, also = self.target.itself, tuple(each.itself for each in self.also)
        beside = None if self.beside is None else self.beside.itself
        return replace(self, target=target, also=also, beside=beside)


@dataclass(frozen=True, eq=False)
class Ranked:
    """Poses, cheapest first, with their costs."""

    poses: tuple[GridPose, ...]
    costs: NDArray[np.float64]


def rank(
    aim: Aim,
    routes: Routes,
    start: GridPose,
    *,
    eye_height_m: float,
    without: Collection[GridPose] = (),
    most: int = 24,
) -> Ranked:
    """Rank poses for an aim by the way there and by what is doubtful about them.

    Args:
        aim: What for.
        routes: Ways from the present pose.
        start: The present pose.
        eye_height_m: Height of the camera.
        without: Poses that did not do; their neighbours are doubted.
        most: How many are returned at most.
    """
    if aim.inside:
        points = _unseen_inside(aim.target, without, eye_height_m)
    else:
        points = _few(aim.target, beside=aim.beside)
    lattice = routes.lattice
    ways = routes.cost.min(axis=0)
    i, j = np.nonzero(np.isfinite(ways))
    cells = np.stack([i + lattice.low[0], j + lattice.low[1]], axis=1)
    spots = cells * STEP_M
    gap = np.linalg.norm(spots[:, None] - points[None, :, :2], axis=2)
    nearest = gap.min(axis=1)
    keep = nearest < aim.reach_m
    if not keep.any():
        keep = nearest <= nearest.min() + 2 * STEP_M if len(nearest) else keep
    if not keep.any():
        return Ranked((), np.zeros(0))
    i, j, cells, spots, gap = i[keep], j[keep], cells[keep], spots[keep], gap[keep]
    reached = gap < aim.reach_m
    if not reached.any():
        reached = gap <= gap.min(axis=1, keepdims=True) + 0.1
    share = _share_in_view(points, spots, eye_height_m, reached)
    cost = _way_costs(routes, i, j)[:, :, None] + np.abs(HORIZONS_DEG - start.horizon_deg) / 15.0
    cost = cost + np.where(share > 0.0, 5.0 * (1.0 - np.minimum(share / 0.6, 1.0)), np.inf)
    cost = cost + _off_middle(points, spots, eye_height_m)
    cost = cost + _doubts(aim, spots, gap.min(axis=1))[:, None, None]
    for other, doubt in ((aim.beside, UNSEEN_BESIDE), *((each, UNSEEN) for each in aim.also)):
        if other is not None:
            seen = _share_in_view(_few(other), spots, eye_height_m, None)
            cost = cost + np.where(seen > 0.3, 0.0, doubt)
    for pose in without:
        near = np.abs(cells - np.array(pose.cell)).max(axis=1)
        cost[near == 0] += 3.0
        cost[near == 1] += 1.0
    flat = cost.reshape(-1)
    order = np.argsort(flat, kind="stable")[: most + len(without) * 2]
    chosen, costs = [], []
    for index in order:
        if not np.isfinite(flat[index]):
            break
        n, heading, tilt = np.unravel_index(int(index), cost.shape)
        pose = GridPose(int(cells[n, 0]), int(cells[n, 1]), int(heading), int(HORIZONS_DEG[tilt]))
        if pose not in without:
            chosen.append(pose)
            costs.append(flat[index])
    return Ranked(tuple(chosen[:most]), np.array(costs[:most]))


def _few(target: Instance, *, beside: Instance | None = None) -> NDArray[np.float64]:
    points = target.points_m
    if beside is not None:
        out = np.maximum(beside.low_m - points, points - beside.high_m)[:, :2]
        near = np.hypot(*np.maximum(out, 0.0).T) < BESIDE_M
        points = points[near] if near.any() else points
    return thinned(points, voxel_m=0.1, most=MOST_POINTS).astype(np.float64)


def _unseen_inside(
    target: Instance, without: Collection[GridPose], eye_height_m: float
) -> NDArray[np.float64]:
    """Points within a container that no pose tried so far shows; what shows of it, at first."""
    if not without:
        return _few(target)
    low, high = target.low_m.astype(np.float64), target.high_m.astype(np.float64)
    shares = (np.linspace(0.1, 0.9, 4), np.linspace(0.1, 0.9, 4), np.array([0.2, 0.6]))
    grid = np.stack(np.meshgrid(*shares, indexing="ij"), axis=-1).reshape(-1, 3)
    points: NDArray[np.float64] = low + grid * (high - low)
    spots = np.array([pose.xy_m for pose in without], dtype=np.float64)
    shown = _shown(points, spots, eye_height_m)  # [W, 4, 7, P]
    headings = np.array([pose.heading for pose in without])
    tilts = np.searchsorted(HORIZONS_DEG, [pose.horizon_deg for pose in without])
    unseen = ~shown[np.arange(len(spots)), headings, tilts].any(axis=0)
    return points[unseen] if unseen.any() else _few(target)


def _way_costs(routes: Routes, i: NDArray[np.intp], j: NDArray[np.intp]) -> NDArray[np.float64]:
    return routes.cost[:, i, j].T


def _in_camera(
    points: NDArray[np.float64], spots: NDArray[np.float64], eye_height_m: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Depth, right and height of points as seen from spots: each [C, 4, 7, P]."""
    offset = points[None, :, :2] - spots[:, None]
    headings = np.array(AHEAD, dtype=np.float64)
    ahead = np.einsum("cpk,hk->chp", offset, headings)
    right = np.einsum("cpk,hk->chp", offset, np.stack([headings[:, 1], -headings[:, 0]], axis=1))
    up = points[:, 2] - eye_height_m
    tilt = np.deg2rad(HORIZONS_DEG)[None, None, :, None]
    depth = ahead[:, :, None] * np.cos(tilt) - up * np.sin(tilt)
    height = ahead[:, :, None] * np.sin(tilt) + up * np.cos(tilt)
    return depth, np.broadcast_to(right[:, :, None], depth.shape), height


def _share_in_view(
    points: NDArray[np.float64],
    spots: NDArray[np.float64],
    eye_height_m: float,
    reached: NDArray[np.bool_] | None,
) -> NDArray[np.float64]:
    """Share of the points that are in view, and in reach: [C, 4, 7]."""
    seen = _shown(points, spots, eye_height_m)
    if reached is not None:
        seen &= reached[:, None, None, :]
    share: NDArray[np.float64] = seen.mean(axis=3)
    return share


def _shown(
    points: NDArray[np.float64], spots: NDArray[np.float64], eye_height_m: float
) -> NDArray[np.bool_]:
    """Whether points are well inside the picture as seen from spots: [C, 4, 7, P]."""
    depth, right, height = _in_camera(points, spots, eye_height_m)
    limit = HALF_VIEW * np.maximum(depth, 0.0)
    return (depth > 0.1) & (np.abs(right) < limit) & (np.abs(height) < limit)


def _off_middle(
    points: NDArray[np.float64], spots: NDArray[np.float64], eye_height_m: float
) -> NDArray[np.float64]:
    """Cost of having the middle of the points off the middle of the picture: [C, 4, 7]."""
    middle = points.mean(axis=0, keepdims=True)
    depth, right, height = _in_camera(middle, spots, eye_height_m)
    safe = np.maximum(depth, 0.1)
    off = np.maximum(np.abs(right), np.abs(height)) / safe
    return np.clip(off[..., 0], 0.0, 3.0) * 2.0


def _doubts(
    aim: Aim, spots: NDArray[np.float64], nearest: NDArray[np.float64]
) -> NDArray[np.float64]:
    """What speaks against standing at spots: [C]."""
    target = aim.target
    middle = target.centre_m[:2].astype(np.float64)
    offset = spots - middle
    run = np.maximum(np.hypot(*offset.T), 1e-6)
    doubts = np.maximum(0.35 - nearest, 0.0) * 8.0
    doubts += np.maximum(nearest - 1.15, 0.0) * 6.0
    # It was seen from somewhere: from the other side something may stand before it.
    views = (
        np.array([pose.xy_m for pose in target.seen_from]) - middle if target.seen_from else None
    )
    if views is not None:
        views = views / np.maximum(np.linalg.norm(views, axis=1, keepdims=True), 1e-6)
        cosine = (offset @ views.T / run[:, None]).max(axis=1)
        doubts += np.clip(0.6 - cosine, 0.0, 1.6) * 4.0
    front = front_of(target) if aim.opens or aim.inside else None
    if front is not None:
        axis, sign, face = front
        ahead = (spots[:, axis] - face) * sign
        beside = np.abs(spots[:, 1 - axis] - middle[1 - axis])
        if aim.inside:
            doubts += np.where((ahead < LEAST_AHEAD_M) | (beside > MOST_BESIDE_M), 15.0, 0.0)
            doubts += np.maximum(beside - 0.2, 0.0) * 6.0
            far = beside + WIDE_SHARE * float(target.size_m[1 - axis]) / 2.0
            doubts += np.maximum(far - HALF_VIEW * (ahead + DEEP_M), 0.0) * 20.0
        if aim.opens:
            need = CLEAR_FRONT_M.get(target.category, 0.6)
            short = np.maximum(need - ahead, 0.0)
            doubts += np.where((beside < 0.55) & (short > 0.02), 5.0 + short * 30.0, 0.0)
            doubts += np.where(beside > MOST_BESIDE_M, 6.0, 0.0)
            doubts += np.where(ahead < 0.2, 8.0, 0.0) + np.maximum(beside - 0.2, 0.0) * 6.0
    return doubts


def front_of(target: Instance) -> tuple[int, int, float] | None:
    """Return the side that a box opens at: axis (0 x, 1 y), sign, and where its face is.

    The side its door was seen at; before that the side it was mostly seen from; of a thin panel
    that is across its thin axis.
    """
    if target.front is not None:
        axis, sign = target.front
        return axis, sign, float((target.high_m if sign > 0 else target.low_m)[axis])
    if not target.seen_from:
        return None
    middle, size = target.centre_m, target.size_m
    views = np.array([pose.xy_m for pose in target.seen_from]) - middle[:2]
    thin = size[:2].min() < 0.25 * size[:2].max()
    axis = int(size[:2].argmin()) if thin else int(np.abs(views).sum(axis=0).argmax())
    sign = 1 if views[:, axis].sum() >= 0.0 else -1
    face = target.high_m[axis] if sign > 0 else target.low_m[axis]
    return axis, sign, float(face)


def before(target: Instance, pose: GridPose) -> bool:
    """Whether a pose is in front of something that opens, so that it shows what is inside."""
    front = front_of(target)
    if front is None:
        return True
    axis, sign, face = front
    spot = pose.xy_m
    beside = abs(spot[1 - axis] - float(target.centre_m[1 - axis]))
    ahead = (spot[axis] - face) * sign
    # What lies at its far side shows only from in front of that, or from farther away.
    far = beside + WIDE_SHARE * float(target.size_m[1 - axis]) / 2.0
    return ahead > LEAST_AHEAD_M and beside < MOST_BESIDE_M and far < HALF_VIEW * (ahead + DEEP_M)
