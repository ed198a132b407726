"""A scene as data: a room, its furniture and its objects at the start.

Frame: THOR's. x right, y up, z ahead (left-handed), metres; rotations in degrees, about y
clockwise seen from above, Euler angles applied z, x, y. `frames.py` turns them into MuJoCo's.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from embodied.core.errors import UnknownNameError
from envs.household.catalog import ObjectType, object_type
from envs.household.shape import Shape, Vec3


@dataclass(frozen=True)
class PieceSpec:
    """One piece that a cut leaves of an object.

    Attributes:
        at_m: The middle of its bottom, in the whole's frame turned level: x and z from the pivot
            of the whole, y from its lowest point.
        size_m: (width, height, depth), along the same axes.
    """

    at_m: Vec3
    size_m: Vec3


@dataclass(frozen=True)
class ObjectSpec:
    """One object: a fridge, a drawer of a dresser, a mug.

    Attributes:
        object_id: `Type|+00.63|+00.71|+00.42`, THOR's form; unique.
        type: Name in the catalogue.
        position_m: The pivot, as THOR's metadata report it.
        rotation_deg: Euler angles (x, y, z).
        size_m: (width, height, depth) of the closed object, own frame.
        pivot_m: The pivot seen from the centre of the bottom, own frame.
        name: THOR's `name`, e.g. `Mug_2197d4a8`; the object id where empty.
        owner: Object id of the piece of furniture it is built into: a drawer's dresser, a
            basin's sink, a burner's counter.
        parent: Object id of the receptacle it rests in or on at the start.
        states: Start states: `open`, `on`, `dirty`, `filled`.
        style: Free choices for its shape and look: `seed`, `colour`, `variant`, `hinge`.
        shape: A shape of its own; None takes the type's.
        pieces: What a cut leaves of it; empty takes the type's slices, in a row.
    """

    object_id: str
    type: str
    position_m: Vec3
    size_m: Vec3
    rotation_deg: Vec3 = (0.0, 0.0, 0.0)
    pivot_m: Vec3 = (0.0, 0.0, 0.0)
    name: str = ""
    owner: str | None = None
    parent: str | None = None
    states: Mapping[str, bool] = field(default_factory=dict)
    style: Mapping[str, str | float] = field(default_factory=dict)
    shape: Shape | None = None
    pieces: tuple[PieceSpec, ...] = ()

    def __post_init__(self) -> None:
        numbers = np.array([*self.position_m, *self.size_m, *self.rotation_deg, *self.pivot_m])
        if not np.isfinite(numbers).all():
            raise ValueError(f"{self.object_id}: position, size or rotation is not finite")
        if min(self.size_m) <= 0.0:
            raise ValueError(f"{self.object_id}: size must be positive, got {self.size_m}")

    @property
    def info(self) -> ObjectType:
        """Its row of the catalogue."""
        return object_type(self.type)


@dataclass(frozen=True)
class KnownRest:
    """Where something was seen to come to rest when it was put down; placements may follow it.

    Attributes:
        receptacle: Object id of where it was put.
        type: What was put.
        name: The same more closely: `Mug_2197d4a8`, `AppleSliced_1`.
        agent_xz_m: Where the agent stood.
        agent_yaw_deg: And where it looked.
        half_m: Half of the thing's (width, depth).
        position_m: The thing's pivot at rest.
        bottom_m: Height of its bottom.
        rotation_deg: Euler angles (x, y, z).
        beside_m: Pivots of what lay in the receptacle then, nearer to the agent or about as near:
            what may have kept the thing from a nearer spot.
    """

    receptacle: str
    type: str
    name: str
    agent_xz_m: tuple[float, float]
    agent_yaw_deg: float
    half_m: tuple[float, float]
    position_m: Vec3
    bottom_m: float
    rotation_deg: Vec3
    beside_m: tuple[Vec3, ...] = ()


@dataclass(frozen=True)
class Floor:
    """The room's floor and walls.

    Attributes:
        min_xz_m: Lower corner of the room.
        max_xz_m: Upper corner.
        height_m: Of the walls.
        walkable_xz_m: Where the agent may stand, on the 0.25 m grid; None leaves it to the
            furniture and walls alone.
    """

    min_xz_m: tuple[float, float]
    max_xz_m: tuple[float, float]
    height_m: float = 2.6
    walkable_xz_m: tuple[tuple[float, float], ...] | None = None


@dataclass(frozen=True)
class Scene:
    """A room and everything in it.

    Attributes:
        name: `FloorPlan12`, or `Household-kitchen-00017`.
        kind: `kitchen`, `living_room`, `bedroom` or `bathroom`.
        floor: Floor and walls.
        objects: Furniture first, then what rests on it.
        seed: Seeds palette and textures.
        label: Where it comes from, shown wherever its results are: `generated`,
            `reconstructed`.
        rests: Where things put down are known to come to rest.
    """

    name: str
    kind: str
    floor: Floor
    objects: tuple[ObjectSpec, ...]
    seed: int = 0
    label: str = "generated"
    rests: tuple[KnownRest, ...] = ()

    def __post_init__(self) -> None:
        if len(self.by_id) != len(self.objects):
            raise ValueError(f"scene {self.name}: two objects share an id")

    @cached_property
    def by_id(self) -> dict[str, ObjectSpec]:
        """Objects by id."""
        return {spec.object_id: spec for spec in self.objects}

    def object(self, object_id: str) -> ObjectSpec:
        """Look an object up.

        Raises:
            UnknownNameError: If the scene has no such object.
        """
        try:
            return self.by_id[object_id]
        except KeyError:
            raise UnknownNameError("object", object_id, self.by_id) from None


def object_id(type_name: str, position_m: Vec3) -> str:
    """Write an id as THOR does, `Type|+00.63|+00.71|-01.42`."""
    return "|".join([type_name, *(f"{value:+06.2f}" for value in position_m)])
