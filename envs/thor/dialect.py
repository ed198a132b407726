"""The two versions of AI2-THOR that are spoken here, as data.

2.1.0 is what ALFRED's data and leaderboard belong to; 5.0.0 is what everything else uses.
"""

import difflib
import math
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

from embodied.core.errors import EmbodiedError, UnknownNameError


class Code(StrEnum):
    """`errorCode`s of the dispatcher; the client raises ValueError for all but the first."""

    UNDEFINED = "Undefined"
    INVALID_ACTION = "InvalidAction"
    MISSING_ARGUMENTS = "MissingArguments"
    INVALID_ARGUMENT = "InvalidArgument"


WORLD_CODES: Mapping[str, str] = MappingProxyType(
    {
        "hand_full": "InventoryFull",
        "hand_empty": "ObjectNotInInventory",
        "not_held": "ObjectNotInInventory",
        "not_pickupable": "ObjectNotPickupable",
        "out_of_reach": "ObjectNotVisible",
        "not_in_view": "ObjectNotVisible",
        "hidden": "ObjectNotVisible",
        "shut_in": "ObjectNotVisible",
        "wrong_type": "ObjectNotAllowedInReceptacle",
        "receptacle_closed": "ReceptacleNotOpen",
        "receptacle_full": "ReceptacleFull",
        "no_free_spot": "ReceptacleFull",
    }
)
"""Our `Reason` to THOR's code, where it has one; elsewhere it says `Undefined`."""


class CallError(EmbodiedError, ValueError):
    """An action cannot be called like this.

    Args:
        code: THOR's code for it.
        message: A sentence.
    """

    def __init__(self, code: Code, message: str) -> None:
        super().__init__(message)
        self.code = code


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError
    number = float(value)
    if not math.isfinite(number):
        raise ValueError
    return number


def _count(value: Any) -> int:
    number = _number(value)
    if number != int(number):
        raise ValueError
    return int(number)


def _flag(value: Any) -> bool:
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    if not isinstance(value, bool | int):
        raise ValueError
    return bool(value)


def _text(value: Any) -> str:
    if not isinstance(value, str | int | float):
        raise ValueError
    return str(value)


def _vector(value: Any) -> dict[str, float]:
    if not isinstance(value, Mapping):
        raise ValueError
    return {axis: _number(value.get(axis, 0.0)) for axis in "xyz"}


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise ValueError
    return value


KINDS: Mapping[str, tuple[Callable[[Any], Any], str]] = MappingProxyType(
    {
        "number": (_number, "float"),
        "count": (_count, "int"),
        "flag": (_flag, "bool"),
        "text": (_text, "string"),
        "vector": (_vector, "Vector3"),
        "list": (_list, "list"),
        "anything": (lambda value: value, "object"),
    }
)
"""Kind of an argument to what converts JSON to it, and its name for people."""

PLUMBING = frozenset(
    [
        "action", "sequenceId", "agentId", "renderImage", "renderDepthImage", "renderClassImage",
        "renderObjectImage", "renderNormalsImage", "renderFlowImage", "renderInstanceSegmentation",
        "renderSemanticSegmentation", "forceVisible", "fastActionEmit",
    ]
)  # fmt: skip
"""What may stand beside any action's own arguments."""

CHECKED_BESIDE = frozenset(["forceVisible"])
"""Plumbing of 2.1.0 that is an argument like any other in 5.0.0."""


@dataclass(frozen=True)
class Parameter:
    """One argument of an overload."""

    name: str
    kind: str
    optional: bool


@dataclass(frozen=True)
class WireAction:
    """One action of a dialect.

    Attributes:
        name: As it goes over the wire.
        overloads: What it takes, in the order in which they are tried.
        loose: Whether it takes anything.
        does: Handler of the simulator; empty where this world cannot do it.
        cannot: Why this world cannot.
    """

    name: str
    overloads: tuple[tuple[Parameter, ...], ...]
    loose: bool
    does: str
    cannot: str = ""

    def arguments(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Check and convert what was given, as the dispatcher does.

        Raises:
            CallError: If an argument is unknown, missing or cannot be converted.
        """
        if self.loose:
            return dict(given)
        own = {name: value for name, value in given.items() if name not in PLUMBING}
        own |= {name: given[name] for name in CHECKED_BESIDE if name in given}
        chosen = max(self.overloads, key=lambda each: sum(p.name in own for p in each))
        names = {parameter.name for parameter in chosen}
        if unknown := sorted(own.keys() - names):
            known = {parameter.name for each in self.overloads for parameter in each}
            close = difflib.get_close_matches(unknown[0], known, n=1)
            hint = f" Did you mean {close[0]!r}?" if close else ""
            raise CallError(
                Code.INVALID_ARGUMENT,
                f"{self.name} was called with invalid arguments: {', '.join(unknown)}.{hint} "
                f"It takes: {', '.join(sorted(known)) or 'none'}.",
            )
        missing = [p.name for p in chosen if not p.optional and p.name not in own]
        if missing:
            raise CallError(
                Code.MISSING_ARGUMENTS,
                f"{self.name} is missing the following arguments: {', '.join(missing)}",
            )
        return {p.name: self._converted(p, own[p.name]) for p in chosen if p.name in own}

    def _converted(self, parameter: Parameter, value: Any) -> Any:
        if value is None and parameter.optional:
            return None
        convert, name = KINDS[parameter.kind]
        try:
            return convert(value)
        except (ValueError, TypeError, OverflowError):
            raise CallError(
                Code.INVALID_ARGUMENT,
                f"{self.name} has an invalid argument: {parameter.name} (=={value!r}). "
                f"Cannot convert to: {name}",
            ) from None


@dataclass(frozen=True)
class Dialect:
    """One version of AI2-THOR.

    Attributes:
        version: Of the published package.
        actions: What it takes, by name.
        fov_deg: Vertical field of view where `Initialize` does not say.
        float_depth: Whether depth is float32 metres; else RGB24 scaled to ten metres.
        alpha_ids: Whether id images have a fourth byte, 255.
        colour_bounds: Whether metadata must give the 2D box of every colour.
        names: Our field of an object's metadata to the wire's.
    """

    version: str
    actions: Mapping[str, WireAction]
    fov_deg: float
    float_depth: bool
    alpha_ids: bool
    colour_bounds: bool
    names: Mapping[str, str] = field(default_factory=dict)

    def action(self, name: Any) -> WireAction:
        """Look an action up.

        Raises:
            CallError: If this version has no such action.
        """
        if isinstance(name, str) and name in self.actions:
            return self.actions[name]
        close = difflib.get_close_matches(str(name), self.actions, n=1)
        hint = f". Did you mean {close[0]}?" if close else ""
        raise CallError(Code.INVALID_ACTION, f"Invalid action: {name}{hint}")


def _parameters(words: Sequence[str]) -> tuple[Parameter, ...]:
    found = []
    for word in words:
        name, _, kind = word.partition(":")
        found.append(Parameter(name, kind.removesuffix("="), kind.endswith("=")))
    return tuple(found)


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(resources.files(__package__).joinpath("actions.toml").read_text("utf-8"))


def _strict_actions() -> dict[str, WireAction]:
    return {
        name: WireAction(
            name=name,
            overloads=tuple(_parameters(words) for words in entry.get("takes", [])),
            loose=entry.get("loose", False),
            does=entry.get("does", ""),
            cannot=entry.get("cannot", ""),
        )
        for name, entry in _table()["v5"]["actions"].items()
    }


def _loose_actions() -> dict[str, WireAction]:
    table = dict(_table()["v2"])
    cannot = table.pop("cannot")
    able = [WireAction(n, (), True, does) for does, names in table.items() for n in names]
    unable = [WireAction(name, (), True, "", why) for name, why in cannot.items()]
    return {action.name: action for action in (*able, *unable)}


@cache
def dialects() -> Mapping[str, Dialect]:
    """Every dialect by the version of its package."""
    known = (
        Dialect(
            version="5.0.0",
            actions=_strict_actions(),
            fov_deg=90.0,
            float_depth=True,
            alpha_ids=True,
            colour_bounds=False,
            names=_table()["v5"]["event"]["objects"],
        ),
        Dialect(
            version="2.1.0",
            actions=_loose_actions(),
            fov_deg=60.0,
            float_depth=False,
            alpha_ids=False,
            colour_bounds=True,
        ),
    )
    return MappingProxyType({each.version: each for each in known})


def dialect(version: str) -> Dialect:
    """Return a dialect.

    Raises:
        UnknownNameError: If there is none of that version.
    """
    if version not in dialects():
        raise UnknownNameError("version of AI2-THOR", version, dialects())
    return dialects()[version]
