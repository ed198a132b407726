"""Arguments of actions as data: what each takes, checked in one place.

A THOR server reuses the declarations: an argument that is unknown, missing or of another type
is an `ArgumentError` that names it.
"""

import difflib
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any

import numpy as np

from embodied.core.errors import EmbodiedError


class ArgumentError(EmbodiedError, ValueError):
    """An action's argument is missing, unknown or not of its type."""


REQUIRED = object()
"""Default of an argument that has none."""


@dataclass(frozen=True)
class Argument:
    """One argument.

    Attributes:
        name: As it goes over the wire.
        kind: A key of `KINDS`.
        default: Taken where the argument is not given; `REQUIRED` refuses that.
    """

    name: str
    kind: str
    default: Any = REQUIRED


def _number(value: Any) -> float:
    if isinstance(value, bool | np.bool_) or not isinstance(value, Real | np.number):
        raise ValueError("a number")
    if not math.isfinite(value):
        raise ValueError("a finite number")
    return float(value)


def _length(value: Any) -> float:
    number = _number(value)
    if number <= 0.0:
        raise ValueError("a number above 0")
    return number


def _share(value: Any) -> float:
    number = _number(value)
    if not 0.0 < number <= 1.0:
        raise ValueError("a number above 0 and at most 1")
    return number


def _flag(value: Any) -> bool:
    if not isinstance(value, bool | np.bool_):
        raise ValueError("true or false")
    return bool(value)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("a string")
    return str(value)


def _whole(value: Any) -> int:
    number = _number(value)
    if number < 0.0 or number != int(number):
        raise ValueError("a whole number from 0 on")
    return int(number)


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise ValueError("a list of strings")
    return tuple(_text(entry) for entry in value)


def _yaw(value: Any) -> float:
    """A turn about y: a number, or a vector `{x, y, z}` whose y counts, as THOR takes both."""
    return _vector(value)[1] if isinstance(value, Mapping) else _number(value)


def _vector(value: Any) -> tuple[float, float, float]:
    if not isinstance(value, Mapping) or not {"x", "y", "z"} <= set(value):
        raise ValueError("a mapping of x, y and z")
    return (_number(value["x"]), _number(value["y"]), _number(value["z"]))


@dataclass(frozen=True)
class ObjectPose:
    """Where `SetObjectPoses` puts an object: pivot (metres), Euler angles (degrees)."""

    name: str
    position_m: tuple[float, float, float]
    rotation_deg: tuple[float, float, float]


def _poses(value: Any) -> tuple[ObjectPose, ...]:
    def one(entry: Any) -> ObjectPose:
        return ObjectPose(
            _text(entry["objectName"]), _vector(entry["position"]), _vector(entry["rotation"])
        )

    return _entries(value, one, "objectName, position and rotation")


def _toggles(value: Any) -> tuple[tuple[str, bool], ...]:
    return _entries(
        value, lambda entry: (_text(entry["objectType"]), _flag(entry["isOn"])), "objectType, isOn"
    )


def _entries(value: Any, one: Callable[[Any], Any], fields: str) -> tuple[Any, ...]:
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise ValueError(f"a list of mappings with {fields}")
    entries = []
    for index, entry in enumerate(value):
        try:
            entries.append(one(entry))
        except (ValueError, KeyError, TypeError) as error:
            what = f"{error}" if isinstance(error, ValueError) else fields
            raise ValueError(f"a list with {what} at entry {index}, which is {entry!r}") from None
    return tuple(entries)


KINDS: dict[str, Callable[[Any], Any]] = {
    "number": _number,
    "length": _length,
    "share": _share,
    "whole": _whole,
    "flag": _flag,
    "text": _text,
    "texts": _texts,
    "yaw": _yaw,
    "vector": _vector,
    "poses": _poses,
    "toggles": _toggles,
    "anything": lambda value: value,
}
"""Kind to what checks a value and turns it into Python's own type."""

EVERYWHERE = frozenset(
    [
        "sequenceId",
        "agentId",
        "renderImage",
        "renderDepthImage",
        "renderClassImage",
        "renderObjectImage",
        "renderNormalsImage",
        "renderFlowImage",
        "tempRenderChange",
        "forceVisible",
        "cleanObjectId",
        "coordinateObjectId",
        "coordinateReceptacleObjectId",
    ]
)
"""Taken with any action and without effect: what to render, and ALFRED's own notes."""


def checked(action: str, declared: Sequence[Argument], given: Mapping[str, Any]) -> dict[str, Any]:
    """Check what was given against what is declared; fill in defaults.

    Raises:
        ArgumentError: If an argument is missing, unknown or not of its kind.
    """
    names = {argument.name for argument in declared}
    for name in given:
        if name not in names and name not in EVERYWHERE:
            close = difflib.get_close_matches(name, names | EVERYWHERE, n=1)
            hint = f" Did you mean {close[0]!r}?" if close else ""
            known = ", ".join(sorted(names)) or "none"
            raise ArgumentError(f"{action} takes no argument {name!r}.{hint} It takes: {known}.")
    values = {}
    for argument in declared:
        value = given.get(argument.name, argument.default)
        if value is REQUIRED:
            raise ArgumentError(f"{action} needs the argument {argument.name!r}.")
        if argument.name in given:
            try:
                value = KINDS[argument.kind](value)
            except ValueError as error:
                raise ArgumentError(
                    f"{action}: {argument.name} must be {error}, got {value!r}."
                ) from None
        values[argument.name] = value
    return values
