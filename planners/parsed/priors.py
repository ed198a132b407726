"""What people ask for, and how much that counts against what was understood.

How rooms are furnished decides what words mean: a desk of one room is a dining table of another. So
what is believed beforehand depends on which room the words may be about.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planners.parsed.slots import SLOTS, TaskTable

Floats = NDArray[np.float64]

ELSEWHERE = 2.0
"""Tasks' worth of belief that a room is asked for what all others are."""


@dataclass(frozen=True)
class Prior:
    """How much what people ask for counts against what was understood.

    Attributes:
        weight: Power of the prior.
        unseen: Trajectories' worth of belief in tasks that were never seen.
        whole: Whether what a network learned of whole tasks counts: it tells of training's rooms.
        by_room: Whether it is that of the room that the words tell of.
    """

    weight: float
    unseen: float
    whole: bool = True
    by_room: bool = False


AS_TRAINED = Prior(weight=0.3, unseen=3.0)
"""Of all rooms of training; found on held-out trajectories. A person's words are read so, too: the
grammar reads them as well, and was set against this one."""
ANYWHERE = Prior(weight=0.1, unseen=30.0, whole=False)
"""Where a room may be furnished as none of training is; found on the rooms of train, held out a
fourth at a time."""
BY_ROOM = Prior(weight=0.5, unseen=3.0, by_room=True)
"""Of one of the rooms of training, whichever the words tell of; found on held-out trajectories."""


class Priors:
    """Log-probability of tasks, up to a constant, before anything was said.

    Counts of whole tasks are interpolated with the product of their parts, so that a task nobody
    asked for in training is unlikely, not impossible.

    Args:
        table: Slots' values, and the tasks of training with their counts.
        in_rooms: float [R, C], how often each task was asked for in each room of training.
    """

    def __init__(self, table: TaskTable, in_rooms: NDArray[np.float32] | None = None) -> None:
        self._given_type = _given_type(table)
        parts = self._parts(table.tasks)
        self._everywhere: Mapping[Prior, Floats] = {
            prior: prior.weight * np.log(table.counts + prior.unseen * parts)
            for prior in (AS_TRAINED, ANYWHERE)
        }
        self._in_rooms: NDArray[np.float32] | None = None
        if in_rooms is not None:
            belief = table.counts + BY_ROOM.unseen * parts
            self._total = float(belief.sum())
            # ALFRED has about three trajectories of each task: how many of them went to training
            # says nothing of how likely it is asked for again
            ever = (in_rooms > 0.0).astype(np.float32)
            asked = ever.sum(1, keepdims=True)
            self._elsewhere = ELSEWHERE / (asked[:, 0] + ELSEWHERE)
            mixed = ever + ELSEWHERE * belief / self._total
            self._in_rooms = (mixed / (asked + ELSEWHERE)).astype(np.float32)

    def known(self, prior: Prior, where: NDArray[np.float32] | None = None) -> Floats:
        """Return that of the tasks of training, float [C].

        Args:
            prior: Which.
            where: How likely each room of training is to be the one told of, float [R]; only for
                one that goes by room.
        """
        if where is None or self._in_rooms is None:
            return self._everywhere[prior]
        found: Floats = prior.weight * np.log(where @ self._in_rooms)
        return found

    def fresh(
        self, rows: NDArray[np.int64], prior: Prior, where: NDArray[np.float32] | None = None
    ) -> Floats:
        """Return that of tasks which training has not seen, float [N].

        Args:
            rows: int [N, 6], their values' numbers.
            prior: As in `known`.
            where: As in `known`.
        """
        belief = prior.unseen * self._parts(rows)
        if where is not None and self._in_rooms is not None:
            belief = float(where @ self._elsewhere) * belief / self._total
        found: Floats = prior.weight * np.log(belief)
        return found

    def _parts(self, rows: NDArray[np.int64]) -> Floats:
        """Probability of tasks as the product of their parts given their type."""
        kind = rows[:, 0]
        parts = [table[kind, rows[:, index + 1]] for index, table in enumerate(self._given_type)]
        found: Floats = np.prod(parts, axis=0)
        return found


def _given_type(table: TaskTable) -> list[Floats]:
    """P(value | task type) of every slot but the type, which is the first."""
    found = []
    for index in range(1, len(SLOTS)):
        counts = np.full((table.sizes[0], table.sizes[index]), 0.2)
        np.add.at(counts, (table.tasks[:, 0], table.tasks[:, index]), table.counts)
        found.append(counts / counts.sum(1, keepdims=True))
    return found
