"""`embodied train task=parser`: members of the ensemble one after the other, then the weights."""

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor
from torch.utils.tensorboard import SummaryWriter

from embodied.core.annotated import AnnotatedSource, AnnotatedTask
from planners.parsed.decode import Decoder
from planners.parsed.rooms import room_of
from planners.parsed.slots import TaskTable
from planners.parsed.training.data import Example, examples_of, split_off
from planners.parsed.training.member import Material, Member
from planners.parsed.training.network import Shape

CHECKPOINT_EVERY = 500


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
        fold: With `hold_out`, the fourth of all rooms that is kept out instead, 0 to 3: what is
            right for rooms that training has not seen was chosen on all of them in turn.
        members: Sizes of each network (`width`, `layers`, `dropout`), whether it also answers whole
            tasks (`whole`), what it `reads` (goals, steps or both), and for how many `epochs`. The
            answers of all that read a text are averaged; goals are short, so that members for them
            are quick to train.
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
        fold: int | None = None,
        members: Sequence[Mapping[str, Any]] = ({},),
        epochs: float = 8.0,
        batch: int = 64,
        rate: float = 2e-3,
        threads: int = 1,
    ) -> None:
        self._texts, self._split, self._hold_out, self._fold = texts, split, hold_out, fold
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
            texts, held = split_off(texts, fold=self._fold)
        material = Material.of(texts)
        settings = {**self._settings, **({} if self._fold is None else {"fold": self._fold})}
        run = _Run(output_dir, material, held, seed, settings, self._split)
        for number, sizes in enumerate(self._members):
            member = self._member(material, dict(sizes), seed + number)
            spent_s = self._train(member, output_dir / f"member{number}", number)
            run.add(member, spent_s)
            run.write()
        return f"{run.scores() or 'Nothing was held out.'} Weights and card: {output_dir}"

    def _member(self, material: Material, sizes: dict[str, Any], seed: int) -> Member:
        reads, epochs = sizes.pop("reads", "both"), sizes.pop("epochs", self._settings["epochs"])
        tasks = len(material.table.counts) if sizes.pop("whole", False) else 0
        return Member(
            material,
            Shape(words=len(material.words), tasks=tasks, **sizes),
            seed=seed,
            epochs=epochs,
            batch=int(self._settings["batch"]),
            rate=self._settings["rate"],
            reads=reads,
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
                    part = checkpoint.with_suffix(".part")
                    torch.save({"member": member.state(), "spent_s": spent_s}, part)
                    part.replace(checkpoint)  # whole or not at all
                    print(f"member {number}: {member.step}/{member.total}, loss {loss:.3f}, "
                          f"{spent_s:.0f} s of CPU", flush=True)  # fmt: skip
        return before_s + time.process_time() - began


@dataclass
class _Run:
    """What has come of the members so far; written after each, so that a cut run leaves weights."""

    folder: Path
    material: Material
    held: Sequence[AnnotatedTask]
    seed: int
    settings: Mapping[str, Any]
    split: str
    members: list[Member] = field(default_factory=list)
    tensors: dict[str, Tensor] = field(default_factory=dict)
    scored: list[Any] = field(default_factory=list)
    spent_s: float = 0.0

    def add(self, member: Member, spent_s: float) -> None:
        """Take a trained member in."""
        for name, tensor in member.average.items():
            if not name.startswith("step_answers"):
                self.tensors[f"{len(self.members)}.{name}"] = tensor.half().contiguous()
        self.members.append(member)
        self.spent_s += spent_s
        self.scored.append(_scores(member, self.material, self.held))

    def scores(self) -> dict[str, float]:
        """Return what the members reach together on what was held out."""
        known = {room_of(each.trajectory_id) for each in self.material.examples}
        apart = [room_of(each.trajectory_id) not in known for each in self.held]
        return _ensemble_scores(self.scored, self.held, apart, self.material.table)

    def write(self) -> None:
        """Write weights, tables and the card."""
        save_file(self.tensors, self.folder / "parser.safetensors")
        plain = {
            "members": [{**asdict(m.network.shape), "reads": m.reads} for m in self.members],
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
            "settings": {
                **self.settings,
                "members": [
                    {**asdict(m.network.shape), "reads": m.reads, "steps_taken": m.total}
                    for m in self.members
                ],
            },
            "training_cpu_s": round(self.spent_s, 1),
            "development": self.scores(),
        }
        (self.folder / "card.json").write_text(json.dumps(card, indent=1) + "\n", "utf-8")


def _scores(member: Member, material: Material, held: Sequence[AnnotatedTask]) -> Any:
    if not held:
        return None
    examples = examples_of(held, material.table, material.steps)
    goals = [Example(e.goal, (), e.target, e.joint, ()) for e in examples]
    return (
        None if member.reads == "goals" else member.scores(examples),
        None if member.reads == "steps" else member.scores(goals),
    )


def _ensemble_scores(
    scored: Sequence[Any],
    held: Sequence[AnnotatedTask],
    apart: Sequence[bool],
    table: TaskTable,
) -> dict[str, float]:
    """Return exact shares of the members' mean, on held-out trajectories and on held-out rooms."""
    found: dict[str, float] = {}
    if not held:
        return found
    for index, text in enumerate(("goal+steps", "goal")):
        told = [member[index] for member in scored if member[index] is not None]
        if not told:
            continue  # no member reads this yet
        means = [
            [np.mean(tables, axis=0) for tables in zip(*(m[row] for m in told), strict=True)]
            for row in range(len(held))
        ]
        for name, wanted in (("trajectories", False), ("rooms", True)):
            rows = [row for row, is_apart in enumerate(apart) if is_apart is wanted]
            if not rows:
                continue
            share = exact_share([means[r] for r in rows], [held[r] for r in rows], table)
            found[f"exact {text}, held-out {name}"] = round(share, 4)
    return found
