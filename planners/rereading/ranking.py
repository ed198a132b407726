"""Every task that a goal may mean, the likeliest first, by the parser's own scores."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from embodied.core.task import Task
from planners.parsed.reader import TaskReader
from planners.parsed.text import sentences_of

PRIOR_WEIGHT = 0.3
"""How much what people ask for counts against what was understood."""
UNSEEN = 0.3
"""Trajectories' worth of belief in a task that training has not seen."""
VARIED = 200
"""Likeliest tasks of training whose places are varied to make tasks it has not seen."""


@dataclass(frozen=True)
class Reading:
    """One meaning of a goal.

    Attributes:
        task: What it asks for.
        score: Log-probability, up to a constant.
    """

    task: Task
    score: float


class Ranking:
    """Ranks tasks by the learned parser.

    Args:
        reader: The parser; None takes the shipped one.
    """

    def __init__(self, reader: TaskReader | None = None) -> None:
        self._reader = reader or TaskReader()
        table = self._reader.ensemble.table
        self._tasks = np.asarray(table.tasks)
        self._prior = PRIOR_WEIGHT * np.log(np.asarray(table.counts) + UNSEEN)
        self._known = {tuple(row) for row in self._tasks.tolist()}

    def readings(
        self, goal: str, steps: Sequence[str] = (), *, allowed: Callable[[Task], bool], most: int
    ) -> list[Reading]:
        """Return the likeliest tasks that are allowed.

        Args:
            goal: The goal's words.
            steps: Step-by-step directions, where they are given.
            allowed: Whether a task can be meant here.
            most: How many to return.
        """
        table = self._reader.ensemble.table
        slots, whole = self._reader.ensemble.scores(sentences_of(goal, steps))
        rows = self._tasks
        scores = self._prior + whole + sum(slot[rows[:, at]] for at, slot in enumerate(slots))
        order = np.argsort(-scores)
        fresh = self._varied(rows[order[:VARIED]], len(slots[_PARENT]))
        if len(fresh):
            rows = np.concatenate([rows, fresh])
            extra = PRIOR_WEIGHT * np.log(UNSEEN) + sum(
                slot[fresh[:, at]] for at, slot in enumerate(slots)
            )
            scores = np.concatenate([scores, extra])
            order = np.argsort(-scores)
        found: list[Reading] = []
        for at in order:
            task = table.task(tuple(int(value) for value in rows[at]))
            if allowed(task):
                found.append(Reading(task, float(scores[at])))
                if len(found) == most:
                    break
        return found

    def _varied(self, rows: np.ndarray, parents: int) -> np.ndarray:
        """Return the rows with every other place where the thing may end, less those known."""
        ends = rows[rows[:, _PARENT] != self._no_parent]
        made = np.repeat(ends, parents, axis=0)
        made[:, _PARENT] = np.tile(np.arange(parents), len(ends))
        made = made[made[:, _PARENT] != self._no_parent]
        made = np.unique(made, axis=0)
        new = [tuple(row) not in self._known for row in made.tolist()]
        return made[np.array(new, dtype=bool)] if len(made) else made

    @property
    def _no_parent(self) -> int:
        values = self._reader.ensemble.table.values["parent"]
        return values.index("") if "" in values else -1


_PARENT = 4
"""Index of the place where things end, in the parser's order of slots."""
