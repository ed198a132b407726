"""all-MiniLM-L6-v2, the published sentence encoder, written out in torch.

Wang et al. 2020 (MiniLM); Reimers and Gurevych 2019 (Sentence-BERT). It is written out since its
weights are adapted (`planners.parsed`), and read layer by layer (`policies.vln`). This module is
only imported where torch is; `encoders` finds the weights without it.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional

LAYERS, HEADS, WIDTH = 6, 12, 384
PLACES = 512
"""Word pieces that can be told apart by place: the longest text."""
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


def padded(rows: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
    """Return rows of word pieces side by side: int64 [B, T], and a mask, float32 [B, T]."""
    lengths = torch.tensor([len(row) for row in rows])
    tokens = nn.utils.rnn.pad_sequence([torch.tensor(row) for row in rows], batch_first=True)
    return tokens, (torch.arange(tokens.shape[1])[None] < lengths[:, None]).float()


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
        """Return a vector for each word piece, float32 [B, T, 384]; arguments as `each_layer`."""
        return self.each_layer(tokens, mask, numbers)[-1].float()

    def each_layer(self, tokens: Tensor, mask: Tensor, numbers: torch.dtype) -> list[Tensor]:
        """Return what every layer makes of each word piece.

        Args:
            tokens: int [B, T].
            mask: float [B, T], 1 where there is a token.
            numbers: What is computed with; bfloat16 is three times as fast where a core has it.

        Returns:
            For each layer `numbers` [B, T, 384].
        """
        batch, length = tokens.shape
        x = functional.layer_norm(
            self.words[tokens] + self.places[:length],
            (WIDTH,), self.norm, self.norm_bias, _EPSILON,
        )  # fmt: skip
        x = self._drop(x).to(numbers)
        found = []
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
            found.append(x)
        return found

    def hold(self, numbers: torch.dtype) -> "MiniLm":
        """Hold the layers' matrices in what is computed with, and return it; norms stay whole."""
        for layer in self.layers:
            for name, tensor in layer.items():
                if name[0] != "n":
                    tensor.data = tensor.data.to(numbers)
        return self

    def _add(self, x: Tensor, more: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        told = (x + self._drop(more)).float()
        return functional.layer_norm(told, (WIDTH,), weight, bias, _EPSILON).to(x.dtype)

    def _drop(self, x: Tensor) -> Tensor:
        return functional.dropout(x, self.dropout, self.training) if self.dropout else x
