"""Furniture and appliances: where they stand, how big they are, which side is their front.

Boxes are fitted to the bounds of the recorded masks; what one view leaves open is settled by
what the type is known for: it stands on the floor, its front is where its id says, its top is
where things were found resting on it.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from envs.alfred import ids
from envs.alfred.scenes.boxfit import Box, Face, Prior, Views, fit_box, thin
from envs.alfred.scenes.camera import Cameras, Floats
from envs.alfred.scenes.evidence import BASINS, RoomEvidence, Sighting, Start
from envs.alfred.scenes.movables import MovableBoxes
from envs.household.catalog import object_types

LEVEL_M = 0.035
"""Things whose bottoms are this near rest on the same level."""

CLEAR_M = 0.004

SLACK_M = 0.05
TOP_SLACK_M = 0.12
FEWEST_ON_TOP = 3
BASE_SIGMA_M = 0.015
BASIN_WALL_M = 0.008
BASIN_DEPTH_M = {"SinkBasin": ((0.08, 0.35), 0.16), "BathtubBasin": ((0.2, 0.6), 0.42)}
"""How deep basins may be, and how deep they are where nothing tells."""

COUNTER_NEAR_M = 0.9
AGENT_ABOVE_FLOOR_M = 0.9


@dataclass(frozen=True)
class Habit:
    """What is known of a type before it is seen.

    Attributes:
        floor: It stands on the floor.
        base_m: How far its bottom lies over its id's height, where that is known.
        front: Its id lies in the plane of its front.
        middle: Its id's height is that of its middle.
        flat: Things rest on its very top.
        size_sigma: How far the logarithm of its (width, height, depth) may be off.
    """

    floor: bool = False
    base_m: float | None = None
    front: bool = False
    middle: bool = False
    flat: bool = False
    size_sigma: tuple[float, float, float] = (0.4, 0.4, 0.4)


TABLE = Habit(floor=True, flat=True, size_sigma=(0.5, 0.4, 0.4))
SEAT = Habit(floor=True, size_sigma=(0.3, 0.2, 0.2))
HABITS: Mapping[str, Habit] = {
    "ArmChair": SEAT,
    "BathtubBasin": Habit(size_sigma=(0.3, 0.1, 0.3)),
    "Bed": SEAT,
    "Cabinet": Habit(front=True, middle=True, size_sigma=(0.5, 0.5, 0.05)),
    "Cart": Habit(floor=True, size_sigma=(0.3, 0.2, 0.3)),
    "Chair": SEAT,
    "CoffeeMachine": Habit(base_m=0.0, size_sigma=(0.3, 0.3, 0.3)),
    "CoffeeTable": TABLE,
    "CounterTop": Habit(flat=True, size_sigma=(1.0, 0.1, 0.5)),
    "Desk": TABLE,
    "DeskLamp": Habit(base_m=0.0, size_sigma=(0.4, 0.4, 0.4)),
    "DiningTable": TABLE,
    "Drawer": Habit(front=True, middle=True, size_sigma=(0.6, 0.6, 0.05)),
    "Dresser": TABLE,
    "FloorLamp": Habit(floor=True, size_sigma=(0.3, 0.2, 0.3)),
    "Fridge": Habit(floor=True, size_sigma=(0.25, 0.1, 0.15)),
    "GarbageCan": Habit(floor=True, size_sigma=(0.3, 0.3, 0.3)),
    "Microwave": Habit(base_m=0.05, size_sigma=(0.25, 0.25, 0.2)),
    "Ottoman": TABLE,
    "Safe": Habit(base_m=0.0, size_sigma=(0.3, 0.3, 0.2)),
    "Shelf": Habit(flat=True, size_sigma=(0.6, 0.02, 0.4)),
    "SideTable": TABLE,
    "SinkBasin": Habit(size_sigma=(0.4, 0.1, 0.3)),
    "Sofa": SEAT,
    "StoveBurner": Habit(base_m=0.0, size_sigma=(0.3, 0.1, 0.3)),
    "Toilet": Habit(floor=True, size_sigma=(0.2, 0.1, 0.2)),
    "TVStand": TABLE,
}
"""By type; others have no habits."""


@dataclass(frozen=True)
class Piece:
    """One piece of furniture as it was made out.

    Attributes:
        object_id: Its id.
        type: Its type.
        box: Its box in the room.
        yaw_deg: Where its front looks, a multiple of 90.
        levels_m: Heights at which things rest on or in it, lowest first.
        rests_m: (x, bottom y, z) of things that rest on it.
        hinge: Side of a door's hinge, `left` or `right` as seen from in front.
        seen: How many masks it was fitted to.
    """

    object_id: str
    type: str
    box: Box
    yaw_deg: float
    levels_m: tuple[float, ...] = ()
    rests_m: tuple[tuple[float, float, float], ...] = ()
    hinge: str = "left"
    seen: int = 0
    sightings: tuple[Sighting, ...] = field(default=(), compare=False)


def fit_furniture(room: RoomEvidence, movables: MovableBoxes) -> list[Piece]:
    """Make out every piece of furniture a room's evidence names."""
    rests = _rests(room, movables)
    loose = resting_points(room, movables)
    known = [each for each in sorted(room.fixed_ids()) if ids.type_of(each) in object_types()]
    basins = [each for each in known if ids.type_of(each) in BASINS]
    pieces = [
        _settled(room, _fit_piece(room, each, rests.get(each, [])), loose)
        for each in known
        if each not in basins
    ]
    tops = [
        (np.array([x, z]), piece.levels_m[-1])
        for piece in pieces
        if piece.type == "CounterTop" and piece.levels_m
        for x, _, z in piece.rests_m
    ]
    return pieces + [_fit_basin(room, each, rests.get(each, []), tops) for each in basins]


def _settled(room: RoomEvidence, piece: Piece, loose_m: Floats) -> Piece:
    """Fit a piece again whose top no plan names, with what lies where its top should be.

    Args:
        room: The evidence.
        piece: The piece as fitted without.
        loose_m: [N, 3], (x, bottom, z) of everything movable, at every start.
    """
    habit = HABITS.get(piece.type, Habit())
    if not habit.flat or piece.levels_m or not len(loose_m):
        return piece
    low, high = np.array(piece.box.low_m), np.array(piece.box.high_m)
    above = ((loose_m > low - SLACK_M) & (loose_m < high + SLACK_M))[:, [0, 2]].all(axis=1)
    near = above & (np.abs(loose_m[:, 1] - high[1]) < TOP_SLACK_M)
    if np.count_nonzero(near) < FEWEST_ON_TOP:
        return piece
    steps = np.round(loose_m[near, 1] / LEVEL_M).astype(int)
    common = Counter(steps.tolist()).most_common(1)[0][0]
    chosen = loose_m[near][np.abs(steps - common) <= 1]
    return _fit_piece(room, piece.object_id, [tuple(map(float, each)) for each in chosen])


def _fit_basin(
    room: RoomEvidence,
    object_id: str,
    rests: list[tuple[float, float, float]],
    tops: list[tuple[Floats, float]],
) -> Piece:
    """Fit a basin: its mask is what is seen of its inside, bounded by its rim.

    The rim is level with the counter it is let into; without one it is a basin's typical height
    over what rests in it.
    """
    type_name, at = ids.type_of(object_id), ids.position_m(object_id)
    yaw = facing_deg(room, object_id)
    deep, typical = BASIN_DEPTH_M[type_name]
    levels = levels_of([y for _, y, _ in rests])
    near = [height for xz, height in tops if float(np.hypot(*(xz - at[[0, 2]]))) < COUNTER_NEAR_M]
    base = levels[0] if levels else (float(np.median(near)) if near else float(at[1])) - typical
    rim = float(np.median(near)) if near else base + typical
    if not base + deep[0] <= rim <= base + deep[1]:
        rim = base + typical
    size = in_world(np.array(object_types()[type_name].size_m), yaw)
    size[1] = 0.01
    seen = room.sightings.get(object_id, [])
    centre = np.array([at[0], rim, at[2]])
    if rests:
        centre[[0, 2]] = np.median(np.array(rests)[:, [0, 2]], axis=0)
    prior = Prior(
        box=Box.around(centre, size),
        size_sigma=(0.4, 0.02, 0.4),
        centre_sigma_m=(0.1, 0.002, 0.1),
    )
    box = prior.box
    if seen:
        chosen = [seen[index] for index in thin(len(seen))]
        views = Views.of_fixed(
            Cameras.of([each.pose for each in chosen]),
            np.array([each.bounds_px for each in chosen]),
        )
        box = fit_box(views, prior, firm=(Face(4, rim),))
    low, high = np.array(box.low_m), np.array(box.high_m)
    if rests:
        inside = np.array(rests)[:, [0, 2]]
        low[[0, 2]] = np.minimum(low[[0, 2]], inside.min(axis=0) - BASIN_WALL_M)
        high[[0, 2]] = np.maximum(high[[0, 2]], inside.max(axis=0) + BASIN_WALL_M)
    low[1], high[1] = base - BASIN_WALL_M, rim
    return Piece(
        object_id=object_id,
        type=type_name,
        box=Box(tuple(map(float, low)), tuple(map(float, high))),  # type: ignore[arg-type]
        yaw_deg=yaw,
        levels_m=levels,
        rests_m=tuple(rests),
        seen=len(seen),
        sightings=tuple(seen),
    )


def _rests(
    room: RoomEvidence, movables: MovableBoxes
) -> dict[str, list[tuple[float, float, float]]]:
    """Where things rested, by the id of what they rested on."""
    basins = [each for each in room.fixed_ids() if ids.type_of(each) in BASINS]
    found: dict[str, list[tuple[float, float, float]]] = {}
    for start, holder in room.supports:
        receptacle = holder
        if ids.type_of(holder) in BASINS and basins:
            at = ids.position_m(holder)
            receptacle = min(
                basins, key=lambda each: float(np.linalg.norm(ids.position_m(each) - at))
            )
        found.setdefault(receptacle, []).append(_rest(start, movables))
    return found


def resting_points(room: RoomEvidence, movables: MovableBoxes) -> Floats:
    """(x, bottom, z) [N, 3] of everything movable, at every start."""
    return np.array([_rest(start, movables) for start in room.starts.values()]).reshape(-1, 3)


def _rest(start: Start, movables: MovableBoxes) -> tuple[float, float, float]:
    return (start.position_m[0], movables.bottom_m(start), start.position_m[2])


def facing_deg(room: RoomEvidence, object_id: str) -> float:
    """Where a piece's front looks: towards those who use it."""
    used = room.use_poses.get(object_id)
    yaws = Counter(sighting.pose.yaw_deg for sighting in room.sightings.get(object_id, []))
    if yaws:
        yaw = yaws.most_common(1)[0][0]
    elif used is not None:
        yaw = used.yaw_deg
    else:
        return 0.0
    return float(round((yaw + 180.0) / 90.0) * 90 % 360)


def in_world(own: Floats, yaw_deg: float) -> Floats:
    """(width, height, depth) of a piece along the room's axes."""
    return own[[2, 1, 0]] if round(yaw_deg / 90.0) % 2 else own


def _front_face(yaw_deg: float) -> tuple[int, int]:
    """Index of the box face that is the front (0-2 low, 3-5 high x, y, z) and its axis."""
    return {0: (5, 2), 90: (3, 0), 180: (2, 2), 270: (0, 0)}[round(yaw_deg) % 360]


def levels_of(heights_m: list[float]) -> tuple[float, ...]:
    """Group heights that are near each other; one level for each, lowest first.

    A level is a little below what rests on it, so that thin things are not sunk in it.
    """
    groups: list[list[float]] = []
    for height in sorted(heights_m):
        if groups and height - groups[-1][-1] <= LEVEL_M:
            groups[-1].append(height)
        else:
            groups.append([height])
    return tuple(float(np.quantile(group, 0.2)) - CLEAR_M for group in groups)


def _fit_piece(
    room: RoomEvidence, object_id: str, rests: list[tuple[float, float, float]]
) -> Piece:
    type_name = ids.type_of(object_id)
    habit = HABITS.get(type_name, Habit())
    at = ids.position_m(object_id)
    yaw = facing_deg(room, object_id)
    floor_m = room.agent_y_m - AGENT_ABOVE_FLOOR_M
    size = in_world(np.array(object_types()[type_name].size_m), yaw)
    levels = levels_of([y for _, y, _ in rests])
    firm: list[Face] = []
    centre = np.array(at)
    if habit.floor:
        firm.append(Face(1, floor_m))
        centre[1] = floor_m + size[1] / 2
    elif habit.base_m is not None:
        firm.append(Face(1, float(at[1]) + habit.base_m, BASE_SIGMA_M))
        centre[1] = at[1] + habit.base_m + size[1] / 2
    if habit.flat and levels:
        firm.append(Face(4, levels[-1]))
        if habit.floor:
            size[1] = max(levels[-1] - floor_m, 0.05)
        centre[1] = levels[-1] - size[1] / 2
    if habit.front:
        face, axis = _front_face(yaw)
        firm.append(Face(face, float(at[axis]), 0.01))
        centre[axis] += -size[axis] / 2 if face >= 3 else size[axis] / 2
    seen = [each for each in room.sightings.get(object_id, []) if not each.is_open]
    hinge = "left"
    sigma = in_world(np.array(habit.size_sigma), yaw)
    if habit.front and not seen and type_name == "Cabinet":
        centre = _beside_hinge(room, object_id, centre, size, yaw)
    prior = Prior(
        box=Box.around(centre, size),
        centre_sigma_m=tuple(np.maximum(size * 0.5, 0.1)),  # type: ignore[arg-type]
        size_sigma=tuple(sigma),  # type: ignore[arg-type]
    )
    chosen = [seen[index] for index in thin(len(seen))] if seen else []
    if chosen:
        views = Views.of_fixed(
            Cameras.of([each.pose for each in chosen]),
            np.array([each.bounds_px for each in chosen]),
        )
        box = fit_box(views, prior, firm=firm)
    else:
        box = prior.box
    if habit.front:
        hinge = hinge_side(box, at, yaw)
    return Piece(
        object_id=object_id,
        type=type_name,
        box=box,
        yaw_deg=yaw,
        levels_m=levels,
        rests_m=tuple(rests),
        hinge=hinge,
        seen=len(seen),
        sightings=tuple(room.sightings.get(object_id, [])),
    )


def _right_of(yaw_deg: float) -> tuple[int, float]:
    """Axis and sign of a piece's own right (x) in the room."""
    return {0: (0, 1.0), 90: (2, -1.0), 180: (0, -1.0), 270: (2, 1.0)}[round(yaw_deg) % 360]


def hinge_side(box: Box, at_m: Floats, yaw_deg: float) -> str:
    """A cabinet's id lies at its hinge: the side of the box it is nearer to.

    `left` and `right` are those of a person who stands in front and looks at it, whose left is
    the piece's own right.
    """
    axis, sign = _right_of(yaw_deg)
    own_right = (at_m[axis] - box.centre_m[axis]) * sign > 0
    return "left" if own_right else "right"


def _beside_hinge(
    room: RoomEvidence, object_id: str, centre_m: Floats, size_m: Floats, yaw_deg: float
) -> Floats:
    """Where an unseen cabinet's middle is: from its hinge towards where it is used from."""
    axis, _ = _right_of(yaw_deg)
    used = room.use_poses.get(object_id)
    if used is None:
        return centre_m
    offset = (used.x_m if axis == 0 else used.z_m) - ids.position_m(object_id)[axis]
    moved = centre_m.copy()
    moved[axis] += np.sign(offset) * size_m[axis] / 2
    return moved
