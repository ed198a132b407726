"""Weights on disk: one safetensors file with the networks, their sizes and their words."""

import dataclasses
import json
from functools import cache
from pathlib import Path

import numpy as np

from embodied.core.errors import ConfigError, DataError
from policies.vln.words import Vocabulary

SHIPPED = Path(__file__).parent / "weights" / "vln.safetensors"
"""The weights that come with the repository; `card.json` beside them says how they were made."""


def save_model(path: Path, model, vocabulary: Vocabulary) -> None:
    """Write a `VlnModel` or an `Ensemble` of them in half precision, with sizes and words."""
    import torch
    from safetensors.torch import save_file

    from policies.vln.ensemble import members_of

    members = members_of(model)
    tensors = {
        f"{number}.{name}": value.detach().to("cpu", torch.float16).contiguous()
        for number, member in enumerate(members)
        for name, value in member.state_dict().items()
        if name != "text.vectors"
    }
    tensors["vocabulary.vectors"] = torch.from_numpy(vocabulary.vectors.astype(np.float16))
    about = {
        "members": json.dumps([dataclasses.asdict(member.config) for member in members]),
        "words": json.dumps(vocabulary.words),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file(tensors, path, metadata=about)


def load_model(path: str | Path | None = None):
    """Read what `save_model` wrote, and its vocabulary; by default the shipped weights.

    Returns:
        The `VlnModel`, or the `Ensemble` where there are several, in evaluation mode, and its
        `Vocabulary`.

    Raises:
        ConfigError: If torch is not installed.
        DataError: If the file is missing or not of `save_model`.
    """
    path = SHIPPED if path is None else Path(path).expanduser()
    try:
        from safetensors import safe_open

        from policies.vln.ensemble import Ensemble
        from policies.vln.model import ModelConfig, VlnModel
    except ImportError as error:
        raise ConfigError('policy=vln needs torch: pip install "embodied[train]".') from error
    try:
        with safe_open(path, framework="pt") as file:
            about = file.metadata()
            tensors = {name: file.get_tensor(name).float() for name in file.keys()}  # noqa: SIM118
        vectors = tensors.pop("vocabulary.vectors")
        vocabulary = Vocabulary(tuple(json.loads(about["words"])), vectors.numpy())
        members = []
        for number, sizes in enumerate(json.loads(about["members"])):
            member, begin = VlnModel(ModelConfig(**sizes)), f"{number}."
            own = {k.removeprefix(begin): v for k, v in tensors.items() if k.startswith(begin)}
            member.load_state_dict({**own, "text.vectors": vectors})
            members.append(member)
    except FileNotFoundError as error:
        raise DataError(
            f"No weights at {path}: `embodied train task=vln` makes them, policy.make.weights "
            "names them."
        ) from error
    except Exception as error:
        raise DataError(f"{path} holds no weights of policy=vln: {error!r}") from error
    model = members[0] if len(members) == 1 else Ensemble(members)
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    return model.eval(), vocabulary


@cache
def context_encoder(name: str | None):
    """Return the published encoder that a network reads words with, or None where it needs none.

    Raises:
        ConfigError: If it is not installed.
    """
    if name is None:
        return None
    from policies.vln.context import ContextEncoder

    return ContextEncoder(name)


def name_vectors(names: tuple[str, ...], vocabulary: Vocabulary) -> np.ndarray:
    """Return float32 [N, F], unit vectors of the names of things."""
    if not names:
        return np.zeros((1, vocabulary.vectors.shape[1]), dtype=np.float32)
    found = np.stack([vocabulary.phrase(name) for name in names])
    return (found / (np.linalg.norm(found, axis=1, keepdims=True) + 1e-8)).astype(np.float32)
