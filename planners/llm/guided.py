"""Masks every token that would leave the schema, while a model writes."""

from collections.abc import Sequence
from typing import Any

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
        from llguidance.torch import (
            allocate_token_bitmask,
            apply_token_bitmask_inplace,
            fill_next_token_bitmask,
        )

        new = input_ids[:, self._seen :].tolist()
        self._seen = input_ids.shape[1]
        mask = allocate_token_bitmask(len(self._guides), scores.shape[1])
        for row, guide in enumerate(self._guides):
            if guide is None:
                continue
            if not guide.is_stopped():
                guide.consume_tokens(new[row])
            if not guide.is_stopped():
                fill_next_token_bitmask(guide, mask, row)
        apply_token_bitmask_inplace(scores, mask.to(scores.device))
        return scores
