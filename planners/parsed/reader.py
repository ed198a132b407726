"""Goals and steps to a task of ALFRED's kind, with how sure that is."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Protocol

import numpy as np

from embodied.core.task import Task
from planners.parsed.decode import Decoder
from planners.parsed.encoder import Mixing
from planners.parsed.forward import Array, Ensemble
from planners.parsed.priors import AS_TRAINED, Prior
from planners.parsed.rooms import WEIGHTS as ROOMS_WEIGHTS
from planners.parsed.rooms import Rooms
from planners.parsed.rooms import shipped as shipped_rooms
from planners.parsed.slots import SLOTS
from planners.parsed.text import sentences_of

HINT_WEIGHT = 1.0
"""Log odds that the grammar's reading adds; found on held-out trajectories of train."""


@dataclass(frozen=True)
class TaskReading:
    """What a text asks for, read as one task.

    Attributes:
        task: The likeliest task.
        confidence: How likely it is to be right in all its arguments, calibrated on held-out
            trajectories of train.
        runner_up: The next likeliest.
        slots: Probability of each argument by itself, by name.
        evidence: Log-probability of the task before tasks were compared: how well the words say
            it. Words that say nothing of the kind have little of it.
        seen: Trajectories of training that asked for just this.
        strange: Share of the words that training never saw.
    """

    task: Task
    confidence: float
    runner_up: Task | None
    slots: tuple[tuple[str, float], ...]
    evidence: float
    seen: int
    strange: float


class Further(Protocol):
    """A further member of the ensemble that reads words themselves."""

    @property
    def mixing(self) -> Mixing:
        """How much its answers count."""

    def scores(self, goal: str, steps: Sequence[str] = ()) -> list[Array]:
        """Return log-probabilities of each slot's values."""


class TaskReader:
    """The learned half of the parser: numpy and small weights, no torch.

    Args:
        weights: Folder with `parser.safetensors` and `parser.json`, and with `rooms.safetensors`
            and `rooms.json` if rooms are to be told apart; None takes the shipped ones.

    Raises:
        DataError: If the weights cannot be read.
    """

    def __init__(self, weights: str | Path | None = None) -> None:
        self.ensemble = shipped() if weights is None else Ensemble.load(Path(weights))
        self.rooms = shipped_rooms() if weights is None else _rooms_in(Path(weights))
        table = self.ensemble.table
        self._decoder = Decoder(table, None if self.rooms is None else self.rooms.counts(table))

    def read(
        self,
        goal: str,
        steps: Sequence[str] = (),
        *,
        hints: Sequence[Sequence[str]] = (),
        further: Further | None = None,
        prior: Prior = AS_TRAINED,
    ) -> TaskReading:
        """Read a goal, and steps where they are given.

        Args:
            goal: The goal's words.
            steps: The steps' words.
            hints: For each slot, values that the grammar read; they count a little more.
            further: A member that answers too.
            prior: How much what people ask for counts; where it goes by room and no rooms are
                known, it is that of all of them.
        """
        prior, where = self._where(goal, steps, prior)
        slots, whole = self._scores(goal, steps, further)
        bonus = HINT_WEIGHT if further is None else further.mixing.hint
        table = self.ensemble.table
        told = slots
        if hints:
            told = [
                self._hinted(slot, table.values[name], hint, bonus)
                for slot, name, hint in zip(slots, SLOTS, hints, strict=True)
            ]
        found = self._decoder.decode(told, whole, prior=prior, where=where)
        words = [word for sentence in sentences_of(goal, steps) for word in sentence]
        parts = [float(slot[index]) for slot, index in zip(slots, found.indices, strict=True)]
        return TaskReading(
            task=table.task(found.indices),
            confidence=found.probability,
            runner_up=None if found.runner_up is None else table.task(found.runner_up),
            slots=tuple(
                (name, float(np.exp(part))) for name, part in zip(SLOTS, parts, strict=True)
            ),
            evidence=sum(parts),
            seen=found.seen,
            strange=sum(word not in self.ensemble.words for word in words) / max(1, len(words)),
        )

    def instead(
        self,
        task: Task,
        missing: str,
        goal: str,
        steps: Sequence[str] = (),
        *,
        further: Further | None = None,
        prior: Prior = AS_TRAINED,
    ) -> tuple[str, ...]:
        """Return what the words may have meant by a type that is not there, the likeliest first.

        Args:
            task: What the words were read as.
            missing: The type, one of the task's arguments; there is no other meaning of any other.
            goal: The goal's words.
            steps: The steps' words.
            further: A member that answers too.
            prior: As in `read`.
        """
        table = self.ensemble.table
        values = [getattr(task, name) for name in SLOTS]
        if missing not in values or not self.has(task):
            return ()
        slots, _ = self._scores(goal, steps, further)
        index = values.index(missing)
        prior, where = self._where(goal, steps, prior)
        likely = self._decoder.beside(table.indices(task), index, slots, prior=prior, where=where)
        return tuple(table.values[SLOTS[index]][number] for number in likely)

    def has(self, task: Task) -> bool:
        """Whether training had every value of a task."""
        return min(self.ensemble.table.indices(task)) >= 0

    def _where(self, goal: str, steps: Sequence[str], prior: Prior) -> tuple[Prior, Array | None]:
        """Return what to believe beforehand, and which rooms of training the words tell of."""
        if not prior.by_room:
            return prior, None
        return (AS_TRAINED, None) if self.rooms is None else (prior, self.rooms.shares(goal, steps))

    def _scores(
        self, goal: str, steps: Sequence[str], further: Further | None
    ) -> tuple[list[Array], Array]:
        """Return what all members together answer, as `Decoder.decode` takes it."""
        slots, whole = self.ensemble.scores(sentences_of(goal, steps))
        if further is None:
            return slots, whole
        share = further.mixing.steps if steps else further.mixing.goal
        answers = further.scores(goal, steps)
        mixed = [
            (1 - share) * slot + share * answer for slot, answer in zip(slots, answers, strict=True)
        ]
        return mixed, (1 - share) * whole

    @staticmethod
    def _hinted(slot: Array, values: Sequence[str], hint: Sequence[str], bonus: float) -> Array:
        return slot + np.array([bonus * (value in hint) for value in values], dtype=np.float32)


def _rooms_in(folder: Path) -> Rooms | None:
    return Rooms.load(folder) if (folder / ROOMS_WEIGHTS).exists() else None


@cache
def shipped() -> Ensemble:
    """Read the weights in the package, once a process."""
    with resources.as_file(resources.files("planners.parsed").joinpath("weights")) as folder:
        return Ensemble.load(folder)
