"""Tasks and plans: what subgoals a task takes, and what task a list of subgoals amounts to.

Plans here are at the level of types and say nothing of going anywhere: picking and placing imply
finding and walking. Arguments are `ObjectRef`s; `sliced` among the attributes means a slice, and
`another` a second one of its kind.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from embodied.core.plan import Argument, ObjectRef, Subgoal
from embodied.core.task import (
    LOOK_IN_LIGHT,
    PICK_AND_PLACE,
    PICK_CLEAN,
    PICK_COOL,
    PICK_HEAT,
    PICK_TWO,
    PICK_WITH_MOVABLE,
    Task,
)

SLICED = "sliced"
"""Attribute of a slice."""
ANOTHER = "another"
"""Attribute of a second object of the same kind."""
ON, OFF = "on", "off"
"""Attributes of what is switched: how it is to be afterwards; without one it is the other way."""
KNIFE = "Knife"
KNIVES = ("Knife", "ButterKnife")
KNIFE_RESTS_ON = "CounterTop"
"""Where the knife is put down after cutting."""
ANY_LAMP = "Lamp"
"""The lamp of a look task that names none."""
LAMPS = ("DeskLamp", "FloorLamp", "Lamp")

DEVICES: Mapping[str, tuple[str, str]] = {
    PICK_HEAT: ("heat", "Microwave"),
    PICK_COOL: ("cool", "Fridge"),
    PICK_CLEAN: ("clean", "SinkBasin"),
}
"""Task type to the skill that changes the object, and the type of the device."""

DEVICE_OF: Mapping[str, str] = dict(DEVICES.values())
"""Skill that changes an object, to the type of the device."""

_TASK_OF_CHANGE = {skill: task_type for task_type, (skill, _) in DEVICES.items()}
_CHANGE_BY_SWITCH = {"Microwave": ("Microwave", "heat"), "Faucet": ("SinkBasin", "clean")}
"""What is switched on, to where the object then is and what comes of it."""


def switched_to(subgoal: Subgoal) -> str:
    """Return how what a subgoal switches is to be, `on` or `off`; nothing if the other way."""
    value = subgoal.arguments.get("object")
    words = value.attributes if isinstance(value, ObjectRef) else ()
    return next((word for word in words if word in (ON, OFF)), "")


def subgoals_of(task: Task) -> tuple[Subgoal, ...]:
    """Return the subgoals that a task takes, in order.

    `task_of` is its inverse, for every task with the fields its type has: a look task without a
    lamp asks for any `Lamp`.
    """
    sliced = (SLICED,) if task.sliced else ()
    thing = ObjectRef(task.object, sliced)
    steps: list[Subgoal] = []
    if task.sliced:
        knife = ObjectRef(KNIFE)
        steps += [
            _pick(knife),
            Subgoal("slice", {"object": ObjectRef(task.object)}),
            _place(knife, ObjectRef(KNIFE_RESTS_ON)),
        ]
    steps.append(_pick(thing))
    if task.task_type == LOOK_IN_LIGHT:
        lamp = ObjectRef(task.toggle or ANY_LAMP)
        return (*steps, Subgoal("look", {"object": thing, "lamp": lamp}))
    if task.task_type in DEVICES:
        skill, device = DEVICES[task.task_type]
        steps.append(Subgoal(skill, {"object": thing, "receptacle": ObjectRef(device)}))
    if task.mrecep:
        vessel = ObjectRef(task.mrecep)
        steps += [_place(thing, vessel), _pick(vessel)]
        thing = vessel
    parent = ObjectRef(task.parent)
    steps.append(_place(thing, parent))
    if task.task_type == PICK_TWO:
        second = ObjectRef(task.object, (ANOTHER, *sliced))
        steps += [_pick(second), _place(second, parent)]
    return tuple(steps)


def _pick(thing: ObjectRef) -> Subgoal:
    return Subgoal("pick", {"object": thing})


def _place(thing: ObjectRef, receptacle: ObjectRef) -> Subgoal:
    return Subgoal("place", {"object": thing, "receptacle": receptacle})


def task_of(subgoals: Sequence[Subgoal]) -> Task | None:
    """Return the task that a plan amounts to, or None where it is none of ALFRED's.

    The plan is followed as an agent would, so that other wordings of the same count as well:
    `goto`, opening and closing mean nothing by themselves, heating may be spelled out as putting
    into the microwave, switching it on and taking out, the knife may be laid down anywhere, and a
    vessel may be brought first and filled then.
    """
    course = _Course()
    for subgoal in subgoals:
        course.follow(subgoal)
    return course.task()


@dataclass
class _Course:
    """What has come of a plan so far."""

    held: str = ""
    cut: set[str] = field(default_factory=set)
    sliced: set[str] = field(default_factory=set)
    changes: dict[str, set[str]] = field(default_factory=dict)
    placed: list[tuple[str, str]] = field(default_factory=list)
    lit: str = ""
    looked_at: str = ""
    shut: bool = False
    placed_at_cut: int = 0

    def follow(self, subgoal: Subgoal) -> None:
        """Take one subgoal into account."""
        name, is_slice = _category(subgoal.arguments.get("object"))
        if is_slice:
            self.sliced.add(name)
        if subgoal.skill == "pick":
            self._take(name)
        elif subgoal.skill == "place":
            receptacle, _ = _category(subgoal.arguments.get("receptacle"))
            self.placed.append((name or self.held, receptacle))
            self.held, self.shut = "", False
        elif subgoal.skill == "slice":
            self.cut.add(name)
            self.placed_at_cut = len(self.placed)
        elif subgoal.skill in _TASK_OF_CHANGE:
            self.changes.setdefault(self.held or name, set()).add(subgoal.skill)
        elif subgoal.skill == "look":
            lamp, _ = _category(subgoal.arguments.get("lamp"))
            self.lit, self.looked_at = lamp, name or self.held
        elif subgoal.skill == "close" and name == "Fridge":
            self.shut = True
        elif subgoal.skill == "toggle":
            self._switch(name)

    def _take(self, name: str) -> None:
        """Take something up: what it was put into for a while is not where it ends."""
        self.held = name
        if self.shut and self.placed and self.placed[-1] == (name, "Fridge"):
            self.changes.setdefault(name, set()).add("cool")
        self.shut = False
        if self.lit and not self.looked_at:
            self.looked_at = name
        at = next((i for i in reversed(range(len(self.placed))) if self.placed[i][0] == name), None)
        if at is not None and self.placed[at][1] in ("Microwave", "Fridge", "SinkBasin"):
            device = self.placed[at][1]
            skill = next(skill for skill, where in DEVICES.values() if where == device)
            if skill in self.changes.get(name, ()):
                del self.placed[at]

    def _switch(self, name: str) -> None:
        if name in LAMPS:
            self.lit = name
            self.looked_at = self.held
        elif name in _CHANGE_BY_SWITCH and self.placed:
            device, skill = _CHANGE_BY_SWITCH[name]
            thing, where = self.placed[-1]
            if where == device:
                self.changes.setdefault(thing, set()).add(skill)

    def task(self) -> Task | None:
        """Return what it amounts to."""
        laid_down = KNIVES if self.cut else ()
        # What was put down before cutting may only have been laid there to be cut.
        for start in (0, self.placed_at_cut):
            ends = [pair for pair in self.placed[start:] if pair[0] not in laid_down]
            if found := self._task_with(ends):
                return found
        return None

    def _task_with(self, ends: Sequence[tuple[str, str]]) -> Task | None:
        if self.lit:
            if not self.looked_at or self.changes or len(ends) > 1:
                return None
            return self._make(LOOK_IN_LIGHT, self.looked_at, toggle=self.lit)
        if not ends or not all(name and where for name, where in ends):
            return None
        changed = {name: kinds for name, kinds in self.changes.items() if kinds}
        if changed:
            return self._changed_task(changed, ends)
        if len(ends) == 1:
            return self._make(PICK_AND_PLACE, ends[0][0], parent=ends[0][1])
        if len(ends) == 2 and ends[0] == ends[1]:
            return self._make(PICK_TWO, ends[0][0], parent=ends[0][1])
        return self._carried_task(ends)

    def _changed_task(
        self, changed: Mapping[str, Iterable[str]], ends: Sequence[tuple[str, str]]
    ) -> Task | None:
        (name, kinds), *others = changed.items()
        kind, *more = kinds
        if others or more or len(ends) != 1 or ends[0][0] != name:
            return None
        return self._make(_TASK_OF_CHANGE[kind], name, parent=ends[0][1])

    def _carried_task(self, ends: Sequence[tuple[str, str]]) -> Task | None:
        """The object into a vessel and the vessel to its place, in either order."""
        if len(ends) != 2:
            return None
        for (thing, vessel), (carried, parent) in (ends, tuple(reversed(ends))):
            if vessel == carried and parent != thing:
                return self._make(PICK_WITH_MOVABLE, thing, mrecep=vessel, parent=parent)
        return None

    def _make(self, task_type: str, name: str, **rest: str) -> Task | None:
        if self.cut - {name} or self.sliced - {name}:
            return None
        return Task(task_type, name, **rest, sliced=name in self.cut | self.sliced)


def _category(argument: Argument | None) -> tuple[str, bool]:
    """Return a reference's type, and whether a slice of it is meant."""
    if not isinstance(argument, ObjectRef):
        return (str(argument) if argument else ""), False
    name = argument.category
    bare = name.removesuffix("Sliced")
    return bare, SLICED in argument.attributes or bare != name
