"""Instructions as the network reads them."""

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Prompts:
    """Action prompts of instructions, P at most.

    Attributes:
        actions: int64 [B, P], rows of `ACTIONS`.
        landmarks: [B, P, F], frozen vectors of what the action is done to; zero where nothing is.
        places: int64 [B, P], the word each begins at.
        mask: bool [B, P].
    """

    actions: Tensor
    landmarks: Tensor
    places: Tensor
    mask: Tensor


@dataclass(frozen=True)
class TextCode:
    """An encoded instruction.

    Attributes:
        words: [B, L, D].
        vectors: [B, L, F], the frozen ones, unit length.
        mask: bool [B, L], true where there is a word.
        keys: For each block (key, value), [B, heads, L, D / heads].
        summary: [B, D].
    """

    words: Tensor
    vectors: Tensor
    mask: Tensor
    keys: tuple[tuple[Tensor, Tensor], ...]
    summary: Tensor

    @property
    def bias(self) -> Tensor:
        """What to add to attention: [B, 1, 1, L]."""
        return (~self.mask)[:, None, None].to(self.words) * -1e4

    def with_more(self, other: "TextCode") -> "TextCode":
        """Return both, the other's after these; they are padded alike."""
        pairs = zip(self.keys, other.keys, strict=True)
        return TextCode(
            torch.cat([self.words, other.words]),
            torch.cat([self.vectors, other.vectors]),
            torch.cat([self.mask, other.mask]),
            tuple((torch.cat([a[0], b[0]]), torch.cat([a[1], b[1]])) for a, b in pairs),
            torch.cat([self.summary, other.summary]),
        )

    def select(self, rows: Tensor) -> "TextCode":
        """Keep some of the batch."""
        return TextCode(
            self.words[rows],
            self.vectors[rows],
            self.mask[rows],
            tuple((key[rows], value[rows]) for key, value in self.keys),
            self.summary[rows],
        )
