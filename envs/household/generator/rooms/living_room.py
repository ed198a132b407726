"""Living rooms: a sofa facing a television, and what gathers around them."""

import numpy as np

from envs.household.generator.pieces import chair_before, drawers_in, on_top
from envs.household.generator.plan import RoomPlan, axes
from envs.household.scene import ObjectSpec

AROUND = (
    ("ArmChair", 0.9),
    ("ArmChair", 0.35),
    ("FloorLamp", 0.75),
    ("SideTable", 0.85),
    ("SideTable", 0.4),
    ("Dresser", 0.5),
    ("Desk", 0.35),
    ("Ottoman", 0.3),
    ("GarbageCan", 0.8),
    ("HousePlant", 0.6),
    ("Safe", 0.2),
)
"""What may stand along the walls, with its chance."""
SMALL = ("FloorLamp", "GarbageCan", "HousePlant")


def furnish(plan: RoomPlan) -> None:
    """Furnish a living room."""
    rng = plan.rng
    wall = int(rng.integers(4))
    width = float(rng.uniform(1.2, 1.7))
    stand = plan.against_wall("TVStand", walls=[wall], size_m=(width, 0.52, 0.42))
    if stand is not None:
        on_top(plan, "Television", [stand], back_m=0.14, centred=True)
        drawers_in(plan, stand, columns=2 + (width > 1.45), rows=1, height_m=(0.1, 0.34))
        _seats(plan, stand, wall)
    for name, chance in AROUND:
        if rng.random() < chance:
            small = name in SMALL
            placed = plan.against_wall(name, corner=small, clear_m=0.3 if small else 0.6)
            if placed is not None:
                fit_out(plan, placed)
    for _ in range(int(rng.integers(0, 3))):
        plan.against_wall("Shelf", bottom_m=float(rng.uniform(1.0, 1.4)), clear_m=0.0)
    lamp_needed(plan, chance=0.4)


def _seats(plan: RoomPlan, stand: ObjectSpec, wall: int) -> None:
    """A sofa facing the television with a coffee table before it."""
    size = (float(plan.rng.uniform(1.7, 2.1)), 0.85, 0.88)
    right, ahead = axes(stand.rotation_deg[1])
    play = max(0.0, plan.wall_length_m(wall) / 2 - size[0] / 2 - 0.05)
    across = plan.wall_length_m((wall + 1) % 4) - 0.02 - stand.size_m[2] / 2 - size[2] / 2 - 0.02
    # Against the wall across, or nearer where the room is deep.
    distances = [across] if across < 3.2 else [across, float(plan.rng.uniform(2.6, across - 0.7))]
    for distance in plan.rng.permutation(distances):
        point = np.array([stand.position_m[0], stand.position_m[2]]) + np.multiply(ahead, distance)
        # Nearer the middle than the television, where the wall would be in the sofa's way.
        aside = np.array(right) * (point @ right - np.clip(point @ right, -play, play))
        xz = (float(point[0] - aside[0]), float(point[1] - aside[1]))
        yaw = stand.rotation_deg[1] + 180.0
        box = plan.block(xz, 0.0, size, yaw, "Sofa")
        front = plan.front(box, yaw)
        if plan.fits(box, front=front):
            sofa = plan.add("Sofa", xz, 0.0, yaw, size_m=size)
            _coffee_table(plan, sofa, (-ahead[0], -ahead[1]), float(distance))
            plan.zones.append(front)
            return
    plan.against_wall("Sofa", size_m=size)


def _coffee_table(
    plan: RoomPlan, sofa: ObjectSpec, ahead: tuple[float, float], distance: float
) -> None:
    gap = float(plan.rng.uniform(0.66, 0.75))
    size = (float(plan.rng.uniform(0.8, 1.2)), 0.42, float(plan.rng.uniform(0.5, 0.62)))
    out = sofa.size_m[2] / 2 + gap + size[2] / 2
    if distance - out - size[2] / 2 < 0.85:
        return
    xz = (sofa.position_m[0] + ahead[0] * out, sofa.position_m[2] + ahead[1] * out)
    box = plan.block(xz, 0.0, size, sofa.rotation_deg[1], "CoffeeTable")
    if not plan.taken(box):
        plan.add("CoffeeTable", xz, 0.0, sofa.rotation_deg[1], size_m=size)


def fit_out(plan: RoomPlan, placed: ObjectSpec) -> None:
    """Build drawers into a piece of furniture, and put a chair to a desk."""
    rng = plan.rng
    if placed.type == "Dresser":
        drawers_in(plan, placed, columns=2, rows=int(rng.integers(2, 4)), height_m=(0.1, 0.86))
    elif placed.type == "SideTable" and rng.random() < 0.6:
        drawers_in(plan, placed, columns=1, rows=1, height_m=(0.40, 0.57))
    elif placed.type == "Desk":
        side = (-0.5, -0.2) if rng.random() < 0.5 else (0.2, 0.5)
        drawers_in(plan, placed, columns=1, rows=3, height_m=(0.12, 0.69), width_m=side)
        chair_before(plan, placed)


def lamp_needed(plan: RoomPlan, *, chance: float) -> None:
    """See to a lamp: one to read by, on a table or standing; a second one by chance."""
    bases = [spec for spec in plan.specs if spec.type in ("Desk", "SideTable", "Dresser")]
    standing = any(spec.type == "FloorLamp" for spec in plan.specs)
    if standing and plan.rng.random() > chance:
        return
    if on_top(plan, "DeskLamp", bases) is None and not standing:
        plan.against_wall("FloorLamp", corner=True, clear_m=0.3)
