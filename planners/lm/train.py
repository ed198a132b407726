"""`embodied train task=planner_lm`: the small language model, from its data to weights and card."""

import json
import os
import shlex
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from embodied.core.annotated import AnnotatedSource, AnnotatedTask
from embodied.core.errors import ConfigError
from planners.llm.types import Exchange
from planners.lm.learner import Learner, Schedule, Shape
from planners.lm.tokenizer import train_tokenizer

Corpus: TypeAlias = Callable[[Iterable[AnnotatedTask], np.random.Generator], Iterator[Exchange]]


class PlannerLmTraining:
    """Trains the small language model on exchanges made from annotated tasks.

    Args:
        source: Where texts with known tasks come from.
        split: Its split to learn from.
        corpora: Name to `{"exchanges": function, "share": relative number of exchanges}`.
        shape: Numbers of the architecture, see `Shape`.
        schedule: Numbers of the training, see `Schedule`.
        held_out_share: Share of the trajectories' tasks kept out of training, for the card.
        held_out_scored: Held-out exchanges of each corpus that are answered and compared.
        threads: Threads of torch; None leaves torch's own choice.
        init: Folder of weights to begin with, of the same shape, whose tokenizer is kept; None
            begins anew.

    Raises:
        ConfigError: If there is no corpus.
    """

    def __init__(
        self,
        *,
        source: AnnotatedSource,
        corpora: Mapping[str, Mapping[str, Any]],
        split: str = "train",
        shape: Mapping[str, Any] | None = None,
        schedule: Mapping[str, Any] | None = None,
        held_out_share: float = 0.05,
        held_out_scored: int = 200,
        threads: int | None = None,
        init: str | None = None,
    ) -> None:
        if not corpora:
            raise ConfigError("task.make.corpora is empty: there is nothing to learn from.")
        self._source = source
        self._split = split
        self._corpora = corpora
        self._shape = Shape(**(shape or {}))
        self._schedule = Schedule(**(schedule or {}))
        self._held_out_share = held_out_share
        self._held_out_scored = held_out_scored
        self._threads = threads
        self._init = init

    def run(self, *, output_dir: Path, seed: int) -> str:
        """Train, going on from the last epoch in `output_dir`, and write weights and card.

        Returns:
            The scores on held-out tasks and where the weights are.
        """
        # Every batch has its own shape, and oneDNN would keep the kernels of a thousand: gigabytes.
        os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "16")
        import torch
        from torch.utils.tensorboard import SummaryWriter

        if self._threads:
            torch.set_num_threads(self._threads)
        output_dir.mkdir(parents=True, exist_ok=True)
        learned, held_out = self._tasks()
        tokenizer = self._tokenizer(output_dir, learned, seed)
        learner = Learner(self._shape, self._schedule, tokenizer, seed)
        if self._init:
            learner.begin_with(Path(self._init).expanduser())
        first = learner.load(output_dir / "checkpoint.pt")
        with SummaryWriter(str(output_dir / "logs")) as logs:
            for epoch in range(first, self._schedule.epochs):
                started_s = time.process_time()
                rng = np.random.default_rng((seed, epoch))
                loss = learner.learn(self._draw(learned, rng), rng)
                learner.cpu_s += time.process_time() - started_s
                learner.save(output_dir / "checkpoint.pt", epoch + 1)
                logs.add_scalar("loss", loss, epoch)
                print(f"epoch {epoch + 1}: loss {loss:.4f}, {learner.cpu_s:.0f} CPU s", flush=True)
        scores = self._score(learner, held_out, seed)
        folder = output_dir / "weights"
        learner.export(folder)
        card = self._card(learner, scores, len(learned), seed)
        (folder / "card.json").write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")
        listed = "\n".join(f"  {name:<24} {share:6.1%}" for name, share in scores.items())
        return f"Answers of held-out tasks given word for word:\n{listed}\nWeights: {folder}"

    def _tasks(self) -> tuple[list[AnnotatedTask], list[AnnotatedTask]]:
        """Part the texts by task, so that no wording of a held-out task is learned."""
        every = self._source.annotated(split=self._split)
        names = sorted({each.trajectory_id.split("/")[0] for each in every})
        rng = np.random.default_rng(0)
        held = set(rng.permutation(names)[: int(len(names) * self._held_out_share)].tolist())
        learned = [each for each in every if each.trajectory_id.split("/")[0] not in held]
        return learned, [each for each in every if each.trajectory_id.split("/")[0] in held]

    def _draw(self, tasks: Sequence[AnnotatedTask], rng: np.random.Generator) -> list[Exchange]:
        """Draw an epoch: each corpus by its share, over texts in random order."""
        total = sum(float(corpus["share"]) for corpus in self._corpora.values())
        found: list[Exchange] = []
        for corpus in self._corpora.values():
            wanted = round(self._schedule.exchanges * float(corpus["share"]) / total)
            found += drawn(corpus["exchanges"], tasks, wanted, rng)
        return found

    def _tokenizer(self, output_dir: Path, tasks: Sequence[AnnotatedTask], seed: int) -> Any:
        from transformers import PreTrainedTokenizerFast

        folder = Path(self._init).expanduser() if self._init else output_dir / "tokenizer"
        if self._init or (folder / "tokenizer.json").exists():
            return PreTrainedTokenizerFast.from_pretrained(folder)
        rng = np.random.default_rng((seed, 0))
        texts = (
            text
            for each in self._draw(tasks, rng)
            for text in (*(message.text for message in each.messages), each.answer)
        )
        tokenizer = train_tokenizer(
            texts,
            vocabulary_size=self._shape.vocabulary_size,
            max_length=self._shape.context_tokens,
        )
        tokenizer.save_pretrained(folder)
        return tokenizer

    def _score(
        self, learner: Learner, held_out: Sequence[AnnotatedTask], seed: int
    ) -> dict[str, float]:
        scores = {}
        for name, corpus in self._corpora.items():
            rng = np.random.default_rng((seed, 1))
            asked = drawn(corpus["exchanges"], held_out, self._held_out_scored, rng)
            said = learner.answer(asked)
            right = [one == each.answer for one, each in zip(said, asked, strict=True)]
            scores[name] = float(np.mean(right)) if right else 0.0
        return scores

    def _card(
        self, learner: Learner, scores: Mapping[str, float], texts: int, seed: int
    ) -> dict[str, Any]:
        return {
            "what": "small causal language model for the planners' questions",
            "command": shlex.join(["embodied", *sys.argv[1:]]),
            "date": date.today().isoformat(),
            "seed": seed,
            "data": f"{texts} annotated texts of {self._split}; {self._held_out_share:.0%} of the "
            "tasks held out",
            "corpora": {name: float(corpus["share"]) for name, corpus in self._corpora.items()},
            "shape": asdict(self._shape),
            "schedule": asdict(self._schedule),
            "init": self._init,
            "parameters": learner.parameters,
            "cpu_seconds": round(learner.cpu_s),
            "held_out_answers_word_for_word": {k: round(v, 4) for k, v in scores.items()},
        }


def drawn(
    corpus: Corpus, tasks: Sequence[AnnotatedTask], wanted: int, rng: np.random.Generator
) -> list[Exchange]:
    """Draw exchanges of a corpus until there are as many as wanted, by their weights."""
    found: list[Exchange] = []
    if not tasks:
        return found
    while len(found) < wanted:
        before = len(found)
        for index in rng.permutation(len(tasks)):
            for each in corpus([tasks[index]], rng):
                times = int(each.weight) + int(rng.random() < each.weight % 1.0)
                found += [each] * times
            if len(found) >= wanted:
                break
        if len(found) == before:
            break  # a corpus that has nothing to say
    return found[:wanted]
