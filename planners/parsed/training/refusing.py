"""`embodied train task=parser_refusals`: when to believe that a text cannot be meant."""

import json
import random
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from embodied.core.annotated import AnnotatedSource
from embodied.core.skills import SkillSpec
from planners.parsed.commands import CommandReader
from planners.parsed.plausibility import FEATURES, FILE, features_of
from planners.parsed.reader import TaskReader
from planners.parsed.training.data import split_off
from planners.parsed.training.impossible import impossible_texts
from planners.parsed.understanding import Understander

RIDGE = 0.1
ITERATIONS = 30


def fitted(features: NDArray[np.float64], labels: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the weights of a ridge-penalised logistic regression, by Newton's method.

    Args:
        features: float [N, F].
        labels: float [N], 0 or 1.
    """
    weights = np.zeros(features.shape[1])
    for _ in range(ITERATIONS):
        share = 1.0 / (1.0 + np.exp(-features @ weights))
        curvature = (features.T * (share * (1.0 - share))) @ features
        slope = features.T @ (share - labels) + RIDGE * weights
        weights -= np.linalg.solve(curvature + RIDGE * np.eye(len(weights)), slope)
    return weights


class RefusalTraining:
    """Learns from goals of held-out trajectories, and from texts that ask for what cannot be.

    Args:
        texts: Where annotated tasks come from.
        skills: What the body declares.
        weights: Folder of a parser that was trained with `hold_out`, so that the goals are as new
            to it as a user's; None takes the shipped one.
        split: Which split's development trajectories are read.
        impossible: How many texts that cannot be meant are made.
        false_alarms: Share of the real goals that may be refused.
    """

    def __init__(
        self,
        *,
        texts: AnnotatedSource,
        skills: Sequence[SkillSpec],
        weights: str | Path | None = None,
        split: str = "train",
        impossible: int = 2000,
        false_alarms: float = 0.015,
    ) -> None:
        self._texts, self._split = texts, split
        self._weights = weights
        self._understander = Understander(TaskReader(weights), CommandReader(tuple(skills)))
        self._skills, self._count, self._alarms = tuple(skills), impossible, false_alarms

    def run(self, *, output_dir: Path, seed: int) -> str:
        """Fit the few weights and the threshold; return what they reach and where they lie."""
        started_s = time.process_time()
        _, held = split_off(self._texts.annotated(split=self._split))
        real = [each.instruction.text for each in held]
        made = list(impossible_texts(self._skills, rng=random.Random(seed), count=self._count))
        features = np.array([features_of(self._understander.understand(t)) for t in real + made])
        labels = np.array([0.0] * len(real) + [1.0] * len(made))
        weights = fitted(features, labels)
        odds = features @ weights
        threshold = float(np.quantile(odds[: len(real)], 1.0 - self._alarms))
        recall = float(np.mean(odds[len(real) :] > threshold))
        output_dir.mkdir(parents=True, exist_ok=True)
        plain = {
            "weights": dict(zip(FEATURES, np.round(weights, 4).tolist(), strict=True)),
            "threshold": round(threshold, 4),
            "card": {
                "command": "embodied train task=parser_refusals"
                + (f" task.make.weights={self._weights}" if self._weights else ""),
                "seed": seed,
                "data": f"{len(real)} goals of held-out trajectories of {self._split}, "
                f"{len(made)} texts made from what the skills cannot do",
                "training_cpu_s": round(time.process_time() - started_s, 1),
                "false_alarms": self._alarms,
                "recall_on_made_texts": round(recall, 4),
            },
        }
        (output_dir / FILE).write_text(json.dumps(plain, indent=1) + "\n", "utf-8")
        return (
            f"Refuses {recall:.1%} of made texts at {self._alarms:.1%} false alarms. "
            f"{output_dir / FILE}"
        )
