"""all-MiniLM-L6-v2 and a head that answers the parser's slots, in torch.

The encoder is the published one (Wang et al. 2020, MiniLM; Reimers and Gurevych 2019,
Sentence-BERT). It is written out here since its weights are adapted: `adapter` says how what was
learned is kept. This module is only imported where torch is.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional

from planners.parsed.slots import SLOTS

LAYERS, HEADS, WIDTH = 6, 12, 384
MATRICES = ("qkv", "o", "i", "f")
"""Of each layer: attention in and out, hidden in and out."""
_EPSILON = 1e-12


def published(folder: Path) -> dict[str, Tensor]:
    """Return the published weights under the names of `MiniLm`, float32."""
    read = {name.removeprefix("bert."): t.float() for name, t in load_file(folder).items()}
    tables = "embeddings.position_embeddings.weight", "embeddings.token_type_embeddings.weight"
    found = {
        "words": read["embeddings.word_embeddings.weight"],
        "places": read[tables[0]] + read[tables[1]][0],
        "norm": read["embeddings.LayerNorm.weight"],
        "norm_bias": read["embeddings.LayerNorm.bias"],
    }
    parts = ("o", "attention.output.dense"), ("i", "intermediate.dense"), ("f", "output.dense")
    for layer in range(LAYERS):
        old, new = f"encoder.layer.{layer}.", f"layers.{layer}."
        for kind, suffix in (("weight", ""), ("bias", "b")):
            found[f"{new}qkv{suffix}"] = torch.cat(
                [read[f"{old}attention.self.{n}.{kind}"] for n in ("query", "key", "value")]
            )
            for name, where in parts:
                found[f"{new}{name}{suffix}"] = read[f"{old}{where}.{kind}"]
            found[f"{new}n1{suffix}"] = read[f"{old}attention.output.LayerNorm.{kind}"]
            found[f"{new}n2{suffix}"] = read[f"{old}output.LayerNorm.{kind}"]
    return found


class MiniLm(nn.Module):
    """The encoder: six layers of attention over word pieces.

    Args:
        weights: As `published` names them; words and places stay as they are.
        dropout: Share of values dropped in training.
    """

    words: Tensor
    places: Tensor

    def __init__(self, weights: Mapping[str, Tensor], *, dropout: float = 0.0) -> None:
        super().__init__()
        self.register_buffer("words", weights["words"])
        self.register_buffer("places", weights["places"])
        self.norm = nn.Parameter(weights["norm"].clone())
        self.norm_bias = nn.Parameter(weights["norm_bias"].clone())
        self.layers = nn.ModuleList()
        for layer in range(LAYERS):
            prefix = f"layers.{layer}."
            own = {n.removeprefix(prefix): t for n, t in weights.items() if n.startswith(prefix)}
            self.layers.append(
                nn.ParameterDict({n: nn.Parameter(t.clone()) for n, t in own.items()})
            )
        self.dropout = dropout

    def forward(self, tokens: Tensor, mask: Tensor, numbers: torch.dtype) -> Tensor:
        """Return a vector for each word piece.

        Args:
            tokens: int [B, T].
            mask: float [B, T], 1 where there is a token.
            numbers: What is computed with; bfloat16 is three times as fast where a core has it.

        Returns:
            float32 [B, T, 384].
        """
        batch, length = tokens.shape
        x = functional.layer_norm(
            self.words[tokens] + self.places[:length],
            (WIDTH,), self.norm, self.norm_bias, _EPSILON,
        )  # fmt: skip
        x = self._drop(x).to(numbers)
        barred = ((1.0 - mask) * -1e4)[:, None, None, :].to(numbers)
        for layer in self.layers:
            w = {name: tensor.to(numbers) for name, tensor in layer.items()}
            both = functional.linear(x, w["qkv"], w["qkvb"])
            q, k, v = both.view(batch, length, 3, HEADS, -1).permute(2, 0, 3, 1, 4)
            # torch's fused attention is five times slower backwards on a CPU
            read = (q @ k.transpose(-1, -2) * q.shape[-1] ** -0.5 + barred).softmax(-1) @ v
            read = read.transpose(1, 2).reshape(batch, length, WIDTH)
            x = self._add(x, functional.linear(read, w["o"], w["ob"]), layer["n1"], layer["n1b"])
            hidden = functional.linear(x, w["i"], w["ib"])
            hidden = functional.gelu(hidden, approximate="tanh")
            x = self._add(x, functional.linear(hidden, w["f"], w["fb"]), layer["n2"], layer["n2b"])
        return x.float()

    def _add(self, x: Tensor, more: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        told = (x + self._drop(more)).float()
        return functional.layer_norm(told, (WIDTH,), weight, bias, _EPSILON).to(x.dtype)

    def _drop(self, x: Tensor) -> Tensor:
        return functional.dropout(x, self.dropout, self.training) if self.dropout else x


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
        length = max(map(len, rows))
        tokens = torch.zeros(len(rows), length, dtype=torch.long)
        mask = torch.zeros(len(rows), length)
        for number, row in enumerate(rows):
            tokens[number, : len(row)] = torch.tensor(row)
            mask[number, : len(row)] = 1.0
        x = self.encoder(tokens, mask, numbers)
        return self.head(x, mask), x
