"""A stage of the encoder's training: which texts, how many, how fast."""

import math
import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from embodied.core.annotated import AnnotatedTask
from embodied.language.minilm import WIDTH
from planners.parsed.encoder import MAX_TOKENS, Tokens
from planners.parsed.slot_encoder import SlotEncoder
from planners.parsed.training.member import (
    PRIOR_WEIGHT,
    SLOT_WEIGHT,
    SMOOTHING,
    STEP_WEIGHT,
    Material,
)

CHUNK = 16
"""Batches drawn at once and sorted by length, so that little of a batch is empty."""
FOLLOW_EVERY = 4
MIXED, NO_GOAL = 0.5, 0.06
"""Shares of the texts with steps whose steps come from several people, and that have no goal."""
READ_STEPS = (0.3, 0.75)
"""Least and greatest share of a text's steps that is read: a text with fewer steps is cheaper."""


@dataclass(frozen=True)
class Stage:
    """What is read, and how.

    Attributes:
        goals: Passes over the goals alone.
        steps: Passes over the goals with their steps.
        goals_batch: Goals a step.
        steps_batch: Texts with steps a step.
        rate: Highest learning rate of the encoder.
        head_rate: The same of the head.
        dropout: Share of the encoder's values dropped.
        frozen: Layers, from below, that stay as they are.
        warm_up: Steps until the highest rate; it then falls along a cosine.
        averaged: Greatest share of the running average that is kept each time it follows.
    """

    goals: float = 5.0
    steps: float = 0.0
    goals_batch: int = 64
    steps_batch: int = 48
    rate: float = 3e-4
    head_rate: float = 2e-3
    dropout: float = 0.1
    frozen: int = 0
    warm_up: int = 100
    averaged: float = 0.99


@dataclass(frozen=True)
class Rows:
    """Word pieces of all texts.

    Attributes:
        goals: Of each goal.
        steps: Of each step of each text.
        peers: For each text, those that say as many steps of the same trajectory.
        tokens: How goal and steps are joined.
    """

    goals: list[list[int]]
    steps: list[list[list[int]]]
    peers: list[list[int]]
    tokens: Tokens

    @classmethod
    def of(cls, texts: Sequence[AnnotatedTask], tokens: Tokens) -> "Rows":
        """Read texts."""
        goals = tokens.sentences([each.instruction.text for each in texts])
        steps = [
            tokens.sentences(each.instruction.steps) if each.instruction.steps else []
            for each in texts
        ]
        groups: dict[tuple[str, int], list[int]] = defaultdict(list)
        keys = [(e.trajectory_id, len(s)) for e, s in zip(texts, steps, strict=True)]
        for number, key in enumerate(keys):
            groups[key].append(number)
        return cls(goals, steps, [groups[key] for key in keys], tokens)


@dataclass
class _Drawn:
    """One text of a batch: its number, its row, and where which steps lie in it."""

    number: int
    row: list[int]
    spans: list[tuple[int, int, int]] = field(default_factory=list)
    """First piece, how many, and which step."""


class Learner:
    """Takes the steps of one stage.

    Args:
        model: What learns; afterwards it holds the average of its weights.
        material: Tables and targets of the texts.
        rows: Their word pieces.
        stage: The stage.
        seed: Seed of the order and of what is drawn.
    """

    def __init__(
        self, model: SlotEncoder, material: Material, rows: Rows, stage: Stage, *, seed: int
    ) -> None:
        torch.manual_seed(seed)
        self._rng = random.Random(seed)
        self._model, self._material, self._rows, self._stage = model, material, rows, stage
        model.encoder.dropout = stage.dropout
        for number, layer in enumerate(model.encoder.layers):
            layer.requires_grad_(number >= stage.frozen)
        for tensor in (model.encoder.norm, model.encoder.norm_bias):
            tensor.requires_grad_(stage.frozen == 0)
        self._step_answers = nn.ModuleList(nn.Linear(WIDTH, n) for n in material.steps.sizes)
        encoder = [each for each in model.encoder.parameters() if each.requires_grad]
        head = [*model.head.parameters(), *self._step_answers.parameters()]
        self._optimizer = torch.optim.AdamW(
            [{"params": encoder, "peak": stage.rate}, {"params": head, "peak": stage.head_rate}],
            weight_decay=0.02,
        )
        self._learned = [*encoder, *head]
        self._average = {n: t.detach().clone() for n, t in model.named_parameters()}
        told = [number for number, steps in enumerate(rows.steps) if steps]
        goals = int(stage.goals * len(rows.goals) / stage.goals_batch)
        self._kinds = [False] * goals + [True] * int(stage.steps * len(told) / stage.steps_batch)
        random.Random(seed).shuffle(self._kinds)
        self.total, self.step = len(self._kinds), 0
        self._targets = torch.tensor([each.target for each in material.examples])
        self._joint = torch.tensor([each.joint for each in material.examples])
        self._tasks = torch.from_numpy(material.table.tasks)
        counts = torch.from_numpy(material.table.counts).float()
        self._prior = PRIOR_WEIGHT * torch.log(counts + 1.0)
        self._streams = {
            False: self._batches(list(range(len(rows.goals))), stage.goals_batch, steps=False),
            True: self._batches(told, stage.steps_batch, steps=True),
        }

    def state(self) -> dict[str, Any]:
        """Return what is needed to go on."""
        return {
            "model": self._model.state_dict(),
            "step_answers": self._step_answers.state_dict(),
            "optimizer": self._optimizer.state_dict(),
            "average": self._average,
            "step": self.step,
            "rng": self._rng.getstate(),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from a checkpoint."""
        self._model.load_state_dict(state["model"])
        self._step_answers.load_state_dict(state["step_answers"])
        self._optimizer.load_state_dict(state["optimizer"])
        self._average, self.step = state["average"], state["step"]
        self._rng.setstate(state["rng"])

    def train(self) -> Iterator[float]:
        """Take the steps that are left; yields each step's loss."""
        self._model.train()
        while self.step < self.total:
            loss = self._loss(next(self._streams[self._kinds[self.step]]))
            warm = min(1.0, (self.step + 1) / self._stage.warm_up)
            wave = 0.02 + 0.49 * (1.0 + math.cos(math.pi * self.step / self.total))
            for group in self._optimizer.param_groups:
                group["lr"] = group["peak"] * warm * wave
            self._optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(self._learned, 1.0)
            self._optimizer.step()
            self.step += 1
            if self.step % FOLLOW_EVERY == 0:
                self._follow()
            yield float(loss.detach())

    def finish(self) -> None:
        """Give the model the average of its weights."""
        with torch.no_grad():
            for name, tensor in self._model.named_parameters():
                tensor.copy_(self._average[name])

    def _follow(self) -> None:
        share = min(self._stage.averaged, self.step / (self.step + 40))
        with torch.no_grad():
            for name, tensor in self._model.named_parameters():
                self._average[name].mul_(share).add_(tensor, alpha=1.0 - share)

    def _batches(self, chosen: Sequence[int], batch: int, *, steps: bool) -> Iterator[list[_Drawn]]:
        while chosen:
            order = list(chosen)
            self._rng.shuffle(order)
            while order:
                count = min(batch * CHUNK, len(order))
                drawn = [self._drawn(order.pop(), steps=steps) for _ in range(count)]
                drawn.sort(key=lambda each: len(each.row))
                chunk = [drawn[at : at + batch] for at in range(0, count, batch)]
                self._rng.shuffle(chunk)
                yield from chunk

    def _drawn(self, number: int, *, steps: bool) -> _Drawn:
        """Return a variant of a text: goal alone, or with some of its steps, by several people."""
        rows, rng = self._rows, self._rng
        if not steps:
            return _Drawn(number, rows.tokens.joined(rows.goals[number], ()))
        peers, share = rows.peers[number], rng.uniform(*READ_STEPS)
        mixed = rng.random() < MIXED
        picked = [at for at in range(len(rows.steps[number])) if rng.random() < share]
        said = [rows.steps[rng.choice(peers) if mixed else number][at] for at in picked]
        bare = rng.random() < NO_GOAL and any(said)
        drawn = _Drawn(number, rows.tokens.joined([] if bare else rows.goals[number], ()))
        for at, step in zip(picked, said, strict=True):
            if step and len(drawn.row) + len(step) < MAX_TOKENS:
                drawn.spans.append((len(drawn.row), len(step), at))
                drawn.row.extend([*step, rows.tokens.end])
        return drawn

    def _loss(self, batch: Sequence[_Drawn]) -> Tensor:
        slots, x = self._model([each.row for each in batch])
        numbers = [each.number for each in batch]
        known = self._prior + sum(
            slot.log_softmax(-1)[:, self._tasks[:, index]] for index, slot in enumerate(slots)
        )
        loss = functional.cross_entropy(known, self._joint[numbers], label_smoothing=SMOOTHING)
        for index, slot in enumerate(slots):
            wanted = self._targets[numbers, index]
            loss = loss + SLOT_WEIGHT * functional.cross_entropy(slot, wanted, ignore_index=-1)
        return loss + STEP_WEIGHT * self._step_loss(batch, x)

    def _step_loss(self, batch: Sequence[_Drawn], x: Tensor) -> Tensor:
        """How well the steps that were read are told apart by skill, object and receptacle."""
        found, about = [], []
        for row, each in enumerate(batch):
            example = self._material.examples[each.number]
            if len(example.step_targets) == len(example.steps):
                for first, count, at in each.spans:
                    found.append(x[row, first : first + count].mean(0))
                    about.append(example.step_targets[at])
        loss = torch.zeros(())
        if not found:
            return loss
        told, targets = torch.stack(found), torch.tensor(about)
        for index, answer in enumerate(self._step_answers):
            if bool((targets[:, index] >= 0).any()):
                loss = loss + functional.cross_entropy(
                    answer(told), targets[:, index], ignore_index=-1
                )
        return loss
