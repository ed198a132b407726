"""Where Put leaves things.

`GridPlacement` chooses so. The thing stays upright, its front turned to the agent as nearly as
the receptacle's sides allow; then it is tried a quarter turn on, then lying on its back, then
on end (a knife in a mug). Each receptacle's spaces are covered by a grid of spots where the
thing's footprint lies within the rectangle, has headroom and touches nothing that is there.
Among the spots within the agent's reach those in its view come first, and of these the one
nearest to the middle of the view. Where no spot takes the whole footprint, open surfaces let it
stick out over the edge by at most a quarter of its length; a vessel lets it lie across its rim.
Receptacles for one thing (a burner, a towel holder) hold it at their middle whatever its size.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from envs.household.footprints import Footprints
from envs.household.frames import rotation_matrix
from envs.household.world import Agent, PlacedSpace

Floats = NDArray[np.float64]

SINGLE = frozenset(
    ["StoveBurner", "CoffeeMachine", "ToiletPaperHanger", "TowelHolder", "HandTowelHolder"]
)
"""Receptacle types that take one thing."""

OVERHANG = 0.25
SPOT_STEP_M = 0.04
MOST_SPOTS_A_SIDE = 24
TOUCH_M = 0.002
"""Rectangles that overlap by less than this only touch."""


@dataclass(frozen=True)
class PutQuery:
    """Everything a placement may look at.

    Attributes:
        type: The thing's type.
        size_m: Its (width, height, depth).
        pivot_m: Its pivot seen from the centre of its bottom, own frame.
        height_m: Its height with what stands in it.
        loaded: Whether something rests in it, so that it must stay upright.
        receptacle: Object id of where it goes.
        receptacle_type: And its type.
        vessel: Whether the receptacle is itself a thing that can be picked up.
        rim_m: Height of the receptacle's top.
        spaces: The receptacle's spaces.
        obstacles: Boxes it must not touch.
        agent: Where the agent stands and looks.
        fov_deg: Vertical field of view; the view is square.
        reach_m: Horizontal reach.
    """

    type: str
    size_m: tuple[float, float, float]
    pivot_m: tuple[float, float, float]
    height_m: float
    loaded: bool
    receptacle: str
    receptacle_type: str
    vessel: bool
    rim_m: float
    spaces: tuple[PlacedSpace, ...]
    obstacles: Footprints
    agent: Agent
    fov_deg: float
    reach_m: float


@dataclass(frozen=True)
class Spot:
    """Where a thing goes: its pivot, its rotation [3, 3], and which space takes it."""

    position_m: Floats
    rotation: Floats
    space: int


class Placement(Protocol):
    """A way to choose where Put leaves a thing."""

    def choose(self, query: PutQuery) -> Spot | None:
        """Return a spot, None where there is none."""


@dataclass(frozen=True)
class _Pose:
    """A way for the thing to lie: rotation, and its extents in the space's frame."""

    turn: Floats
    half_m: Floats
    height_m: float


@dataclass(frozen=True)
class GridPlacement:
    """The default: see the module."""

    def choose(self, query: PutQuery) -> Spot | None:
        """Return the free spot nearest to the middle of the view."""
        if query.receptacle_type in SINGLE:
            return _in_the_middle(query)
        for kind in ("upright", "lying", "on end"):
            found = [
                spot
                for space in query.spaces
                for pose in _poses(query, space, kind)
                if (spot := _best_spot(query, space, pose, overhang=0.0)) is not None
            ]
            if found:
                return min(found, key=lambda each: each[0])[1]
        found = [
            spot
            for space in query.spaces
            if query.vessel or not space.space.inside
            for pose in _poses(query, space, "upright")
            if (spot := _best_spot(query, space, pose, overhang=OVERHANG)) is not None
        ]
        return min(found, key=lambda each: each[0])[1] if found else None


def _poses(query: PutQuery, space: PlacedSpace, kind: str) -> list[_Pose]:
    """The two ways, a quarter turn apart, that a thing may stand, lie, or stand on end."""
    width, height, depth = query.size_m
    if kind != "upright" and query.loaded:
        return []
    if kind == "on end" and not query.vessel:
        return []
    # Standing on end turns the longest side up; lying turns the back down.
    pitch = rotation_matrix((0.0, 0.0, 0.0) if kind == "upright" else (-90.0, 0.0, 0.0))
    if kind == "on end" and width > depth:
        pitch = rotation_matrix((0.0, 0.0, 90.0))
    level_yaw = np.rad2deg(np.arctan2(space.rotation[0, 2], space.rotation[2, 2]))
    eye = np.asarray(query.agent.eye_m)
    towards = eye - space.centre_m
    facing = np.rad2deg(np.arctan2(towards[0], towards[2]))
    quarter = round((facing - level_yaw) / 90.0) * 90.0
    poses = []
    for extra in (0.0, 90.0):
        own = rotation_matrix((0.0, quarter + extra, 0.0)) @ pitch
        half = np.abs(own) @ (np.array([width, height, depth]) / 2.0)
        tall = query.height_m if kind == "upright" else 2.0 * half[1]
        turn = rotation_matrix((0.0, level_yaw, 0.0)) @ own
        poses.append(_Pose(turn, half[[0, 2]], tall))
    return poses


def _best_spot(
    query: PutQuery, space: PlacedSpace, pose: _Pose, *, overhang: float
) -> tuple[tuple[int, float], Spot] | None:
    """Return (rank, spot) of the best free spot of a space for a way to lie, None if none."""
    across_rim = overhang > 0.0 and query.vessel
    level_m = query.rim_m if across_rim else float(space.centre_m[1])
    if pose.height_m > space.space.clearance_m and not across_rim:
        return None
    room = np.asarray(space.space.size_m) / 2.0 - pose.half_m * (1.0 - 2.0 * overhang)
    if (room < -1e-6).any():
        return None
    room = np.maximum(room, 0.0)
    along, across = (_spots(half) for half in room)
    local = np.stack(np.meshgrid(along, across, indexing="ij"), axis=-1).reshape(-1, 2)
    flat = space.rotation[:, [0, 2]]
    bottoms = space.centre_m + local @ flat.T
    bottoms[:, 1] = level_m
    free = bottoms[_free(query, bottoms, pose, flat[[0, 2], 0])]
    if not len(free):
        return None
    rank = _rank(query, free, pose.height_m)
    best = int(np.lexsort(rank[::-1])[0])
    if rank[0][best] > 1:
        return None
    key = (int(rank[0][best]), float(rank[1][best]))
    return key, Spot(_pivot(query, free[best], pose), pose.turn, space.index)


def _spots(half_m: float) -> Floats:
    """Spots evenly from -half to half, the middle among them."""
    count = min(int(np.ceil(half_m / SPOT_STEP_M)), MOST_SPOTS_A_SIDE // 2)
    return np.linspace(-half_m, half_m, 2 * count + 1)


def _free(query: PutQuery, bottoms_m: Floats, pose: _Pose, axis_xz: Floats) -> NDArray[np.bool_]:
    """Which spots [P, 3] leave the thing clear of everything that is there."""
    level = bottoms_m[0, 1]
    others = query.obstacles
    beside = (others.high_m > level + 0.003) & (others.low_m < level + pose.height_m)
    others = others.select(beside)
    count = len(bottoms_m)
    mine = Footprints(
        bottoms_m[:, [0, 2]],
        np.broadcast_to(axis_xz / max(float(np.hypot(*axis_xz)), 1e-12), (count, 2)),
        np.broadcast_to(pose.half_m, (count, 2)),
        bottoms_m[:, 1],
        bottoms_m[:, 1] + pose.height_m,
    )
    return ~mine.overlaps(others, margin_m=TOUCH_M).any(axis=1)


def _rank(query: PutQuery, bottoms_m: Floats, height_m: float) -> tuple[Floats, Floats]:
    """Tier (0 in view, 1 in reach, 2 neither) and angle from the middle of the view, of spots."""
    middles = bottoms_m + np.array([0.0, height_m / 2.0, 0.0])
    offset = middles - np.asarray(query.agent.eye_m)
    seen = offset @ query.agent.camera_rotation
    ahead = np.maximum(seen[:, 2], 1e-6)
    edge = np.tan(np.deg2rad(query.fov_deg) / 2.0) * 0.95
    in_view = (seen[:, 2] > 0.05) & (np.abs(seen[:, :2]).max(axis=1) < edge * ahead)
    in_reach = np.hypot(offset[:, 0], offset[:, 2]) <= query.reach_m
    tier = np.where(in_reach, np.where(in_view, 0.0, 1.0), 2.0)
    return tier, np.arctan2(np.hypot(seen[:, 0], seen[:, 1]), seen[:, 2])


def _pivot(query: PutQuery, bottom_m: Floats, pose: _Pose) -> Floats:
    """The pivot that puts the lowest point of the turned box at `bottom_m`, centred on it."""
    half_height = float((np.abs(pose.turn) @ (np.asarray(query.size_m) / 2.0))[1])
    middle = bottom_m + np.array([0.0, half_height, 0.0])
    box_middle = np.array([0.0, query.size_m[1] / 2.0, 0.0])
    return middle + pose.turn @ (np.asarray(query.pivot_m) - box_middle)


def _in_the_middle(query: PutQuery) -> Spot | None:
    """Put a thing at the middle of a receptacle for one; turned clear of the rest if it can."""
    if not query.spaces:
        return None
    space = query.spaces[0]
    bottom = np.array(space.centre_m)
    ways = _poses(query, space, "upright")
    back = rotation_matrix((0.0, 180.0, 0.0))
    ways += [_Pose(pose.turn @ back, pose.half_m, pose.height_m) for pose in ways]
    axis = space.rotation[[0, 2], 0]
    clear = [pose for pose in ways if _free(query, bottom[None], pose, axis)[0]]
    chosen = (clear or ways)[0]
    return Spot(_pivot(query, bottom, chosen), chosen.turn, space.index)
