"""One run a folder at a time."""

import fcntl
import json
import os
import socket
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from embodied.core.errors import EmbodiedError
from embodied.evaluation.files import storage_error


class FolderBusyError(EmbodiedError):
    """Another run writes to the same folder."""


class FolderLock:
    """An exclusive lock on a folder; the kernel lets go of it when its process dies, however.

    Args:
        folder: An existing folder.

    Raises:
        FolderBusyError: If another process holds it; the message names process and machine.
    """

    def __init__(self, folder: Path) -> None:
        path = folder / ".lock"
        try:
            self._fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise storage_error(path, error) from error
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = _holder(self._fd)
            os.close(self._fd)
            raise FolderBusyError(
                f"Another run writes to {folder} ({holder}). Wait for it, stop it, or choose "
                "another output_dir=..."
            ) from None
        note = {"pid": os.getpid(), "host": socket.gethostname(), "since": time.strftime("%F %T")}
        try:
            os.ftruncate(self._fd, 0)
            os.pwrite(self._fd, json.dumps(note).encode(), 0)
        except OSError as error:
            os.close(self._fd)
            raise storage_error(path, error) from error

    def release(self) -> None:
        """Let go; safe to call twice."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()


def _holder(fd: int) -> str:
    try:
        note = json.loads(os.pread(fd, 4096, 0))
        return f"process {note['pid']} on {note['host']}, since {note['since']}"
    except (ValueError, KeyError, TypeError):
        return "it has not told its name yet"
