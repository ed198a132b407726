"""Words in their context: what a published encoder makes of them, read beside the network's own.

The encoder stays as it was published; the network learns what to take from it. A word is the mean
of its pieces, and of the encoder's last three layers: the very last says of every word what the
whole sentence is about, those below still say what the word is doing there.
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from embodied.core.errors import ConfigError
from policies.vln.words import MAX_TOKENS, encoder_folder

LAYERS = 3
"""Last layers averaged."""


class ContextEncoder:
    """A published encoder, read word by word.

    Args:
        name: `minilm`, or a model of transformers by its folder or hub id.

    Raises:
        ConfigError: If the encoder or transformers is not installed.
    """

    def __init__(self, name: str = "minilm") -> None:
        try:
            from transformers import AutoModel, AutoTokenizer
            from transformers.utils import logging
        except ImportError as error:
            raise ConfigError(
                "These weights read words in their context, with transformers: "
                'pip install "embodied[train,text]".'
            ) from error
        logging.disable_progress_bar()  # commands print results, not bars
        where = encoder_folder() if name == "minilm" else name
        self._tokenizer = AutoTokenizer.from_pretrained(where)
        # half of the time of single precision, on cores that have it; the network is told no more
        model: Any = AutoModel.from_pretrained(where, dtype=torch.bfloat16)
        self._model = model.eval().requires_grad_(False)
        self.size = int(model.config.hidden_size)
        self._kept: dict[tuple[str, ...], Tensor] = {}

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
    def _together(self, said: Sequence[tuple[str, ...]]) -> list[Tensor]:
        read = self._tokenizer(
            [list(words) for words in said],
            is_split_into_words=True,
            padding=True,
            truncation=True,
            return_tensors="pt",
        )
        hidden = self._model(**read, output_hidden_states=True).hidden_states
        mixed = torch.stack([layer.float() for layer in hidden[-LAYERS:]]).mean(0)
        return [
            _by_word(mixed[row], read.word_ids(row), len(words)).half()
            for row, words in enumerate(said)
        ]


def _by_word(pieces: Tensor, words: Sequence[int | None], count: int) -> Tensor:
    """Return [count, D], the mean of each word's pieces; zero for words that were cut off."""
    kept = [at for at, word in enumerate(words) if word is not None]
    owner = torch.tensor([words[at] for at in kept])
    sums = torch.zeros(count, pieces.shape[1]).index_add_(0, owner, pieces[kept])
    return sums / torch.bincount(owner, minlength=count).clamp(min=1)[:, None]
