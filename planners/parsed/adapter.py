"""What training changed of the published encoder, small enough to be kept beside it.

A change of a matrix is kept as a product of two thin ones, its largest singular values, in bytes;
biases and norms whole. This module is only imported where torch is.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from torch import Tensor

from embodied.language.minilm import MATRICES, published
from planners.parsed.slot_encoder import SlotEncoder

HEAD = "head."


def difference(model: SlotEncoder, base: Mapping[str, Tensor], *, rank: int) -> dict[str, Tensor]:
    """Return what a model learned, in bytes and in half precision.

    Args:
        model: The trained model.
        base: The published weights, as `published` names them.
        rank: Singular values kept of each matrix.
    """
    found: dict[str, Tensor] = {}
    learned = dict(model.encoder.named_parameters())
    for name, tensor in learned.items():
        change = tensor.detach() - base[name]
        if not bool(change.any()):
            continue
        if name.rpartition(".")[2] not in MATRICES:
            found[name] = change.half()
            continue
        size = min(rank + 16, *change.shape)
        left, values, right = torch.svd_lowrank(change, q=size, niter=4)
        root = values[:rank].sqrt()
        for side, vectors in (("up", left), ("down", right)):
            whole, scale = _in_bytes(vectors[:, :rank] * root)
            found[f"{name}.{side}"], found[f"{name}.{side}_scale"] = whole, scale
    for name, tensor in model.head.named_parameters():
        found[HEAD + name] = tensor.detach().half().contiguous()
    return found


def _in_bytes(columns: Tensor) -> tuple[Tensor, Tensor]:
    """Return a matrix in steps of a 127th of each column's greatest value, and the steps."""
    scale = (columns.abs().amax(0) / 127.0).clamp_min(1e-12)
    return (columns / scale).round().to(torch.int8).contiguous(), scale


def _thin(kept: Mapping[str, Tensor], name: str) -> Tensor:
    return kept[name].float() * kept[f"{name}_scale"]


def restored(
    base: Path,
    kept: Mapping[str, Tensor],
    sizes: Sequence[int],
    numbers: torch.dtype = torch.bfloat16,
) -> SlotEncoder:
    """Return the model of published weights and what was kept.

    Args:
        base: File of the published weights.
        kept: What `difference` returned.
        sizes: How many values each slot has.
        numbers: What the encoder's matrices are held in.
    """
    weights = published(base)
    for name, tensor in kept.items():
        of, _, part = name.rpartition(".")
        if part == "up":
            weights[of] = weights[of] + _thin(kept, f"{of}.up") @ _thin(kept, f"{of}.down").T
        elif name in weights:
            weights[name] = weights[name] + tensor.float()
    model = SlotEncoder(weights, sizes)
    head = {n.removeprefix(HEAD): t.float() for n, t in kept.items() if n.startswith(HEAD)}
    model.head.load_state_dict(head)
    model.encoder.hold(numbers)
    return model.eval().requires_grad_(False)
