"""`embodied train task=vln`: imitation of shortest paths, then DAgger, from arrays of routes."""

import dataclasses
import datetime
import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch

from embodied.core.errors import ConfigError
from policies.vln.batches import Examples, LegReader
from policies.vln.calibration import calibrate
from policies.vln.course import Run, Schedule
from policies.vln.data import RouteData
from policies.vln.measuring import evaluate
from policies.vln.model import ModelConfig, VlnModel
from policies.vln.weights import load_model, name_vectors, save_model
from policies.vln.words import Vocabulary, collect, frozen_vectors
from policies.vln.world import WorldTensors


class VlnTraining:
    """Trains `VlnModel` on routes.

    Args:
        data: Opens the benchmark (`RouteData`).
        train: Split to learn from.
        measure: Split to measure on while learning; never learned from.
        words_of: Splits whose words enter the vocabulary.
        model: Settings of `ModelConfig`.
        schedule: Settings of `Schedule`.
        read_legs: Takes instructions apart, for `model.legs`.
        init: Weights to start from; none starts anew. Where `model` asks for parts that they do
            not have, those start anew; parts that it leaves out are dropped.
        threads: Threads of torch.

    Raises:
        ConfigError: If a setting has no such name.
    """

    def __init__(
        self,
        *,
        data: RouteData,
        train: str = "train_fold",
        measure: str = "dev_fold",
        words_of: tuple[str, ...] = ("train", "val_seen"),
        model: Mapping[str, Any] | None = None,
        schedule: Mapping[str, Any] | None = None,
        read_legs: LegReader | None = None,
        init: str | None = None,
        threads: int = 1,
    ) -> None:
        self._read_legs = read_legs
        self._data, self._train, self._measure = data, train, measure
        self._words_of = tuple(words_of)
        self._model, self._init = dict(model or {}), init
        self._threads = threads
        try:
            self._schedule = Schedule(**(schedule or {}))
            ModelConfig(vocabulary_size=2, **self._model)
        except TypeError as error:
            raise ConfigError(f"task=vln has no such setting: {error}") from error

    def run(self, *, output_dir: Path, seed: int) -> str:
        """Train, going on from `output_dir/checkpoint.pt` if it is there.

        Raises:
            EmbodiedError: If data or packages are missing.
        """
        output_dir.mkdir(parents=True, exist_ok=True)
        torch.set_num_threads(self._threads)
        torch.manual_seed(seed)
        started_s = time.monotonic()
        world = self._data.world()
        model, vocabulary = self._start(world.object_names, output_dir)
        places = WorldTensors(world, name_vectors(world.object_names, vocabulary))
        train, measure = (
            Examples(
                self._data.routes(split),
                vocabulary,
                world,
                prompts=model.config.prompts,
                read_legs=self._read_legs if model.config.legs else None,
            )
            for split in (self._train, self._measure)
        )
        run = Run(model, self._schedule, output_dir, seed)
        run.resume()
        run.train(train, measure, places)
        calibrated = None
        if self._schedule.calibrated:
            some = np.random.default_rng(1).permutation(len(measure))[: self._schedule.calibrated]
            calibrated = calibrate(
                run.average, lambda: evaluate(run.average, measure, places, chosen=some)
            )
        scores = evaluate(run.average, measure, places, chosen=run.some(measure, last=True))
        path = output_dir / "vln.safetensors"
        save_model(path, run.average, vocabulary)
        card = {
            "command": "embodied train task=vln",
            "seed": seed,
            "date": datetime.date.today().isoformat(),
            "learned_from": self._train,
            "instructions": len(train),
            "measured_on": self._measure,
            "scores": scores,
            "calibrated": calibrated,
            "minutes": round((run.seconds + time.monotonic() - started_s) / 60.0, 1),
            "cpu_minutes": round(run.cpu_s / 60.0, 1),
            "parameters": sum(p.numel() for p in model.parameters()),
            "model": dataclasses.asdict(model.config),
            "schedule": dataclasses.asdict(self._schedule),
            "init": self._init,
        }
        (output_dir / "card.json").write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")
        told = ", ".join(f"{name} {value:.2f}" for name, value in scores.items())
        return f"{self._measure}: {told}\nweights: {path}"

    def _start(self, names: tuple[str, ...], output_dir: Path) -> tuple[VlnModel, Vocabulary]:
        kept = self._init or (output_dir / "words.npz")
        if self._init:
            model, vocabulary = load_model(kept)
            return self._changed(model).requires_grad_(True), vocabulary
        if (output_dir / "words.npz").exists():
            with np.load(output_dir / "words.npz") as file:
                vocabulary = Vocabulary(tuple(file["words"].tolist()), file["vectors"])
        else:
            texts = (t for split in self._words_of for t in self._data.routes(split).texts)
            words = collect(texts, names)
            size = ModelConfig(vocabulary_size=2, **self._model).vector_size
            vocabulary = Vocabulary(words, frozen_vectors(words, size=size))
            np.savez(output_dir / "words.npz", words=np.array(words), vectors=vocabulary.vectors)
        config = ModelConfig(
            vocabulary_size=len(vocabulary.words), **{"vector_size": 64, **self._model}
        )
        model = VlnModel(config)
        model.text.vectors.copy_(torch.from_numpy(vocabulary.vectors))
        return model, vocabulary

    def _changed(self, model: VlnModel) -> VlnModel:
        """Return a network of these settings with all of a network's numbers that fit it."""
        settings = {**dataclasses.asdict(model.config), **self._model}
        changed = VlnModel(ModelConfig(**settings))
        own = changed.state_dict()
        kept = {k: v for k, v in model.state_dict().items() if k in own and v.shape == own[k].shape}
        changed.load_state_dict({**own, **kept})
        return changed.eval()
