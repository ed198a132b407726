"""Reading and judging the sentences of `tests/data/compound_sentences.txt`."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from embodied.core.plan import ObjectRef, Subgoal

FILE = Path(__file__).parent / "data" / "compound_sentences.txt"
ARGUMENTS = {
    "place": ("object", "receptacle"),
    "heat": ("object", "receptacle"),
    "cool": ("object", "receptacle"),
    "clean": ("object", "receptacle"),
    "look": ("object", "lamp"),
    "turn": ("direction", "angle_deg"),
    "tilt": ("direction", "angle_deg"),
    "move": ("direction", "distance_m"),
}


@dataclass(frozen=True)
class Sentence:
    """A sentence and what it asks for: `ask`, `refuse`, or subgoals in the file's notation."""

    text: str
    expected: str
    open: bool


def sentences() -> list[Sentence]:
    """Read the file."""
    lines = [line for line in FILE.read_text("utf-8").splitlines() if line and line[0] != "#"]
    pairs = [line.split(" => ") for line in lines]
    return [
        Sentence(text.strip(), expected.strip(), index % 2 == 1)
        for index, (text, expected) in enumerate(pairs)
    ]


def matches(subgoals: Sequence[Subgoal], expected: str) -> bool:
    """Whether subgoals are what was expected."""
    wanted = [each.split() for each in expected.split("; ")]
    return _match(subgoals, wanted)


def _match(got: Sequence[Subgoal], wanted: Sequence[Sequence[str]]) -> bool:
    if not wanted:
        return not got
    first, *rest = wanted
    optional = first[0].startswith("?")
    if got and _one(got[0], [first[0].lstrip("?"), *first[1:]]) and _match(got[1:], rest):
        return True
    return optional and _match(got, rest)


def _one(subgoal: Subgoal, wanted: Sequence[str]) -> bool:
    skill, *values = wanted
    if subgoal.skill != skill:
        return False
    names = ARGUMENTS.get(skill, ("object",))
    return all(
        _value(subgoal.arguments.get(name), value)
        for name, value in zip(names, values, strict=False)
    )


def _value(got: object, wanted: str) -> bool:
    if wanted == "*":
        return True
    if isinstance(got, ObjectRef):
        return any(_reference(got, choice, wanted) for choice in wanted.split("|"))
    if isinstance(got, float):
        return abs(got - float(wanted)) < 1e-6
    return got == wanted


def _reference(got: ObjectRef, choice: str, wanted: str) -> bool:
    prefix, colon, name = choice.rpartition(":")
    sliced = "sliced:" in wanted
    return (
        got.category == name
        and (not colon or prefix in got.attributes)
        and (("sliced" in got.attributes) == sliced)
    )


def impossible_texts() -> list[str]:
    """Read the texts that cannot be meant."""
    path = FILE.with_name("impossible_texts.txt")
    return [line for line in path.read_text("utf-8").splitlines() if line and line[0] != "#"]
