"""Names and definitions of messages, as recordings need them."""

from functools import cache
from pathlib import Path
from typing import Any

from rosidl_runtime_py import get_interface_path

from embodied.runtime.robot.recording import full_definition


def type_name(message: Any) -> str:
    """Return `package/msg/Name` of a message."""
    package, kind, *_ = type(message).__module__.split(".")
    return f"{package}/{kind}/{type(message).__name__}"


@cache
def definition(name: str) -> str:
    """Return a message's definition with all that it is made of."""
    return full_definition(name, lambda each: Path(get_interface_path(each)).read_text())
