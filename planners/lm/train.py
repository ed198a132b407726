"""`embodied train task=planner_lm`: the small language model, from its data to weights and card."""

import json
import os
import shlex
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from embodied.core.annotated import AnnotatedSource, AnnotatedTask
from embodied.core.errors import ConfigError
from planners.llm.types import Exchange
from planners.lm.examples import IGNORED, Batch, batches, encode, turns
from planners.lm.tokenizer import SPECIAL, train_tokenizer

Corpus: TypeAlias = Callable[[Iterable[AnnotatedTask], np.random.Generator], Iterator[Exchange]]


@dataclass(frozen=True)
class Shape:
    """The model's architecture: a Llama of transformers with these numbers."""

    vocabulary_size: int = 3072
    hidden: int = 192
    layers: int = 4
    heads: int = 3
    feed_forward: int = 512
    context_tokens: int = 1024


@dataclass(frozen=True)
class Schedule:
    """How long and how fast it learns.

    Attributes:
        epochs: Times the corpora are drawn anew.
        exchanges: Exchanges an epoch, over all corpora.
        batch_tokens: Tokens a step.
        learning_rate: At its highest; warmed up over the first steps, then a cosine to a tenth.
        weight_decay: Of AdamW.
        dropped_share: Share of the questions' tokens that cannot be read.
    """

    epochs: int = 10
    exchanges: int = 5000
    batch_tokens: int = 2048
    learning_rate: float = 3e-3
    weight_decay: float = 0.05
    dropped_share: float = 0.05


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
        learner = _Learner(self._shape, self._schedule, tokenizer, seed)
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

        folder = output_dir / "tokenizer"
        if (folder / "tokenizer.json").exists():
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
        self, learner: "_Learner", held_out: Sequence[AnnotatedTask], seed: int
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
        self, learner: "_Learner", scores: Mapping[str, float], texts: int, seed: int
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


class _Learner:
    """The model under training."""

    def __init__(self, shape: Shape, schedule: Schedule, tokenizer: Any, seed: int) -> None:
        import torch
        from transformers import LlamaConfig, LlamaForCausalLM

        torch.manual_seed(seed)
        self.tokenizer = tokenizer
        self.cpu_s = 0.0
        self._schedule = schedule
        self._max_tokens = shape.context_tokens
        # At lengths of a hundred tokens plain attention is a third quicker on a CPU than the fused.
        config = LlamaConfig(
            attn_implementation="eager",
            vocab_size=len(tokenizer),
            hidden_size=shape.hidden,
            num_hidden_layers=shape.layers,
            num_attention_heads=shape.heads,
            num_key_value_heads=shape.heads,
            intermediate_size=shape.feed_forward,
            max_position_embeddings=shape.context_tokens,
            tie_word_embeddings=True,
            bos_token_id=None,
            eos_token_id=tokenizer.eos_token_id,
            pad_token_id=tokenizer.pad_token_id,
        )
        self.model = LlamaForCausalLM(config)
        self.parameters = sum(each.numel() for each in self.model.parameters())
        self._optimizer = torch.optim.AdamW(
            self.model.parameters(),
            lr=schedule.learning_rate,
            weight_decay=schedule.weight_decay,
            betas=(0.9, 0.98),
        )
        self._kept = frozenset(tokenizer.convert_tokens_to_ids(list(SPECIAL)))
        self._done = 0.0  # epochs, whole and begun

    def learn(self, exchanges: Sequence[Exchange], rng: np.random.Generator) -> float:
        """Go through an epoch and return its mean loss a token."""
        examples = encode(exchanges, self.tokenizer, max_tokens=self._max_tokens)
        drawn_batches = list(
            batches(
                examples,
                rng,
                batch_tokens=self._schedule.batch_tokens,
                pad=self.tokenizer.pad_token_id,
                dropped_share=self._schedule.dropped_share,
                kept=self._kept,
            )
        )
        self.model.train()
        losses = []
        for batch in drawn_batches:
            losses.append(self._step(batch))
            self._done += 1.0 / len(drawn_batches)
        self._done = round(self._done)
        return float(np.mean(losses))

    def _step(self, batch: Batch) -> float:
        import torch

        for group in self._optimizer.param_groups:
            group["lr"] = self._rate()
        with torch.autocast("cpu", torch.bfloat16):
            states = self.model.model(
                torch.from_numpy(batch.tokens),
                attention_mask=torch.from_numpy(batch.attention),
                use_cache=False,
            ).last_hidden_state
            labels = torch.from_numpy(batch.labels)
            told = labels != IGNORED
            logits = self.model.lm_head(states[told])
        loss = torch.nn.functional.cross_entropy(logits.float(), labels[told])
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self._optimizer.step()
        self._optimizer.zero_grad(set_to_none=True)
        return float(loss.detach())

    def _rate(self) -> float:
        """Return the learning rate now: warmed up over half an epoch, then a cosine to a tenth."""
        along = min(self._done / self._schedule.epochs, 1.0)
        warm = min(1.0, (self._done + 0.01) / 0.5)
        return self._schedule.learning_rate * warm * (0.55 + 0.45 * float(np.cos(np.pi * along)))

    def answer(self, exchanges: Sequence[Exchange]) -> list[str]:
        """Return what the model says to each question, taking the likeliest token each time."""
        import torch

        self.model.eval()
        said: list[str] = []
        for start in range(0, len(exchanges), 50):
            group = exchanges[start : start + 50]
            texts = [
                self.tokenizer.apply_chat_template(
                    turns(each.messages), tokenize=False, add_generation_prompt=True
                )
                for each in group
            ]
            # an answer that is longer than the right one is wrong whatever else it says
            right = self.tokenizer([each.answer for each in group], add_special_tokens=False)
            longest = max(len(tokens) for tokens in right["input_ids"])
            read = self.tokenizer(
                texts, add_special_tokens=False, return_tensors="pt", padding=True
            )
            with torch.inference_mode():
                out = self.model.generate(
                    input_ids=read["input_ids"],
                    attention_mask=read["attention_mask"],
                    do_sample=False,
                    max_new_tokens=longest + 1,
                )
            said += self.tokenizer.batch_decode(
                out[:, read["input_ids"].shape[1] :], skip_special_tokens=True
            )
        return said

    def save(self, path: Path, epoch: int) -> None:
        """Keep everything that going on needs; whole or not at all."""
        import torch

        state = {
            "model": self.model.state_dict(),
            "optimizer": self._optimizer.state_dict(),
            "epoch": epoch,
            "cpu_s": self.cpu_s,
        }
        part = path.with_suffix(".part")
        torch.save(state, part)
        part.replace(path)

    def load(self, path: Path) -> int:
        """Take up a checkpoint where there is one; return the epoch to go on with."""
        import torch

        if not path.exists():
            return 0
        state = torch.load(path, weights_only=True)
        self.model.load_state_dict(state["model"])
        self._optimizer.load_state_dict(state["optimizer"])
        self.cpu_s = state["cpu_s"]
        self._done = float(state["epoch"])
        return int(state["epoch"])

    def export(self, folder: Path) -> None:
        """Write model and tokenizer as transformers reads them, in 16 bits."""
        import torch

        self.model.to(torch.float16).save_pretrained(folder)
        self.tokenizer.save_pretrained(folder)
        self.model.to(torch.float32)
