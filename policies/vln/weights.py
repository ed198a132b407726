"""Weights on disk: one safetensors file with the network, its sizes and its words."""

import dataclasses
import json
from pathlib import Path

import numpy as np

from embodied.core.errors import ConfigError, DataError
from policies.vln.words import Vocabulary

SHIPPED = Path(__file__).parent / "weights" / "vln.safetensors"
"""The weights that come with the repository; `card.json` beside them says how they were made."""


def save_model(path: Path, model, vocabulary: Vocabulary) -> None:
    """Write a network in half precision, with its configuration and vocabulary."""
    import torch
    from safetensors.torch import save_file

    tensors = {
        name: value.detach().to("cpu", torch.float16).contiguous()
        for name, value in model.state_dict().items()
        if name != "text.vectors"
    }
    tensors["vocabulary.vectors"] = torch.from_numpy(vocabulary.vectors.astype(np.float16))
    about = {
        "config": json.dumps(dataclasses.asdict(model.config)),
        "words": json.dumps(vocabulary.words),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file(tensors, path, metadata=about)


def load_model(path: str | Path | None = None):
    """Read a network and its vocabulary; by default the shipped ones.

    Returns:
        The `VlnModel`, in evaluation mode, and its `Vocabulary`.

    Raises:
        ConfigError: If torch is not installed.
        DataError: If the file is missing or not of `save_model`.
    """
    path = SHIPPED if path is None else Path(path).expanduser()
    try:
        from safetensors import safe_open

        from policies.vln.model import ModelConfig, VlnModel
    except ImportError as error:
        raise ConfigError('policy=vln needs torch: pip install "embodied[train]".') from error
    try:
        with safe_open(path, framework="pt") as file:
            about = file.metadata()
            tensors = {name: file.get_tensor(name).float() for name in file.keys()}  # noqa: SIM118
        vectors = tensors.pop("vocabulary.vectors")
        vocabulary = Vocabulary(tuple(json.loads(about["words"])), vectors.numpy())
        model = VlnModel(ModelConfig(**json.loads(about["config"])))
        model.load_state_dict({**tensors, "text.vectors": vectors})
    except FileNotFoundError as error:
        raise DataError(
            f"No weights at {path}: `embodied train task=vln` makes them, policy.make.weights "
            "names them."
        ) from error
    except Exception as error:
        raise DataError(f"{path} holds no weights of policy=vln: {error!r}") from error
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    return model.eval(), vocabulary


def name_vectors(names: tuple[str, ...], vocabulary: Vocabulary) -> np.ndarray:
    """Return float32 [N, F], unit vectors of the names of things."""
    if not names:
        return np.zeros((1, vocabulary.vectors.shape[1]), dtype=np.float32)
    found = np.stack([vocabulary.phrase(name) for name in names])
    return (found / (np.linalg.norm(found, axis=1, keepdims=True) + 1e-8)).astype(np.float32)
