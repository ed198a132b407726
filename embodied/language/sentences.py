"""Sentences as vectors: the mean of what a published encoder makes of their word pieces.

Reimers and Gurevych 2019 (Sentence-BERT), section 3.
"""

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from embodied.language.encoders import weights_file, word_pieces

Embed: TypeAlias = Callable[[Sequence[str]], NDArray[np.float32]]
"""Takes N sentences to vectors, float32 [N, D]."""

LONGEST = 256
"""Word pieces that are read of a sentence, as its encoder was published."""


def sentence_encoder(name: str = "minilm", *, unit: bool = True, batch: int = 256) -> Embed:
    """Return what takes sentences to vectors.

    Args:
        name: A published encoder, see `encoders.ENCODERS`.
        unit: Whether vectors have unit length, so that products are cosines.
        batch: Sentences read at a time.

    Raises:
        ConfigError: If there is no such encoder, or its package or torch is not installed.
    """
    pieces, weights = word_pieces(name), weights_file(name)
    import torch

    from embodied.language.minilm import WIDTH, MiniLm, padded, published

    pieces.enable_truncation(LONGEST)
    encoder = MiniLm(published(weights)).eval().requires_grad_(False)

    @torch.inference_mode()
    def embed(sentences: Sequence[str]) -> NDArray[np.float32]:
        rows = [each.ids for each in pieces.encode_batch(list(sentences))]
        order = sorted(range(len(rows)), key=lambda row: len(rows[row]))
        found = np.zeros((len(rows), WIDTH), dtype=np.float32)
        for start in range(0, len(order), batch):
            some = order[start : start + batch]
            tokens, mask = padded([rows[row] for row in some])
            read, kept = encoder(tokens, mask, torch.float32), mask[..., None]
            found[some] = ((read * kept).sum(1) / kept.sum(1)).numpy()
        return found / np.linalg.norm(found, axis=1, keepdims=True) if unit else found

    return embed
