"""One network of the ensemble while it is trained."""

import math
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from embodied.core.annotated import AnnotatedTask
from embodied.core.task import Task
from planners.parsed.slots import TaskTable
from planners.parsed.training.data import (
    Collator,
    Example,
    Mixer,
    StepTable,
    examples_of,
    vocabulary_of,
)
from planners.parsed.training.network import ParserNetwork, Shape

CHUNK = 20
"""Batches drawn at once and sorted by length, so that little of a batch is empty."""
PRIOR_WEIGHT = 0.3
"""How much what people ask for counts while it is learned what the words say beside."""
SLOT_WEIGHT = 0.3
STEP_WEIGHT = 0.3
SHORT_SHARE = 0.2
"""Share of the texts without steps that an epoch draws."""
SMOOTHING = 0.05
"""Share of belief spread over all tasks: people name things in ways that the task does not."""
WARM_UP_STEPS = 200


def first_of_each(texts: Sequence[AnnotatedTask]) -> list[Task]:
    """Return one task a trajectory."""
    return list({each.trajectory_id: each.task for each in texts}.values())


@dataclass
class Material:
    """Everything that a member is trained on."""

    examples: list[Example]
    table: TaskTable
    steps: StepTable
    words: list[str]

    @classmethod
    def of(cls, texts: Sequence[AnnotatedTask]) -> "Material":
        """Prepare annotations."""
        table, steps = TaskTable.of(first_of_each(texts)), StepTable.of(texts)
        examples = examples_of(texts, table, steps)
        return cls(examples, table, steps, vocabulary_of(examples))


class Member:
    """One network of the ensemble while it is trained.

    Args:
        material: What it is trained on.
        shape: Sizes; the number of words is the material's.
        seed: Seed of its weights and of the order of its examples.
        epochs: Passes over the annotations.
        batch: Annotations a step.
        rate: Highest learning rate; warmed up, then let down along a cosine.
        reads: `goals` where it is trained on goals alone, else `both` or `steps`.
    """

    def __init__(
        self,
        material: Material,
        shape: Shape,
        *,
        seed: int,
        epochs: float,
        batch: int,
        rate: float,
        reads: str = "both",
    ) -> None:
        torch.manual_seed(seed)
        self._rng = random.Random(seed)
        self._material, self._batch, self._rate = material, batch, rate
        self.network = ParserNetwork(shape, material.table.sizes, material.steps.sizes)
        known = {word: index for index, word in enumerate(material.words)}
        sizes = (shape.buckets, shape.positions)
        self._collate = Collator(known, *sizes, word_dropout=0.1, rng=self._rng)
        self._plain = Collator(known, *sizes)
        self.reads = reads
        shares = {"goal_only": 1.0, "steps_only": 0.0} if reads == "goals" else {}
        self._mixer = Mixer(material.examples, rng=self._rng, **shares)
        self._optimizer = torch.optim.AdamW(self.network.parameters(), rate, weight_decay=0.02)
        self.average = {name: t.clone() for name, t in self.network.state_dict().items()}
        long = sum(bool(each.steps) for each in material.examples)
        count = long + SHORT_SHARE * (len(material.examples) - long)
        self.total = int(epochs * count / batch)
        self.step = 0
        self._tasks = torch.from_numpy(material.table.tasks)
        counts = torch.from_numpy(material.table.counts).float()
        self._prior = PRIOR_WEIGHT * torch.log(counts + 1.0)
        self._waiting: list[list[Example]] = []

    def state(self) -> dict[str, Any]:
        """Return what is needed to go on."""
        return {
            "network": self.network.state_dict(),
            "optimizer": self._optimizer.state_dict(),
            "average": self.average,
            "step": self.step,
            "rng": self._rng.getstate(),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from a checkpoint."""
        self.network.load_state_dict(state["network"])
        self._optimizer.load_state_dict(state["optimizer"])
        self.average, self.step = state["average"], state["step"]
        self._rng.setstate(state["rng"])

    def train(self) -> Iterator[float]:
        """Take the steps that are left; yields each step's loss."""
        batches = self._batches()
        self.network.train()
        while self.step < self.total:
            loss = self._loss(next(batches))
            warm = min(1.0, (self.step + 1) / WARM_UP_STEPS)
            wave = 0.5 * (1.0 + math.cos(math.pi * self.step / self.total))
            for group in self._optimizer.param_groups:
                group["lr"] = self._rate * warm * (0.02 + 0.98 * wave)
            self._optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
            self._optimizer.step()
            self.step += 1
            self._follow()
            yield float(loss.detach())

    def _follow(self) -> None:
        """Let the average of the weights follow; it is what is kept in the end."""
        share = min(0.998, self.step / (self.step + 20))
        with torch.no_grad():
            for name, tensor in self.network.state_dict().items():
                self.average[name].mul_(share).add_(tensor, alpha=1.0 - share)

    def _batches(self) -> Iterator[list[Example]]:
        examples = self._material.examples
        told = [number for number, each in enumerate(examples) if each.steps]
        short = [number for number, each in enumerate(examples) if not each.steps]
        order: list[int] = []
        while True:
            if not order:
                # Goals that have no steps are of few forms: some of them are enough.
                drawn_short = self._rng.sample(short, int(SHORT_SHARE * len(short)))
                order = [*told, *drawn_short]
                self._rng.shuffle(order)
            count = min(self._batch * CHUNK, len(order))
            drawn = [self._mixer.draw(examples[order.pop()]) for _ in range(count)]
            drawn.sort(key=lambda each: len(each.goal) + sum(map(len, each.steps)))
            chunk = [drawn[i : i + self._batch] for i in range(0, count, self._batch)]
            self._rng.shuffle(chunk)
            yield from chunk

    def _loss(self, chosen: Sequence[Example]) -> Tensor:
        slots, steps, whole = self.network(self._collate(chosen))
        target = torch.tensor([each.target for each in chosen])
        joint = torch.tensor([each.joint for each in chosen])
        known = self._prior + sum(
            slot.log_softmax(-1)[:, self._tasks[:, index]] for index, slot in enumerate(slots)
        )
        if whole is not None:
            known = known + whole
        loss = functional.cross_entropy(known, joint, label_smoothing=SMOOTHING)
        for index, slot in enumerate(slots):
            loss = loss + SLOT_WEIGHT * functional.cross_entropy(slot, target[:, index])
        if steps:
            about = torch.tensor([row for each in chosen for row in _step_targets(each)])
            for index, step in enumerate(steps):
                if bool((about[:, index] >= 0).any()):
                    loss = loss + STEP_WEIGHT * functional.cross_entropy(
                        step, about[:, index], ignore_index=-1
                    )
        return loss

    def scores(self, chosen: Sequence[Example]) -> list[list[np.ndarray]]:
        """Return, for each example, what `Decoder.decode` takes, by the averaged weights."""
        keep = {name: tensor.clone() for name, tensor in self.network.state_dict().items()}
        self.network.load_state_dict(self.average)
        self.network.eval()
        found: list[list[np.ndarray]] = []
        with torch.no_grad():
            for start in range(0, len(chosen), 64):
                slots, _, whole = self.network(self._plain(chosen[start : start + 64]))
                tables = [slot.log_softmax(-1).numpy() for slot in slots]
                count = len(self._material.table.counts)
                tables.append(np.zeros((len(tables[0]), count)) if whole is None else whole.numpy())
                found += [[t[row] for t in tables] for row in range(len(tables[0]))]
        self.network.load_state_dict(keep)
        self.network.train()
        return found


def _step_targets(example: Example) -> Sequence[tuple[int, int, int]]:
    if len(example.step_targets) == len(example.steps):
        return example.step_targets
    return ((-1, -1, -1),) * len(example.steps)
