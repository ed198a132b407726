"""`embodied train task=vln`: imitation of shortest paths, then DAgger, from arrays of routes."""

import copy
import dataclasses
import datetime
import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from embodied.core.errors import ConfigError
from policies.vln.batches import Examples, LegReader
from policies.vln.calibration import adjust, calibrate
from policies.vln.course import Run, Schedule
from policies.vln.data import RouteData, Routes, World
from policies.vln.ensemble import Ensemble, members_of
from policies.vln.measuring import evaluate
from policies.vln.model import ModelConfig, VlnModel
from policies.vln.parts import RouteTable, parts_of
from policies.vln.rewording import reworded
from policies.vln.weights import context_encoder, load_model, name_vectors, save_model
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
        init: File of weights to start from, or several, each member from one of theirs and all on
            the words of the first; none starts anew. Where `model` asks for parts that they do not
            have, those start anew; parts that it leaves out are dropped. With no updates they are
            put together and calibrated as they are.
        first: What is learned before, where nothing is given to start from: `model` and
            `schedule`, each with what differs; none begins with it all.
        parts: Share of what is learned from that are parts of routes, see `parts`; the first
            weights of `init` cut them.
        threads: Threads of torch.
        members: Networks trained one after another, with seeds of their own, that then decide
            together.
        last: Split that every member learns from at the very end, after it was measured; `train`
            holds the buildings of `measure`, too. None leaves the end out.
        last_updates: Updates of that end.
        last_rate: Its learning rate.

    Raises:
        ConfigError: If a setting has no such name, `parts` is no share or has nobody to cut them,
            or there are more files of weights than members.
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
        init: str | Sequence[str] | None = None,
        first: Mapping[str, Mapping[str, Any]] | None = None,
        parts: float = 0.0,
        threads: int = 1,
        members: int = 1,
        last: str | None = None,
        last_updates: int = 300,
        last_rate: float = 3.0e-4,
    ) -> None:
        self._init = [init] if isinstance(init, str) else list(init or ())
        if not 0.0 <= parts < 1.0:
            raise ConfigError(f"task.make.parts is {parts}; give a share from 0 to below 1.")
        if parts and not self._init:
            raise ConfigError("task.make.parts needs weights that cut routes: give task.make.init.")
        if len(self._init) > members:
            raise ConfigError(
                f"task.make.init names {len(self._init)} files of weights for {members} networks: "
                f"give task.make.members={len(self._init)} to put them together."
            )
        self._parts = parts
        self._first = None if self._init or not first else first
        self._members, self._last = members, last
        self._last_updates, self._last_rate = last_updates, last_rate
        self._read_legs = read_legs
        self._data, self._train, self._measure = data, train, measure
        self._words_of = tuple(words_of)
        self._model = dict(model or {})
        self._threads = threads
        try:
            self._schedule = Schedule(**(schedule or {}))
            ModelConfig(vocabulary_size=2, **self._model)
        except TypeError as error:
            raise ConfigError(f"task=vln has no such setting: {error}") from error
        if self._first is not None:
            for name in self._first.get("model", {}):
                self._model.setdefault(name, getattr(ModelConfig, name))
            self._before = VlnTraining(
                data=data,
                train=train,
                measure=measure,
                words_of=words_of,
                model={**self._model, **self._first.get("model", {})},
                schedule={
                    **(schedule or {}),
                    "calibrated": 0,
                    "measured_last": self._schedule.measured,
                    **self._first.get("schedule", {}),
                },
                read_legs=read_legs,
                threads=threads,
                members=members,
            )

    def run(self, *, output_dir: Path, seed: int) -> str:
        """Train, going on from the checkpoints below `output_dir` if they are there.

        Writes `vln_fold.safetensors`, which never saw `measure`, and with `last` the weights to
        use, `vln.safetensors`; `card.json` says what each was made of.

        Raises:
            EmbodiedError: If data or packages are missing.
        """
        output_dir.mkdir(parents=True, exist_ok=True)
        torch.set_num_threads(self._threads)
        spent_min = 0.0
        if self._first is not None:
            learned = output_dir / "first" / "vln.safetensors"
            if not learned.exists():
                self._before.run(output_dir=learned.parent, seed=seed)
            self._init = [str(learned)]
            spent_min = json.loads(learned.with_name("card.json").read_text())["cpu_minutes"]
        encoder = context_encoder(self._model.get("encoder"))
        if encoder is not None:
            self._model["context_size"] = encoder.size
        started_s, world = time.monotonic(), self._data.world()
        starts = []
        for number in range(self._members):
            torch.manual_seed(seed + number)
            model, vocabulary = self._start(world.object_names, output_dir, number)
            starts.append(model)
        places = WorldTensors(world, name_vectors(world.object_names, vocabulary))
        splits = {
            split: self._examples(split, vocabulary, world, _together(starts).config)
            for split in {self._measure, self._last or self._measure, *self._learned_from()}
        }
        if self._parts:
            splits[self._train] = self._with_parts(vocabulary, world, places, starts, seed)
        runs = []
        for number, model in enumerate(starts):
            torch.manual_seed(seed + number)
            folder = output_dir / f"member{number}" if self._members > 1 else output_dir
            folder.mkdir(exist_ok=True)
            runs.append(Run(model, self._schedule, folder, seed + number))
            runs[-1].resume()
            measure = splits[self._measure]
            runs[-1].train(splits.get(self._train, measure), measure, places)
        measure = splits[self._measure]
        network = _together([run.average for run in runs])
        # calibration is no part of what goes on learning
        used, added = copy.deepcopy(network), None
        if self._schedule.calibrated:
            some = np.random.default_rng(1).permutation(len(measure))[: self._schedule.calibrated]
            added = calibrate(
                used,
                lambda: evaluate(used, measure, places, chosen=some, both_sides=True),
                rounds=self._schedule.calibration_rounds,
            )
        chosen = runs[0].some(measure, last=True)
        scores = evaluate(used, measure, places, chosen=chosen, both_sides=True)
        path = output_dir / "vln.safetensors"
        learned_from = [self._train]
        if self._last:
            save_model(output_dir / "vln_fold.safetensors", used, vocabulary)
            learned_from.append(self._last)
            used = _together(self._go_on(runs, splits, places, seed))
            adjust(used, added or {})
        save_model(path, used, vocabulary)
        card = {
            "command": "embodied train task=vln",
            "seed": seed,
            "date": datetime.date.today().isoformat(),
            "learned_from": learned_from,
            "instructions": len(splits.get(self._train, ())),
            "measured_on": self._measure,
            "scores": scores,
            "scores_are_of": "vln_fold.safetensors" if self._last else path.name,
            "calibrated": added,
            "minutes": round((sum(r.seconds for r in runs) + time.monotonic() - started_s) / 60, 1),
            "cpu_minutes": round(sum(run.cpu_s for run in runs) / 60.0 + spent_min, 1),
            "members": self._members,
            "parameters": sum(p.numel() for p in used.parameters()),
            "model": dataclasses.asdict(used.config),
            "schedule": dataclasses.asdict(self._schedule),
            "init": self._init,
            "first": self._first,
        }
        (output_dir / "card.json").write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")
        told = ", ".join(f"{name} {value:.2f}" for name, value in scores.items())
        return f"{self._measure}: {told}\nweights: {path}"

    def _learned_from(self) -> tuple[str, ...]:
        """Return the split to learn from; none where weights are but put together."""
        return (self._train,) if self._schedule.updates else ()

    def _with_parts(
        self,
        vocabulary: Vocabulary,
        world: World,
        places: WorldTensors,
        starts: Sequence[VlnModel],
        seed: int,
    ) -> Examples:
        """Return whole routes and as many of their parts as `parts` asks for and there are."""
        routes, config = self._data.routes(self._train), _together(starts).config
        cutter = copy.deepcopy(starts[0]).eval()
        made = parts_of(
            routes, world, places, cutter, lambda r: self._encoded(r, vocabulary, world, config)
        )
        whole = RouteTable.of(routes, np.arange(len(routes.texts)))
        wanted = round(len(whole.texts) * self._parts / (1.0 - self._parts))
        order = np.random.default_rng(seed).permutation(len(made.texts))
        print(f"{len(made.texts)} parts of {len(whole.texts)} routes", flush=True)
        learned = whole.with_more(RouteTable.of(made, order[:wanted]))
        return self._encoded(learned, vocabulary, world, config)

    def _examples(
        self, split: str, vocabulary: Vocabulary, world: World, config: ModelConfig
    ) -> Examples:
        return self._encoded(self._data.routes(split), vocabulary, world, config)

    def _encoded(
        self, routes: Routes, vocabulary: Vocabulary, world: World, config: ModelConfig
    ) -> Examples:
        print(f"reading {len(routes.texts)} instructions", flush=True)
        return Examples(
            routes,
            vocabulary,
            world,
            prompts=config.prompts,
            read_legs=self._read_legs if config.legs else None,
            encoder=context_encoder(config.encoder),
        )

    def _go_on(
        self,
        runs: Sequence[Run],
        splits: Mapping[str, Examples],
        places: WorldTensors,
        seed: int,
    ) -> list[VlnModel]:
        """Return every member after some more updates on `last`; nothing is chosen there."""
        schedule, found = self._schedule.onward(self._last_updates, self._last_rate), []
        for number, run in enumerate(runs):
            folder = run.folder / "last"
            folder.mkdir(exist_ok=True)
            more = Run(copy.deepcopy(run.average), schedule, folder, seed + number)
            more.resume()
            more.train(splits[self._last], splits[self._measure], places)
            found.append(more.average)
            run.seconds, run.cpu_s = run.seconds + more.seconds, run.cpu_s + more.cpu_s
        return found

    def _start(
        self, names: tuple[str, ...], output_dir: Path, number: int
    ) -> tuple[VlnModel, Vocabulary]:
        if self._init:
            read = [load_model(path) for path in self._init]
            vocabulary = read[0][1]
            members = [
                reworded(member, words, vocabulary)
                for model, words in read
                for member in members_of(model)
            ]
            own = members[number % len(members)]
            # networks that are but put together may be of several makings
            model = self._changed(own) if self._schedule.updates else own
            return model.requires_grad_(True), vocabulary
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


def _together(members: Sequence[VlnModel]) -> VlnModel | Ensemble:
    return members[0] if len(members) == 1 else Ensemble(members)
