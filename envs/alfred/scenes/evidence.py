"""What the data set says about one room: every use of every object, with the exact camera.

Everything is read from the trajectories that rooms are fitted from, and from the layout files;
nothing from the trajectory that is to be run.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embodied.core.errors import DataError
from envs.alfred import ids
from envs.alfred.dataset import LowAction, Trajectory, floor_plan_number
from envs.alfred.replay import FRAME_PX, AgentPose, replay

Floats = NDArray[np.float64]

OPENING = {"OpenObject": True, "CloseObject": False}
BASINS = ("SinkBasin", "BathtubBasin")
MOVING = frozenset({"PickupObject", "SliceObject"})


@dataclass(frozen=True, eq=False)
class Sighting:
    """One recorded interaction with one object.

    Attributes:
        object_id: What it was done to.
        action: What was done.
        pose: Where from.
        runs: int64 [N, 2], the object's mask.
        is_open: Whether the object stood open.
        untouched: Whether nothing had been done to it before, so that it stands as at the start.
        held_id: What was put down, for `PutObject`.
        trajectory_id: Where it was recorded.
    """

    object_id: str
    action: str
    pose: AgentPose
    runs: NDArray[np.int64]
    is_open: bool
    untouched: bool
    held_id: str | None
    trajectory_id: str

    @property
    def bounds_px(self) -> Floats:
        """The mask's (left, top, right, bottom), right and bottom exclusive."""
        return run_bounds_px(self.runs)


@dataclass(frozen=True)
class Start:
    """A movable object at the start of an episode.

    Attributes:
        name: Its name, shared by its copies.
        object_id: The id it has in that episode.
        position_m: Its pivot.
        rotation_deg: Euler angles (x, y, z).
    """

    name: str
    object_id: str
    position_m: tuple[float, float, float]
    rotation_deg: tuple[float, float, float]

    @property
    def type(self) -> str:
        """Its type."""
        return ids.type_of_name(self.name)


@dataclass(frozen=True, eq=False)
class Cut:
    """A piece picked up where it was cut.

    Attributes:
        whole: Where the whole stood, untouched.
        number: The piece's own, from 1.
        sighting: Its mask.
    """

    whole: Start
    number: int
    sighting: Sighting


@dataclass(frozen=True, eq=False)
class Laid:
    """Something put into or onto a piece of furniture, and seen again where it came to rest.

    Attributes:
        receptacle_id: Where it was put.
        object_id: What was put.
        name: Its name, for a piece of a cut its type.
        pose: Where the agent stood when it put it.
        sighting: The first mask of it afterwards.
        around: What still stood anywhere in the room as at the start.
    """

    receptacle_id: str
    object_id: str
    name: str
    pose: AgentPose
    sighting: Sighting
    around: tuple[Start, ...] = ()


@dataclass(frozen=True)
class UsePose:
    """A good pose to use an object from, as the layout files list them."""

    x_m: float
    z_m: float
    yaw_deg: float
    horizon_deg: float


@dataclass(eq=False)
class RoomEvidence:
    """Everything known of one room.

    Attributes:
        floor_plan: `FloorPlan12`.
        sightings: Object id to its interactions.
        starts: Every distinct start of every movable object, over all episodes.
        supports: For objects picked up untouched: (its start, the receptacle's id).
        cuts: Pieces picked up where they were cut.
        laid: Things put down and seen again.
        use_poses: Object id to a pose to use it from.
        cells_m: (x, z) where agents stood, on the 0.25 m grid, and the layout's.
        stood_m: Those of them where an agent was recorded.
        agent_y_m: The agent's own height.
        trajectories: How many were read.
    """

    floor_plan: str
    sightings: dict[str, list[Sighting]] = field(default_factory=lambda: defaultdict(list))
    starts: dict[tuple[str, str], Start] = field(default_factory=dict)
    supports: list[tuple[Start, str]] = field(default_factory=list)
    cuts: list[Cut] = field(default_factory=list)
    laid: list[Laid] = field(default_factory=list)
    use_poses: dict[str, UsePose] = field(default_factory=dict)
    cells_m: set[tuple[float, float]] = field(default_factory=set)
    stood_m: set[tuple[float, float]] = field(default_factory=set)
    agent_y_m: float = 0.9
    trajectories: int = 0

    def fixed_ids(self) -> set[str]:
        """Ids of everything that stands where it is: no start pose of the room has them."""
        movable = {start.object_id for start in self.starts.values()}
        types = {start.type for start in self.starts.values()}
        # Plans name a basin by its own position; its id everywhere else is that of the sink.
        holders = {holder for _, holder in self.supports if not holder.startswith(BASINS)}
        known = {*self.sightings, *self.use_poses, *holders}
        return {each for each in known - movable if ids.type_of(ids.root_id(each)) not in types}


def run_bounds_px(runs: NDArray[np.int64]) -> Floats:
    """Bounds (left, top, right, bottom) of a mask's runs, right and bottom exclusive."""
    first, last = runs[:, 0], runs[:, 0] + runs[:, 1] - 1
    rows = np.concatenate([first, last]) // FRAME_PX
    columns = np.concatenate([first, last]) % FRAME_PX
    wraps = (first // FRAME_PX != last // FRAME_PX).any()
    left, right = (0, FRAME_PX) if wraps else (columns.min(), columns.max() + 1)
    return np.array([left, rows.min(), right, rows.max() + 1], dtype=np.float64)


def starts_of(object_poses: Iterable[Mapping[str, Any]]) -> list[Start]:
    """Movable objects from `SetObjectPoses`' entries, in their order."""
    starts = []
    for pose in object_poses:
        at, turn = pose["position"], pose["rotation"]
        position = (at["x"], at["y"], at["z"])
        type_name = ids.type_of_name(pose["objectName"])
        starts.append(
            Start(
                name=pose["objectName"],
                object_id=ids.thor_id(type_name, position),
                position_m=position,
                rotation_deg=(turn["x"], turn["y"], turn["z"]),
            )
        )
    return starts


def cell_of(position_m: tuple[float, float, float]) -> tuple[float, float]:
    """The grid cell an agent stands on."""
    return (round(position_m[0] * 4) / 4, round(position_m[2] * 4) / 4)


def gather(
    floor_plan: str, trajectories: Iterable[Trajectory], layouts: Path | None
) -> RoomEvidence:
    """Collect the evidence on a room.

    Args:
        floor_plan: The room.
        trajectories: The recorded solutions to learn from, all of this room.
        layouts: Folder of layout files, None where they are not installed.

    Raises:
        DataError: If a layout file is damaged.
    """
    room = RoomEvidence(floor_plan)
    heights = []
    for trajectory in trajectories:
        room.trajectories += 1
        starts = starts_of(trajectory.object_poses)
        for start in starts:
            room.starts.setdefault((start.name, start.object_id), start)
        heights.append(trajectory.init_action["y"])
        _follow(room, trajectory, {start.object_id: start for start in starts})
    room.cells_m |= room.stood_m
    if heights:
        room.agent_y_m = float(np.median(heights))
    if layouts is not None:
        _read_layout(room, layouts)
    return room


def _follow(room: RoomEvidence, trajectory: Trajectory, starts: Mapping[str, Start]) -> None:
    opened: set[str] = set()
    touched: set[str] = set()
    moved: set[str] = set()
    put: dict[str, tuple[str, AgentPose, tuple[Start, ...]]] = {}
    holders: dict[str, str | None] = {}
    for high in trajectory.high_actions:
        if high.name == "PickupObject" and high.object_id:
            # The first one: later the object is where it was put meanwhile.
            holders.setdefault(high.object_id, high.holder)
    for step in replay(trajectory):
        room.stood_m.add(cell_of(step.pose.position_m))
        action = step.action
        if action.object_id is None or action.runs is None or not len(action.runs):
            continue
        sighting = Sighting(
            object_id=action.object_id,
            action=action.name,
            pose=step.pose,
            runs=action.runs,
            is_open=action.object_id in opened,
            untouched=action.object_id not in touched,
            held_id=action.held_id,
            trajectory_id=trajectory.trajectory_id,
        )
        room.sightings[action.object_id].append(sighting)
        _note_cut(room, sighting, starts, moved)
        if action.object_id in put:
            receptacle, pose, around = put.pop(action.object_id)
            start = starts.get(action.object_id)
            name = start.name if start is not None else ids.type_of(action.object_id)
            room.laid.append(Laid(receptacle, action.object_id, name, pose, sighting, around))
        if action.name == "PutObject" and action.held_id and action.object_id not in starts:
            # Beside something put there before, whose place is not known, it tells nothing sure.
            alone = all(holder != action.object_id for holder, _, _ in put.values())
            around = tuple(each for name, each in starts.items() if name not in moved)
            if alone:
                put[action.held_id] = (action.object_id, step.pose, around)
        _note_support(room, action, holders, starts, touched)
        if action.name in OPENING:
            (opened.add if OPENING[action.name] else opened.discard)(action.object_id)
        if action.name == "PickupObject":
            moved.add(action.object_id)
        if action.name in MOVING:
            touched.add(action.object_id)


def _note_cut(
    room: RoomEvidence, sighting: Sighting, starts: Mapping[str, Start], moved: set[str]
) -> None:
    """Note a piece picked up for the first time, of a whole that had not been moved."""
    whole, _, piece = sighting.object_id.rpartition("|")
    number = piece.rpartition("Sliced_")[2]
    if sighting.action != "PickupObject" or not number.isdigit() or whole not in starts:
        return
    if whole not in moved and sighting.object_id not in moved:
        room.cuts.append(Cut(starts[whole], int(number), sighting))


def _note_support(
    room: RoomEvidence,
    action: LowAction,
    holders: Mapping[str, str | None],
    starts: Mapping[str, Start],
    touched: set[str],
) -> None:
    if action.name != "PickupObject" or action.object_id in touched:
        return
    holder, start = holders.get(action.object_id or ""), starts.get(action.object_id or "")
    if holder is not None and start is not None:
        room.supports.append((start, holder))


def _read_layout(room: RoomEvidence, layouts: Path) -> None:
    reachable = layouts / f"{room.floor_plan}-layout.npy"
    poses = layouts / f"{room.floor_plan}-openable.json"
    try:
        if reachable.is_file():
            cells = np.load(reachable)
            room.cells_m |= {(float(x), float(z)) for x, z in np.round(cells * 4) / 4}
        if poses.is_file():
            for object_id, pose in json.loads(poses.read_text("utf-8")).items():
                room.use_poses[object_id] = UsePose(*map(float, pose))
    except (ValueError, TypeError, OSError) as error:
        raise DataError(f"layout of {room.floor_plan} in {layouts} is damaged: {error}") from error


def trajectories_by_room(
    selection: Iterable[tuple[str, str]],
) -> dict[str, list[tuple[str, str]]]:
    """Group (split, trajectory id) by floor plan, from the folders' names alone."""
    rooms: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for split, trajectory_id in selection:
        number = floor_plan_number(trajectory_id)
        if number is not None:
            rooms[f"FloorPlan{number}"].append((split, trajectory_id))
    return dict(rooms)
