"""What programs can call. Standard library alone: the sandbox's process loads it so."""

from collections.abc import Mapping, Sequence
from typing import Any

from interpreter import Native, ProgramError, Thing  # type: ignore[import-not-found]

MAX_STEPS = 100
MAX_WORDS = 120
"""Characters of a word that goes into a plan."""


def functions(
    skills: Mapping[str, Mapping[str, str]],
    seen: Sequence[Mapping[str, Any]],
    steps: list[dict[str, Any]],
) -> dict[str, Native]:
    """Return the functions a program can call.

    Args:
        skills: Skill to its arguments and their kinds.
        seen: What was seen: `category` and `states` of each.
        steps: Where calls of skills are written down.
    """
    api: dict[str, Native] = {
        "thing": _thing,
        "seen": lambda values, named: _count(values, named, seen) > 0,
        "count": lambda values, named: _count(values, named, seen),
        "state": lambda values, named: _state(values, named, seen),
        "length": _length,
        "numbers": _numbers,
        "give_up": _give_up,
    }
    for name, arguments in skills.items():
        api[name] = _skill(name, dict(arguments), steps)
    return api


def _skill(name: str, arguments: dict[str, str], steps: list[dict[str, Any]]) -> Native:
    def call(values: Sequence[Any], named: dict[str, Any]) -> None:
        given = dict(zip(arguments, values, strict=False)) | named
        if len(values) + len(named) != len(given) or set(given) != set(arguments):
            raise ValueError(f"takes {', '.join(arguments) or 'nothing'}")
        if len(steps) >= MAX_STEPS:
            raise ProgramError(f"a plan has at most {MAX_STEPS} steps", 0, "budget")
        said = {key: _argument(key, arguments[key], value) for key, value in given.items()}
        steps.append({"skill": name, "arguments": said})

    return call


def _argument(name: str, kind: str, value: Any) -> Any:
    if kind in ("object", "receptacle"):
        thing = Thing(_word(value)) if isinstance(value, str) else value
        if not isinstance(thing, Thing):
            raise ValueError(f"{name} has to be a thing")
        return {
            "category": thing.category,
            "attributes": list(thing.attributes),
            "relation": thing.relation,
        }
    if kind == "number":
        if type(value) not in (int, float):
            raise ValueError(f"{name} has to be a number")
        return float(value)
    return _word(value)


def _word(value: Any) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= MAX_WORDS:
        raise ValueError(f"a word of at most {MAX_WORDS} characters is wanted")
    return value


def _thing(values: Sequence[Any], named: dict[str, Any]) -> Thing:
    if not values or set(named) - {"where"}:
        raise ValueError("takes a type, then what it looks like, and where it stands as where=")
    category, *attributes = (_word(value) for value in values)
    where = _word(named["where"]) if "where" in named else ""
    return Thing(category, tuple(attributes), where)


def _one_word(values: Sequence[Any], named: dict[str, Any]) -> str:
    if len(values) != 1 or named:
        raise ValueError("takes a type")
    value = values[0]
    return value.category if isinstance(value, Thing) else _word(value)


def _count(values: Sequence[Any], named: dict[str, Any], seen: Sequence[Mapping[str, Any]]) -> int:
    category = _one_word(values, named)
    return sum(item["category"] == category for item in seen)


def _state(values: Sequence[Any], named: dict[str, Any], seen: Sequence[Mapping[str, Any]]) -> bool:
    if len(values) != 2 or named:
        raise ValueError("takes a type and a state, such as open")
    category, state = _one_word(values[:1], {}), _word(values[1])
    return any(item["category"] == category and item["states"].get(state) for item in seen)


def _length(values: Sequence[Any], named: dict[str, Any]) -> int:
    if len(values) != 1 or named or not isinstance(values[0], (list, str, dict)):
        raise ValueError("takes a list or a text")
    return len(values[0])


def _numbers(values: Sequence[Any], named: dict[str, Any]) -> list[int]:
    if len(values) != 1 or named or type(values[0]) is not int or not 0 <= values[0] <= 100:
        raise ValueError("takes a whole number from 0 to 100")
    return list(range(values[0]))


def _give_up(values: Sequence[Any], named: dict[str, Any]) -> None:
    if len(values) != 1 or named:
        raise ValueError("takes the reason")
    raise ProgramError(_word(values[0]), 0, "gave_up")
