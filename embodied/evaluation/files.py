"""Writing files so that a reader never meets half of one."""

import errno
import json
import os
from pathlib import Path
from typing import Any

from embodied.core.errors import EmbodiedError


class StorageError(EmbodiedError):
    """A result could not be written: the disk is full, or the folder may not be written to."""


def storage_error(path: Path, error: OSError) -> StorageError:
    """Say what could not be written and what to do about it."""
    reasons = {
        errno.ENOSPC: "the disk is full: free some space",
        errno.EDQUOT: "your quota is used up: free some space",
        errno.EFBIG: "the file would pass the size limit of this process: raise it (ulimit -f)",
        errno.EACCES: "permission denied: choose another output_dir",
        errno.EROFS: "the file system is read-only: choose another output_dir",
    }
    reason = reasons.get(error.errno or 0, f"{error.strerror or error}: choose another output_dir")
    return StorageError(
        f"Cannot write {path}: {reason}, then give the same command again. "
        "Every episode that ended before is kept."
    )


def write_whole(path: Path, text: str) -> None:
    """Write a file in one piece: the old one stands until the new one is safely there.

    Raises:
        StorageError: If it cannot be written; the old file stands, nothing half written does.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with part.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise storage_error(path, error) from error


def write_json(path: Path, value: Any) -> None:
    """Write JSON for people to read, in one piece."""
    write_whole(path, json.dumps(value, indent=2, ensure_ascii=False) + "\n")
