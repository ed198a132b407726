"""THOR's trigger boxes, read off from where things stand at the start.

AI2-THOR strews a room's objects over the same grids that PutObject uses: over each of a
receptacle's trigger boxes lie 9 x 9 points, evenly from edge to edge, and an object's pivot is
put over one of them, turned as the box is or by quarter turns from it. A room's start poses are
exact, so the points that many episodes used give grid, extent and direction of a trigger box to
the millimetre: see `envs.alfred.placement` for what the boxes are good for.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from envs.alfred import ids
from envs.alfred.scenes.camera import Floats, box_corners
from envs.alfred.scenes.evidence import BASINS, RoomEvidence, Start
from envs.alfred.scenes.lattice import Line, fit_line, placed
from envs.alfred.scenes.movables import MovableBoxes
from envs.household.frames import rotation_matrix
from envs.household.scene import ObjectSpec

BESIDE_M = 0.06
"""How far from a rebuilt receptacle's box a point may lie that is looked at with it."""

BELOW_M, ABOVE_M = 0.06, 0.08
LEVEL_M = 0.035
SURFACE_BELOW_M = 0.004
"""Surfaces lie this far below what stands on them, so that thin things are not sunk in."""

UPRIGHT_DEG = 2.0
FEWEST = 4
"""A level with fewer distinct points tells nothing."""

MOST_BOXES = 12
"""In one window."""

UNFIT = frozenset(["StoveBurner", "CoffeeMachine", "ToiletPaperHanger", "TowelHolder"])
"""Receptacles for one thing, which have a point instead."""

SAME_M = 0.08
"""Grids whose middles are this near in height, too, are of one box."""

HIDDEN_M = {"Cabinet": 0.65, "Drawer": 0.35}
"""How far from the ids of types that are seldom seen their boxes may lie."""

NEAR_M = 0.25
"""A box that no plan names is the receptacle's whose own box is this near at most."""


@dataclass(frozen=True)
class TriggerBox:
    """One trigger box, seen from above, and the surface in it.

    Attributes:
        centre_m: (x, y, z) of its middle, y that of the surface.
        size_m: (width, depth).
        yaw_deg: Where its z points.
        points: How many things were seen on its points.
    """

    centre_m: tuple[float, float, float]
    size_m: tuple[float, float]
    yaw_deg: float
    points: int


@dataclass(frozen=True)
class _Rests:
    """Upright things at their starts: N of them.

    Attributes:
        at_m: [N, 3] pivots, y that of the lowest point.
        yaw_deg: [N].
        corners_m: [N, 8, 2], the (x, z) of the box's corners from the pivot.
        holder: [N] ids of receptacles that plans name, else empty.
    """

    at_m: Floats
    yaw_deg: Floats
    corners_m: Floats
    holder: np.ndarray

    def take(self, which: np.ndarray) -> "_Rests":
        return _Rests(
            self.at_m[which], self.yaw_deg[which], self.corners_m[which], self.holder[which]
        )

    def __len__(self) -> int:
        return len(self.at_m)


@dataclass(frozen=True)
class _Window:
    """A part of the room in which a grid is looked for.

    Attributes:
        low_m: Lower corner.
        high_m: Upper corner.
    """

    low_m: Floats
    high_m: Floats

    def holds(self, at_m: Floats) -> NDArray[np.bool_]:
        return np.asarray(np.all((at_m > self.low_m) & (at_m < self.high_m), axis=1), np.bool_)


def trigger_boxes(
    furniture: Sequence[ObjectSpec], room: RoomEvidence, movables: MovableBoxes
) -> dict[str, tuple[TriggerBox, ...]]:
    """Make out the trigger boxes of a room's receptacles, those most used first.

    Args:
        furniture: The rebuilt furniture; its boxes say where to look.
        room: The evidence.
        movables: Boxes of what rests.
    """
    receptacles = [
        spec for spec in furniture if spec.info.can("receptacle") and spec.type not in UNFIT
    ]
    rests = _rests(room, movables, receptacles)
    free = np.ones(len(rests), dtype=bool)
    found: dict[str, list[TriggerBox]] = {}
    for window in _windows(receptacles, rests):
        rows = np.flatnonzero(free & window.holds(rests.at_m))
        for box, members in _boxes_in(window, rests, rows):
            free[members] = False
            owner = _owner(box, rests.holder[members], receptacles)
            if owner is not None:
                found.setdefault(owner, []).append(box)
    return {owner: _distinct(owner, boxes) for owner, boxes in found.items()}


def _distinct(owner: str, boxes: Sequence[TriggerBox]) -> tuple[TriggerBox, ...]:
    """Those that are not found within another of the same level; drawers have but one."""
    kept: list[TriggerBox] = []
    for box in sorted(boxes, key=lambda box: -box.points):
        if not any(_within(box, other) for other in kept):
            kept.append(box)
    return tuple(kept[:1] if ids.type_of(owner) == "Drawer" else kept)


def _within(box: TriggerBox, other: TriggerBox) -> bool:
    """Whether a box's middle lies within another of the same level and directions."""
    offset = np.array(box.centre_m) - np.array(other.centre_m)
    inside = np.abs(offset[[0, 2]] @ _flat(other.yaw_deg)) < np.array(other.size_m) / 2.0
    return bool(
        inside.all() and abs(offset[1]) < SAME_M and (box.yaw_deg - other.yaw_deg) % 90.0 == 0.0
    )


def _rests(room: RoomEvidence, movables: MovableBoxes, furniture: Sequence[ObjectSpec]) -> _Rests:
    basins = [spec for spec in furniture if spec.type in BASINS]
    named = {
        (start.name, start.object_id): _basin(holder, basins) for start, holder in room.supports
    }
    rows = [(start, named.get((start.name, start.object_id), "")) for start in upright(room)]
    at = [(start.position_m[0], movables.bottom_m(start), start.position_m[2]) for start, _ in rows]
    corners = [_corners(movables, start) for start, _ in rows]
    return _Rests(
        np.array(at).reshape(-1, 3),
        np.array([start.rotation_deg[1] for start, _ in rows]),
        np.array(corners).reshape(-1, 8, 2),
        np.array([holder for _, holder in rows], dtype=object),
    )


def upright(room: RoomEvidence) -> list[Start]:
    """The starts of things that stand upright."""
    found = []
    for start in room.starts.values():
        tilt = np.abs((np.array(start.rotation_deg)[[0, 2]] + 180.0) % 360.0 - 180.0)
        if (tilt < UPRIGHT_DEG).all():
            found.append(start)
    return found


def _basin(holder: str, basins: Sequence[ObjectSpec]) -> str:
    """Plans name a basin by its own position; its id everywhere else is that of the sink."""
    if ids.type_of(holder) not in BASINS or not basins:
        return holder
    at = ids.position_m(holder)
    gaps = [float(np.linalg.norm(ids.position_m(spec.object_id) - at)) for spec in basins]
    return basins[int(np.argmin(gaps))].object_id


def _corners(movables: MovableBoxes, start: Start) -> Floats:
    box = movables.of(start.name)
    corners = box_corners(np.array(box.low_m), np.array(box.high_m))
    return (corners @ rotation_matrix((0.0, start.rotation_deg[1], 0.0)).T)[:, [0, 2]]


def _windows(receptacles: Sequence[ObjectSpec], rests: _Rests) -> list[_Window]:
    """Where plans say that things rest, then where receptacles are."""
    windows = []
    slack = np.array([BESIDE_M, LEVEL_M, BESIDE_M])
    for holder, count in Counter(rests.holder.tolist()).most_common():
        if holder and count > 1:
            points = rests.at_m[rests.holder == holder]
            for level in _levels(points[:, 1]):
                windows.append(
                    _Window(points[level].min(axis=0) - slack, points[level].max(axis=0) + slack)
                )
    for spec in receptacles:
        low, high = extent_m(spec)
        windows.append(
            _Window(
                low - np.array([BESIDE_M, BELOW_M, BESIDE_M]),
                high + np.array([BESIDE_M, ABOVE_M, BESIDE_M]),
            )
        )
    for spec in receptacles:
        if spec.type in HIDDEN_M:
            at, far = np.array(spec.position_m), HIDDEN_M[spec.type]
            windows.append(_Window(at - far, at + far))
    return windows


def extent_m(spec: ObjectSpec) -> tuple[Floats, Floats]:
    """Lower and upper corner of an object's box in the world."""
    turn = rotation_matrix(spec.rotation_deg)
    size = np.array(spec.size_m)
    middle = np.array([0.0, size[1] / 2.0, 0.0]) - np.array(spec.pivot_m)
    centre = np.array(spec.position_m) + turn @ middle
    half = np.abs(turn) @ size / 2.0
    return centre - half, centre + half


def _levels(heights_m: Floats) -> list[np.ndarray]:
    """Rows of points on the same level."""
    order = np.argsort(heights_m)
    if not len(order):
        return []
    return list(np.split(order, np.flatnonzero(np.diff(heights_m[order]) > LEVEL_M) + 1))


def _boxes_in(
    window: _Window, rests: _Rests, rows: np.ndarray
) -> list[tuple[TriggerBox, np.ndarray]]:
    """The grids among some rows, each with all the rows of the room that lie on it."""
    found = []
    for level in _levels(rests.at_m[rows, 1]):
        on_level = rows[level]
        skew = np.round(rests.yaw_deg[on_level]) % 90.0
        for value in np.unique(skew):
            left = on_level[skew == value]
            for _ in range(MOST_BOXES):
                box = _box(window, rests, left)
                if box is None:
                    break
                members = left[_on(box, rests.take(left))]
                everywhere = np.flatnonzero(_on(box, rests))
                found.append((replace(box, points=len(everywhere)), everywhere))
                left = np.setdiff1d(left, members)
    return found


def _box(window: _Window, rests: _Rests, rows: np.ndarray) -> TriggerBox | None:
    """The grid that most of the rows, all of one level and direction, lie on."""
    mine = rests.take(rows)
    if len(np.unique(np.round(mine.at_m, 3), axis=0)) < FEWEST:
        return None
    turns = Counter((np.round(mine.yaw_deg).astype(int) % 360).tolist())
    yaw = float(turns.most_common(1)[0][0])
    flat = _flat(yaw)
    local = mine.at_m[:, [0, 2]] @ flat
    length = np.abs(flat.T) @ (window.high_m - window.low_m)[[0, 2]]
    lines: list[Line] = []
    on = np.ones(len(rows), dtype=bool)
    for axis in (0, 1):
        line = fit_line(local[on, axis], length_m=float(length[axis]))
        if line is None:
            return None
        lines.append(line)
        on &= line.endless(local[:, axis])
    if len(np.unique(np.round(local[on], 3), axis=0)) < FEWEST:
        return None
    level = float(np.median(mine.at_m[on, 1]))
    return _placed_box(lines, rests, level, yaw)


def _placed_box(lines: list[Line], rests: _Rests, level_m: float, yaw_deg: float) -> TriggerBox:
    """The box of a grid whose first points are open, from all of the room that lies on it."""
    flat = _flat(yaw_deg)
    local = rests.at_m[:, [0, 2]] @ flat
    on = np.abs(rests.at_m[:, 1] - level_m) < LEVEL_M
    on &= np.round(rests.yaw_deg - yaw_deg) % 90.0 == 0.0
    for axis in (0, 1):
        on &= lines[axis].endless(local[:, axis])
    corners = rests.corners_m[on] @ flat
    for axis in (0, 1):
        reach = np.stack([corners[:, :, axis].min(axis=1), corners[:, :, axis].max(axis=1)], -1)
        lines[axis] = placed(lines[axis], local[on, axis], reach)
    centre = flat @ np.array([line.middle_m for line in lines])
    surface = float(np.quantile(rests.at_m[on, 1], 0.2)) - SURFACE_BELOW_M
    return TriggerBox(
        (float(centre[0]), surface, float(centre[1])),
        (lines[0].length_m, lines[1].length_m),
        yaw_deg,
        int(np.count_nonzero(on)),
    )


def _flat(yaw_deg: float) -> Floats:
    """[2, 2], a box's (x, z) to the room's."""
    return rotation_matrix((0.0, yaw_deg, 0.0))[np.ix_([0, 2], [0, 2])]


def _on(box: TriggerBox, rests: _Rests) -> np.ndarray:
    """Which things stand on points of a box, turned as things there are."""
    local = (rests.at_m - np.array(box.centre_m))[:, [0, 2]] @ _flat(box.yaw_deg)
    on = np.abs(rests.at_m[:, 1] - box.centre_m[1]) < LEVEL_M
    on &= np.round(rests.yaw_deg - box.yaw_deg) % 90.0 == 0.0
    for axis in (0, 1):
        length = box.size_m[axis]
        on &= Line(-length / 2.0, length / 8.0).on(local[:, axis])
    return on


def _owner(box: TriggerBox, holders: np.ndarray, receptacles: Sequence[ObjectSpec]) -> str | None:
    """Whose box it is: whom plans name, else who is nearest; None where nobody is."""
    known = {spec.object_id for spec in receptacles}
    votes = Counter(holder for holder in holders.tolist() if holder in known)
    if votes:
        return str(votes.most_common(1)[0][0])
    gaps = [_gap_m(box, spec) for spec in receptacles]
    best = int(np.argmin(gaps))
    return receptacles[best].object_id if gaps[best] < NEAR_M else None


def _gap_m(box: TriggerBox, spec: ObjectSpec) -> float:
    """How unlike a receptacle's own box is: far in height or to the side, or much larger."""
    at = np.array(box.centre_m)
    if spec.type == "Cabinet" and at[1] > extent_m(spec)[1][1]:
        return float("inf")
    if spec.type in HIDDEN_M:
        # A drawer's id is at its middle, a cabinet's at its hinge: both beside what is in them.
        own = np.array(spec.position_m) - at
        half = np.array(box.size_m) / 2.0
        flat = np.maximum(np.abs(own[[0, 2]] @ _flat(box.yaw_deg)) - half, 0.0)
        rise = abs(own[1]) - 0.05 if spec.type == "Drawer" else abs(own[1]) - 0.4
        return float(np.hypot(*flat)) + 2.0 * max(float(rise), 0.0)
    low, high = extent_m(spec)
    rise = abs((low if spec.type in BASINS or spec.info.can("openable") else high)[1] - at[1])
    if spec.info.can("openable") and low[1] < at[1] < high[1]:
        rise = 0.0
    middle = (low + high)[[0, 2]] / 2.0
    aside = float(np.hypot(*(at[[0, 2]] - middle)))
    area = np.log(np.prod(box.size_m) / np.prod((high - low)[[0, 2]]))
    return 2.0 * float(rise) + 0.5 * aside + 0.1 * float(max(area, 0.0))
