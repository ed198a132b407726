"""Episode records as JSON lines, and back."""

import dataclasses
import json
from collections.abc import Mapping
from typing import Any

from embodied.core.episode import EpisodeRecord, EpisodeSpec, EpisodeStatus
from embodied.core.errors import DataError


def to_json(record: EpisodeRecord) -> dict[str, Any]:
    """Return a record as plain JSON values; the episode's names stand at the top."""
    plain = dataclasses.asdict(record)
    return {**plain.pop("spec"), **plain, "status": record.status.value}


def from_json(fields: Any, *, where: str) -> EpisodeRecord:
    """Return a record from what `to_json` wrote.

    Args:
        fields: One parsed line.
        where: File and line, for the message.

    Raises:
        DataError: If a field is missing, unknown or of the wrong kind.
    """
    if not isinstance(fields, Mapping):
        raise DataError(f"{where}: not an episode record but {fields!r}.")
    names = [field.name for field in dataclasses.fields(EpisodeSpec)]
    rest = {name: value for name, value in fields.items() if name not in names}
    try:
        spec = EpisodeSpec(**{name: str(fields[name]) for name in names})
        rest["status"] = EpisodeStatus(rest["status"])
        rest["plans"] = tuple(tuple(plan) for plan in rest.get("plans", ()))
        rest["corrections"] = tuple(rest.get("corrections", ()))
        return EpisodeRecord(spec=spec, **rest)
    except (KeyError, ValueError, TypeError) as error:
        raise DataError(f"{where}: not an episode record ({error!r}).") from error


def encode_line(fields: Mapping[str, Any]) -> bytes:
    """Return one line of `episodes.jsonl`, newline included."""
    return (json.dumps(fields, ensure_ascii=False, default=_plain) + "\n").encode()


def _plain(value: Any) -> Any:
    # numpy numbers reach `measures`; json knows only Python's own
    if hasattr(value, "item"):
        return value.item()
    raise TypeError(f"{value!r} of type {type(value).__name__} cannot stand in an episode record")
