"""The table of object types: sizes, affordances, and what fits where (`catalog.toml`)."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

from embodied.core.errors import UnknownNameError


@dataclass(frozen=True)
class ObjectType:
    """One row of the catalogue.

    Attributes:
        name: Type name as AI2-THOR 2.1 spells it.
        size_m: Typical (width, height, depth); the front faces +z.
        affordances: Of `pickupable receptacle openable toggleable sliceable dirtyable fillable`.
        colour: Family of the palette a room draws its colour from.
        slices: How many slices a cut leaves.
        fits: Types that may be put into or onto it.
    """

    name: str
    size_m: tuple[float, float, float]
    affordances: frozenset[str]
    colour: str
    slices: int
    fits: frozenset[str]

    def can(self, affordance: str) -> bool:
        """Whether the type has an affordance, e.g. `openable`."""
        return affordance in self.affordances


@cache
def object_types() -> dict[str, ObjectType]:
    """Return the catalogue, by type name."""
    text = resources.files("envs.household").joinpath("catalog.toml").read_text("utf-8")
    table = tomllib.loads(text)

    def members(words: str) -> frozenset[str]:
        found: set[str] = set()
        for word in words.split():
            found |= members(table["groups"][word[1:]]) if word[0] == "@" else {word}
        return frozenset(found)

    return {
        name: ObjectType(
            name=name,
            size_m=tuple(row["size"]),
            affordances=frozenset(row["is"].split()),
            colour=row["colour"],
            slices=row.get("slices", 0),
            fits=members(table["fits"].get(name, "")),
        )
        for name, row in table["types"].items()
    }


def object_type(name: str) -> ObjectType:
    """Look a type up.

    Raises:
        UnknownNameError: If the catalogue has no such type; names the closest one.
    """
    try:
        return object_types()[name]
    except KeyError:
        raise UnknownNameError("object type", name, object_types()) from None
