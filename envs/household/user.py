"""A simulated user in a household: knows the goal, watches, answers and corrects in words.

Privileged in what it sees; the agent gets nothing of it but sentences, of the kind that a person
would say who stands in the room: what is wrong with what is in the hand, where a thing is.
"""

from collections.abc import Mapping
from typing import Any

from embodied.core import naming
from embodied.core.protocols import Step
from embodied.core.task import LOOK_IN_LIGHT, PICK_TWO, PICK_WITH_MOVABLE, Task
from embodied.core.task_plans import DEVICES, KNIVES
from envs.users import WatchingUser

HOLLOW = frozenset(
    [
        *("Fridge", "Microwave", "Cabinet", "Drawer", "Safe", "Box", "SinkBasin", "BathtubBasin"),
        *("Bowl", "Pot", "Pan", "Mug", "Cup", "GarbageCan", "LaundryHamper", "Toilet"),
    ]
)
"""Types that things are in, not on."""
PASSED_THROUGH = frozenset(["Microwave", "Fridge", "SinkBasin"])
"""Where things are made hot, cold or clean on their way."""
MOST_SAID = 4


def spoken(type_name: str) -> str:
    """`CounterTop` as words."""
    return naming.spoken(type_name.removesuffix("Basin"))


def where_words(type_name: str) -> str:
    """`in the fridge`, `on the counter top`."""
    return f"{'in' if type_name in HOLLOW else 'on'} the {spoken(type_name)}"


def sentence_of(task: Task) -> str:
    """Return a plain sentence that asks for a task."""
    thing = spoken(task.object)
    thing = f"slice of {thing}" if task.sliced else thing
    if task.task_type == LOOK_IN_LIGHT:
        return f"look at the {thing} in the light of the {spoken(task.toggle or 'Lamp')}"
    change = DEVICES.get(task.task_type, ("", ""))[0]
    adjective = {"heat": "heated ", "cool": "cooled ", "clean": "clean "}.get(change, "")
    place = where_words(task.parent)
    if task.task_type == PICK_TWO:
        return f"put two {thing}s {place}"
    if task.task_type == PICK_WITH_MOVABLE:
        vessel = spoken(task.mrecep)
        return f"put a {thing} {where_words(task.mrecep)}, then put the {vessel} {place}"
    return f"put a {adjective}{thing} {place}"


class OracleUser(WatchingUser):
    """Answers what is asked, and corrects what is wrong with what the agent takes up.

    Args:
        corrects: Whether it speaks unasked.
    """

    _known_by = "controller"
    _lives_in = "benchmark=household or benchmark=alfred"

    def __init__(self, *, corrects: bool = True) -> None:
        super().__init__()
        self._corrects = corrects

    def _forget(self) -> None:
        self._held = ""

    def on_step(self, step: Step) -> None:
        """Answer an open question; else look at what was just taken up."""
        task = self._env.episode.task
        if task is None or len(self.said) >= MOST_SAID:
            return
        if step.report.get("question"):
            self._say(self._answer(step.report["questions"][-1], task))
            return
        held, before = self._in_hand(), self._held
        if held == before:
            return
        self._held = held
        if not self._corrects:
            return
        if held and not _is_of_use(held, task):
            self._say(self._objection(task))
        elif not held and before == task.target and self._astray(task):
            thing = f"slice of {spoken(task.object)}" if task.sliced else spoken(task.object)
            self._say(f"also put the {thing} {where_words(task.parent)}")

    def _objects(self) -> list[Mapping[str, Any]]:
        return list(self._env.controller.last_event.metadata["objects"])

    def _in_hand(self) -> str:
        held = [each["objectType"] for each in self._objects() if each["isPickedUp"]]
        return str(held[0]) if held else ""

    def _objection(self, task: Task) -> str:
        """Say what is meant; the second time say the whole sentence again."""
        if not self.said:
            return f"no, the {spoken(task.object)}"
        return f"forget it, {sentence_of(task)}"

    def _astray(self, task: Task) -> bool:
        """Whether every such thing is where it neither belongs nor is on its way."""
        if not task.parent:
            return False
        good = {task.parent, task.mrecep, *PASSED_THROUGH}
        places = [
            set(self._places(each)) for each in self._objects() if each["objectType"] == task.target
        ]
        return not any(each & good for each in places)

    def _places(self, thing: Mapping[str, Any]) -> list[str]:
        """Types of what something lies in or on, the nearest to it last."""
        types = {each["objectId"]: str(each["objectType"]) for each in self._objects()}
        return [types[parent] for parent in thing.get("parentReceptacles") or ()]

    def _answer(self, asked: Mapping[str, Any], task: Task) -> str:
        """Say where a thing is, or which is meant; else what is wanted, in plain words."""
        if asked["about"] == "instance":
            return "any of them"  # the household's goals are about types
        if asked["about"] == "place":
            return self._place(asked["question"].lower(), task)
        return sentence_of(task)

    def _place(self, question: str, task: Task) -> str:
        objects = self._objects()
        types = {each["objectType"] for each in objects} | set(_needed(task))
        about = max((t for t in types if spoken(t) in question), key=len, default=task.object)
        there = [each for each in objects if each["objectType"] == about]
        if not there or about not in _needed(task):
            return f"forget it, {sentence_of(task)}"
        places = self._places(there[0])
        if places:
            return f"it is {where_words(places[-1])}"
        furniture = [each for each in objects if each["receptacle"] and not each["pickupable"]]
        others = [each for each in furniture if each["objectType"] != about]
        by = min(others, key=lambda each: _apart_m(each, there[0]))
        return f"it is next to the {spoken(by['objectType'])}"


def _needed(task: Task) -> tuple[str, ...]:
    """Types that a task is about."""
    device = DEVICES.get(task.task_type, ("", ""))[1]
    named = (task.object, task.mrecep, task.parent, task.toggle, device)
    knives = tuple(KNIVES) if task.sliced else ()
    return tuple(each for each in (*named, *knives) if each)


def _apart_m(one: Mapping[str, Any], other: Mapping[str, Any]) -> float:
    """Distance between two things, seen from above."""
    gaps = (one["position"][axis] - other["position"][axis] for axis in "xz")
    return sum(gap * gap for gap in gaps) ** 0.5


def _is_of_use(held: str, task: Task) -> bool:
    """Whether a type in the hand may serve the task."""
    useful = {task.object, task.mrecep, f"{task.object}Sliced"}
    return held in useful or (task.sliced and held in KNIVES)
