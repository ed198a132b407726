"""Puts movable objects into a furnished room: what, how many and where from `stock.toml`."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from envs.household.catalog import object_type
from envs.household.generator.free_floor import can_open, in_sight
from envs.household.generator.plan import Block, RoomPlan
from envs.household.generator.surfaces import Surface, all_surfaces
from envs.household.scene import ObjectSpec
from envs.household.shape import Vec3

EDGE_M = 0.015
"""Kept between an object and the edge of what it rests on."""
GAP_M = 0.025
"""Kept between two objects."""
SIZE_SPREAD = 0.06
"""Objects of a type differ in size by up to this share."""
ATTEMPTS = 30
HANGS = frozenset({"TowelHolder", "HandTowelHolder"})
"""A thing hangs from these by its top."""
THREADED = frozenset({"ToiletPaperHanger"})
"""These go through a roll's middle."""
HANG_OVER_M = 0.02
"""How far the top of a hung thing stands over the bar."""


@dataclass(frozen=True)
class Stock:
    """What a kind of room holds: least and most copies, and places, by type."""

    count: Mapping[str, tuple[int, int]]
    places: Mapping[str, tuple[str, ...]]


@cache
def stock_of(kind: str) -> Stock:
    """Return the stock of a kind of room."""
    text = resources.files("envs.household.generator").joinpath("stock.toml").read_text("utf-8")
    table = tomllib.loads(text)[kind]
    return Stock(
        count={name: (low, high) for name, (low, high) in table["count"].items()},
        places={name: tuple(words.split()) for name, words in table["places"].items()},
    )


def stock_room(plan: RoomPlan, floor_xz: NDArray[np.float64]) -> None:
    """Put movable objects down: the large ones first, none touching another, all in sight.

    Args:
        plan: The furnished room.
        floor_xz: Where the agent can stand: [N, 2].
    """
    stock = stock_of(plan.kind)
    surfaces = all_surfaces(plan.specs)
    taken = list(plan.blocks)
    wanted = [
        name
        for name, (low, high) in stock.count.items()
        for _ in range(int(plan.rng.integers(low, high + 1)))
    ]
    wanted.sort(key=lambda name: -float(np.prod(object_type(name).size_m)))
    for name in wanted:
        for place in _places(plan, stock.places[name]):
            if not can_open(place, floor_xz):
                continue
            spec = _put(plan, name, place, surfaces, taken, floor_xz)
            if spec is not None:
                break


def _places(plan: RoomPlan, names: tuple[str, ...]) -> list[ObjectSpec]:
    """Return the receptacles of some types in random order, likelier types first."""
    found: list[ObjectSpec] = []
    for index in plan.rng.permutation(len(names)):
        of_type = [spec for spec in plan.specs if spec.type == names[index]]
        found += [of_type[i] for i in plan.rng.permutation(len(of_type))]
    return found


def _put(
    plan: RoomPlan,
    name: str,
    receptacle: ObjectSpec,
    surfaces: Mapping[str, tuple[Surface, ...]],
    taken: list[Block],
    floor_xz: NDArray[np.float64],
) -> ObjectSpec | None:
    info = object_type(name)
    if name not in receptacle.info.fits:
        return None
    spread = float(plan.rng.uniform(1 - SIZE_SPREAD, 1 + SIZE_SPREAD))
    size = (info.size_m[0] * spread, info.size_m[1] * spread, info.size_m[2] * spread)
    spaces = surfaces.get(receptacle.object_id, ())
    carriers = {receptacle.object_id, receptacle.owner, receptacle.parent}
    if receptacle.type in HANGS | THREADED:
        return _hang(plan, name, size, spaces[0])
    for index in plan.rng.permutation(len(spaces)):
        surface = spaces[index]
        if size[1] > surface.clearance_m:
            continue
        for _ in range(ATTEMPTS):
            found = _spot(plan, name, size, surface)
            if found is None:
                continue
            xz, yaw, box = found
            shell = Block(
                (box.lower_m[0] - GAP_M, box.lower_m[1] + 0.002, box.lower_m[2] - GAP_M),
                (box.upper_m[0] + GAP_M, box.upper_m[1], box.upper_m[2] + GAP_M),
                name,
            )
            if any(shell.meets(b) for b in taken if b.owner != receptacle.object_id):
                continue
            middle = (xz[0], box.lower_m[1] + size[1] / 2, xz[1])
            if not in_sight(plan.blocks, floor_xz, middle, carriers):
                continue
            taken.append(box)
            return plan.add(
                name, xz, box.lower_m[1], yaw, size_m=size, parent=receptacle.object_id, solid=False
            )
    return None


def _spot(
    plan: RoomPlan, name: str, size: Vec3, surface: Surface
) -> tuple[tuple[float, float], float, Block] | None:
    """Draw a place and a turn on a surface; None where the object does not fit so."""
    turn = 90.0 * int(plan.rng.integers(4)) + float(plan.rng.normal(0.0, 8.0))
    angle = np.deg2rad(turn)
    cosine, sine = abs(np.cos(angle)), abs(np.sin(angle))
    wide, deep = size[0] * cosine + size[2] * sine, size[0] * sine + size[2] * cosine
    play = (surface.size_m[0] - wide) / 2 - EDGE_M, (surface.size_m[1] - deep) / 2 - EDGE_M
    if min(play) < 0:
        return None
    right, ahead = (float(plan.rng.uniform(-p, p)) for p in play)
    if surface.inside:
        # Near the door: what stands at the back of a low shelf nobody sees.
        ahead = abs(ahead)
    x, y, z = surface.point(right, ahead)
    yaw = (surface.receptacle.rotation_deg[1] + turn) % 360.0
    box = plan.block((x, z), y, (wide, size[1], deep), surface.receptacle.rotation_deg[1], name)
    return (x, z), round(yaw, 2), box


def _hang(plan: RoomPlan, name: str, size: Vec3, surface: Surface) -> ObjectSpec | None:
    """Hang a thing from a bar or put a roll on it; None where something is on it already."""
    holder = surface.receptacle
    if any(spec.parent == holder.object_id for spec in plan.specs):
        return None
    x, y, z = surface.point(0.0, 0.0)
    threaded = holder.type in THREADED
    bottom = y - size[1] / 2 if threaded else y - size[1] + HANG_OVER_M
    return plan.add(
        name,
        (x, z),
        bottom,
        holder.rotation_deg[1],
        roll_deg=90.0 if threaded else 0.0,
        size_m=size,
        parent=holder.object_id,
        solid=False,
    )
