"""From evidence to a scene: a room's fixed part, and an episode's movable objects in it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from embodied.core.errors import DataError
from envs.alfred.dataset import Trajectory
from envs.alfred.scenes.basins import widened
from envs.alfred.scenes.boxfit import Box
from envs.alfred.scenes.evidence import BASINS, RoomEvidence, Start, cell_of, starts_of
from envs.alfred.scenes.floor import floor_of, with_start
from envs.alfred.scenes.furniture import fit_furniture
from envs.alfred.scenes.interiors import carton_shape
from envs.alfred.scenes.looks import turned_look
from envs.alfred.scenes.movables import MovableBoxes, fit_names
from envs.alfred.scenes.pieces import Piece, resting_points
from envs.alfred.scenes.rests import known_rests
from envs.alfred.scenes.spaces import with_trigger_boxes
from envs.alfred.scenes.specs import Surroundings, furniture_specs, on_nothing_else
from envs.alfred.scenes.triggers import trigger_boxes
from envs.household.catalog import object_types
from envs.household.palette import RoomPalette
from envs.household.scene import Floor, KnownRest, ObjectSpec, Scene

LABEL = "reconstructed"

KINDS = ((100, "kitchen"), (300, "living_room"), (400, "bedroom"), (500, "bathroom"))
"""Upper bound of the floor plans' numbers, and the kind of room."""


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
        rests: Where things put down were seen to come to rest.
    """

    floor_plan: str
    kind: str
    seed: int
    floor: Floor
    furniture: tuple[ObjectSpec, ...]
    movables: MovableBoxes
    rests: tuple[KnownRest, ...] = ()


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
    palette = RoomPalette(number, kind)
    boxes = fit_names(room, movables)
    pieces = fit_furniture(room, boxes)
    specs = _furnished(room, pieces, boxes, palette)
    found = trigger_boxes(specs, room, boxes)
    furniture = with_trigger_boxes(specs, found, palette)
    rests = known_rests(room.laid, furniture, boxes)
    wider = widened(pieces, rests, found)
    if wider != pieces:
        furniture = with_trigger_boxes(_furnished(room, wider, boxes, palette), found, palette)
    return Room(
        floor_plan=room.floor_plan,
        kind=kind,
        seed=number,
        floor=floor_of(room, [piece.box for piece in wider]),
        furniture=furniture,
        movables=boxes,
        rests=rests,
    )


def _furnished(
    room: RoomEvidence, pieces: Sequence[Piece], boxes: MovableBoxes, palette: RoomPalette
) -> tuple[ObjectSpec, ...]:
    """The pieces with their shapes."""
    surroundings = Surroundings(
        palette=palette,
        loose_m=on_nothing_else(resting_points(room, boxes), pieces),
        stood_m=np.array(sorted(room.stood_m)).reshape(-1, 2),
        sunk=tuple(piece.box for piece in pieces if piece.type in BASINS),
    )
    return furniture_specs(pieces, surroundings)


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
        pieces=boxes.pieces.get(start.type, ()),
    )
    if start.type == "Box":
        return replace(spec, shape=carton_shape(spec, palette))
    return replace(spec, shape=turned_look(spec, palette, boxes.turn_of(start.name)))


def movable_specs(starts: Sequence[Start], room: Room, *, where: str) -> Sequence[ObjectSpec]:
    """Movable objects at their starts, in the order given.

    Args:
        starts: Names and poses.
        room: The room they are in.
        where: Where the starts stand, for the message.

    Raises:
        DataError: If one is of no type that is known here.
    """
    palette = RoomPalette(room.seed, room.kind)
    specs: dict[str, ObjectSpec] = {}
    for start in starts:
        if start.type not in object_types():
            raise DataError(f"{where}: {start.name!r} is of no type that is known here")
        object_id = start.object_id
        while object_id in specs:
            # Two copies in one place: THOR gives both the same id; here ids are unique.
            object_id += "|copy"
        specs[object_id] = movable_spec(start, room.movables, palette, object_id=object_id)
    return tuple(specs.values())


def room_scene(
    room: Room, starts: Sequence[Start], *, cell_m: tuple[float, float] | None, where: str
) -> Scene:
    """The room with movable objects at their starts.

    Args:
        room: The room.
        starts: The movable objects.
        cell_m: The grid cell (x, z) the agent starts on, free whatever else is known; None where
            there is none yet.
        where: Where the starts stand, for messages.

    Raises:
        DataError: If an object is of no type that is known here.
    """
    return Scene(
        name=room.floor_plan,
        kind=room.kind,
        floor=room.floor if cell_m is None else with_start(room.floor, cell_m),
        objects=(*room.furniture, *movable_specs(starts, room, where=where)),
        seed=room.seed,
        label=LABEL,
        rests=room.rests,
    )


def episode_scene(trajectory: Trajectory, room: Room) -> Scene:
    """The scene of one episode: the room with the episode's objects at their starts."""
    start = trajectory.init_action
    return room_scene(
        room,
        starts_of(trajectory.object_poses),
        cell_m=cell_of((start["x"], start["y"], start["z"])),
        where=f"{trajectory.split}/{trajectory.trajectory_id}: field scene.object_poses",
    )
