"""The parser's network with numpy alone: what `training.network` computes, one text at a time."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file

from embodied.core.errors import DataError
from planners.parsed.slots import SLOTS, TaskTable
from planners.parsed.text import pieces_of

Array = NDArray[np.float32]
WEIGHTS, TABLES = "parser.safetensors", "parser.json"
_GELU = np.float32(np.sqrt(2.0 / np.pi))
_EPSILON = np.float32(1e-5)


def _normed(x: Array, weight: Array, bias: Array) -> Array:
    centred = x - x.mean(-1, keepdims=True)
    spread = np.sqrt((centred * centred).mean(-1, keepdims=True) + _EPSILON)
    return centred / spread * weight + bias


def _gelu(x: Array) -> Array:
    return 0.5 * x * (1.0 + np.tanh(_GELU * (x + 0.044715 * x * x * x)))


def _softmax(x: Array) -> Array:
    shifted = np.exp(x - x.max(-1, keepdims=True))
    return shifted / shifted.sum(-1, keepdims=True)


def log_softmax(x: Array) -> Array:
    """Return log-probabilities of logits along the last axis."""
    shifted = x - x.max(-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(-1, keepdims=True))


class Network:
    """One member of the ensemble.

    Args:
        shape: Its sizes, as `training.network.Shape` has them.
        tensors: Its weights by name.
        words: Word to its row.
    """

    def __init__(
        self, shape: Mapping[str, Any], tensors: Mapping[str, Array], words: Mapping[str, int]
    ) -> None:
        self._w = tensors
        self._words = words
        self._buckets, self._heads = shape["buckets"], shape["heads"]
        self._layers, self._positions = shape["layers"], shape["positions"]
        self._convs = [
            (np.ascontiguousarray(self._w[f"convs.{i}.weight"].T), self._w[f"convs.{i}.bias"])
            for i in range(self._layers)
        ]
        self._read = np.ascontiguousarray(
            np.concatenate([self._w["key.weight"], self._w["value.weight"]]).T
        )
        size = self._read.shape[0] // self._heads
        # [heads, slots, size], scaled once and for all
        self._query = self._w["query"].transpose(1, 0, 2) * np.float32(size**-0.5)
        self._known: dict[str, Array] = {}

    def _vector(self, word: str) -> Array:
        if word not in self._known:
            if len(self._known) > 20_000:
                self._known.clear()
            pieces = self._w["piece.weight"][list(pieces_of(word, self._buckets))].mean(0)
            self._known[word] = self._w["word.weight"][self._words.get(word, 0)] + pieces
        return self._known[word]

    def logits(self, sentences: Sequence[Sequence[str]]) -> tuple[list[Array], Array | None]:
        """Return each slot's logits, and what whole tasks get besides.

        Args:
            sentences: Words of the goal, then of each step.
        """
        x, mask = self._embedded(sentences)
        for index, (weight, bias) in enumerate(self._convs):
            norm = _normed(x, self._w[f"norms.{index}.weight"], self._w[f"norms.{index}.bias"])
            norm *= mask
            seen = np.zeros((len(x), 3 * x.shape[1]), dtype=np.float32)
            width = x.shape[1]
            seen[1:, :width] = norm[:-1]
            seen[:, width : 2 * width] = norm
            seen[:-1, 2 * width :] = norm[1:]
            x = (x + _gelu(seen @ weight + bias)) * mask
        told = _normed(x[mask[:, 0] > 0], self._w["last.weight"], self._w["last.bias"])
        return self._answers(told)

    def _embedded(self, sentences: Sequence[Sequence[str]]) -> tuple[Array, Array]:
        width = self._read.shape[0]
        length = sum(len(words) + 1 for words in sentences)
        x = np.zeros((max(length, 1), width), dtype=np.float32)
        mask = np.zeros((len(x), 1), dtype=np.float32)
        at, last = 0, len(sentences)
        for index, words in enumerate(sentences):
            if words:
                place = min(index, self._positions)
                from_end = min(last - index, self._positions) if index else 0
                where = self._w["place.weight"][place] + self._w["from_end.weight"][from_end]
                x[at : at + len(words)] = [self._vector(word) for word in words]
                x[at : at + len(words)] += where
                mask[at : at + len(words)] = 1.0
            at += len(words) + 1
        if not mask.any():
            mask[0] = 1.0  # a text without words is read as one empty place
        return x, mask

    def _answers(self, told: Array) -> tuple[list[Array], Array | None]:
        both = told @ self._read
        width = both.shape[1] // 2
        shape = (len(told), self._heads, width // self._heads)
        keys = both[:, :width].reshape(shape).transpose(1, 2, 0)
        values = (both[:, width:] + self._w["value.bias"]).reshape(shape).transpose(1, 0, 2)
        read = _softmax(self._query @ keys) @ values  # [heads, slots, size]
        read = read.transpose(1, 0, 2).reshape(len(SLOTS), width)
        shared = _gelu(self._w["shared.weight"] @ read.reshape(-1) + self._w["shared.bias"])
        found = []
        for index in range(len(SLOTS)):
            weight, bias = self._w[f"answers.{index}.weight"], self._w[f"answers.{index}.bias"]
            found.append(weight @ np.concatenate([read[index], shared]) + bias)
        if "whole.weight" not in self._w:
            return found, None
        return found, self._w["whole.weight"] @ shared + self._w["whole.bias"]


@dataclass(frozen=True)
class Ensemble:
    """All members, and the tables their answers are read with.

    Attributes:
        members: The networks, each with what it reads: `both`, `goals` or `steps`.
        table: Slots' values and the tasks of training.
        words: Words that training knew.
    """

    members: tuple[tuple[Network, str], ...]
    table: TaskTable
    words: frozenset[str]

    @classmethod
    def load(cls, folder: Path) -> "Ensemble":
        """Read what training wrote.

        Raises:
            DataError: If a file is missing or damaged.
        """
        try:
            plain = json.loads((folder / TABLES).read_text("utf-8"))
            tensors = load_file(folder / WEIGHTS)
        except (OSError, ValueError) as error:
            raise DataError(
                f"the parser's weights in {folder} cannot be read ({error}): train them with "
                "`embodied train task=parser`"
            ) from error
        words = {word: index for index, word in enumerate(plain["words"])}
        members = []
        for number, shape in enumerate(plain["members"]):
            prefix = f"{number}."
            own = {
                name.removeprefix(prefix): tensor.astype(np.float32)
                for name, tensor in tensors.items()
                if name.startswith(prefix)
            }
            members.append((Network(shape, own, words), shape["reads"]))
        table = TaskTable.from_plain(plain["table"])
        return cls(tuple(members), table, frozenset(words) - {""})

    def scores(self, sentences: Sequence[Sequence[str]]) -> tuple[list[Array], Array]:
        """Return what `Decoder.decode` takes, averaged over the members.

        Returns:
            Log-probabilities of each slot's values, and what whole tasks get besides, float [C].
        """
        left_out = "steps" if len(sentences) < 2 else "goals"
        answers = [m.logits(sentences) for m, reads in self.members if reads != left_out]
        slots = [
            np.mean([log_softmax(slot) for slot in each], axis=0)
            for each in zip(*(found for found, _ in answers), strict=True)
        ]
        whole = np.zeros(len(self.table.counts), dtype=np.float32)
        for _, more in answers:
            if more is not None:
                whole += more / len(answers)
        return slots, whole
