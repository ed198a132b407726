"""A place on a navigation graph in words, as a language model reads it.

The manner is NavGPT's (Zhou et al., "NavGPT: Explicit Reasoning in Vision-and-Language Navigation
with Large Language Models", 2023): what is seen is told by direction, with the ways on and what was
done so far.
"""

import math
from collections.abc import Mapping, Sequence

from embodied.core.entity import Entity
from embodied.core.panorama import Panorama, Way

_SECTORS = (
    "ahead",
    "ahead to the right",
    "to the right",
    "behind to the right",
    "behind",
    "behind to the left",
    "to the left",
    "ahead to the left",
)
_STEEP_RAD = 0.2
_NEAR_RAD = math.radians(30.0)
MAX_NAMES = 12

SYSTEM = """\
You walk through a building from viewpoint to viewpoint and follow an instruction. At each step you
are told what you see around you, and the ways you can take. Directions are relative to where you
look; after a step you look the way you walked. What is seen is incomplete: a thing that is not
listed may still be there. Think about which part of the instruction is done and which comes next,
then answer with the number of a way, or with 0 to stop where the instruction ends. You may go back.
Answer with JSON: {"thought": "...", "way": number}."""


def sector(heading_rad: float) -> str:
    """Return a relative heading in words: eight sectors, the first straight ahead."""
    return _SECTORS[round(heading_rad / (math.pi / 4.0)) % 8]


def describe_place(panorama: Panorama, entities: Sequence[Entity], been: Mapping[str, int]) -> str:
    """Return what is seen around, and the ways on, numbered from 1.

    Args:
        panorama: The place.
        entities: What is seen from it.
        been: Places that were stood at to their numbers, in the order of the walk.
    """
    lines = ["Around you:"]
    seen = _by_sector(entities)
    lines += [f"- {where}: {', '.join(names)}" for where, names in seen.items()]
    if not seen:
        lines.append("- nothing that has a name")
    lines.append("Ways:")
    lines += [
        f"{number}. {_way(way, entities, been)}"
        for number, way in enumerate(panorama.ways, start=1)
    ]
    return "\n".join(lines)


def _by_sector(entities: Sequence[Entity]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {name: [] for name in _SECTORS}
    for entity in entities:
        if entity.direction_rad is None:
            continue
        names = found[sector(entity.direction_rad[0])]
        if entity.category not in names and len(names) < MAX_NAMES:
            names.append(entity.category)
    return {where: names for where, names in found.items() if names}


def _way(way: Way, entities: Sequence[Entity], been: Mapping[str, int]) -> str:
    degrees = round(math.degrees(way.heading_rad))
    turn = f", {abs(degrees)} degrees {'right' if degrees > 0 else 'left'}" if degrees else ""
    slope = ""
    if abs(way.elevation_rad) > _STEEP_RAD:
        slope = ", leading up" if way.elevation_rad > 0.0 else ", leading down"
    there = [
        entity.category
        for entity in entities
        if entity.direction_rad is not None
        and abs(_wrap(entity.direction_rad[0] - way.heading_rad)) < _NEAR_RAD
    ]
    towards = f", towards {', '.join(dict.fromkeys(there[:4]))}" if there else ""
    back = f" (you were there: place {been[way.viewpoint]})" if way.viewpoint in been else ""
    return f"{sector(way.heading_rad)}{turn}, {way.distance_m:.1f} m{slope}{towards}{back}"


def _wrap(angle_rad: float) -> float:
    return (angle_rad + math.pi) % (2.0 * math.pi) - math.pi
