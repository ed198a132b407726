"""The model under training: steps, rate, checkpoints, weights."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from embodied.core.errors import ConfigError
from planners.llm.types import Exchange
from planners.lm.examples import IGNORED, Batch, batches, encode, turns
from planners.lm.tokenizer import SPECIAL


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


class Learner:
    """The model under training.

    Args:
        shape: Its architecture.
        schedule: How it learns.
        tokenizer: Its words.
        seed: Of its first weights.
    """

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

    def begin_with(self, folder: Path) -> None:
        """Take the weights that `export` wrote to a folder.

        Raises:
            ConfigError: If they are of another shape.
        """
        from transformers import LlamaForCausalLM

        weights = LlamaForCausalLM.from_pretrained(folder).state_dict()
        try:
            self.model.load_state_dict(weights)
        except RuntimeError as error:
            raise ConfigError(f"The weights in {folder} are of another shape: {error}") from error

    def export(self, folder: Path) -> None:
        """Write model and tokenizer as transformers reads them, in 16 bits."""
        import torch

        self.model.to(torch.float16).save_pretrained(folder)
        self.tokenizer.save_pretrained(folder)
        self.model.to(torch.float32)
