"""Batches for the parser's network: annotations, mixed and thinned as they are drawn."""

import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from zlib import crc32

import numpy as np
import torch

from embodied.core.annotated import AnnotatedTask
from embodied.core.plan import ObjectRef, Subgoal
from planners.parsed.slots import TaskTable
from planners.parsed.text import pieces_of, sentences_of
from planners.parsed.training.network import Batch

DEVELOPMENT_TRAJECTORIES = 14
"""One trajectory of this many is held out: other trials of its task may be trained on."""
DEVELOPMENT_ROOMS = 24
"""And all trajectories of one room of this many."""


FOLDS = 4
"""Parts that the rooms of train are divided into, to be held out in turn."""


def is_development(trajectory_id: str) -> bool:
    """Whether a trajectory of train is held out for development, by itself or with its room."""
    return crc32(trajectory_id.encode()) % DEVELOPMENT_TRAJECTORIES == 0 or in_development_room(
        trajectory_id
    )


def in_development_room(trajectory_id: str) -> bool:
    """Whether a trajectory lies in a room of which nothing is trained on."""
    return _room_number(trajectory_id) == 0


def in_fold(trajectory_id: str, fold: int) -> bool:
    """Whether a trajectory lies in a room of one of the `FOLDS` parts of all rooms."""
    return _room_number(trajectory_id) * FOLDS // DEVELOPMENT_ROOMS == fold


def _room_number(trajectory_id: str) -> int:
    room = trajectory_id.partition("/")[0].rpartition("-")[2]
    return crc32(b"room" + room.encode()) % DEVELOPMENT_ROOMS


def split_off(
    texts: Iterable[AnnotatedTask], *, fold: int | None = None
) -> tuple[list[AnnotatedTask], list[AnnotatedTask]]:
    """Return what is trained on, and what is held out for development.

    Args:
        texts: Annotations.
        fold: The part of the rooms that is held out; None holds out a few trajectories and rooms.
    """
    parts: tuple[list[AnnotatedTask], list[AnnotatedTask]] = ([], [])
    for each in texts:
        name = each.trajectory_id
        parts[is_development(name) if fold is None else in_fold(name, fold)].append(each)
    return parts


@dataclass(frozen=True)
class Example:
    """One annotation, in words.

    Attributes:
        goal: The goal's words.
        steps: Each step's words.
        target: Number of the task's value in each slot, -1 where training has none.
        joint: Number of the task in the table of tasks, -1 where it is not there.
        step_targets: For each step, numbers of skill, object and receptacle; -1 where unknown.
    """

    goal: tuple[str, ...]
    steps: tuple[tuple[str, ...], ...]
    target: tuple[int, ...]
    joint: int
    step_targets: tuple[tuple[int, int, int], ...]
    trajectory_id: str = ""


@dataclass(frozen=True)
class StepTable:
    """Values of what a step is about."""

    skills: tuple[str, ...]
    objects: tuple[str, ...]
    receptacles: tuple[str, ...]

    @classmethod
    def of(cls, texts: Iterable[AnnotatedTask]) -> "StepTable":
        """Collect the values that plans have."""
        seen = [_about(step) for each in texts for step in each.plan]
        return cls(*(tuple(sorted(set(column))) for column in zip(*seen, strict=True)))

    @property
    def sizes(self) -> tuple[int, int, int]:
        """How many values each has."""
        return len(self.skills), len(self.objects), len(self.receptacles)

    def indices(self, step: Subgoal) -> tuple[int, int, int]:
        """Return a subgoal's numbers; -1 for a value that is not in the table."""
        columns = (self.skills, self.objects, self.receptacles)
        found = [
            column.index(value) if value in column else -1
            for column, value in zip(columns, _about(step), strict=True)
        ]
        return found[0], found[1], found[2]


def _about(step: Subgoal) -> tuple[str, str, str]:
    names = []
    for argument in ("object", "receptacle"):
        value = step.arguments.get(argument)
        names.append(value.category if isinstance(value, ObjectRef) else "")
    return step.skill, names[0], names[1]


def examples_of(
    texts: Iterable[AnnotatedTask], table: TaskTable, steps: StepTable
) -> list[Example]:
    """Turn annotations into numbers and words."""
    rows = {tuple(row): index for index, row in enumerate(table.tasks.tolist())}
    found = []
    for each in texts:
        goal, *said = sentences_of(each.instruction.text, each.instruction.steps)
        target = tuple(table.indices(each.task))
        plan = [steps.indices(step) for step in each.plan] if each.aligned else []
        found.append(
            Example(
                goal=tuple(goal),
                steps=tuple(map(tuple, said)),
                target=target,
                joint=rows.get(target, -1),
                step_targets=tuple(plan) or ((-1, -1, -1),) * len(said),
                trajectory_id=each.trajectory_id,
            )
        )
    return found


def vocabulary_of(examples: Iterable[Example], *, least: int = 2) -> list[str]:
    """Return the words that get a row of their own; row 0 is everything else's."""
    counts = Counter(
        word for each in examples for sentence in (each.goal, *each.steps) for word in sentence
    )
    return ["", *sorted(word for word, count in counts.items() if count >= least)]


@dataclass
class Collator:
    """Makes batches of examples.

    Attributes:
        known: Word to its row.
        buckets: Rows of the table of hashed pieces.
        positions: Steps from either end that are told apart.
        word_dropout: Share of words whose row is hidden, so that spelling has to do.
    """

    known: dict[str, int]
    buckets: int
    positions: int
    word_dropout: float = 0.0
    rng: random.Random = field(default_factory=lambda: random.Random(0))

    def __call__(self, chosen: Sequence[Example]) -> Batch:
        """Make a batch."""
        unique: dict[tuple[str, bool], int] = {}
        rows, spans = [], []
        for number, each in enumerate(chosen):
            words, places, ends = [], [], []
            count = len(each.steps)
            for index, sentence in enumerate((each.goal, *each.steps)):
                if index:
                    spans.append((number, len(words), len(sentence)))
                for word in sentence:
                    hidden = self.rng.random() < self.word_dropout
                    words.append(unique.setdefault((word, hidden), len(unique)))
                    places.append(min(index, self.positions))
                    ends.append(min(count + 1 - index, self.positions) if index else 0)
                words.append(-1)
                places.append(0)
                ends.append(0)
            rows.append((words, places, ends))
        length = max(len(words) for words, _, _ in rows)
        arrays = np.zeros((3, len(rows), length), dtype=np.int64)
        mask = np.zeros((len(rows), length), dtype=np.float32)
        for number, columns in enumerate(rows):
            there = np.array(columns[0]) >= 0
            mask[number, : len(there)] = there
            for column, values in enumerate(columns):
                arrays[column, number, : len(values)] = np.maximum(values, 0)
        pieces, offsets, table = [], [], []
        for word, hidden in unique:
            offsets.append(len(pieces))
            pieces += pieces_of(word, self.buckets)
            table.append(0 if hidden else self.known.get(word, 0))
        longest = max((n for _, _, n in spans), default=1) or 1
        sentences = np.array(
            [
                [b * length + start + (i if i < n else 0) for i in range(longest)]
                for b, start, n in spans
            ],
            dtype=np.int64,
        ).reshape(-1, longest)
        return Batch(
            *(torch.from_numpy(column) for column in arrays),
            mask=torch.from_numpy(mask),
            table=torch.tensor(table),
            pieces=torch.tensor(pieces),
            offsets=torch.tensor(offsets),
            sentences=torch.from_numpy(sentences),
        )


class Mixer:
    """Draws training examples: several people described each trajectory, and their words mix.

    Args:
        examples: What to draw from.
        rng: Random numbers.
        goal_only: Share of draws without steps.
        steps_only: Share of draws without the goal.
        mixed: Share of draws whose steps come from several people.
    """

    def __init__(
        self,
        examples: Sequence[Example],
        *,
        rng: random.Random,
        goal_only: float = 0.45,
        steps_only: float = 0.05,
        mixed: float = 0.5,
    ) -> None:
        self._rng = rng
        self._shares = (goal_only, steps_only, mixed)
        self._peers: dict[tuple[str, int], list[Example]] = defaultdict(list)
        for each in examples:
            self._peers[each.trajectory_id, len(each.steps)].append(each)

    def draw(self, example: Example) -> Example:
        """Return a variant of an example."""
        goal_only, steps_only, mixed = self._shares
        roll = self._rng.random()
        if roll < goal_only and example.goal:
            return Example(example.goal, (), example.target, example.joint, ())
        steps, goal = example.steps, example.goal
        peers = self._peers[example.trajectory_id, len(steps)]
        if self._rng.random() < mixed and len(peers) > 1:
            steps = tuple(self._rng.choice(peers).steps[i] for i in range(len(steps)))
        if roll < goal_only + steps_only and any(steps):
            goal = ()
        return Example(goal, steps, example.target, example.joint, example.step_targets)
