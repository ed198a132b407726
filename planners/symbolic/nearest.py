"""How far a plan is from the plan of a task."""

from collections.abc import Sequence
from functools import lru_cache
from typing import TypeAlias

from embodied.core.plan import ObjectRef, Subgoal
from embodied.core.task import Task
from embodied.core.task_plans import ANOTHER, SLICED, subgoals_of
from planners.symbolic.domain import bare

Word: TypeAlias = tuple[str, ...]
"""A subgoal as it is compared: its skill, and the types of its arguments."""

OTHER_ARGUMENT = 0.6
"""Cost of a step with the right skill and something wrong in its arguments."""
IDLE = ("goto", "open", "close")
"""Skills that a plan may use or leave out without meaning another task."""


def words_of(subgoals: Sequence[Subgoal]) -> tuple[Word, ...]:
    """Return a plan as it is compared."""
    return tuple(_word(subgoal) for subgoal in subgoals if subgoal.skill not in IDLE)


def _word(subgoal: Subgoal) -> Word:
    named = []
    for value in subgoal.arguments.values():
        if not isinstance(value, ObjectRef):
            named.append(str(value))
            continue
        sliced = SLICED in value.attributes or bare(value.category) != value.category
        another = "another " if ANOTHER in value.attributes else ""
        named.append(f"{another}{'sliced ' if sliced else ''}{bare(value.category)}")
    return (subgoal.skill, *named)


@lru_cache(maxsize=4096)
def words_of_task(task: Task) -> tuple[Word, ...]:
    """Return the plan of a task as it is compared."""
    return words_of(subgoals_of(task))


def distance(said: Sequence[Word], meant: Sequence[Word]) -> float:
    """Return how many steps have to be dropped, put in, changed or swapped with the next.

    The optimal string alignment distance over subgoals.
    """
    before: list[float] = []
    last = [float(column) for column in range(len(meant) + 1)]
    for row, word in enumerate(said, 1):
        now = [float(row)]
        for column, other in enumerate(meant, 1):
            cost = min(
                last[column] + 1.0, now[column - 1] + 1.0, last[column - 1] + _change(word, other)
            )
            swapped = row > 1 and column > 1 and word == meant[column - 2]
            if swapped and said[row - 2] == other:
                cost = min(cost, before[column - 2] + 1.0)
            now.append(cost)
        before, last = last, now
    return last[-1]


def _change(word: Word, other: Word) -> float:
    if word == other:
        return 0.0
    return OTHER_ARGUMENT if word[0] == other[0] else 1.0
