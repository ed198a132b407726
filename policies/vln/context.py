"""Words in their context: what a published encoder makes of them, read beside the network's own.

The encoder stays as it was published; the network learns what to take from it. A word is the mean
of its pieces, and of the encoder's last three layers: the very last says of every word what the
whole sentence is about, those below still say what the word is doing there.
"""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from embodied.core.errors import ConfigError
from embodied.language.encoders import ENCODERS, weights_file, word_pieces
from policies.vln.words import MAX_TOKENS

LAYERS = 3
"""Last layers averaged."""

Sentence = tuple[str, ...]
Pieces = tuple[Tensor, list[list[int | None]]]
"""Of some sentences float32 [B, T, D], the mean of the last layers of each word piece; and of each
sentence the word that every piece is of, None for marks."""


class ContextEncoder:
    """A published encoder, read word by word.

    Args:
        name: `minilm`, or a model of transformers by its folder or hub id.

    Raises:
        ConfigError: If the encoder, or what reads it, is not installed.
    """

    def __init__(self, name: str = "minilm") -> None:
        self._read_pieces, self.size = _minilm() if name in ENCODERS else _of_transformers(name)
        self._kept: dict[Sentence, Tensor] = {}

    def read(self, sentences: Sequence[Sequence[str]], *, batch: int = 128) -> list[Tensor]:
        """Return half-precision [L, size] for each sentence of L words, `MAX_TOKENS` at most.

        Args:
            sentences: Words, as `words.tokens` splits them.
            batch: Sentences read at a time.
        """
        said = [tuple(words[:MAX_TOKENS]) or (".",) for words in sentences]
        order = sorted(range(len(said)), key=lambda row: len(said[row]))
        found: dict[int, Tensor] = {}
        for start in range(0, len(order), batch):
            rows = order[start : start + batch]
            found.update(zip(rows, self._together([said[row] for row in rows]), strict=True))
        return [found[row] for row in range(len(said))]

    def read_and_keep(self, sentences: Sequence[Sequence[str]]) -> list[Tensor]:
        """Return the same, and read no sentence twice: for training runs over one set of words."""
        said = [tuple(words) for words in sentences]
        new = list(dict.fromkeys(words for words in said if words not in self._kept))
        self._kept.update(zip(new, self.read(new), strict=True))
        return [self._kept[words] for words in said]

    @torch.inference_mode()
    def _together(self, said: Sequence[Sentence]) -> list[Tensor]:
        vectors, owners = self._read_pieces(said)
        return [
            _by_word(vectors[row], owners[row], len(words)).half() for row, words in enumerate(said)
        ]


Reader = tuple[Callable[[Sequence[Sentence]], Pieces], int]
"""Reads sentences, and the size of what it makes of a piece."""


def _minilm() -> Reader:
    pieces = word_pieces()
    from embodied.language.minilm import PLACES, WIDTH, MiniLm, padded, published

    pieces.enable_truncation(PLACES)
    # half of the time of single precision, on cores that have it; the network is told no more
    model = MiniLm(published(weights_file())).eval().requires_grad_(False).hold(torch.bfloat16)

    def read(said: Sequence[Sentence]) -> Pieces:
        found = pieces.encode_batch([list(words) for words in said], is_pretokenized=True)
        tokens, mask = padded([each.ids for each in found])
        layers = model.each_layer(tokens, mask, torch.bfloat16)
        return _mixed(layers), [each.word_ids for each in found]

    return read, WIDTH


def _of_transformers(name: str) -> Reader:
    try:
        from transformers import AutoModel, AutoTokenizer
        from transformers.utils import logging
    except ImportError as error:
        raise ConfigError(
            "These weights read words in their context, with transformers: "
            'pip install "embodied[train]".'
        ) from error
    logging.disable_progress_bar()  # commands print results, not bars
    tokenizer = AutoTokenizer.from_pretrained(name)
    model: Any = AutoModel.from_pretrained(name, dtype=torch.bfloat16).eval().requires_grad_(False)

    def read(said: Sequence[Sentence]) -> Pieces:
        found = tokenizer(
            [list(words) for words in said],
            is_split_into_words=True,
            padding=True,
            truncation=True,
            return_tensors="pt",
        )
        layers = model(**found, output_hidden_states=True).hidden_states
        return _mixed(layers), [found.word_ids(row) for row in range(len(said))]

    return read, int(model.config.hidden_size)


def _mixed(layers: Sequence[Tensor]) -> Tensor:
    return torch.stack([layer.float() for layer in layers[-LAYERS:]]).mean(0)


def _by_word(pieces: Tensor, words: Sequence[int | None], count: int) -> Tensor:
    """Return [count, D], the mean of each word's pieces; zero for words that were cut off."""
    kept = [at for at, word in enumerate(words) if word is not None]
    owner = torch.tensor([words[at] for at in kept])
    sums = torch.zeros(count, pieces.shape[1]).index_add_(0, owner, pieces[kept])
    return sums / torch.bincount(owner, minlength=count).clamp(min=1)[:, None]
