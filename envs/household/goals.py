"""Whether a goal is reached: ALFRED's own conditions, read off a controller's metadata.

A condition matches objects as ALFRED's published evaluation does: by a name contained in the
object id (so `Lamp` is met by a `DeskLamp`, and `AppleSliced` by every slice of an apple) and by
an affordance. What was heated, cooled or cleaned is not read from the objects but kept beside
them, under the rules of that evaluation's environment.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol, TypeAlias

import numpy as np

from embodied.core import task as tasks
from embodied.core.task import Task

Metadata: TypeAlias = Mapping[str, Any]


class MetadataEvent(Protocol):
    """Whatever carries a THOR metadata dict."""

    @property
    def metadata(self) -> Metadata:
        """Metadata named as THOR 2.1 names it."""


@dataclass(frozen=True)
class GoalCondition:
    """One condition of a goal.

    Attributes:
        text: The condition in words.
        met: Whether it holds now.
    """

    text: str
    met: bool


@dataclass(frozen=True)
class GoalView:
    """What the conditions of one task look at, gathered once from the metadata.

    Attributes:
        task: The task.
        metadata: Metadata of the last event.
        changed: Object ids by what was done to them: `heated`, `cooled`, `cleaned`.
    """

    task: Task
    metadata: Metadata
    changed: Mapping[str, frozenset[str]]

    def named(self, name: str, affordance: str) -> list[Mapping[str, Any]]:
        """Objects whose id contains `name` and that have the affordance."""
        return [o for o in self.metadata["objects"] if name in o["objectId"] and o[affordance]]

    @cached_property
    def targets(self) -> frozenset[str]:
        """Ids of the objects that count as the task's object."""
        return frozenset(o["objectId"] for o in self.named(self.task.target, "pickupable"))

    @cached_property
    def slices(self) -> int:
        """How many of them are slices."""
        return sum("Sliced" in object_id for object_id in self.targets)

    @cached_property
    def parents(self) -> list[Mapping[str, Any]]:
        """Receptacles that count as the task's parent."""
        return self.named(self.task.parent, "receptacle")

    @cached_property
    def movables(self) -> list[Mapping[str, Any]]:
        """Movable receptacles that count as the task's."""
        return self.named(self.task.mrecep, "pickupable")

    @cached_property
    def placed(self) -> frozenset[str]:
        """Targets that lie in or on a parent."""
        return self.targets & frozenset().union(*map(contents, self.parents))

    @cached_property
    def most_in_one_parent(self) -> int:
        """The largest number of targets in or on one and the same parent."""
        return max((len(self.targets & contents(parent)) for parent in self.parents), default=0)

    @cached_property
    def held(self) -> bool:
        """Whether a target is in the hand."""
        inventory = self.metadata["inventoryObjects"]
        return bool(inventory) and inventory[0]["objectId"] in self.targets

    @cached_property
    def lamp_lit_in_view(self) -> bool:
        """Whether a lamp of the task is on and visible."""
        lamps = self.named(self.task.toggle, "toggleable")
        return any(lamp["isToggled"] and lamp["visible"] for lamp in lamps)

    @cached_property
    def loaded(self) -> bool:
        """Whether a target lies in a movable receptacle."""
        return any(self.targets & contents(movable) for movable in self.movables)

    @cached_property
    def movable_placed(self) -> bool:
        """Whether a movable receptacle lies in or on a parent."""
        ids = {movable["objectId"] for movable in self.movables}
        return any(ids & contents(parent) for parent in self.parents)

    @cached_property
    def loaded_movable_placed(self) -> bool:
        """Whether one movable receptacle holds a target and itself names a parent it is in."""
        parents = {parent["objectId"] for parent in self.parents}
        return any(
            self.targets & contents(movable) and parents & set(movable["parentReceptacles"] or ())
            for movable in self.movables
        )

    def some(self, change: str) -> bool:
        """Whether some target was heated, cooled or cleaned."""
        return bool(self.targets & self.changed[change])

    def some_placed(self, change: str) -> bool:
        """Whether some target was heated, cooled or cleaned and lies in or on a parent."""
        return bool(self.placed & self.changed[change])


def contents(receptacle: Mapping[str, Any]) -> frozenset[str]:
    """Ids of what a receptacle holds; THOR writes null where it holds nothing."""
    return frozenset(receptacle["receptacleObjectIds"] or ())


Rule: TypeAlias = tuple[str, Callable[[GoalView], bool]]
"""A condition: its words, with the task's fields to fill in, and its test."""


def _change_rules(change: str) -> tuple[Rule, ...]:
    return (
        ("{target} in/on {parent}", lambda view: bool(view.placed)),
        (f"{{target}} {change}", lambda view: view.some(change)),
        (f"{change} {{target}} in/on {{parent}}", lambda view: view.some_placed(change)),
    )


RULES: Mapping[str, tuple[Rule, ...]] = {
    tasks.PICK_AND_PLACE: (("{target} in/on {parent}", lambda view: bool(view.placed)),),
    tasks.PICK_TWO: (
        ("{target} in/on {parent}", lambda view: view.most_in_one_parent >= 1),
        ("second {target} in/on the same {parent}", lambda view: view.most_in_one_parent >= 2),
    ),
    tasks.LOOK_IN_LIGHT: (
        ("{target} in hand", lambda view: view.held),
        ("{toggle} lit and in view", lambda view: view.lamp_lit_in_view),
    ),
    tasks.PICK_HEAT: _change_rules("heated"),
    tasks.PICK_COOL: _change_rules("cooled"),
    tasks.PICK_CLEAN: _change_rules("cleaned"),
    tasks.PICK_WITH_MOVABLE: (
        ("{target} in/on {mrecep}", lambda view: view.loaded),
        ("{mrecep} in/on {parent}", lambda view: view.movable_placed),
        ("{mrecep} with {target} in/on {parent}", lambda view: view.loaded_movable_placed),
    ),
}
"""Conditions of each task type."""

SLICE_RULE: Rule = ("{object} sliced", lambda view: view.slices >= 1)
SECOND_SLICE_RULE: Rule = ("second slice of {object}", lambda view: view.slices >= 2)


def rules_of(task: Task | None) -> tuple[Rule, ...]:
    """The conditions of a task; a sliced one has one more, and two more where two are placed.

    No task has no conditions.
    """
    if task is None:
        return ()
    if not task.sliced:
        return RULES[task.task_type]
    two = (SECOND_SLICE_RULE,) if task.task_type == tasks.PICK_TWO else ()
    return (SLICE_RULE, *two, *RULES[task.task_type])


def nearest_visible(type_name: str, object_id: str, metadata: Metadata) -> Mapping[str, Any] | None:
    """The visible object of a type nearest to another object, or None where none is visible."""

    def position(entry: Mapping[str, Any]) -> np.ndarray:
        return np.array([entry["position"][axis] for axis in "xyz"])

    at = next(position(o) for o in metadata["objects"] if o["objectId"] == object_id)
    seen = [o for o in metadata["objects"] if o["objectType"] == type_name and o["visible"]]
    return min(seen, key=lambda o: float(np.linalg.norm(position(o) - at)), default=None)


def first_of_type(type_name: str, object_id: str, metadata: Metadata) -> Mapping[str, Any] | None:
    """The first object of a type in the metadata, wherever it is."""
    return next((o for o in metadata["objects"] if o["objectType"] == type_name), None)


@dataclass(frozen=True)
class ChangeRule:
    """How contents come to count as heated, cooled or cleaned.

    Attributes:
        change: What they count as afterwards.
        action: The action that does it.
        on: Contained in the id of what the action is done to.
        holder: Type of the receptacle whose contents count.
        pick: How that receptacle is chosen among several.
    """

    change: str
    action: str
    on: str
    holder: str
    pick: Callable[[str, str, Metadata], Mapping[str, Any] | None]


CHANGES = (
    ChangeRule("cleaned", "ToggleObjectOn", "Faucet", "SinkBasin", nearest_visible),
    ChangeRule("heated", "ToggleObjectOn", "Microwave", "Microwave", first_of_type),
    ChangeRule("cooled", "CloseObject", "Fridge", "Fridge", first_of_type),
)


class GoalTracker:
    """Follows an episode and says which conditions of its task hold.

    Args:
        task: The task to follow; None (a test split that does not tell) has no conditions.
    """

    def __init__(self, task: Task | None) -> None:
        self.task = task
        self._rules = rules_of(task)
        self.reset()

    def reset(self) -> None:
        """Forget what was heated, cooled and cleaned."""
        self._changed: dict[str, frozenset[str]] = {rule.change: frozenset() for rule in CHANGES}

    @property
    def changed(self) -> Mapping[str, frozenset[str]]:
        """Object ids by what was done to them: `heated`, `cooled`, `cleaned`."""
        return dict(self._changed)

    def update(self, action: Mapping[str, Any], event: MetadataEvent) -> str:
        """Take note of an action that was just carried out.

        Args:
            action: The command as it was sent, with `action` and `objectId`.
            event: What came of it.

        Returns:
            Why ALFRED's evaluation counts the action as failed although it was carried out
            (a tap opened with no basin in view); empty where all is well.
        """
        if not event.metadata["lastActionSuccess"]:
            return ""
        object_id = str(action.get("objectId", ""))
        for rule in CHANGES:
            if action["action"] != rule.action or rule.on not in object_id:
                continue
            holder = rule.pick(rule.holder, object_id, event.metadata)
            if holder is None:
                return f"no {rule.holder} in view of {object_id}"
            # A null list wipes what was noted before: the published evaluation does the same.
            held = holder["receptacleObjectIds"]
            kept = self._changed[rule.change] | set(held) if held is not None else frozenset()
            self._changed[rule.change] = frozenset(kept)
        return ""

    def conditions(self, event: MetadataEvent) -> tuple[GoalCondition, ...]:
        """Evaluate the task's conditions on an event."""
        if self.task is None:
            return ()
        view = GoalView(task=self.task, metadata=event.metadata, changed=self._changed)
        words = {
            "object": self.task.object,
            "target": self.task.target,
            "parent": self.task.parent,
            "mrecep": self.task.mrecep,
            "toggle": self.task.toggle,
        }
        return tuple(GoalCondition(text.format(**words), test(view)) for text, test in self._rules)


def all_met(conditions: Sequence[GoalCondition]) -> bool:
    """Whether the goal is reached; what has no conditions is never known to be."""
    return bool(conditions) and all(condition.met for condition in conditions)
