"""From the network's scores to one task: all slots together, and only what goes together."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np
from numpy.typing import NDArray

from embodied.core import task as tasks
from planners.parsed.priors import AS_TRAINED, Prior, Priors
from planners.parsed.slots import SLOTS, TaskTable

Scores = NDArray[np.float32]

TEMPERATURE = 1.0
"""Divides the scores before they become probabilities, so that they are as sure as they are right;
found on held-out trajectories of train."""
BEST = (3, 4, 2, 3, 4, 2)
"""How many values of each slot are tried in tasks that training has not seen."""
MAX_DROP = 7.0
"""How much less likely, as a log odds, than what was read a task may be that was meant instead."""

_TYPE, _OBJECT, _SLICED, _MRECEP, _PARENT, _TOGGLE = range(len(SLOTS))


@dataclass(frozen=True)
class Decoded:
    """The best task and what speaks for it.

    Attributes:
        indices: int [6], the values' numbers.
        probability: Of this task among all that were weighed.
        margin: Log odds over the next best task.
        runner_up: The next best task's values, or None.
        seen: In how many trajectories of training it was asked for.
    """

    indices: tuple[int, ...]
    probability: float
    margin: float
    runner_up: tuple[int, ...] | None
    seen: int


class Decoder:
    """Weighs whole tasks: the slots' scores plus how often people ask for such a task.

    Args:
        table: Slots' values, and the tasks of training with their counts.
        in_rooms: float [R, C], how often each task was asked for in each room of training.
    """

    def __init__(self, table: TaskTable, in_rooms: Scores | None = None) -> None:
        self._table = table
        self._known = {tuple(row): i for i, row in enumerate(table.tasks.tolist())}
        self._priors = Priors(table, in_rooms)

    def decode(
        self,
        slots: Sequence[Scores],
        whole: Scores | None = None,
        *,
        prior: Prior = AS_TRAINED,
        where: Scores | None = None,
    ) -> Decoded:
        """Return the best task.

        Args:
            slots: Log-probabilities of each slot's values.
            whole: What each task of training gets besides, float [C].
            prior: How much what people ask for counts.
            where: How likely each room of training is to be the one told of, float [R]; for a prior
                that goes by room.
        """
        known = self._priors.known(prior, where) + sum(
            slot[self._table.tasks[:, index]] for index, slot in enumerate(slots)
        )
        if whole is not None and prior.whole:
            known = known + whole
        fresh = self._fresh(slots)
        scores = known
        if len(fresh):
            extra = self._priors.fresh(fresh, prior, where)
            extra = extra + sum(slot[fresh[:, index]] for index, slot in enumerate(slots))
            scores = np.concatenate([known, extra])
        order = np.argsort(-scores)[:2]
        shares = np.exp((scores - scores[order[0]]) / TEMPERATURE)
        rows = [
            tuple(
                int(v) for v in (self._table.tasks[i] if i < len(known) else fresh[i - len(known)])
            )
            for i in order
        ]
        return Decoded(
            indices=rows[0],
            probability=float(1.0 / shares.sum()),
            margin=float(scores[order[0]] - scores[order[1]]) if len(order) > 1 else np.inf,
            runner_up=rows[1] if len(rows) > 1 else None,
            seen=int(self._table.counts[order[0]]) if order[0] < len(known) else 0,
        )

    def beside(
        self,
        indices: Sequence[int],
        index: int,
        slots: Sequence[Scores],
        *,
        prior: Prior = AS_TRAINED,
        where: Scores | None = None,
    ) -> tuple[int, ...]:
        """Return the other values that one slot of a task may have had, the likeliest first.

        Args:
            indices: The task's values.
            index: The slot.
            slots: As in `decode`.
            prior: As in `decode`.
            where: As in `decode`.
        """
        rows = np.tile(np.array(indices), (len(slots[index]), 1))
        rows[:, index] = np.arange(len(rows))
        belief, known = self._priors.fresh(rows, prior, where), self._priors.known(prior, where)
        for row, values in enumerate(map(tuple, rows.tolist())):
            if values in self._known:
                belief[row] = known[self._known[values]]
        scores = np.where(self._consistent(rows), slots[index] + belief, -np.inf)
        read = indices[index]
        return tuple(
            int(value)
            for value in np.argsort(-scores)
            if value != read and scores[value] > scores[read] - MAX_DROP
        )

    def _fresh(self, slots: Sequence[Scores]) -> NDArray[np.int64]:
        """Tasks of the slots' best values that go together and were not seen in training."""
        best = [np.argsort(-slot)[:count] for slot, count in zip(slots, BEST, strict=True)]
        rows = np.array(list(product(*best)), dtype=np.int64)
        rows = rows[self._consistent(rows)]
        seen = np.array([tuple(row) in self._known for row in rows.tolist()], dtype=bool)
        return rows[~seen]

    def _consistent(self, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Whether each task has the arguments its type has, and could be done at all.

        Only what is ever cut is cut, and nothing goes into what is called as it is itself.
        """
        kind = rows[:, _TYPE]
        look, movable = kind == self._look, kind == self._movable
        thing, vessel, place = (
            self._names[slot][rows[:, slot]] for slot in (_OBJECT, _MRECEP, _PARENT)
        )
        return (
            ((rows[:, _PARENT] == self._empty[_PARENT]) == look)
            & ((rows[:, _TOGGLE] == self._empty[_TOGGLE]) != look)
            & ((rows[:, _MRECEP] == self._empty[_MRECEP]) != movable)
            & ((rows[:, _SLICED] != self._yes) | self._cut[rows[:, _OBJECT]])
            & ((thing != vessel) & (thing != place) & ((vessel != place) | ~movable))
        )

    @cached_property
    def _names(self) -> list[NDArray[np.str_]]:
        return [np.array(self._table.values[slot]) for slot in SLOTS]

    @cached_property
    def _look(self) -> int:
        return self._number(_TYPE, tasks.LOOK_IN_LIGHT)

    @cached_property
    def _movable(self) -> int:
        return self._number(_TYPE, tasks.PICK_WITH_MOVABLE)

    @cached_property
    def _yes(self) -> int:
        return self._number(_SLICED, "yes")

    @cached_property
    def _empty(self) -> list[int]:
        return [self._number(index, "") for index in range(len(SLOTS))]

    @cached_property
    def _cut(self) -> NDArray[np.bool_]:
        """Objects that are ever asked for in slices."""
        found = np.zeros(self._table.sizes[_OBJECT], dtype=bool)
        rows = self._table.tasks
        found[rows[rows[:, _SLICED] == self._yes, _OBJECT]] = True
        return found

    def _number(self, slot: int, value: str) -> int:
        values = self._table.values[SLOTS[slot]]
        return values.index(value) if value in values else -1
