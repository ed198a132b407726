"""The published encoder with a head that answers the parser's slots, in torch.

What training changes of the encoder is kept as `adapter` says. This module is only imported where
torch is.
"""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from embodied.language.minilm import WIDTH, MiniLm, padded
from planners.parsed.slots import SLOTS


class SlotHead(nn.Module):
    """A query for each slot that reads what it needs; the slots share it and answer.

    As in `training.network.ParserNetwork` (Lin et al. 2017, section 2.1).

    Args:
        sizes: How many values each slot has.
        heads: Attention heads of each slot.
        hidden: Width of what the slots share.
        dropout: Share of values dropped in training.
    """

    def __init__(
        self, sizes: Sequence[int], *, heads: int = 4, hidden: int = 192, dropout: float = 0.3
    ) -> None:
        super().__init__()
        self.query = nn.Parameter(torch.randn(len(SLOTS), heads, WIDTH // heads))
        self.key, self.value = nn.Linear(WIDTH, WIDTH, bias=False), nn.Linear(WIDTH, WIDTH)
        self.norm = nn.LayerNorm(WIDTH)
        self.shared = nn.Linear(len(SLOTS) * WIDTH, hidden)
        self.answers = nn.ModuleList(nn.Linear(WIDTH + hidden, size) for size in sizes)
        self.drop = nn.Dropout(dropout)

    def forward(self, x: Tensor, mask: Tensor) -> list[Tensor]:
        """Return each slot's logits, float [B, size].

        Args:
            x: float32 [B, T, 384].
            mask: float [B, T], 1 where there is a token.
        """
        x = self.norm(x)
        heads, size = self.query.shape[1:]
        split = (*x.shape[:2], heads, size)
        keys, values = self.key(x).view(split), self.value(x).view(split)
        scores = torch.einsum("shd,bthd->bsht", self.query, keys) * size**-0.5
        scores = scores.masked_fill(mask[:, None, None] == 0, -1e9)
        read = torch.einsum("bsht,bthd->bshd", scores.softmax(-1), values).flatten(2)
        read = self.drop(read)
        shared = functional.gelu(self.shared(read.flatten(1)), approximate="tanh")
        shared = self.drop(shared)
        return [
            answer(torch.cat([read[:, index], shared], dim=-1))
            for index, answer in enumerate(self.answers)
        ]


class SlotEncoder(nn.Module):
    """Encoder and head together.

    Args:
        weights: The encoder's, as `published` names them.
        sizes: How many values each slot has.
        dropout: Share of the encoder's values dropped in training.
    """

    def __init__(
        self, weights: Mapping[str, Tensor], sizes: Sequence[int], *, dropout: float = 0.0
    ) -> None:
        super().__init__()
        self.encoder = MiniLm(weights, dropout=dropout)
        self.head = SlotHead(sizes)

    def forward(
        self, rows: Sequence[Sequence[int]], numbers: torch.dtype = torch.bfloat16
    ) -> tuple[list[Tensor], Tensor]:
        """Return each slot's logits, float [B, size], and each token's vector, float [B, T, 384].

        Args:
            rows: Numbers of each text's word pieces.
            numbers: What the encoder computes with.
        """
        tokens, mask = padded(rows)
        x = self.encoder(tokens, mask, numbers)
        return self.head(x, mask), x
