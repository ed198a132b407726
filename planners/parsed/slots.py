"""What the parser answers: one value per slot, scored together as a whole task."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embodied.core.task import TASK_TYPES, Task

SLOTS = ("task_type", "object", "sliced", "mrecep", "parent", "toggle")
"""In this order everywhere: weights, tables, scores."""


def values_of(task: Task) -> tuple[str, ...]:
    """Return a task's value in each slot."""
    sliced = "yes" if task.sliced else "no"
    return (task.task_type, task.object, sliced, task.mrecep, task.parent, task.toggle)


def task_from(values: Sequence[str]) -> Task:
    """Return the task of the values."""
    task_type, name, sliced, mrecep, parent, toggle = values
    return Task(task_type, name, parent, mrecep, toggle, sliced == "yes")


@dataclass(frozen=True)
class TaskTable:
    """The values of every slot, and the tasks that were seen in training, by types alone.

    Attributes:
        values: Slot to its values, in the order of the network's outputs.
        tasks: int [C, 6]: the value of each slot, for each task seen.
        counts: float [C]: in how many trajectories.
    """

    values: Mapping[str, tuple[str, ...]]
    tasks: NDArray[np.int64]
    counts: NDArray[np.float64]

    @classmethod
    def of(cls, tasks: Iterable[Task]) -> "TaskTable":
        """Count the tasks of a training set, one for each trajectory."""
        counted = Counter(map(values_of, tasks))
        values = {
            slot: tuple(sorted({each[index] for each in counted}))
            for index, slot in enumerate(SLOTS)
        }
        values["task_type"] = tuple(t for t in TASK_TYPES if t in values["task_type"])
        rows = sorted(counted)
        table = [
            [values[slot].index(row[index]) for index, slot in enumerate(SLOTS)] for row in rows
        ]
        return cls(values, np.array(table), np.array([float(counted[row]) for row in rows]))

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> "TaskTable":
        """Read what `plain` wrote."""
        values = {slot: tuple(plain["values"][slot]) for slot in SLOTS}
        return cls(values, np.array(plain["tasks"]), np.array(plain["counts"], dtype=float))

    def plain(self) -> dict[str, Any]:
        """Return it as lists, for a JSON file."""
        return {
            "values": {slot: list(self.values[slot]) for slot in SLOTS},
            "tasks": self.tasks.tolist(),
            "counts": self.counts.tolist(),
        }

    @cached_property
    def sizes(self) -> tuple[int, ...]:
        """How many values each slot has."""
        return tuple(len(self.values[slot]) for slot in SLOTS)

    def indices(self, task: Task) -> list[int]:
        """Return the task's value numbers; -1 where a value was not seen in training."""
        return [
            self.values[slot].index(value) if value in self.values[slot] else -1
            for slot, value in zip(SLOTS, values_of(task), strict=True)
        ]

    def task(self, indices: Sequence[int]) -> Task:
        """Return the task of value numbers."""
        return task_from(
            [self.values[slot][int(i)] for slot, i in zip(SLOTS, indices, strict=True)]
        )
