"""A scene as a MuJoCo model that rules can move and renderers can draw.

Everything said to and by `SceneModel` is in THOR's frame; only the arrays of `mj` and `data` are
in MuJoCo's.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import mujoco
import numpy as np
from numpy.typing import ArrayLike, NDArray

from embodied.core.errors import UnknownNameError
from envs.household.catalog import object_type
from envs.household.compile import (
    HIDDEN_GROUP,
    SHOWN_GROUP,
    compile_model,
    to_mujoco_quaternions,
)
from envs.household.frames import rotation_matrix
from envs.household.palette import RoomPalette, style_seed
from envs.household.parts import part_table
from envs.household.room import CEILING, NEAR_WALL, room_parts
from envs.household.scene import ObjectSpec, Scene
from envs.household.shape import Shape, Vec3
from envs.household.shapes import shape_of
from envs.household.shapes.kit import bottom_m
from envs.household.spaces import PlacedSpace, opening_pose, placed_spaces

Floats = NDArray[np.float64]

STATES = {"on": "off", "filled": "empty", "dirty": "clean"}
"""States that parts may show in, each with the name of its contrary."""


HANGING_M = 0.15
"""What is flatter than this and as near to a wall hangs on it."""


@dataclass(frozen=True)
class PartBoxes:
    """The bounding boxes of all solid parts that are there now, THOR's frame.

    Attributes:
        centres_m: [N, 3].
        half_sizes_m: [N, 3], along the box's own axes.
        rotations: [N, 3, 3], own frame to the world.
        owners: [N], index of the object in `SceneModel.object_ids`.
    """

    centres_m: Floats
    half_sizes_m: Floats
    rotations: Floats
    owners: NDArray[np.intp]


def slice_specs(spec: ObjectSpec) -> tuple[ObjectSpec, ...]:
    """Return what a cut leaves of an object: `<id>|AppleSliced_1` ..., or one `<id>|EggCracked`.

    The slices have the object's colour and, where its pieces are not known, are as big for their
    type as the object for its own.
    """
    if not spec.info.can("sliceable"):
        return ()
    cracked = spec.info.slices == 0
    type_name = f"{spec.type}{'Cracked' if cracked else 'Sliced'}"
    info = object_type(type_name)
    scale = np.asarray(spec.size_m) / np.asarray(spec.info.size_m)
    size = tuple(float(s) for s in np.asarray(info.size_m) * scale)
    sizes = [piece.size_m for piece in spec.pieces] or [size] * max(spec.info.slices, 1)
    names = [type_name] if cracked else [f"{type_name}_{n + 1}" for n in range(len(sizes))]
    return tuple(
        ObjectSpec(
            object_id=f"{spec.object_id}|{name}",
            type=type_name,
            position_m=spec.position_m,
            size_m=size,  # type: ignore[arg-type]
            rotation_deg=spec.rotation_deg,
            name=f"{spec.name or spec.object_id}|{name}",
            style={**spec.style, "seed": style_seed(spec)},
        )
        for name, size in zip(names, sizes, strict=True)
    )


class SceneModel:
    """A scene's MjModel, its state, and the shapes it is made of.

    Setters take effect at the next `update`. Slices stand ready but hidden for every object that
    can be cut.

    Args:
        scene: The room and its objects.

    Attributes:
        scene: The same.
        mj: The model: body s is slot s of `table`, geom p is part p.
        data: Its state.
        object_ids: Object i has instance id i + 1 in id images; 0 is the room. The scene's
            objects come first, then the slices.
        table: All parts in arrays.
        slot_position_m: [S, 3], where slots are now, THOR's frame.
        slot_rotation: [S, 3, 3].
        drawn: [P], which parts are drawn now.
        revision: Grows with every change of what is seen.
    """

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.palette = RoomPalette(scene.seed, scene.kind)
        slices = [each for spec in scene.objects for each in slice_specs(spec)]
        fresh = [spec for spec in slices if spec.object_id not in scene.by_id]
        self._specs: tuple[ObjectSpec, ...] = (*scene.objects, *fresh)
        self.object_ids = tuple(spec.object_id for spec in self._specs)
        self._index = {object_id: i for i, object_id in enumerate(self.object_ids)}
        self._shapes = tuple(self._build_shapes())
        self.table = part_table(room_parts(scene, self.palette), self._shapes)
        self._slots = self._slots_of_objects()
        n = len(self._specs)
        self._bottom = np.array([bottom_m(spec) for spec in self._specs]).reshape(n, 3)
        self._turn = np.array([rotation_matrix(s.rotation_deg) for s in self._specs]).reshape(
            n, 3, 3
        )
        self._rotation_deg = [spec.rotation_deg for spec in self._specs]
        self._openness = np.array([float(s.states.get("open", False)) for s in self._specs])
        self._shown = np.arange(n) < len(scene.objects)
        self._states = {
            state: np.array([bool(s.states.get(state, False)) for s in self._specs], dtype=bool)
            for state in STATES
        }
        movable = np.array([s.info.can("pickupable") for s in self._specs] + [False])
        owner = self.table.slot_owner
        self._mocap = (owner >= 0) & (self.table.slot_moves | movable[owner])  # row -1: the room
        self.slot_position_m = np.zeros((len(owner), 3))
        self.slot_rotation = np.tile(np.eye(3), (len(owner), 1, 1))
        self._place_slots(range(n))
        self.mj = compile_model(self.table, self.slot_position_m, self.slot_rotation, self._mocap)
        self.data = mujoco.MjData(self.mj)
        self.drawn = np.ones(len(self.table.parts), dtype=bool)
        self.revision = 0
        self._moved: set[int] = set()
        self._changed = True
        self.update()

    # --- what there is

    def index(self, object_id: str) -> int:
        """Return an object's row; its instance id less one.

        Raises:
            UnknownNameError: If the scene has no such object.
        """
        try:
            return self._index[object_id]
        except KeyError:
            raise UnknownNameError("object", object_id, self.object_ids) from None

    def spec(self, object_id: str) -> ObjectSpec:
        """Return what an object is; slices have a spec too."""
        return self._specs[self.index(object_id)]

    def shape(self, object_id: str) -> Shape:
        """Return what an object is made of."""
        return self._shapes[self.index(object_id)]

    def _build_shapes(self) -> Sequence[Shape]:
        owned: dict[str, list[ObjectSpec]] = {}
        for spec in self.scene.objects:
            owner = spec.owner
            # What a basin's sink is built into has a hole for the basin as well.
            for _ in range(3):
                if owner is None or owner not in self.scene.by_id:
                    break
                owned.setdefault(owner, []).append(spec)
                owner = self.scene.by_id[owner].owner
        return [shape_of(spec, self.palette, owned.get(spec.object_id, ())) for spec in self._specs]

    def _slots_of_objects(self) -> list[list[int]]:
        slots: list[list[int]] = [[] for _ in self._specs]
        for slot, owner in enumerate(self.table.slot_owner):
            if owner >= 0:
                slots[owner].append(slot)
        return slots

    # --- changing it

    def set_pose(self, object_id: str, position_m: ArrayLike, rotation_deg: ArrayLike) -> None:
        """Move an object that can be picked up: its pivot and Euler angles.

        Raises:
            ValueError: If the object is built into the room, or a number is not finite.
        """
        i = self.index(object_id)
        spec = self._specs[i]
        if not spec.info.can("pickupable"):
            raise ValueError(f"{object_id} stands fixed; only things that can be picked up move")
        position = np.asarray(position_m, dtype=np.float64)
        turn = rotation_matrix(rotation_deg)
        if not (np.isfinite(position).all() and np.isfinite(turn).all()):
            raise ValueError(f"{object_id}: pose is not finite: {position_m}, {rotation_deg}")
        self._turn[i], self._bottom[i] = turn, position - turn @ np.asarray(spec.pivot_m)
        x, y, z = np.asarray(rotation_deg, dtype=np.float64)
        self._rotation_deg[i] = (float(x), float(y), float(z))
        self._moved.add(i)

    def pose(self, object_id: str) -> tuple[Vec3, Vec3]:
        """Return an object's pivot and Euler angles."""
        i = self.index(object_id)
        x, y, z = self._bottom[i] + self._turn[i] @ np.asarray(self._specs[i].pivot_m)
        return (float(x), float(y), float(z)), self._rotation_deg[i]

    def set_openness(self, object_id: str, fraction: float) -> None:
        """Open an object: 0 closed to 1 open.

        Raises:
            ValueError: If the fraction lies outside [0, 1].
        """
        if not 0.0 <= fraction <= 1.0:
            raise ValueError(f"{object_id}: openness must lie in [0, 1], got {fraction}")
        i = self.index(object_id)
        self._openness[i] = fraction
        self._moved.add(i)
        self._changed = True

    def openness(self, object_id: str) -> float:
        """Return how far an object is open."""
        return float(self._openness[self.index(object_id)])

    def set_shown(self, object_id: str, shown: bool) -> None:
        """Put an object into the picture or take it out."""
        self._shown[self.index(object_id)] = shown
        self._changed = True

    def set_state(self, object_id: str, state: str, value: bool) -> None:
        """Set what parts of an object show: `on`, `filled` or `dirty`.

        Raises:
            UnknownNameError: If there is no such state.
        """
        if state not in self._states:
            raise UnknownNameError("state", state, self._states)
        self._states[state][self.index(object_id)] = value
        self._changed = True

    def update(self) -> None:
        """Bring the MuJoCo model in step with everything set since the last call."""
        if not (self._moved or self._changed):
            return
        if self._moved:
            self._write_mocap(self._place_slots(self._moved))
            self._moved.clear()
        if self._changed:
            self._choose_drawn()
            self._changed = False
        self.revision += 1
        mujoco.mj_kinematics(self.mj, self.data)

    def _place_slots(self, objects: Sequence[int] | set[int] | range) -> list[int]:
        touched = []
        for i in objects:
            for slot in self._slots[i]:
                turn, shift = np.eye(3), np.zeros(3)
                if self.table.slot_moves[slot]:
                    turn, shift = opening_pose(self._shapes[i].opening, self._openness[i])
                self.slot_rotation[slot] = self._turn[i] @ turn
                self.slot_position_m[slot] = self._bottom[i] + self._turn[i] @ shift
                touched.append(slot)
        return touched

    def _write_mocap(self, slots: list[int]) -> None:
        moving = [slot for slot in slots if self._mocap[slot]]
        if moving:
            rows = self.mj.body_mocapid[moving]
            self.data.mocap_pos[rows] = self.slot_position_m[moving][:, [0, 2, 1]]
            self.data.mocap_quat[rows] = to_mujoco_quaternions(self.slot_rotation[moving])

    def _choose_drawn(self) -> None:
        owner, shows = self.table.owner, self.table.shows
        seen = np.append(self._shown, True)[owner]
        flags = {"open": self._openness > 0.0, "closed": self._openness <= 0.0}
        for state, contrary in STATES.items():
            flags[state], flags[contrary] = self._states[state], ~self._states[state]
        for name, values in flags.items():
            seen &= (shows != name) | np.append(values, False)[owner]
        self.drawn = seen
        self.mj.geom_group[:] = np.where(seen, SHOWN_GROUP, HIDDEN_GROUP)

    # --- for the rules

    def part_boxes(self) -> PartBoxes:
        """Return the boxes of all solid parts that are there, furniture and movables alike."""
        self.update()
        table = self.table
        rows = np.flatnonzero(table.solid & self.drawn & (table.owner >= 0))
        slots = table.slot[rows]
        turns = self.slot_rotation[slots]
        return PartBoxes(
            centres_m=self.slot_position_m[slots]
            + np.einsum("nij,nj->ni", turns, table.position_m[rows]),
            half_sizes_m=table.size_m[rows] / 2.0,
            rotations=turns @ table.rotation[rows],
            owners=table.owner[rows],
        )

    def spaces(self, object_id: str) -> tuple[PlacedSpace, ...]:
        """Return an object's spaces where they are at its present openness."""
        i = self.index(object_id)
        return placed_spaces(
            self._shapes[i],
            bottom_m=self._bottom[i],
            rotation=self._turn[i],
            openness=float(self._openness[i]),
        )

    def seen_from_above(self) -> NDArray[np.bool_]:
        """Return [P]: what is drawn in a picture from above.

        Ceiling and nearest wall are left off, and with the wall the flat things that hang on it.
        """
        near = self._bottom[:, 2] < self.scene.floor.min_xz_m[1] + HANGING_M
        flat = np.array([spec.size_m[2] <= HANGING_M for spec in self._specs], dtype=bool)
        high = self._bottom[:, 1] > 0.5
        hidden = np.append(near & flat & high, False)[self.table.owner]
        return self.drawn & ~hidden & ~np.isin(self.table.shows, (CEILING, NEAR_WALL))
