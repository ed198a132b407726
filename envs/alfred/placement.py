"""Where AI2-THOR 2.1's PutObject leaves things, which is how ALFRED's recordings were made.

The rule, from THOR's public sources of 2019. Every receptacle has trigger boxes; over each lies
a grid of 9 x 9 points. Those are kept that lie within the reach, in the agent's picture and in
plain view, nearest to the agent's middle first; receptacles that are seen from a slant
(`ALL_POINTS`) keep all their points, in the grid's own order, from the +x +z corner, z running
fastest. At each point the thing's pivot is put over the point, turned as the trigger box is and
then by quarter turns; the first turn whose bounding box is clear of other things must lie within
the trigger box seen from above, or the next point is tried. (Through an oversight whether it is
clear is asked of a box turned the same way at every turn, `ASKED_TURN`.) Physics plays no part.

Here a space's rectangle is its trigger box (`envs.alfred.scenes.triggers`), and bounding boxes
are `colliders.json`'s. Where the rule finds nothing, which in rebuilt rooms means that something
was made out too small, `GridPlacement` decides.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
from numpy.typing import NDArray

from envs.household.footprints import Footprints
from envs.household.frames import rotation_matrix
from envs.household.placement import (
    SINGLE,
    TOUCH_M,
    Floats,
    GridPlacement,
    Placement,
    PutQuery,
    Spot,
)
from envs.household.scene import KnownRest
from envs.household.shape import Vec3
from envs.household.spaces import PlacedSpace

GRID = 9
"""Points along each side of a trigger box."""

ALL_POINTS = frozenset(["Pot", "Pan", "Bowl", "GarbageCan", "Plate", "Box", "Drawer", "Mug", "Cup"])
"""Receptacle types of which all points are tried, seen or not, in the grid's own order."""

MOST_POINTS = 50
"""So many points are tried."""

EDGE_M = 0.0
"""How far a bounding box may stick out of a rectangle."""

SIGHT_M, SIGHT_INSIDE_M = 0.06, 0.35
"""How far rebuilt surfaces may hide a point, in the open and inside, before it counts as hidden.

Walls, shelves and doors around an inside are less exact than what is open.
"""

QUARTERS = (0.0, 90.0, 180.0, 270.0)
ASKED_TURN = 270.0
"""THOR asks of the last turn it listed; of the two that may be meant this one fits train best."""

MARGIN_M = 0.03
"""How far bounding boxes stand out from what is seen of a type that `colliders.json` lacks."""

THIN_M = 0.004
LIFT_M = 0.012
"""How far over a space things come to rest.

THOR leaves them 5 mm over the surface, and rebuilt surfaces lie a little under what stands on
them; of 0 and 12 mm this brought things put down in train nearer to their later masks.
"""


STOOD_M, STOOD_DEG = 0.05, 1.0
"""Agents that stand and look so nearly alike stand at the same place."""

SAME_M = 0.03
"""Spots are seen so exactly."""

BESIDE_M = 0.08
"""Middles of things and their pivots are this near."""

LOOSE_M = 0.01
"""Where a thing was seen to lie it may touch what is there by so much: shapes are not exact."""

FINE = frozenset(["SinkBasin", "BathtubBasin"])
"""Their grids are too fine to be made out: of these, recordings tell more than the rule."""

AS_BIG = 0.35
"""Logarithm of the ratio of sizes up to which things are about as big."""


@dataclass(frozen=True)
class _Collider:
    """A thing's bounding box seen from above, own frame, from its pivot.

    Attributes:
        middle_xz_m: Its middle.
        half_m: Its half sides.
    """

    middle_xz_m: Floats
    half_m: Floats


@cache
def _learned(name: str) -> Mapping[str, Any]:
    """A table of `colliders.json`, by type; the file says what is in it."""
    text = resources.files("envs.alfred").joinpath("colliders.json").read_text("utf-8")
    table: Mapping[str, Any] = json.loads(text)[name]
    return table


def _collider(query: PutQuery) -> _Collider:
    width, _, depth = query.size_m
    right, _, ahead = query.pivot_m
    seen = (width / 2 + right, width / 2 - right, depth / 2 + ahead, depth / 2 - ahead)
    known = _learned("reach_m").get(query.type, (None,) * 4)
    reach = [
        own + MARGIN_M if side is None else side for own, side in zip(seen, known, strict=True)
    ]
    left, right, back, front = reach
    return _Collider(
        np.array([right - left, front - back]) / 2.0, np.array([left + right, back + front]) / 2.0
    )


@dataclass(frozen=True)
class ThorPlacement:
    """See the module.

    Attributes:
        otherwise: Decides where the rule finds nothing.
    """

    otherwise: Placement = field(default_factory=GridPlacement)

    def choose(self, query: PutQuery) -> Spot | None:
        """Return the first point of THOR's order at which the thing fits."""
        if query.receptacle_type in SINGLE:
            return self.otherwise.choose(query)
        memory = recall(query)
        if memory.spot is not None and (memory.sure or query.receptacle_type in FINE):
            return memory.spot
        spot = _first_fit(query, from_m=memory.from_m)
        if memory.spot is not None and (
            spot is None or away_m(query, memory.spot) < away_m(query, spot) - SAME_M
        ):
            # It is known to fit there: something that fits nearer still may be missed, not this.
            return memory.spot
        if spot is not None and _shows(query, spot):
            return spot
        # A rebuilt basin's rim or bin's wall may hide what its true one does not.
        other = self.otherwise.choose(query)
        return other if spot is None or (other is not None and _shows(query, other)) else spot


@dataclass(frozen=True)
class Memory:
    """What recordings tell of a put.

    Attributes:
        spot: The nearest spot that is free and where a thing like this was seen to lie.
        sure: Whether it went there beside the same things as now.
        from_m: Spots nearer to the agent than this were tried in vain.
    """

    spot: Spot | None = None
    sure: bool = False
    from_m: float = 0.0


def recall(query: PutQuery) -> Memory:
    """Look up where things of this kind were seen to lie that were put from here.

    Whatever kept a thing from nearer spots keeps it from them again where the same lies there.
    Those of the same name decide, else those of its type. Where neither is sure, the nearest
    spot that any of them had is as good as is known, in basins, for want of a rule, also one of
    others about as big.
    """
    x, _, z = query.agent.position_m
    mine = np.sort(_collider(query).half_m)
    tiers: dict[int, list[tuple[KnownRest, float]]] = {}
    for rest in query.known:
        turned_deg = (rest.agent_yaw_deg - query.agent.yaw_deg + 180.0) % 360.0 - 180.0
        if abs(turned_deg) > STOOD_DEG:
            continue
        if np.hypot(rest.agent_xz_m[0] - x, rest.agent_xz_m[1] - z) > STOOD_M:
            continue
        unlike = float(np.abs(np.log(np.sort(rest.half_m) / mine)).max())
        if rest.type == query.type:
            tiers.setdefault(0 if rest.name == query.name else 1, []).append((rest, unlike))
        elif unlike <= AS_BIG and query.receptacle_type in FINE:
            tiers.setdefault(2, []).append((rest, unlike))
    found = []
    for tier, rests in sorted(tiers.items()):
        memory = _recalled(query, [rest for rest, _ in rests], told=tier < 2)
        if memory.sure:
            return memory
        found.append(memory)
    from_m = max((memory.from_m for memory in found), default=0.0)
    spots = [memory.spot for memory in found if memory.spot is not None]
    return Memory(min(spots, key=lambda spot: away_m(query, spot), default=None), False, from_m)


def _recalled(query: PutQuery, rests: Sequence[KnownRest], *, told: bool) -> Memory:
    agent = np.asarray(query.agent.position_m)
    away = np.array([np.linalg.norm(_bottom(rest) - agent) for rest in rests])
    same = np.array([_same_beside(query, rest) for rest in rests])
    sure = same & told
    # Where beside the same it went here and there, the recordings miss something; be careful.
    nearest: dict[tuple[Vec3, ...], int] = {}
    for row in np.argsort(away, kind="stable"):
        if sure[row]:
            nearest.setdefault(rests[row].beside_m, int(row))
    # What it was kept from most says where it goes; distances alone hardly tell spots apart.
    farthest = max((float(away[row]) for row in nearest.values()), default=0.0)
    told_row = max(
        (row for row in nearest.values() if away[row] > farthest - SAME_M),
        key=lambda row: (len(rests[row].beside_m), float(away[row])),
        default=None,
    )
    from_m = 0.0
    if told_row is not None:
        from_m = float(away[told_row])
        spot = _spot_of(query, rests[told_row])
        if spot is not None:
            return Memory(spot, True, from_m)
    for row in np.argsort(away, kind="stable"):
        if away[row] < from_m - SAME_M or not (told or same[row]):
            continue
        spot = _spot_of(query, rests[row])
        if spot is not None:
            return Memory(spot, bool(sure[row]), from_m)
    return Memory(None, False, from_m)


def _bottom(rest: KnownRest) -> Floats:
    return np.array([rest.position_m[0], rest.bottom_m, rest.position_m[2]])


def _same_beside(query: PutQuery, rest: KnownRest) -> bool:
    """Whether everything that lay there then, no further than the spot, lies there now."""
    things = query.things
    for x, y, z in rest.beside_m:
        near = np.hypot(*(things.centre_xz_m - np.array([x, z])).T) < BESIDE_M
        if not (near & (things.low_m < y + BESIDE_M) & (things.high_m > y - BESIDE_M)).any():
            return False
    return True


def _spot_of(query: PutQuery, rest: KnownRest) -> Spot | None:
    """The spot that was seen, where it is free now and would be seen."""
    collider = _collider(query)
    turn = rotation_matrix(rest.rotation_deg)
    bottom = _bottom(rest)
    centre = bottom + turn @ np.array([collider.middle_xz_m[0], 0.0, collider.middle_xz_m[1]])
    half = np.maximum(collider.half_m - LOOSE_M, THIN_M)
    if not _clear(query, centre[None], half, turn[[0, 2], 0])[0] or not query.spaces:
        return None
    pivot = bottom + np.array([0.0, query.pivot_m[1], 0.0])
    levels = [abs(float(placed.centre_m[1] - rest.bottom_m)) for placed in query.spaces]
    spot = Spot(pivot, turn, query.spaces[int(np.argmin(levels))].index)
    return spot if _shows(query, spot) else None


def away_m(query: PutQuery, spot: Spot) -> float:
    """How far a spot is from the agent's middle, as THOR orders them."""
    bottom = spot.position_m - np.array([0.0, query.pivot_m[1], 0.0])
    return float(np.linalg.norm(bottom - np.asarray(query.agent.position_m)))


def _first_fit(query: PutQuery, *, from_m: float) -> Spot | None:
    """THOR's choice; where rebuilt walls would hide the thing, its choice of what they leave."""
    chosen = _chosen(query, inside_m=SIGHT_INSIDE_M, from_m=from_m)
    if chosen is None or query.receptacle_type in ALL_POINTS or _shows(query, chosen):
        return chosen
    plain = _chosen(query, inside_m=SIGHT_M, from_m=from_m)
    return plain if plain is not None and _shows(query, plain) else chosen


def _shows(query: PutQuery, spot: Spot) -> bool:
    """Whether any of a few points up the middle of the thing is in plain view once it is put."""
    up = np.array([0.2, 0.5, 0.9])[:, None] * np.array([0.0, query.height_m, 0.0])
    base = spot.position_m - np.array([0.0, query.pivot_m[1], 0.0])
    return bool(_seen(query, base + up, np.zeros(3)).any())


def _chosen(query: PutQuery, *, inside_m: float, from_m: float) -> Spot | None:
    """The first point of THOR's order that is as far; insides may hide points by `inside_m`."""
    at, spaces = _grid(query.spaces)
    if query.receptacle_type not in ALL_POINTS:
        inside = [placed.index for placed in query.spaces if placed.space.inside]
        tolerance = np.where(np.isin(spaces, inside), inside_m, SIGHT_M)
        seen = _seen(query, at, tolerance)
        at, spaces = at[seen], spaces[seen]
        away = np.linalg.norm(at - np.asarray(query.agent.position_m), axis=1)
        order = np.argsort(away, kind="stable")
        order = order[away[order] > from_m - SAME_M]
        at, spaces = at[order], spaces[order]
    at, spaces = at[:MOST_POINTS], spaces[:MOST_POINTS]
    found: list[tuple[int, Spot]] = []
    for placed in query.spaces:
        mine = np.flatnonzero(spaces == placed.index)
        if len(mine) and query.height_m <= placed.space.clearance_m:
            first = _first_of_space(query, placed, at[mine])
            if first is not None:
                found.append((int(mine[first[0]]), first[1]))
    return min(found, key=lambda each: each[0])[1] if found else None


def _grid(spaces: tuple[PlacedSpace, ...]) -> tuple[Floats, np.ndarray]:
    """All points [P, 3] in THOR's own order, and of which space each is, [P]."""
    steps = np.linspace(0.5, -0.5, GRID)
    unit = np.stack(np.meshgrid(steps, steps, indexing="ij"), axis=-1).reshape(-1, 2)
    at = [
        placed.centre_m + (unit * np.asarray(placed.space.size_m)) @ placed.rotation[:, [0, 2]].T
        for placed in spaces
    ]
    index = [np.full(len(unit), placed.index) for placed in spaces]
    return np.concatenate([np.zeros((0, 3)), *at]), np.concatenate([np.zeros(0, int), *index])


def _seen(query: PutQuery, at_m: Floats, tolerance_m: Floats) -> NDArray[np.bool_]:
    """Which points are in reach, in the picture and in plain view."""
    offset = at_m - np.asarray(query.agent.eye_m)
    local = offset @ query.agent.camera_rotation
    height, width = query.depth_m.shape
    focal = height / 2.0 / np.tan(np.deg2rad(query.fov_deg) / 2.0)
    ahead = np.maximum(local[:, 2], 1e-6)
    column = np.floor(width / 2.0 + focal * local[:, 0] / ahead).astype(int)
    row = np.floor(height / 2.0 - focal * local[:, 1] / ahead).astype(int)
    inside = (local[:, 2] > 0.0) & (column >= 0) & (column < width) & (row >= 0) & (row < height)
    deep = query.depth_m[np.where(inside, row, 0), np.where(inside, column, 0)]
    plain = inside & (deep > local[:, 2] - tolerance_m)
    plain &= np.hypot(offset[:, 0], offset[:, 2]) < query.reach_m
    return np.asarray(plain, dtype=np.bool_)


def _first_of_space(query: PutQuery, placed: PlacedSpace, at_m: Floats) -> tuple[int, Spot] | None:
    """The first of a space's points [P, 3] at which the thing fits, and how."""
    collider = _collider(query)
    axes = placed.rotation[:, [0, 2]]
    rectangle = np.asarray(placed.space.size_m) / 2.0 + EDGE_M
    asked = np.abs(_flat(ASKED_TURN)) @ collider.half_m
    settled = np.zeros(len(at_m), dtype=bool)
    best: tuple[int, Spot] | None = None
    for quarter in QUARTERS:
        flat = _flat(quarter)
        centres = at_m + axes @ flat @ collider.middle_xz_m
        clear = ~settled & _clear(query, centres, asked, axes[[0, 2], 0])
        settled |= clear
        local = (centres - placed.centre_m) @ axes
        within = (np.abs(local) + np.abs(flat) @ collider.half_m <= rectangle).all(axis=1)
        rows = np.flatnonzero(clear & within)
        if len(rows) and (best is None or rows[0] < best[0]):
            pivot = at_m[rows[0]] + np.array([0.0, query.pivot_m[1] + LIFT_M, 0.0])
            own = rotation_matrix((0.0, quarter, 0.0))
            best = int(rows[0]), Spot(pivot, placed.rotation @ own, placed.index)
    return best


def _flat(yaw_deg: float) -> Floats:
    """[2, 2], a turn about y of (x, z)."""
    level: Floats = rotation_matrix((0.0, yaw_deg, 0.0))[np.ix_([0, 2], [0, 2])]
    return level


def _clear(
    query: PutQuery, centres_m: Floats, half_m: Floats, axis_xz: Floats
) -> NDArray[np.bool_]:
    """At which centres [P, 3], y that of the bottom, a box touches nothing that is there."""
    count = len(centres_m)
    low = centres_m[:, 1]
    mine = Footprints(
        centres_m[:, [0, 2]],
        np.broadcast_to(axis_xz / max(float(np.hypot(*axis_xz)), 1e-12), (count, 2)),
        np.broadcast_to(half_m, (count, 2)),
        low,
        low + query.height_m,
    )
    others = query.things
    level = float(low.mean()) + THIN_M
    others = others.select((others.high_m > level) & (others.low_m < level + query.height_m))
    touched = np.any(mine.overlaps(others, margin_m=TOUCH_M), axis=1)
    return np.asarray(~touched, dtype=np.bool_)
