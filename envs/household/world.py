"""The state of a household: where everything is and how it stands. No rules, no pictures.

THOR's frame, metres and degrees. Positions are pivots, as THOR's metadata give them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from embodied.core.errors import UnknownNameError
from envs.household.frames import euler_deg, rotation_matrix
from envs.household.scene import ObjectSpec, Scene
from envs.household.shape import Shape, Vec3
from envs.household.spaces import PlacedSpace, opening_pose, placed_spaces

Floats = NDArray[np.float64]

Temperature = Literal["RoomTemp", "Hot", "Cold"]

EYE_ABOVE_AGENT_M = 0.675
AGENT_Y_M = 0.9
"""Height of the agent's own origin above the floor; ALFRED's rooms have it at about 0.90 m."""


class Furnishing(Protocol):
    """What a world is made from; `SceneModel` is one."""

    scene: Scene
    object_ids: tuple[str, ...]

    def spec(self, object_id: str) -> ObjectSpec:
        """Return what an object is, slices included."""

    def shape(self, object_id: str) -> Shape:
        """Return what an object is made of."""


@dataclass(frozen=True)
class Agent:
    """Where the agent stands and looks.

    Attributes:
        position_m: Its own origin, `AGENT_Y_M` above the floor.
        yaw_deg: In [0, 360), clockwise seen from above, 0 along +z.
        horizon_deg: Positive looks down.
    """

    position_m: Vec3 = (0.0, AGENT_Y_M, 0.0)
    yaw_deg: float = 0.0
    horizon_deg: float = 0.0

    @property
    def eye_m(self) -> Vec3:
        """Where the camera is."""
        x, y, z = self.position_m
        return (x, y + EYE_ABOVE_AGENT_M, z)

    @property
    def camera_rotation(self) -> Floats:
        """3x3, camera (x right, y up, z ahead) to the world."""
        return rotation_matrix((self.horizon_deg, self.yaw_deg, 0.0))


@dataclass
class ObjectState:
    """How one object stands; change it through `World` alone, which keeps both ends of a link.

    Attributes:
        spec: What it is.
        index: Its row in the world's arrays.
        parent: The receptacle it rests in or on.
        space: Which of the parent's spaces, None where that is not known.
        contents: What rests in or on it, in the order it came.
        openness: 0 closed to 1 open.
        shown: Whether it is in the scene: slices are not before the cut, and what
            `SetObjectPoses` leaves out is not.
    """

    spec: ObjectSpec
    index: int
    parent: str | None = None
    space: int | None = None
    contents: list[str] = field(default_factory=list)
    openness: float = 0.0
    on: bool = False
    dirty: bool = False
    filled: bool = False
    sliced: bool = False
    temperature: Temperature = "RoomTemp"
    shown: bool = True

    @property
    def id(self) -> str:
        """Its object id."""
        return self.spec.object_id

    @property
    def is_open(self) -> bool:
        """Whether it stands open, however little."""
        return self.openness > 0.0


StateName = Literal["on", "dirty", "filled", "sliced", "temperature", "shown"]


class World:
    """Everything's state, and the moves that keep it consistent.

    `revision` grows with every change, `layout_revision` with those that may open or bar a way
    (not with the steps of the agent and what it carries). `changed` holds the ids of the objects
    that changed since `settle` was called last (the stage does, once its model is in step).

    Args:
        furnishing: The scene with specs and shapes of all its objects.

    Attributes:
        positions_m: [N, 3] pivots.
        rotations: [N, 3, 3].
        half_sizes_m: [N, 3] of the bounding boxes, own frame.
    """

    def __init__(self, furnishing: Furnishing) -> None:
        self.scene = furnishing.scene
        self.object_ids = furnishing.object_ids
        specs = [furnishing.spec(object_id) for object_id in self.object_ids]
        self._shapes = {spec.object_id: furnishing.shape(spec.object_id) for spec in specs}
        self.positions_m = np.array([spec.position_m for spec in specs], dtype=np.float64)
        self.rotations = np.array([rotation_matrix(spec.rotation_deg) for spec in specs])
        self.half_sizes_m = np.array([spec.size_m for spec in specs]) / 2.0
        self._middle = np.array([[0.0, spec.size_m[1] / 2.0, 0.0] for spec in specs])
        self._middle -= np.array([spec.pivot_m for spec in specs])
        self.states = {spec.object_id: ObjectState(spec, index) for index, spec in enumerate(specs)}
        self.agent = Agent()
        self.held: str | None = None
        self.revision = 0
        self.layout_revision = 0
        self.changed: set[str] = set(self.object_ids)
        for spec in specs:
            self._begin(spec)

    def _begin(self, spec: ObjectSpec) -> None:
        state = self.states[spec.object_id]
        state.shown = spec.object_id in self.scene.by_id
        state.openness = 1.0 if spec.states.get("open", False) else 0.0
        state.on = bool(spec.states.get("on", False))
        state.dirty = bool(spec.states.get("dirty", False))
        state.filled = bool(spec.states.get("filled", False))
        if state.shown and spec.parent is not None:
            if spec.parent not in self.states:
                raise UnknownNameError(f"parent of {spec.object_id}", spec.parent, self.states)
            self.attach(spec.object_id, spec.parent)

    # --- reading

    def __getitem__(self, object_id: str) -> ObjectState:
        return self.states[object_id]

    def __contains__(self, object_id: object) -> bool:
        return object_id in self.states

    def __iter__(self) -> Iterator[ObjectState]:
        return iter(self.states.values())

    def of_type(self, *names: str) -> list[ObjectState]:
        """Return the objects of these types that are in the scene."""
        return [state for state in self if state.spec.type in names and state.shown]

    def shape(self, object_id: str) -> Shape:
        """Return what an object is made of."""
        return self._shapes[object_id]

    def position_m(self, object_id: str) -> Floats:
        """Return an object's pivot [3]."""
        return self.positions_m[self.states[object_id].index]

    def rotation(self, object_id: str) -> Floats:
        """Return an object's rotation [3, 3]."""
        return self.rotations[self.states[object_id].index]

    def box_centres_m(self) -> Floats:
        """Centres of all bounding boxes: [N, 3]."""
        return self.positions_m + np.einsum("nij,nj->ni", self.rotations, self._middle)

    def box_centre_m(self, object_id: str) -> Floats:
        """Centre of one bounding box: [3]."""
        row = self.states[object_id].index
        return self.positions_m[row] + self.rotations[row] @ self._middle[row]

    def extent_m(self, object_id: str) -> tuple[Floats, Floats]:
        """Lower and upper corner of an object's axis-aligned box in the world."""
        row = self.states[object_id].index
        reach = np.abs(self.rotations[row]) @ self.half_sizes_m[row]
        centre = self.box_centre_m(object_id)
        return centre - reach, centre + reach

    def contents(self, object_id: str) -> list[str]:
        """Return everything in or on an object, at any depth."""
        found: list[str] = []
        pending = list(self.states[object_id].contents)
        while pending:
            inner = pending.pop(0)
            found.append(inner)
            pending.extend(self.states[inner].contents)
        return found

    def shut_in(self, object_id: str) -> str | None:
        """Return the closed receptacle an object is shut in, at any depth; None if none."""
        state = self.states[object_id]
        while state.parent is not None:
            parent = self.states[state.parent]
            if not parent.is_open and self._is_inside(parent, state.space):
                return parent.id
            state = parent
        return None

    def _is_inside(self, parent: ObjectState, space: int | None) -> bool:
        if not parent.spec.info.can("openable"):
            return False
        spaces = self._shapes[parent.id].spaces
        if space is not None and space < len(spaces):
            return spaces[space].inside
        return all(each.inside for each in spaces)

    def to_world(self, object_id: str, points_m: Floats) -> Floats:
        """Turn points [..., 3] of an object's own frame into the world's."""
        row = self.states[object_id].index
        pivot = np.asarray(self.states[object_id].spec.pivot_m)
        return self.positions_m[row] + (points_m - pivot) @ self.rotations[row].T

    def spaces(self, object_id: str) -> tuple[PlacedSpace, ...]:
        """Return a receptacle's spaces where they are now."""
        state = self.states[object_id]
        return placed_spaces(
            self._shapes[object_id],
            bottom_m=self.to_world(object_id, np.zeros(3)),
            rotation=self.rotations[state.index],
            openness=state.openness,
        )

    # --- changing

    def touch(self, *object_ids: str) -> None:
        """Note that objects (or with none named, the agent) have changed."""
        self.revision += 1
        self.changed.update(object_ids)

    def settle(self) -> set[str]:
        """Return what has changed since the last call, and start anew."""
        changed, self.changed = self.changed, set()
        return changed

    def set_agent(self, **fields: Vec3 | float) -> None:
        """Move the agent: fields of `Agent`. What it holds comes along only by `carry`."""
        self.agent = replace(self.agent, **fields)  # type: ignore[arg-type]
        self.touch()

    def set(self, object_id: str, name: StateName, value: bool | Temperature) -> bool:
        """Set a state; says whether that changed anything."""
        state = self.states[object_id]
        if getattr(state, name) == value:
            return False
        setattr(state, name, value)
        self.layout_revision += name == "shown"
        self.touch(object_id)
        return True

    def attach(self, object_id: str, parent: str | None, space: int | None = None) -> None:
        """Let an object rest in `parent`, or nowhere; takes it out of where it was.

        Raises:
            ValueError: If the parent rests in the object itself.
        """
        state = self.states[object_id]
        if parent == object_id or parent in self.contents(object_id):
            raise ValueError(f"{object_id} cannot rest in {parent}, which rests in it")
        if state.parent is not None:
            self.states[state.parent].contents.remove(object_id)
            self.touch(state.parent)
        state.parent, state.space = parent, space
        self.layout_revision += 1
        if parent is not None:
            self.states[parent].contents.append(object_id)
            self.touch(parent)
        self.touch(object_id)

    def place(self, object_id: str, position_m: Sequence[float] | Floats, turn: Floats) -> None:
        """Move an object to a pivot and rotation [3, 3], with all that rests in or on it."""
        row = self.states[object_id].index
        position = np.asarray(position_m, dtype=np.float64)
        rows = [row, *(self.states[inner].index for inner in self.contents(object_id))]
        delta = turn @ self.rotations[row].T
        offsets = self.positions_m[rows] - self.positions_m[row]
        self.positions_m[rows] = position + offsets @ delta.T
        self.rotations[rows] = delta @ self.rotations[rows]
        self.rotations[row] = turn
        self.layout_revision += object_id != self.held
        self.touch(*(self.object_ids[each] for each in rows))

    def set_openness(self, object_id: str, openness: float) -> None:
        """Open or close, taking along what lies in spaces that move."""
        state, shape = self.states[object_id], self._shapes[object_id]
        before, state.openness = state.openness, openness
        self.layout_revision += 1
        self.touch(object_id)
        if shape.opening is None or before == openness:
            return
        (turn0, shift0), (turn1, shift1) = (
            opening_pose(shape.opening, each) for each in (before, openness)
        )
        own = self.rotations[state.index]
        delta = own @ turn1 @ turn0.T @ own.T
        for inner in state.contents:
            space = self.states[inner].space
            if space is None or not shape.spaces[space].moves:
                continue
            local = (self.position_m(inner) - self.positions_m[state.index]) @ own
            local += np.asarray(state.spec.pivot_m)
            moved = turn1 @ turn0.T @ (local - shift0) + shift1
            self.place(inner, self.to_world(object_id, moved), delta @ self.rotation(inner))

    def rotation_deg(self, object_id: str) -> Vec3:
        """Return an object's Euler angles, each in [0, 360)."""
        return euler_deg(self.rotation(object_id))
