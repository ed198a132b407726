"""Which of the rooms of training words tell of, and what was asked for in each.

ALFRED's people look at the same rooms, and ask for what is there: what is a "desk" in everybody's
words may be a DiningTable in one room and a Desk in the next. Furniture, colours and ways that they
mention tell rooms apart, so that the prior over tasks can be that of the rooms which the words may
tell of. It holds for rooms of training alone: of another room the words tell of one that looks
alike, whose furniture is beside the point (docs/benchmarks.md says what that costs).
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file

from embodied.core.errors import DataError
from planners.parsed.slots import SLOTS, TaskTable
from planners.parsed.text import words_of

Array = NDArray[np.float32]
WEIGHTS, TABLES = "rooms.safetensors", "rooms.json"


def terms_of(sentences: Iterable[str]) -> list[str]:
    """Return the words of sentences, and every two that follow each other in one."""
    found: list[str] = []
    for sentence in sentences:
        words = words_of(sentence)
        found += words
        found += [f"{one} {next_one}" for one, next_one in pairwise(words)]
    return found


def room_of(trajectory_id: str) -> str:
    """Return the number of the floor plan in ALFRED's name of a trajectory."""
    return trajectory_id.partition("/")[0].rpartition("-")[2]


def rooms_of(trajectory_ids: Iterable[str]) -> tuple[str, ...]:
    """Return the rooms of trajectories, each once, in the order in which they are numbered."""
    return tuple(sorted({room_of(each) for each in trajectory_ids}))


@dataclass(frozen=True)
class Rooms:
    """A bag of words and word pairs, one hidden layer, and the rooms of training.

    Attributes:
        names: The rooms.
        terms: Term to its row.
        rarity: float [V]: inverse document frequency of each term.
        tensors: `terms` [V, H], `rooms` [R, H] and `bias` [R].
        asked: For each room the tasks asked for there, by their values, in how many trajectories.
    """

    names: tuple[str, ...]
    terms: Mapping[str, int]
    rarity: Array
    tensors: Mapping[str, Array]
    asked: Mapping[str, Mapping[tuple[str, ...], int]]

    @classmethod
    def load(cls, folder: Path) -> "Rooms":
        """Read what `embodied train task=parser_rooms` wrote.

        Raises:
            DataError: If the files cannot be read.
        """
        try:
            plain = json.loads((folder / TABLES).read_text("utf-8"))
            tensors = load_file(folder / WEIGHTS)
            tensors["terms"] = tensors["terms"].astype(np.float32) * tensors.pop("terms_scale")
            rarity = tensors.pop("rarity").astype(np.float32)
            asked = {
                room: {tuple(values): count for *values, count in rows}
                for room, rows in plain["asked"].items()
            }
            terms = {term: row for row, term in enumerate(plain["terms"])}
            return cls(tuple(plain["names"]), terms, rarity, tensors, asked)
        except (OSError, ValueError, KeyError) as error:
            raise DataError(
                f"the parser's rooms in {folder} cannot be read ({error}): train them with "
                "`embodied train task=parser_rooms`"
            ) from error

    def shares(self, goal: str, steps: Sequence[str] = ()) -> Array:
        """Return how likely each room is to be the one that the words tell of, float [R]."""
        counted = Counter(
            self.terms[term] for term in terms_of([goal, *steps]) if term in self.terms
        )
        rows = np.array(list(counted), dtype=np.int64)
        weights = weighed(np.array(list(counted.values()), dtype=np.float32), self.rarity[rows])
        hidden = np.tanh(weights @ self.tensors["terms"][rows])
        scores = self.tensors["rooms"] @ hidden + self.tensors["bias"]
        found: Array = np.exp(scores - scores.max())
        return found / found.sum()

    def counts(self, table: TaskTable) -> Array:
        """Return in how many trajectories each task of a table was asked for in each room.

        Returns:
            float [R, C].
        """
        rows = {
            tuple(table.values[slot][number] for slot, number in zip(SLOTS, row, strict=True)): at
            for at, row in enumerate(table.tasks.tolist())
        }
        found = np.zeros((len(self.names), len(table.tasks)), dtype=np.float32)
        for number, room in enumerate(self.names):
            for values, count in self.asked[room].items():
                if values in rows:
                    found[number, rows[values]] = count
        return found


def weighed(counts: Array, rarity: Array) -> Array:
    """Return what each term of a text weighs: more if said again or rare; unit length over all."""
    weights = (1.0 + np.log(counts)) * rarity
    found: Array = weights / max(float(np.linalg.norm(weights)), 1e-6)
    return found


@cache
def shipped() -> Rooms:
    """Read the rooms in the package, once a process."""
    with resources.as_file(resources.files("planners.parsed").joinpath("weights")) as folder:
        return Rooms.load(folder)
