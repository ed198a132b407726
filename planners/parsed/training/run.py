"""`embodied train task=parser`: members of the ensemble one after the other, then the weights."""

import json
import math
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor
from torch.nn import functional
from torch.utils.tensorboard import SummaryWriter

from embodied.core.annotated import AnnotatedSource, AnnotatedTask
from embodied.core.task import Task
from planners.parsed.decode import PRIOR_WEIGHT, Decoder
from planners.parsed.slots import TaskTable
from planners.parsed.training.data import (
    Collator,
    Example,
    Mixer,
    StepTable,
    examples_of,
    in_development_room,
    split_off,
    vocabulary_of,
)
from planners.parsed.training.network import ParserNetwork, Shape

CHUNK = 20
"""Batches drawn at once and sorted by length, so that little of a batch is empty."""
SLOT_WEIGHT = 0.3
STEP_WEIGHT = 0.3
SHORT_SHARE = 0.2
"""Share of the texts without steps that an epoch draws."""
SMOOTHING = 0.05
"""Share of belief spread over all tasks: people name things in ways that the task does not."""
WARM_UP_STEPS = 200
CHECKPOINT_EVERY = 500


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
    ) -> None:
        torch.manual_seed(seed)
        self._rng = random.Random(seed)
        self._material, self._batch, self._rate = material, batch, rate
        self.network = ParserNetwork(shape, material.table.sizes, material.steps.sizes)
        known = {word: index for index, word in enumerate(material.words)}
        sizes = (shape.buckets, shape.positions)
        self._collate = Collator(known, *sizes, word_dropout=0.1, rng=self._rng)
        self._plain = Collator(known, *sizes)
        self._mixer = Mixer(material.examples, rng=self._rng)
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


def exact_share(
    scores: Sequence[Sequence[np.ndarray]], texts: Sequence[AnnotatedTask], table: TaskTable
) -> float:
    """Return the share of tasks that are right in everything but the lamp."""
    decoder = Decoder(table)
    right = 0
    for each, slots in zip(texts, scores, strict=True):
        found = table.task(decoder.decode(slots[:-1], slots[-1]).indices)
        task = each.task
        right += (found.task_type, found.object, found.sliced, found.mrecep, found.parent) == (
            task.task_type,
            task.object,
            task.sliced,
            task.mrecep,
            task.parent,
        )
    return right / max(1, len(texts))


class ParserTraining:
    """Trains the parser's ensemble.

    Args:
        texts: Where annotated tasks come from.
        split: Which of its splits is trained on.
        hold_out: Whether development trajectories and rooms are kept out and scored; the shipped
            weights are trained with everything, after settings were chosen with this on.
        members: Sizes of each network (`width`, `layers`, `dropout`), and whether it also answers
            whole tasks (`whole`); their answers are averaged.
        epochs: Passes over the annotations, for each member.
        batch: Annotations a step.
        rate: Highest learning rate.
        threads: CPU threads.
    """

    def __init__(
        self,
        *,
        texts: AnnotatedSource,
        split: str = "train",
        hold_out: bool = False,
        members: Sequence[Mapping[str, Any]] = ({},),
        epochs: float = 8.0,
        batch: int = 64,
        rate: float = 2e-3,
        threads: int = 1,
    ) -> None:
        self._texts, self._split, self._hold_out = texts, split, hold_out
        self._members = [dict(each) for each in members]
        self._settings = {"epochs": epochs, "batch": batch, "rate": rate}
        self._threads = threads

    def run(self, *, output_dir: Path, seed: int) -> str:
        """Train, going on from checkpoints in `output_dir`; return the scores and where it lies."""
        torch.set_num_threads(self._threads)
        output_dir.mkdir(parents=True, exist_ok=True)
        texts = list(self._texts.annotated(split=self._split))
        held: list[AnnotatedTask] = []
        if self._hold_out:
            texts, held = split_off(texts)
        material = Material.of(texts)
        shapes = [_shape(sizes, material) for sizes in self._members]
        run = _Run(output_dir, material, held, seed, dict(self._settings), self._split)
        for number, shape in enumerate(shapes):
            member = self._member(material, shape, seed + number)
            spent_s = self._train(member, output_dir / f"member{number}", number)
            run.add(member, shape, spent_s)
            run.write()
        return f"{run.scores() or 'Nothing was held out.'} Weights and card: {output_dir}"

    def _member(self, material: Material, shape: Shape, seed: int) -> Member:
        return Member(
            material,
            shape,
            seed=seed,
            epochs=self._settings["epochs"],
            batch=int(self._settings["batch"]),
            rate=self._settings["rate"],
        )

    def _train(self, member: Member, folder: Path, number: int) -> float:
        """Train one member, with checkpoints; return the CPU seconds it took, restarts included."""
        folder.mkdir(exist_ok=True)
        checkpoint, before_s = folder / "checkpoint.pt", 0.0
        if checkpoint.exists():
            saved = torch.load(checkpoint, weights_only=False)
            member.restore(saved["member"])
            before_s = saved["spent_s"]
        began = time.process_time()
        with SummaryWriter(str(folder)) as log:
            for loss in member.train():
                if member.step % 50 == 0:
                    log.add_scalar("loss", loss, member.step)
                if member.step % CHECKPOINT_EVERY == 0 or member.step == member.total:
                    spent_s = before_s + time.process_time() - began
                    torch.save({"member": member.state(), "spent_s": spent_s}, checkpoint)
                    print(f"member {number}: {member.step}/{member.total}, loss {loss:.3f}, "
                          f"{spent_s:.0f} s of CPU", flush=True)  # fmt: skip
        return before_s + time.process_time() - began


def _shape(sizes: Mapping[str, Any], material: Material) -> Shape:
    sizes = dict(sizes)
    whole = sizes.pop("whole", False)
    tasks = len(material.table.counts) if whole else 0
    return Shape(words=len(material.words), tasks=tasks, **sizes)


@dataclass
class _Run:
    """What has come of the members so far; written after each, so that a cut run leaves weights."""

    folder: Path
    material: Material
    held: Sequence[AnnotatedTask]
    seed: int
    settings: Mapping[str, Any]
    split: str
    shapes: list[Shape] = field(default_factory=list)
    tensors: dict[str, Tensor] = field(default_factory=dict)
    scored: list[Any] = field(default_factory=list)
    spent_s: float = 0.0

    def add(self, member: Member, shape: Shape, spent_s: float) -> None:
        """Take a trained member in."""
        for name, tensor in member.average.items():
            if not name.startswith("step_answers"):
                self.tensors[f"{len(self.shapes)}.{name}"] = tensor.half().contiguous()
        self.shapes.append(shape)
        self.spent_s += spent_s
        self.scored.append(_scores(member, self.material, self.held))

    def scores(self) -> dict[str, float]:
        """Return what the members reach together on what was held out."""
        return _ensemble_scores(self.scored, self.held, self.material.table)

    def write(self) -> None:
        """Write weights, tables and the card."""
        save_file(self.tensors, self.folder / "parser.safetensors")
        plain = {
            "members": [asdict(shape) for shape in self.shapes],
            "words": self.material.words,
            "table": self.material.table.plain(),
        }
        (self.folder / "parser.json").write_text(json.dumps(plain, separators=(",", ":")), "utf-8")
        card = {
            "what": "task parser: goal and steps to a task's arguments",
            "command": "embodied train task=parser",
            "seed": self.seed,
            "data": f"ALFRED {self.split}, {len(self.material.examples)} texts"
            + (f"; {len(self.held)} held out" if self.held else ", nothing held out"),
            "settings": {**self.settings, "members": [asdict(shape) for shape in self.shapes]},
            "training_cpu_s": round(self.spent_s, 1),
            "development": self.scores(),
        }
        (self.folder / "card.json").write_text(json.dumps(card, indent=1) + "\n", "utf-8")


def _scores(member: Member, material: Material, held: Sequence[AnnotatedTask]) -> Any:
    if not held:
        return None
    examples = examples_of(held, material.table, material.steps)
    goals = [Example(e.goal, (), e.target, e.joint, ()) for e in examples]
    return member.scores(examples), member.scores(goals)


def _ensemble_scores(
    scored: Sequence[Any], held: Sequence[AnnotatedTask], table: TaskTable
) -> dict[str, float]:
    """Return exact shares of the members' mean, on held-out trajectories and on held-out rooms."""
    found: dict[str, float] = {}
    if not held:
        return found
    apart = [in_development_room(each.trajectory_id) for each in held]
    for index, text in enumerate(("goal+steps", "goal")):
        means = [
            [
                np.mean(tables, axis=0)
                for tables in zip(*(m[index][row] for m in scored), strict=True)
            ]
            for row in range(len(held))
        ]
        for name, wanted in (("trajectories", False), ("rooms", True)):
            rows = [row for row, is_apart in enumerate(apart) if is_apart is wanted]
            share = exact_share([means[r] for r in rows], [held[r] for r in rows], table)
            found[f"exact {text}, held-out {name}"] = round(share, 4)
    return found
