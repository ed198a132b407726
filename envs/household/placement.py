"""Where Put leaves things.

`GridPlacement` chooses so. Each receptacle's spaces are covered by a grid of spots where the
thing's footprint lies within the rectangle, has headroom and touches nothing that is there.
Among the spots within the agent's reach those come first that it sees plainly, then those in
its field of view, each before those at the very end of the reach; of these the one nearest to
the middle of the view. Only where none is in reach does the nearest of the others take it: the
receptacle itself was in reach. The thing stands upright, its front turned to the agent as
nearly as the receptacle's sides allow, or a quarter turn on where that alone is free or better.
Where it does not fit so, `ATTEMPTS` are gone through in order: it may stick out of a vessel a
little, lie on its back, stand on end in something deep (a knife in a mug), lie across a
vessel's rim, or stick out over the edge of an open surface.
Receptacles for one thing (`SINGLE`: a burner, a towel holder) hold it at their middle, whatever
its size.
"""

from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from envs.household.footprints import Footprints
from envs.household.frames import rotation_matrix
from envs.household.scene import KnownRest
from envs.household.spaces import PlacedSpace
from envs.household.world import Agent

Floats = NDArray[np.float64]

SINGLE = frozenset(
    ["StoveBurner", "CoffeeMachine", "ToiletPaperHanger", "TowelHolder", "HandTowelHolder"]
)
"""Receptacle types that take one thing."""

HANGS = frozenset(["TowelHolder", "HandTowelHolder"])
"""Of these, the ones a thing hangs from by its top."""

THREADED = frozenset(["ToiletPaperHanger"])
"""And the ones that go through its middle, along the holder's width."""

HANG_OVER_M = 0.02
"""How far the top of a hung thing stands over the bar."""

BINS = frozenset(["GarbageCan", "LaundryHamper"])
"""Deep open receptacles that things drop into."""

DEEP_M = 0.08
"""A vessel as deep as this keeps a thing that stands on end in it."""


@dataclass(frozen=True)
class Attempt:
    """A way to put a thing down that the placement tries.

    Attributes:
        way: How it lies: `upright`; `lying` on its back, where that makes it lower; `on end`,
            its longest side up; `across`, flat over the rim, at the middle.
        where: Kinds of receptacle that it is tried in: `vessel`, `deep` (vessels and bins),
            `bin`, `surface` (all others that are open above), `shut` (all others).
        overhang: Share of its length that may stick out of the rectangle on each side.
    """

    way: Literal["upright", "lying", "on end", "across"]
    where: frozenset[str]
    overhang: float = 0.0


ATTEMPTS = (
    Attempt("upright", frozenset(["vessel", "bin", "surface", "shut"])),
    Attempt("upright", frozenset(["vessel", "bin"]), overhang=0.1875),
    Attempt("lying", frozenset(["bin", "surface", "shut"])),
    Attempt("on end", frozenset(["deep", "bin"])),
    Attempt("on end", frozenset(["deep", "bin"]), overhang=0.1875),
    Attempt("across", frozenset(["vessel"])),
    Attempt("upright", frozenset(["surface"]), overhang=0.25),
)
"""In this order; the first that finds a spot in any of the spaces decides."""

EASY_M = 0.15
"""Spots at the very end of the reach come after nearer ones: what is put there is wanted again."""

PAST_REACH = 6.0
VIEW_RIM = 0.025
"""Share of the picture along its edges that does not count as in view."""

CLEAR_M = 0.01
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
        anchor_xz_m: The point of its own frame to centre over a receptacle for one thing: the
            middle of a pan's bottom, which is not the middle of pan and handle.
        loaded: Whether something rests in it, so that it must stay upright.
        receptacle: Object id of where it goes.
        receptacle_type: And its type.
        vessel: Whether the receptacle is itself a thing that can be picked up.
        rim_m: Height of the receptacle's top.
        spaces: The receptacle's spaces.
        obstacles: Boxes it must not touch.
        things: Those of them that are movable things and holes, without the solid furniture.
        agent: Where the agent stands and looks.
        fov_deg: Vertical field of view.
        reach_m: Horizontal reach.
        depth_m: What the agent sees without the thing in its hand, planar depth [H, W].
        name: The thing's name, its type where it has none.
        known: Where things put there are known to come to rest.
    """

    type: str
    size_m: tuple[float, float, float]
    pivot_m: tuple[float, float, float]
    height_m: float
    anchor_xz_m: tuple[float, float]
    loaded: bool
    receptacle: str
    receptacle_type: str
    vessel: bool
    rim_m: float
    spaces: tuple[PlacedSpace, ...]
    obstacles: Footprints
    things: Footprints
    agent: Agent
    fov_deg: float
    reach_m: float
    depth_m: NDArray[np.float32]
    name: str = ""
    known: tuple[KnownRest, ...] = ()


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
        for attempt in ATTEMPTS:
            found = [
                spot
                for space in query.spaces
                if attempt.where & _kinds(query, space)
                for pose in _poses(query, space, attempt.way)
                if (spot := _best_spot(query, space, pose, attempt)) is not None
            ]
            if found:
                return min(found, key=lambda each: each[0])[1]
        return None


def _kinds(query: PutQuery, space: PlacedSpace) -> frozenset[str]:
    """What kind of receptacle a space makes, in the words of `Attempt.where`."""
    if query.receptacle_type in BINS:
        return frozenset(["bin"])
    if query.vessel and not space.space.inside:
        deep = query.rim_m - space.centre_m[1] >= DEEP_M
        return frozenset(["vessel", "deep"] if deep else ["vessel"])
    return frozenset(["shut" if space.space.inside else "surface"])


def _pitch(query: PutQuery, way: str) -> Floats | None:
    """How the thing is turned over for a way to lie; None where that way makes no sense."""
    width, height, depth = query.size_m
    if way in ("upright", "across"):
        return np.eye(3)
    if query.loaded or (way == "lying" and height <= depth):
        return None
    if way == "on end" and height >= max(width, depth):
        return None
    on_its_side = way == "on end" and width > depth
    return rotation_matrix((0.0, 0.0, 90.0) if on_its_side else (-90.0, 0.0, 0.0))


def _poses(query: PutQuery, space: PlacedSpace, way: str) -> list[_Pose]:
    """The thing's two poses, a quarter turn apart, for a way to lie; the first faces the agent."""
    pitch = _pitch(query, way)
    if pitch is None:
        return []
    level_yaw = np.rad2deg(np.arctan2(space.rotation[0, 2], space.rotation[2, 2]))
    towards = np.asarray(query.agent.eye_m) - space.centre_m
    facing = np.rad2deg(np.arctan2(towards[0], towards[2]))
    quarter = round((facing - level_yaw) / 90.0) * 90.0
    poses = []
    for extra in (0.0, 90.0):
        own = rotation_matrix((0.0, quarter + extra, 0.0)) @ pitch
        half = np.abs(own) @ (np.asarray(query.size_m) / 2.0)
        tall = query.height_m if way in ("upright", "across") else 2.0 * half[1]
        turn = rotation_matrix((0.0, level_yaw, 0.0)) @ own
        poses.append(_Pose(turn, half[[0, 2]], tall))
    return poses


def _best_spot(
    query: PutQuery, space: PlacedSpace, pose: _Pose, attempt: Attempt
) -> tuple[tuple[float, float], Spot] | None:
    """Return (rank, spot) of the best free spot of a space for a way to lie, None if none."""
    across = attempt.way == "across"
    if pose.height_m > space.space.clearance_m:
        return None
    room = np.asarray(space.space.size_m) / 2.0 - pose.half_m * (1.0 - 2.0 * attempt.overhang)
    if across:
        room = np.zeros(2)
    if (room < -1e-6).any():
        return None
    along, beside = (_spots(half) for half in np.maximum(room, 0.0))
    local = np.stack(np.meshgrid(along, beside, indexing="ij"), axis=-1).reshape(-1, 2)
    flat = space.rotation[:, [0, 2]]
    bottoms = space.centre_m + local @ flat.T
    if across:
        bottoms[:, 1] = query.rim_m
    free = bottoms[_free(query, bottoms, pose, flat[[0, 2], 0])]
    if not len(free):
        return None
    tier, order = _rank(query, free, pose.height_m)
    best = int(np.lexsort((order, tier))[0])
    return (float(tier[best]), float(order[best])), Spot(
        _pivot(query, free[best], pose), pose.turn, space.index
    )


def _spots(half_m: float) -> Floats:
    """Spots evenly from -half to half, the middle among them."""
    count = min(int(np.ceil(half_m / SPOT_STEP_M)), MOST_SPOTS_A_SIDE // 2)
    return np.linspace(-half_m, half_m, 2 * count + 1)


def _free(query: PutQuery, bottoms_m: Floats, pose: _Pose, axis_xz: Floats) -> NDArray[np.bool_]:
    """Which spots [P, 3] leave the thing clear of everything that is there."""
    level = bottoms_m[0, 1]
    others = query.obstacles
    beside = (others.high_m > level + 0.003) & (others.low_m < level + pose.height_m)
    middle = (bottoms_m.min(axis=0) + bottoms_m.max(axis=0))[[0, 2]] / 2.0
    span = np.hypot(*(bottoms_m[:, [0, 2]] - middle).T).max() + np.hypot(*pose.half_m)
    apart = np.hypot(*(others.centre_xz_m - middle).T) - np.hypot(*others.half_m.T)
    others = others.select(beside & (apart < span))
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
    """Tier of spots, and what orders them within it.

    0 in plain view, 2 in the field of view, 4 elsewhere; each 1 more at the very end of the
    reach. Within these the angle from the middle of the view decides. Past the reach (the last
    tier) it is the distance.
    """
    middles = bottoms_m + np.array([0.0, height_m / 2.0, 0.0])
    offset = middles - np.asarray(query.agent.eye_m)
    run = np.hypot(offset[:, 0], offset[:, 2])
    seen = offset @ query.agent.camera_rotation
    half_height = np.array([0.0, height_m / 2.0, 0.0]) @ query.agent.camera_rotation
    in_view, clear = _looked_at(query, seen)
    clear &= _looked_at(query, seen + 0.9 * half_height)[1]
    tier = np.where(clear, 0.0, np.where(in_view, 2.0, 4.0)) + (run > query.reach_m - EASY_M)
    past = run > query.reach_m
    angle = np.arctan2(np.hypot(seen[:, 0], seen[:, 1]), seen[:, 2])
    return np.where(past, PAST_REACH, tier), np.where(past, run, angle)


def _looked_at(query: PutQuery, points_m: Floats) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Whether points [P, 3] of the camera's frame lie in view, and whether nothing hides them."""
    height, width = query.depth_m.shape
    focal = height / 2.0 / np.tan(np.deg2rad(query.fov_deg) / 2.0)
    ahead = np.maximum(points_m[:, 2], 1e-6)
    column = np.floor(width / 2.0 + focal * points_m[:, 0] / ahead).astype(int)
    row = np.floor(height / 2.0 - focal * points_m[:, 1] / ahead).astype(int)
    rim = int(VIEW_RIM * height)
    in_view = (points_m[:, 2] > 0.05) & (column >= rim) & (column < width - rim)
    in_view &= (row >= rim) & (row < height - rim)
    deep = query.depth_m[np.where(in_view, row, 0), np.where(in_view, column, 0)]
    return in_view, in_view & (deep > points_m[:, 2] - CLEAR_M)


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
    if query.receptacle_type in THREADED:
        # A roll's axis is its own y; the bar runs along the holder's x.
        turn = space.rotation @ rotation_matrix((0.0, 0.0, 90.0))
        half = (np.abs(turn) @ (np.asarray(query.size_m) / 2.0))[1]
        drop = np.array([0.0, half, 0.0])
        pose = _Pose(turn, np.zeros(2), query.height_m)
        return Spot(_pivot(query, space.centre_m - drop, pose), turn, space.index)
    if query.receptacle_type in HANGS:
        drop = np.array([0.0, query.size_m[1] - HANG_OVER_M, 0.0])
        pose = _Pose(space.rotation, np.zeros(2), query.height_m)
        return Spot(_pivot(query, space.centre_m - drop, pose), pose.turn, space.index)
    axis = space.rotation[[0, 2], 0]
    anchor = np.array([query.anchor_xz_m[0], 0.0, query.anchor_xz_m[1]])
    back = rotation_matrix((0.0, 180.0, 0.0))
    ways = _poses(query, space, "upright")
    ways += [_Pose(pose.turn @ back, pose.half_m, pose.height_m) for pose in ways]
    bottoms = [space.centre_m - pose.turn @ anchor for pose in ways]
    clear = [
        bool(_free(query, at[None], way, axis)[0]) for at, way in zip(bottoms, ways, strict=True)
    ]
    chosen = clear.index(True) if any(clear) else 0
    way = ways[chosen]
    return Spot(_pivot(query, bottoms[chosen], way), way.turn, space.index)
