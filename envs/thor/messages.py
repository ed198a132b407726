"""What goes through the wire of either protocol: JSON actions in, and limits on them."""

import json
from typing import Any

LARGEST_ACTION_BYTES = 16 * 2**20
"""Longer actions are skipped; a whole room's object poses take some tens of kilobytes."""


def read_action(body: bytes) -> Any:
    """Decode an action; what is no JSON comes back as None, which no simulator takes for one."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def plain(value: Any) -> Any:
    """What the encoders fall back on: numpy's numbers as Python's."""
    if hasattr(value, "item"):
        return value.item()
    raise TypeError(f"{type(value).__name__} cannot go over the wire")
