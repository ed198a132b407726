"""From evidence to a scene: a room's fixed part, and an episode's movable objects in it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from embodied.core.errors import DataError
from envs.alfred import ids
from envs.alfred.dataset import Trajectory
from envs.alfred.scenes.boxfit import Box
from envs.alfred.scenes.camera import Floats
from envs.alfred.scenes.counters import counter_shape
from envs.alfred.scenes.evidence import BASINS, RoomEvidence, Start, cell_of, starts_of
from envs.alfred.scenes.floor import floor_of, with_start
from envs.alfred.scenes.furniture import fit_furniture
from envs.alfred.scenes.habits import HABITS
from envs.alfred.scenes.interiors import WALL_M, hollow_shape
from envs.alfred.scenes.movables import MovableBoxes, fit_names
from envs.alfred.scenes.pieces import Piece, in_world, main_level_m, resting_points
from envs.alfred.scenes.shaping import lengthwise, with_surface_at
from envs.household.catalog import object_types
from envs.household.frames import rotation_matrix
from envs.household.palette import RoomPalette
from envs.household.scene import Floor, ObjectSpec, Scene
from envs.household.shapes import shape_of

LABEL = "reconstructed"

KINDS = ((100, "kitchen"), (300, "living_room"), (400, "bedroom"), (500, "bathroom"))
"""Upper bound of the floor plans' numbers, and the kind of room."""


ON_M = 0.02
DRAWER_CLEARANCE_M = 0.3

START_OPEN = frozenset({"Box", "Laptop"})
"""Recorded experts put into boxes and shut laptops without ever opening one."""


@dataclass(frozen=True)
class Room:
    """The fixed part of a rebuilt room.

    Attributes:
        floor_plan: `FloorPlan12`.
        kind: What sort of room it is.
        seed: Seeds its colours.
        floor: Its floor.
        furniture: Everything that stays where it is.
        movables: Boxes of what does not.
    """

    floor_plan: str
    kind: str
    seed: int
    floor: Floor
    furniture: tuple[ObjectSpec, ...]
    movables: MovableBoxes


def room_kind(floor_plan: str) -> tuple[str, int]:
    """The kind of a room and its number.

    Raises:
        DataError: If it is not named as ALFRED names its rooms.
    """
    digits = floor_plan.removeprefix("FloorPlan")
    if digits.isdigit():
        for bound, kind in KINDS:
            if int(digits) < bound:
                return kind, int(digits)
    raise DataError(f"unknown floor plan {floor_plan!r}: ALFRED's are FloorPlan1 to FloorPlan430")


def rebuild_room(room: RoomEvidence, movables: MovableBoxes) -> Room:
    """Rebuild the fixed part of a room.

    Args:
        room: The evidence.
        movables: Boxes by type; those of the room's own objects are fitted here.
    """
    kind, number = room_kind(room.floor_plan)
    boxes = MovableBoxes(movables.types, {**movables.names, **fit_names(room, movables.types)})
    pieces = fit_furniture(room, boxes)
    palette = RoomPalette(number, kind)
    basins = [piece.box for piece in pieces if piece.type in BASINS]
    loose = on_nothing_else(resting_points(room, boxes), pieces)
    stood = np.array(sorted(room.stood_m)).reshape(-1, 2)
    return Room(
        floor_plan=room.floor_plan,
        kind=kind,
        seed=number,
        floor=floor_of(room, [piece.box for piece in pieces]),
        furniture=tuple(
            furniture_spec(piece, palette, loose_m=loose, stood_m=stood, sunk=basins)
            for piece in pieces
        ),
        movables=boxes,
    )


def furniture_spec(
    piece: Piece,
    palette: RoomPalette,
    *,
    loose_m: Floats,
    stood_m: Floats,
    sunk: Sequence[Box] = (),
) -> ObjectSpec:
    """Write a piece of furniture down as a scene does.

    Args:
        piece: The piece.
        palette: The room's colours.
        loose_m: What rests on no piece but perhaps a counter, see `counter_shape`.
        stood_m: (x, z) [N, 2] where agents stood.
        sunk: Boxes of the room's basins, for which counters have holes.
    """
    box = piece.box
    size = in_world(box.size_m, piece.yaw_deg)
    bottom = box.centre_m * np.array([1.0, 0.0, 1.0]) + np.array([0.0, box.low_m[1], 0.0])
    at = ids.position_m(piece.object_id)
    turn = rotation_matrix((0.0, piece.yaw_deg, 0.0))
    spec = ObjectSpec(
        object_id=piece.object_id,
        type=piece.type,
        position_m=tuple(map(float, at)),  # type: ignore[arg-type]
        size_m=tuple(map(float, size)),  # type: ignore[arg-type]
        rotation_deg=(0.0, piece.yaw_deg, 0.0),
        pivot_m=tuple(map(float, turn.T @ (at - bottom))),  # type: ignore[arg-type]
        style={"hinge": piece.hinge},
    )
    if piece.type == "CounterTop":
        shape = counter_shape(
            piece,
            palette.of(spec),
            bottom_m=bottom,
            loose_m=loose_m,
            stood_m=stood_m,
            sunk=sunk,
        )
        return replace(spec, shape=shape)
    if piece.type in WALL_M:
        return replace(spec, shape=hollow_shape(piece, spec, palette))
    shape = shape_of(spec, palette)
    flat = piece.type in HABITS and HABITS[piece.type].flat
    level = piece.top_m if flat else main_level_m(piece.rests_m)
    if level is not None and shape.spaces and piece.type not in BASINS:
        height = level - box.low_m[1]
        if piece.type == "Microwave":
            # Things lie on a turntable, higher than the rim in front of it.
            spaces = (replace(each, centre_m=(each.centre_m[0], height, each.centre_m[2]))
                      for each in shape.spaces)  # fmt: skip
            shape = replace(shape, spaces=tuple(spaces))
        else:
            shape = with_surface_at(shape, height, of_m=float(size[1]))
    if piece.type == "Drawer":
        # Things may stand higher than a drawer is while it is open, and THOR shuts it on them.
        roomy = tuple(replace(each, clearance_m=DRAWER_CLEARANCE_M) for each in shape.spaces)
        shape = replace(shape, spaces=roomy)
    return replace(spec, shape=shape)


def on_nothing_else(points_m: Floats, pieces: Sequence[Piece]) -> Floats:
    """Those of the points [N, 3] that rest on no piece of furniture other than a counter."""
    free = np.ones(len(points_m), dtype=bool)
    for piece in pieces:
        if piece.type != "CounterTop":
            low, high = np.array(piece.box.low_m), np.array(piece.box.high_m)
            free &= ~((points_m > low - ON_M) & (points_m < high + ON_M)).all(axis=1)
    return points_m[free]


def movable_spec(
    start: Start, boxes: MovableBoxes, palette: RoomPalette, *, object_id: str
) -> ObjectSpec:
    """Write a movable object down at its start."""
    box: Box = boxes.of(start.name)
    centre = box.centre_m
    spec = ObjectSpec(
        object_id=object_id,
        type=start.type,
        position_m=start.position_m,
        size_m=tuple(map(float, box.size_m)),  # type: ignore[arg-type]
        rotation_deg=start.rotation_deg,
        pivot_m=(-float(centre[0]), -float(box.low_m[1]), -float(centre[2])),
        name=start.name,
        states={"open": True} if start.type in START_OPEN else {},
    )
    return replace(spec, shape=lengthwise(spec, palette))


def movable_specs(trajectory: Trajectory, room: Room) -> Sequence[ObjectSpec]:
    """The episode's movable objects, in the order of its file."""
    palette = RoomPalette(room.seed, room.kind)
    specs: dict[str, ObjectSpec] = {}
    for start in starts_of(trajectory):
        if start.type not in object_types():
            raise DataError(
                f"{trajectory.split}/{trajectory.trajectory_id}: field scene.object_poses: "
                f"{start.name!r} is of no type that is known here"
            )
        object_id = start.object_id
        while object_id in specs:
            # Two copies in one place: THOR gives both the same id; here ids are unique.
            object_id += "|copy"
        specs[object_id] = movable_spec(start, room.movables, palette, object_id=object_id)
    return tuple(specs.values())


def episode_scene(trajectory: Trajectory, room: Room) -> Scene:
    """The scene of one episode: the room with the episode's objects at their starts."""
    start = trajectory.init_action
    cell = cell_of((start["x"], start["y"], start["z"]))
    return Scene(
        name=room.floor_plan,
        kind=room.kind,
        floor=with_start(room.floor, cell),
        objects=(*room.furniture, *movable_specs(trajectory, room)),
        seed=room.seed,
        label=LABEL,
    )
