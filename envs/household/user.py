"""A simulated user in a household: knows the goal, watches, answers and corrects in words.

Privileged in what it sees; the agent gets nothing of it but sentences, of the kind that a person
would say who stands in the room: what is wrong with what is in the hand, where a thing is.
"""

import re
from collections.abc import Mapping
from typing import Any

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
MOST_SAID = 4


def spoken(type_name: str) -> str:
    """`CounterTop` as words."""
    bare = type_name.removesuffix("Basin")
    return re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", bare).lower()


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
        question = str(step.report.get("question", ""))
        if question:
            self._say(self._answer(question, task))
            return
        held = self._in_hand()
        if held != self._held:
            self._held = held
            if held and self._corrects and not _is_of_use(held, task):
                self._say(self._objection(task))

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

    def _answer(self, question: str, task: Task) -> str:
        """Say where a thing is, if that is asked for; else what is wanted, in plain words."""
        asked = question.lower()
        if "where is it" not in asked:
            return sentence_of(task)
        types = {each["objectType"] for each in self._objects()}
        about = max((t for t in types if spoken(t) in asked), key=len, default=task.object)
        for each in self._objects():
            parents = each.get("parentReceptacles") or []
            if each["objectType"] == about and parents:
                return f"it is {where_words(str(parents[-1]).split('|')[0])}"
        return f"there is no {spoken(about)}"


def _is_of_use(held: str, task: Task) -> bool:
    """Whether a type in the hand may serve the task."""
    useful = {task.object, task.mrecep, f"{task.object}Sliced"}
    return held in useful or (task.sliced and held in KNIVES)
