"""Draws tasks of ALFRED's seven types that a room allows and that are not done already."""

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from embodied.core import task as tasks
from embodied.core.task import Task
from envs.household.catalog import object_type
from envs.household.generator.free_floor import can_open, walkable_floor
from envs.household.generator.room_for import spots
from envs.household.scene import ObjectSpec, Scene
from envs.household.shape import Vec3

KINDS_OF: Mapping[str, tuple[tuple[str, float], ...]] = {
    tasks.PICK_AND_PLACE: (
        ("kitchen", 0.25),
        ("living_room", 0.25),
        ("bedroom", 0.25),
        ("bathroom", 0.25),
    ),
    tasks.PICK_TWO: (
        ("kitchen", 0.3),
        ("living_room", 0.25),
        ("bedroom", 0.25),
        ("bathroom", 0.2),
    ),
    tasks.LOOK_IN_LIGHT: (("living_room", 0.5), ("bedroom", 0.5)),
    tasks.PICK_HEAT: (("kitchen", 1.0),),
    tasks.PICK_COOL: (("kitchen", 1.0),),
    tasks.PICK_CLEAN: (("kitchen", 0.65), ("bathroom", 0.35)),
    tasks.PICK_WITH_MOVABLE: (("kitchen", 0.75), ("living_room", 0.25)),
}
"""Kinds of room a type of task is drawn in, with their shares."""
LAMPS = ("DeskLamp", "FloorLamp")
KNIVES = ("Knife", "ButterKnife")
HOLDS_ONE = frozenset({"CoffeeMachine", "StoveBurner", "ToiletPaperHanger", "HandTowelHolder"})
"""Receptacles that are full with one object."""
NEVER_PARENT = frozenset({"Bathtub", "Chair", "Sink", "TowelHolder", "TVStand"})
"""Receptacles nobody is asked to put things into; of a tub and a sink the basin is meant."""
HOT = frozenset({"Apple", "Bread", "Cup", "Egg", "Mug", "Plate", "Potato", "Tomato"})
COLD = HOT | {"Bowl", "Lettuce", "Pan", "Pot", "WineBottle"}
WASHED = frozenset(
    (HOT - {"Bread"})
    | {"Bowl", "ButterKnife", "Cloth", "DishSponge", "Fork", "Kettle", "Knife", "Ladle", "Lettuce"}
    | {"Pan", "Pot", "SoapBar", "Spatula", "Spoon"}
)
CHANGES: Mapping[str, tuple[str, frozenset[str]]] = {
    tasks.PICK_HEAT: ("Microwave", HOT),
    tasks.PICK_COOL: ("Fridge", COLD),
    tasks.PICK_CLEAN: ("SinkBasin", WASHED),
}
"""Where a task's change is made, and of what it is asked."""
SLICED_SHARE = 0.35
DEEP_M = 0.08
"""A vessel as deep as this keeps a thing that stands on end in it."""
BOTTOM_M = 0.03
"""At most what a vessel's own bottom adds below what it holds."""
Floor: TypeAlias = NDArray[np.float64]
"""(x, z) of where the agent can stand: [N, 2]."""


@dataclass(frozen=True)
class TaskDraw:
    """A task with the very objects it was drawn for.

    Any object of the right type will do for the task; the words of the steps are about these.

    Attributes:
        task: The task.
        objects: Ids of what is to be brought; of two slices the one parent.
        parent: Id of the receptacle it ends in; empty where there is none.
        mrecep: Id of the movable receptacle; empty where there is none.
        lamp: Id of the lamp; empty where there is none.
        knife: Id of the knife to cut with; empty where nothing is cut.
    """

    task: Task
    objects: tuple[str, ...]
    parent: str = ""
    mrecep: str = ""
    lamp: str = ""
    knife: str = ""

    @property
    def named(self) -> frozenset[str]:
        """Ids of all of them."""
        return frozenset((*self.objects, self.parent, self.mrecep, self.lamp, self.knife)) - {""}


def draw_type_and_kind(rng: np.random.Generator) -> tuple[str, str]:
    """Draw a task type, all alike, and a kind of room for it."""
    task_type = tasks.TASK_TYPES[int(rng.integers(len(tasks.TASK_TYPES)))]
    kinds = KINDS_OF[task_type]
    index = int(rng.choice(len(kinds), p=[share for _, share in kinds]))
    return task_type, kinds[index][0]


def draw_task(scene: Scene, task_type: str, rng: np.random.Generator) -> TaskDraw | None:
    """Draw a task of a type; None where the room allows none.

    First the object is drawn, then what becomes of it, so that common receptacles do not crowd
    out rare objects.
    """
    choices = list(_choices(scene, task_type))
    if not choices:
        return None
    sliced = [draw for draw in choices if draw.task.sliced]
    whole = [draw for draw in choices if not draw.task.sliced]
    want_sliced = bool(sliced) and (not whole or rng.random() < SLICED_SHARE)
    choices = sliced if want_sliced else whole
    types = sorted({draw.task.object for draw in choices})
    wanted = types[int(rng.integers(len(types)))]
    choices = [draw for draw in choices if draw.task.object == wanted]
    draw = choices[int(rng.integers(len(choices)))]
    if not draw.task.sliced:
        return draw
    knives = [spec.object_id for spec in scene.objects if spec.type in KNIVES]
    return dataclasses.replace(draw, knife=knives[int(rng.integers(len(knives)))])


def _choices(scene: Scene, task_type: str) -> Iterator[TaskDraw]:
    """Every task of a type that a room allows, once for each receptacle it may end in."""
    floor_xz = walkable_floor(scene)
    for name, found in sorted(_movables(scene).items()):
        for sliced in (False, True):
            if sliced and not (object_type(name).slices and _has(scene, KNIVES)):
                continue
            usable = [spec for spec in found if not (sliced and _shut_in(scene, spec))]
            if usable:
                yield from _for_object(scene, floor_xz, task_type, name, usable, sliced=sliced)


def _for_object(
    scene: Scene,
    floor_xz: Floor,
    task_type: str,
    name: str,
    found: list[ObjectSpec],
    *,
    sliced: bool,
) -> Iterator[TaskDraw]:
    size = object_type(f"{name}Sliced" if sliced else name).size_m
    target = f"{name}Sliced" if sliced else name
    if task_type == tasks.LOOK_IN_LIGHT:
        if not sliced:
            for lamp in (spec for spec in scene.objects if spec.type in LAMPS):
                task = Task(task_type, name, toggle=lamp.type)
                yield TaskDraw(task, (found[0].object_id,), lamp=lamp.object_id)
        return
    if task_type in CHANGES:
        device, changeable = CHANGES[task_type]
        if name not in changeable or not any(
            _takes(scene, spec, target, size) for spec in scene.objects if spec.type == device
        ):
            return
    if task_type == tasks.PICK_WITH_MOVABLE:
        yield from _with_movable(scene, floor_xz, name, target, size, found, sliced=sliced)
        return
    two = task_type == tasks.PICK_TWO
    device = CHANGES[task_type][0] if task_type in CHANGES else ""
    for parent in _parents(scene, floor_xz, target, size, count=2 if two else 1):
        inside = _held_by_type(scene, parent.type)
        # Drawn anew, a task must not be done in part already.
        if parent.type == device or any(scene.object(o).type == name for o in inside):
            continue
        if two and (parent.type in HOLDS_ONE or (len(found) < 2 and not sliced)):
            continue
        objects = tuple(spec.object_id for spec in found[: 2 if two and not sliced else 1])
        task = Task(task_type, name, parent.type, sliced=sliced)
        yield TaskDraw(task, objects, parent=parent.object_id)


def _with_movable(
    scene: Scene,
    floor_xz: Floor,
    name: str,
    target: str,
    size: Vec3,
    found: list[ObjectSpec],
    *,
    sliced: bool,
) -> Iterator[TaskDraw]:
    """Tasks that carry an object in a vessel or a box."""
    for vessel_name, vessels in sorted(_movables(scene).items()):
        if vessel_name == name or target not in object_type(vessel_name).fits:
            continue
        empty = [
            spec
            for spec in vessels
            if not _contents(scene, spec) and _takes(scene, spec, target, size)
        ]
        if not empty:
            continue
        vessel = empty[0]
        for parent in _parents(scene, floor_xz, vessel_name, _loaded(vessel.size_m, size)):
            inside = _held_by_type(scene, parent.type)
            if not any(spec.object_id in inside for spec in vessels):
                task = Task(
                    tasks.PICK_WITH_MOVABLE, name, parent.type, mrecep=vessel_name, sliced=sliced
                )
                yield TaskDraw(
                    task,
                    (found[0].object_id,),
                    parent=parent.object_id,
                    mrecep=vessel.object_id,
                )


def _loaded(vessel: Vec3, thing: Vec3) -> Vec3:
    """Size of a vessel with a thing in it at its tallest: on end, where it is deep."""
    wide, high, deep = thing
    longest = max(wide, deep)
    on_end = vessel[1] >= DEEP_M and longest > min(vessel[0], vessel[2])
    return (vessel[0], max(vessel[1], (longest if on_end else high) + BOTTOM_M), vessel[2])


def _movables(scene: Scene) -> dict[str, list[ObjectSpec]]:
    by_type: dict[str, list[ObjectSpec]] = {}
    for spec in scene.objects:
        if spec.info.can("pickupable"):
            by_type.setdefault(spec.type, []).append(spec)
    return by_type


def _has(scene: Scene, types: tuple[str, ...]) -> bool:
    return any(spec.type in types for spec in scene.objects)


def _shut_in(scene: Scene, spec: ObjectSpec) -> bool:
    return spec.parent is not None and scene.object(spec.parent).info.can("openable")


def _contents(scene: Scene, receptacle: ObjectSpec) -> list[ObjectSpec]:
    return [spec for spec in scene.objects if spec.parent == receptacle.object_id]


def _held_by_type(scene: Scene, parent_type: str) -> set[str]:
    """Ids of what lies in receptacles of a type; `Sink` finds basins too, as goals read ids."""
    return {spec.object_id for spec in scene.objects if spec.parent and parent_type in spec.parent}


def _parents(
    scene: Scene, floor_xz: Floor, target: str, size: Vec3, *, count: int = 1
) -> Iterator[ObjectSpec]:
    """Receptacles that take an object of a type and a size."""
    for spec in scene.objects:
        if spec.info.can("pickupable") or spec.type in NEVER_PARENT:
            continue
        if _takes(scene, spec, target, size, count=count) and can_open(spec, floor_xz):
            yield spec


def _takes(
    scene: Scene, receptacle: ObjectSpec, target: str, size: Vec3, *, count: int = 1
) -> bool:
    """Whether a type is let into a receptacle and there is room for it."""
    if target not in receptacle.info.fits:
        return False
    if receptacle.type in HOLDS_ONE:
        return not _contents(scene, receptacle)
    return spots(scene, receptacle, size) >= count
