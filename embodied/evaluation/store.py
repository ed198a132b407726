"""The folder of a run: what was asked, every episode as it ended, the summary."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from omegaconf import OmegaConf

from embodied.core.episode import EpisodeRecord, EpisodeStatus
from embodied.core.errors import ConfigError, DataError
from embodied.evaluation import records
from embodied.evaluation.files import storage_error, write_json, write_whole
from embodied.evaluation.lock import FolderLock
from embodied.evaluation.redaction import Redactor

EPISODES = "episodes.jsonl"
SUMMARY = "summary.json"
CONFIG = "config.yaml"
RUN = "run.json"

FREE_KEYS = ("runner", "record", "output_dir", "data_root", "benchmark.env.data_root")
"""Settings that may change when a run goes on: none of them changes a result."""


def load_records(path: Path) -> list[EpisodeRecord]:
    """Read `episodes.jsonl`; a last line cut short by a kill is left out.

    Raises:
        DataError: If a line in the middle is no record; the message names file and line.
    """
    return _read(path)[0]


def _read(path: Path) -> tuple[list[EpisodeRecord], int]:
    """Return the records, and how many bytes of the file are whole lines."""
    if not path.exists():
        return [], 0
    content = path.read_bytes()
    lines = content.split(b"\n")
    found: dict[str, EpisodeRecord] = {}
    whole = 0
    for number, line in enumerate(lines[:-1], start=1):
        where = f"{path}, line {number}"
        try:
            record = records.from_json(json.loads(line), where=where)
        except (ValueError, TypeError, DataError) as error:
            if number == len(lines) - 1 and lines[-1] == b"":
                break  # the very last line, written while the machine went down
            raise DataError(
                f"{where} is damaged ({error}). Delete that line to run its episode again."
            ) from error
        found.setdefault(record.spec.episode_id, record)
        whole += len(line) + 1
    return list(found.values()), whole


class RunStore:
    """A run's folder, locked while it is open; use as a context manager.

    Args:
        folder: Made where it is missing.
        config: Resolved configuration, as plain data.
        about: Versions, seed and command, kept beside it.

    Raises:
        FolderBusyError: If another run has the folder.
        ConfigError: If the folder holds a run with other settings; the message names them.
        DataError: If its records are damaged.
        StorageError: If the folder cannot be written.
    """

    def __init__(
        self, folder: Path, *, config: Mapping[str, Any], about: Mapping[str, Any] | None = None
    ) -> None:
        self.folder = folder
        self._redactor = Redactor()
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise storage_error(folder, error) from error
        self._lock = FolderLock(folder)
        try:
            self._fd = -1
            self.records, whole = _read(self.path(EPISODES))
            self._settle_config(self._redactor.clean(config), about or {})
            self._fd = os.open(self.path(EPISODES), os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
            os.ftruncate(self._fd, whole)
            self._size = whole
        except OSError as error:
            self.close()
            raise storage_error(self.path(EPISODES), error) from error
        except BaseException:
            self.close()
            raise

    def path(self, name: str) -> Path:
        """Return the path of a file of the run."""
        return self.folder / name

    def _settle_config(self, config: Mapping[str, Any], about: Mapping[str, Any]) -> None:
        path = self.path(CONFIG)
        if self.records and path.exists():  # a start that ran nothing binds nobody
            old: Any = OmegaConf.to_container(OmegaConf.load(path))
            changed = differing_keys(old, config)
            if changed:
                raise ConfigError(
                    f"{self.folder} holds a run with other settings:\n"
                    + "".join(f"  {key}: {was!r} there, {now!r} now\n" for key, was, now in changed)
                    + "Choose another output_dir=..., or delete the folder to start afresh."
                )
        write_whole(path, OmegaConf.to_yaml(OmegaConf.create(dict(config))))
        starts = _starts(self.path(RUN))
        write_json(self.path(RUN), {"starts": [*starts, self._redactor.clean(about)]})

    def append(self, record: EpisodeRecord) -> None:
        """Add a record and see it onto the disk: after this a kill does not lose it.

        Raises:
            StorageError: If it cannot be written; the file is as it was before.
        """
        line = self._line(record)
        try:
            left = line
            while left:  # a short write is followed by one that says why
                left = left[os.write(self._fd, left) :]
            os.fsync(self._fd)
        except OSError as error:
            os.ftruncate(self._fd, self._size)
            raise storage_error(self.path(EPISODES), error) from error
        self._size += len(line)
        self.records.append(record)

    def _line(self, record: EpisodeRecord) -> bytes:
        return records.encode_line(self._redactor.clean(records.to_json(record)))

    def drop_errors(self) -> int:
        """Forget episodes in error, so that they are run again; return how many there were.

        Raises:
            StorageError: If the file cannot be written; all records stand.
        """
        kept = [record for record in self.records if record.status is not EpisodeStatus.ERROR]
        dropped = len(self.records) - len(kept)
        if dropped:
            path = self.path(EPISODES)
            lines = b"".join(self._line(record) for record in kept)
            write_whole(path, lines.decode())
            os.close(self._fd)
            self._fd = os.open(path, os.O_RDWR | os.O_APPEND)
            self._size, self.records = len(lines), kept
        return dropped

    def write_summary(self, summary: Mapping[str, Any]) -> None:
        """Write `summary.json` in one piece."""
        write_json(self.path(SUMMARY), self._redactor.clean(summary))

    def close(self) -> None:
        """Close the file and let go of the folder; safe to call twice."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1
        self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _starts(path: Path) -> list[Any]:
    try:
        return list(json.loads(path.read_text(encoding="utf-8"))["starts"])
    except (OSError, ValueError, KeyError, TypeError):
        return []  # a first start, or a note nothing depends on


def settings_that_count(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return dotted key to value of every setting that can change a result."""
    return {
        key: value
        for key, value in flatten(config).items()
        if not any(key == free or key.startswith(f"{free}.") for free in FREE_KEYS)
    }


def differing_keys(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[tuple[str, Any, Any]]:
    """Return (dotted key, old value, new value) of every setting that counts and differs."""
    before, now = settings_that_count(old), settings_that_count(new)
    return [
        (key, before.get(key), now.get(key))
        for key in sorted(before.keys() | now.keys())
        if before.get(key) != now.get(key)
    ]


def flatten(value: Any, prefix: str = "") -> dict[str, Any]:
    """Return nested mappings as one, its keys joined by dots; lists stay values."""
    if not isinstance(value, Mapping):
        return {prefix: list(value) if isinstance(value, tuple) else value}
    flat: dict[str, Any] = {}
    for key, item in value.items():
        flat.update(flatten(item, f"{prefix}.{key}" if prefix else str(key)))
    return flat
