"""Rooms of ALFRED's four kinds, drawn from a seed."""

from collections.abc import Callable

import numpy as np

from embodied.core.errors import UnknownNameError
from envs.household.generator.free_floor import out_of_reach, walkable
from envs.household.generator.plan import RoomPlan
from envs.household.generator.rooms import bathroom, bedroom, kitchen, living_room
from envs.household.generator.stock import stock_room
from envs.household.generator.walls import decorate
from envs.household.scene import Floor, Scene

KINDS = ("kitchen", "living_room", "bedroom", "bathroom")
FURNISH: dict[str, Callable[[RoomPlan], None]] = {
    "kitchen": kitchen.furnish,
    "living_room": living_room.furnish,
    "bedroom": bedroom.furnish,
    "bathroom": bathroom.furnish,
}
SPANS_M = {
    "kitchen": (3.4, 5.2),
    "living_room": (4.0, 5.6),
    "bedroom": (3.6, 5.2),
    "bathroom": (2.6, 3.8),
}
"""Least and most width and depth."""
NEEDED = {
    "kitchen": ("Fridge", "Microwave", "SinkBasin", "Faucet", "StoveBurner", "GarbageCan"),
    "living_room": ("Sofa", "TVStand"),
    "bedroom": ("Bed",),
    "bathroom": ("SinkBasin", "Faucet", "Toilet", "TowelHolder", "HandTowelHolder"),
}
LAMPS = ("DeskLamp", "FloorLamp")
ATTEMPTS = 60
LEAST_CELLS = 14
"""Cells of the 0.25 m grid that must be free to walk on."""


def generate_scene(kind: str, seed: int) -> Scene:
    """Draw a furnished, stocked room; the same arguments always give the same room.

    Args:
        kind: One of `KINDS`.
        seed: Any non-negative integer.

    Raises:
        UnknownNameError: If there is no such kind.
        RuntimeError: If no arrangement works out in `ATTEMPTS` draws.
    """
    if kind not in FURNISH:
        raise UnknownNameError("kind of room", kind, KINDS)
    for attempt in range(ATTEMPTS):
        plan = _draw(kind, seed, attempt)
        if plan is None:
            continue
        return Scene(
            name=scene_name(kind, seed),
            kind=kind,
            floor=plan.floor,
            objects=tuple(plan.specs),
            seed=seed,
        )
    raise RuntimeError(f"no {kind} works out for seed {seed} in {ATTEMPTS} draws")


def scene_name(kind: str, seed: int) -> str:
    """Name of a generated scene, `Household-kitchen-00017`."""
    return f"Household-{kind}-{seed:05d}"


def _draw(kind: str, seed: int, attempt: int) -> RoomPlan | None:
    """Furnish once; None where something the room needs is missing or out of reach."""
    rng = np.random.default_rng([KINDS.index(kind), seed, attempt])
    width, depth = rng.uniform(*SPANS_M[kind], size=2)
    if kind == "bathroom":
        width, depth = max(width, depth), min(width, depth)
    half = (round(float(width) / 2, 2), round(float(depth) / 2, 2))
    floor = Floor((-half[0], -half[1]), half, round(float(rng.uniform(2.5, 2.8)), 2))
    plan = RoomPlan(kind, floor, rng)
    FURNISH[kind](plan)
    types = {spec.type for spec in plan.specs}
    lit = kind not in ("living_room", "bedroom") or bool(types & set(LAMPS))
    if not lit or not types.issuperset(NEEDED[kind]):
        return None
    decorate(plan)
    floor_xz = walkable(plan)
    if len(floor_xz) < LEAST_CELLS or out_of_reach(plan, floor_xz):
        return None
    stock_room(plan, floor_xz)
    return plan
