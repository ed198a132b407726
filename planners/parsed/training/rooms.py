"""`embodied train task=parser_rooms`: which room of training words tell of."""

import json
import random
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn import functional

from embodied.core.annotated import AnnotatedSource, AnnotatedTask
from planners.parsed.rooms import TABLES, WEIGHTS, room_of, rooms_of, terms_of, weighed
from planners.parsed.slots import values_of
from planners.parsed.training.data import in_development_room, split_off

GOAL_ALONE, NO_GOAL, MIXED = 0.25, 0.1, 0.5
"""Shares of the texts read without steps, without their goal, and with steps of several people."""
LEAST_STEPS = 0.4
"""Least share of a text's steps that is read."""
UNHEARD = 0.1
"""Share of the terms that are passed over."""
SMOOTHING = 0.05
TERMS_RATE = 4.0
"""How much faster the terms learn than the layer above them."""


class RoomNetwork(nn.Module):
    """One hidden layer over weighed terms (as fastText, Joulin et al. 2016, with a tanh).

    Args:
        terms: How many terms there are.
        rooms: How many rooms.
        hidden: Width between.
        dropout: Share of the hidden values dropped.
    """

    def __init__(self, terms: int, rooms: int, *, hidden: int, dropout: float) -> None:
        super().__init__()
        self.terms = nn.Embedding(terms, hidden)
        nn.init.normal_(self.terms.weight, std=0.4)
        self.rooms = nn.Linear(hidden, rooms)
        self.drop = nn.Dropout(dropout)

    def forward(self, rows: Tensor, starts: Tensor, weights: Tensor) -> Tensor:
        """Return logits, float [B, rooms].

        Args:
            rows: int [N], the terms of all texts, one text after the other.
            starts: int [B], where each text begins.
            weights: float [N], what each term weighs.
        """
        told = functional.embedding_bag(
            rows, self.terms.weight, starts, mode="sum", per_sample_weights=weights
        )
        found: Tensor = self.rooms(self.drop(torch.tanh(told)))
        return found


class RoomTraining:
    """Trains the network that tells rooms apart, and counts what was asked for in each.

    Args:
        texts: Where annotated tasks come from.
        split: Which of its splits is trained on.
        hold_out: Whether development trajectories and rooms are kept out and scored.
        epochs: Passes over the texts.
        batch: Texts a step.
        rate: Highest learning rate; it falls to nothing along a line.
        hidden: Width of the hidden layer.
        dropout: Share of its values dropped.
        least: Texts that a term has to be in.
        threads: CPU threads.
    """

    def __init__(
        self,
        *,
        texts: AnnotatedSource,
        split: str = "train",
        hold_out: bool = False,
        epochs: float = 9.0,
        batch: int = 64,
        rate: float = 3e-3,
        hidden: int = 96,
        dropout: float = 0.3,
        least: int = 5,
        threads: int = 1,
    ) -> None:
        self._texts, self._split, self._hold_out = texts, split, hold_out
        self._epochs, self._batch, self._rate = epochs, batch, rate
        self._hidden, self._dropout, self._least = hidden, dropout, least
        self._threads = threads

    def run(self, *, output_dir: Path, seed: int) -> str:
        """Train; return the scores and where the weights lie."""
        torch.set_num_threads(self._threads)
        torch.manual_seed(seed)
        output_dir.mkdir(parents=True, exist_ok=True)
        texts, held = list(self._texts.annotated(split=self._split)), []
        if self._hold_out:
            texts, held = split_off(texts)
        began = time.process_time()
        readings = _Readings(texts, least=self._least, seed=seed)
        network = RoomNetwork(
            len(readings.terms), len(readings.names), hidden=self._hidden, dropout=self._dropout
        )
        self._train(network, readings, seed)
        spent_s = time.process_time() - began
        readings.write(network.eval(), output_dir)
        alike = [each for each in held if not in_development_room(each.trajectory_id)]
        scores = {
            f"room right, {told}": round(readings.share_right(network, alike, steps=steps), 4)
            for told, steps in (("goal", False), ("goal+steps", True))
            if alike
        }
        card = {
            "what": "which room of training a goal and steps tell of, and what was asked for there",
            "command": "embodied train task=parser_rooms",
            "seed": seed,
            "data": f"ALFRED {self._split}, {len(texts)} texts of {len(readings.names)} rooms"
            + (f"; {len(held)} held out" if held else ", nothing held out"),
            "settings": {
                "epochs": self._epochs,
                "batch": self._batch,
                "rate": self._rate,
                "hidden": self._hidden,
                "dropout": self._dropout,
                "least": self._least,
            },
            "training_cpu_s": round(spent_s, 1),
            "development": scores,
        }
        (output_dir / "rooms_card.json").write_text(json.dumps(card, indent=1) + "\n", "utf-8")
        return f"{scores or 'Nothing was held out.'} Weights and card: {output_dir}"

    def _train(self, network: RoomNetwork, readings: "_Readings", seed: int) -> None:
        optimizer = torch.optim.Adam(
            [
                # a term is in few texts, and weighs a few tenths in each
                {"params": network.terms.parameters(), "times": TERMS_RATE},
                {"params": network.rooms.parameters(), "times": 1.0},
            ]
        )
        rooms = torch.tensor(readings.rooms)
        steps = int(self._epochs * len(rooms) / self._batch)
        rng = np.random.default_rng(seed)
        order: list[int] = []
        for step in range(steps):
            if len(order) < self._batch:
                order = rng.permutation(len(rooms)).tolist()
            chosen, order = order[: self._batch], order[self._batch :]
            for group in optimizer.param_groups:
                group["lr"] = group["times"] * (self._rate * (1.0 - step / steps) + 1e-5)
            scores = network(*readings.batch([readings.drawn(number) for number in chosen]))
            loss = functional.cross_entropy(scores, rooms[chosen], label_smoothing=SMOOTHING)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            if step % 200 == 0:
                print(f"{step}/{steps}, loss {float(loss.detach()):.3f}", flush=True)


class _Readings:
    """The texts as rows of terms, and how they are drawn."""

    def __init__(self, texts: Sequence[AnnotatedTask], *, least: int, seed: int) -> None:
        self._rng = random.Random(seed)
        self._texts = texts
        sentences = [(each.instruction.text, *each.instruction.steps) for each in texts]
        every = [each for said in sentences for each in said]
        among = Counter(term for each in every for term in set(terms_of([each])))
        kept = sorted(term for term, count in among.items() if count >= least)
        self.terms = {term: row for row, term in enumerate(kept)}
        self.rarity = np.log(
            len(every) / np.array([among[term] for term in kept], dtype=np.float32)
        )
        self._goals = [self._rows(said[0]) for said in sentences]
        self._steps = [[self._rows(each) for each in said[1:]] for said in sentences]
        self.names = rooms_of(each.trajectory_id for each in texts)
        self.rooms = [self.names.index(room_of(each.trajectory_id)) for each in texts]
        groups: dict[tuple[str, int], list[int]] = defaultdict(list)
        keys = [(e.trajectory_id, len(s)) for e, s in zip(texts, self._steps, strict=True)]
        for number, key in enumerate(keys):
            groups[key].append(number)
        self._peers = [groups[key] for key in keys]

    def _rows(self, sentence: str) -> list[int]:
        return [self.terms[term] for term in terms_of([sentence]) if term in self.terms]

    def drawn(self, number: int) -> list[int]:
        """Return a variant of a text: some of its steps, by several people, or its goal alone."""
        rng = self._rng
        found = [] if rng.random() < NO_GOAL else list(self._goals[number])
        if rng.random() >= GOAL_ALONE:
            share = rng.uniform(LEAST_STEPS, 1.0)
            for at in range(len(self._steps[number])):
                if rng.random() < share:
                    mixed = rng.random() < MIXED
                    by = rng.choice(self._peers[number]) if mixed else number
                    found += self._steps[by][at]
        return [row for row in found if rng.random() >= UNHEARD]

    def batch(self, texts: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor, Tensor]:
        """Return texts as `RoomNetwork` reads them."""
        rows: list[int] = []
        starts: list[int] = []
        weights = [np.zeros(0, dtype=np.float32)]
        for text in texts:
            counted = Counter(text)
            starts.append(len(rows))
            rows += counted
            counts = np.array(list(counted.values()), dtype=np.float32)
            weights.append(weighed(counts, self.rarity[list(counted)]))
        together = torch.from_numpy(np.concatenate(weights).astype(np.float32))
        return torch.tensor(rows, dtype=torch.long), torch.tensor(starts), together

    def share_right(
        self, network: RoomNetwork, held: Sequence[AnnotatedTask], *, steps: bool
    ) -> float:
        """Return the share of texts whose room is the likeliest."""
        said = [(e.instruction.text, *(e.instruction.steps if steps else ())) for e in held]
        with torch.no_grad():
            scores = network(
                *self.batch([[r for s in each for r in self._rows(s)] for each in said])
            )
        names = [self.names[int(number)] for number in scores.argmax(-1)]
        right = [n == room_of(e.trajectory_id) for n, e in zip(names, held, strict=True)]
        return sum(right) / len(right)

    def write(self, network: RoomNetwork, folder: Path) -> None:
        """Write weights, a byte a value of the terms, and what was asked for in each room."""
        terms = network.terms.weight.detach()
        scale = (terms.abs().amax(0) / 127.0).clamp_min(1e-12)
        tensors = {
            "terms": (terms / scale).round().to(torch.int8).contiguous(),
            "terms_scale": scale,
            "rooms": network.rooms.weight.detach().contiguous(),
            "bias": network.rooms.bias.detach().contiguous(),
            "rarity": torch.from_numpy(self.rarity).half(),
        }
        save_file(tensors, folder / WEIGHTS)
        tasks = {each.trajectory_id: each.task for each in self._texts}
        asked: dict[str, Counter[tuple[str, ...]]] = {name: Counter() for name in self.names}
        for trajectory, task in tasks.items():
            asked[room_of(trajectory)][values_of(task)] += 1
        plain = {
            "names": self.names,
            "terms": list(self.terms),
            "asked": {
                room: [[*values, count] for values, count in sorted(counted.items())]
                for room, counted in asked.items()
            },
        }
        (folder / TABLES).write_text(json.dumps(plain, separators=(",", ":")), "utf-8")
