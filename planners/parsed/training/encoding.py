"""`embodied train task=parser_encoder`: the published encoder learns the slots, in stages."""

import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import save_file
from torch.utils.tensorboard import SummaryWriter

from embodied.core.annotated import AnnotatedSource, AnnotatedTask
from embodied.language.encoders import weights_file
from embodied.language.minilm import published
from planners.parsed.adapter import difference, restored
from planners.parsed.encoder import TABLES, WEIGHTS, Tokens
from planners.parsed.slot_encoder import SlotEncoder
from planners.parsed.training.data import in_development_room, split_off
from planners.parsed.training.member import Material
from planners.parsed.training.run import exact_share
from planners.parsed.training.stage import Learner, Rows, Stage

CHECKPOINT_EVERY = 100
TOLD = ("goal", "goal+steps")


class EncoderTraining:
    """Trains the encoder's adapter and head.

    Args:
        texts: Where annotated tasks come from.
        stages: One after the other, each as `Stage` has it: goals are short, so that most is
            learned from them; steps come last.
        mixing: How much the answers count beside the small members', as `encoder.Mixing` has it;
            settled on held-out trajectories.
        split: Which of the source's splits is trained on.
        hold_out: Whether development trajectories and rooms are kept out and scored.
        rank: Singular values kept of what each matrix learned.
        encoder: Which published encoder.
        threads: CPU threads.
    """

    def __init__(
        self,
        *,
        texts: AnnotatedSource,
        stages: Sequence[Mapping[str, Any]],
        mixing: Mapping[str, float],
        split: str = "train",
        hold_out: bool = True,
        rank: int = 64,
        encoder: str = "minilm",
        threads: int = 1,
    ) -> None:
        self._texts, self._split, self._hold_out = texts, split, hold_out
        self._stages = [Stage(**each) for each in stages]
        self._mixing, self._rank = dict(mixing), rank
        self._encoder, self._threads = encoder, threads

    def run(self, *, output_dir: Path, seed: int) -> str:
        """Train, going on from the checkpoint in `output_dir`; return the scores and where it lies.

        Raises:
            ConfigError: If the published encoder is not installed.
        """
        torch.set_num_threads(self._threads)
        output_dir.mkdir(parents=True, exist_ok=True)
        where = weights_file(self._encoder)
        texts, held = list(self._texts.annotated(split=self._split)), []
        if self._hold_out:
            texts, held = split_off(texts)
        material, base = Material.of(texts), published(where)
        rows = Rows.of(texts, Tokens(self._encoder))
        torch.manual_seed(seed)
        model = SlotEncoder(base, material.table.sizes)
        spent_s = self._train(model, material, rows, output_dir, seed)
        kept = difference(model, base, rank=self._rank)
        save_file(kept, output_dir / WEIGHTS)
        values = {slot: list(told) for slot, told in material.table.values.items()}
        plain = {"values": values, "mixing": self._mixing}
        (output_dir / TABLES).write_text(json.dumps(plain, separators=(",", ":")), "utf-8")
        # what is scored is what is kept, not what was trained
        small = restored(where, kept, material.table.sizes)
        scores = development_scores(small, held, material, Tokens(self._encoder)) if held else {}
        card = {
            "what": "adapter of all-MiniLM-L6-v2 and a head: goal and steps to a task's arguments",
            "command": "embodied train task=parser_encoder",
            "seed": seed,
            "data": f"ALFRED {self._split}, {len(texts)} texts"
            + (f"; {len(held)} held out" if held else ", nothing held out"),
            "settings": {"stages": [vars(each) for each in self._stages], "rank": self._rank},
            "training_cpu_s": round(spent_s, 1),
            "development": scores,
        }
        (output_dir / "encoder_card.json").write_text(json.dumps(card, indent=1) + "\n", "utf-8")
        return f"{scores or 'Nothing was held out.'} Weights and card: {output_dir}"

    def _train(
        self, model: SlotEncoder, material: Material, rows: Rows, folder: Path, seed: int
    ) -> float:
        """Take every stage's steps, with checkpoints; return the CPU seconds, restarts included."""
        checkpoint, before_s, first, state = folder / "checkpoint.pt", 0.0, 0, None
        if checkpoint.exists():
            saved = torch.load(checkpoint, weights_only=False)
            first, state, before_s = saved["stage"], saved["state"], saved["spent_s"]
        began = time.process_time()
        with SummaryWriter(str(folder)) as log:
            for number, stage in enumerate(self._stages):
                if number < first:
                    continue
                learner = Learner(model, material, rows, stage, seed=seed + number)
                if number == first and state is not None:
                    learner.restore(state)
                for loss in learner.train():
                    log.add_scalar(f"loss, stage {number}", loss, learner.step)
                    if learner.step % CHECKPOINT_EVERY == 0 or learner.step == learner.total:
                        spent_s = before_s + time.process_time() - began
                        part = checkpoint.with_suffix(".part")
                        torch.save(
                            {"stage": number, "state": learner.state(), "spent_s": spent_s}, part
                        )
                        part.replace(checkpoint)  # whole or not at all
                        print(f"stage {number}: {learner.step}/{learner.total}, loss {loss:.3f}, "
                              f"{spent_s:.0f} s of CPU", flush=True)  # fmt: skip
                learner.finish()
        return before_s + time.process_time() - began


def development_scores(
    model: SlotEncoder, held: Sequence[AnnotatedTask], material: Material, tokens: Tokens
) -> dict[str, float]:
    """Return exact shares of the encoder alone, on held-out trajectories and on held-out rooms."""
    found: dict[str, float] = {}
    rows = Rows.of(held, tokens)
    whole = np.zeros(len(material.table.counts))
    for text in TOLD:
        read = [
            tokens.joined(goal, steps if text == "goal+steps" else ())
            for goal, steps in zip(rows.goals, rows.steps, strict=True)
        ]
        answers = [[*slots, whole] for slots in answered(model, read)]
        apart = [in_development_room(each.trajectory_id) for each in held]
        for name, wanted in (("trajectories", False), ("rooms", True)):
            chosen = [row for row, is_apart in enumerate(apart) if is_apart is wanted]
            share = exact_share(
                [answers[row] for row in chosen], [held[row] for row in chosen], material.table
            )
            found[f"exact {text}, held-out {name}"] = round(share, 4)
    return found


def answered(model: SlotEncoder, rows: Sequence[Sequence[int]]) -> list[list[np.ndarray]]:
    """Return, for each text, log-probabilities of each slot's values."""
    order = sorted(range(len(rows)), key=lambda row: len(rows[row]))
    found: dict[int, list[np.ndarray]] = {}
    model.eval()
    with torch.inference_mode():
        for start in range(0, len(order), 64):
            chosen = order[start : start + 64]
            slots, _ = model([rows[row] for row in chosen])
            tables = [slot.log_softmax(-1).numpy() for slot in slots]
            found.update({row: [t[at] for t in tables] for at, row in enumerate(chosen)})
    return [found[row] for row in range(len(rows))]
