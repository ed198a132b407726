"""Where the files of R2R lie, and what to say when they do not."""

import json
from pathlib import Path
from typing import Any

from embodied.core.errors import DataError

FOLDER = "r2r"
"""Folder of the benchmark below `data_root`."""


def r2r_folder(data_root: str | Path) -> Path:
    """Return the benchmark's folder: `data_root/r2r`."""
    return Path(data_root).expanduser() / FOLDER


def read_json(path: Path, *, what: str) -> Any:
    """Read a JSON file.

    Args:
        path: The file.
        what: What it holds, in words for the message.

    Raises:
        DataError: If it is missing or no JSON; the message says where it belongs.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise DataError(
            f"No {what}: {path} is missing. Put R2R's files below data_root as docs/r2r.md "
            "lists them, and give data_root=... or EMBODIED_DATA."
        ) from error
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise DataError(f"Cannot read {what} from {path}: {error}") from error
