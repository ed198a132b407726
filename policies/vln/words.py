"""Instructions as numbers: tokens, the vocabulary with its frozen vectors, left and right swapped.

The frozen vectors are those of a sentence encoder (all-MiniLM-L6-v2), read word by word, reduced
by PCA and kept with the weights: nothing pretrained has to be at hand to use them.
"""

import difflib
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from embodied.core.errors import ConfigError
from embodied.language.sentences import sentence_encoder

PAD, UNKNOWN = 0, 1
MARKS = ("<pad>", "<unknown>")
MAX_TOKENS = 100
"""Tokens read of an instruction; R2R's longest has 143 words, one in a hundred more than 64."""

_TOKEN = re.compile(r"[a-z0-9]+(?:'[a-z]+)?|[.,;]")
_SIDES = {
    "left": "right",
    "leftmost": "rightmost",
    "lefthand": "righthand",
    "lefts": "rights",
    "leftside": "rightside",
    "leftward": "rightward",
    "clockwise": "counterclockwise",
}
MIRROR = _SIDES | {right: left for left, right in _SIDES.items()}


def _table(words: str) -> frozenset[str]:
    return frozenset(words.split())


# "right after the sofa" is not a side; "turn right after the sofa" is.
_NO_SIDE_BEFORE = _table(
    "before after in past next by outside inside there here when as where behind beside above "
    "below under near across up down through between around"
)
_SIDE_AFTER = _table(
    "turn turning go going veer bear make take head the a an your immediate immediately slight "
    "slightly sharp hard first second to on then slide face"
)


def tokens(text: str) -> list[str]:
    """Split an instruction into lower-case words and the marks that part sentences."""
    return [("." if word == ";" else word) for word in _TOKEN.findall(text.lower())]


def mirrored(words: Sequence[str]) -> list[str]:
    """Return the words for the same walk seen in a mirror: left is right and right is left."""
    out = []
    for place, word in enumerate(words):
        before = words[place - 1] if place else ""
        after = words[place + 1] if place + 1 < len(words) else ""
        adverb = word == "right" and after in _NO_SIDE_BEFORE and before not in _SIDE_AFTER
        out.append(word if adverb else MIRROR.get(word, word))
    return out


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """Words and names of things, with a frozen vector each.

    Attributes:
        words: The words, `MARKS` first.
        vectors: float32 [W, F], of the words; zero for the marks.
    """

    words: tuple[str, ...]
    vectors: NDArray[np.float32]

    def __post_init__(self) -> None:
        if self.words[: len(MARKS)] != MARKS or len(self.words) != len(self.vectors):
            raise ConfigError("A vocabulary begins with its marks and has a vector for each word.")

    @cached_property
    def index(self) -> dict[str, int]:
        """Word to row."""
        return {word: row for row, word in enumerate(self.words)}

    @cached_property
    def _guessed(self) -> dict[str, int]:
        return {}

    def row(self, word: str) -> int:
        """Return a word's row, or the row of the closest known spelling, or `UNKNOWN`."""
        known = self.index.get(word)
        if known is not None:
            return known
        if word not in self._guessed:
            near = difflib.get_close_matches(word, self.words, n=1, cutoff=0.8)
            self._guessed[word] = self.index[near[0]] if near else UNKNOWN
        return self._guessed[word]

    def encode(self, words: Sequence[str]) -> NDArray[np.int64]:
        """Return the rows of words, at most `MAX_TOKENS`; never empty."""
        rows = [self.row(word) for word in words[:MAX_TOKENS]]
        return np.array(rows or [UNKNOWN], dtype=np.int64)

    def phrase(self, name: str) -> NDArray[np.float32]:
        """Return float32 [F], the vector of a thing's name; of several words their mean."""
        whole = self.index.get(name)
        if whole is not None:
            return self.vectors[whole]
        rows = [self.row(word) for word in name.split()] or [UNKNOWN]
        return self.vectors[rows].mean(axis=0)


def collect(texts: Iterable[str], names: Iterable[str], *, at_least: int = 1) -> tuple[str, ...]:
    """Return the words of texts and the names of things, `MARKS` first, in a fixed order."""
    counts = Counter(word for text in texts for word in tokens(text))
    found = {word for word, count in counts.items() if count >= at_least}
    found |= {*MIRROR, *names, *(word for name in names for word in name.split())}
    return (*MARKS, *sorted(found - set(MARKS)))


def frozen_vectors(words: Sequence[str], *, size: int) -> NDArray[np.float32]:
    """Encode words with all-MiniLM-L6-v2, one by one, and reduce them by PCA.

    Args:
        words: A vocabulary, `MARKS` first.
        size: Numbers kept for each word.

    Returns:
        float32 [W, size], zero for the marks, of unit length otherwise.

    Raises:
        ConfigError: If the encoder or torch is not installed.
    """
    full = sentence_encoder(unit=False)(words[len(MARKS) :])
    centred = full - full.mean(axis=0)
    axes = np.linalg.svd(centred, full_matrices=False)[2][:size]
    reduced = centred @ axes.T
    reduced /= np.linalg.norm(reduced, axis=1, keepdims=True) + 1e-8
    return np.concatenate([np.zeros((len(MARKS), size)), reduced]).astype(np.float32)
