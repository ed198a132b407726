"""Masks every token that would leave the schema, while a model writes."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from transformers import LogitsProcessor


class Guided(LogitsProcessor):
    """Holds each answer of a batch to its grammar.

    Args:
        guides: For each row a fresh llguidance matcher, or None where the answer is free.
        start: Length of the questions, padding included: where answers begin.
    """

    def __init__(self, guides: Sequence[Any], start: int) -> None:
        self._guides = guides
        self._seen = start

    def __call__(self, input_ids: Any, scores: Any) -> Any:
        """Return the scores [B, V] with what no grammar allows at minus infinity."""
        from llguidance.numpy import fill_next_token_bitmask, get_bitmask_shape

        new = input_ids[:, self._seen :].tolist()
        self._seen = input_ids.shape[1]
        rows, tokens = scores.shape
        bits = np.full(get_bitmask_shape(rows, tokens), -1, np.int32)
        for row, guide in enumerate(self._guides):
            if guide is None:
                continue
            if not guide.is_stopped():
                guide.consume_tokens(new[row])
            # where the answer is complete, the end alone is allowed
            fill_next_token_bitmask(guide, bits, row)
        # llguidance's own way with torch compiles a kernel first, which takes most of a minute
        allowed = np.unpackbits(bits.view(np.uint8), axis=1, bitorder="little")[:, :tokens]
        barred = torch.from_numpy(allowed == 0).to(scores.device)
        return scores.masked_fill_(barred, -torch.inf)
