"""Bedrooms: a bed with a table at its side, a dresser, a desk with a lamp."""

from envs.household.generator.plan import RoomPlan
from envs.household.generator.rooms.living_room import fit_out, lamp_needed

AROUND = (
    ("Desk", 0.95),
    ("Dresser", 0.8),
    ("SideTable", 0.35),
    ("ArmChair", 0.3),
    ("LaundryHamper", 0.45),
    ("GarbageCan", 0.75),
    ("FloorLamp", 0.3),
    ("Safe", 0.25),
    ("TVStand", 0.2),
    ("HousePlant", 0.3),
)
SMALL = ("LaundryHamper", "GarbageCan", "FloorLamp", "HousePlant")


def furnish(plan: RoomPlan) -> None:
    """Furnish a bedroom."""
    rng = plan.rng
    width = float(rng.choice([1.05, 1.5, 1.65]))
    bed = plan.against_wall("Bed", size_m=(width, 0.95, 2.05), clear_m=0.6)
    if bed is not None:
        table = plan.against_wall(
            "SideTable",
            walls=[round(bed.rotation_deg[1] / 90)],
            size_m=(0.48, 0.58, 0.42),
            beside=bed.object_id,
            clear_m=0.6,
        )
        if table is not None:
            fit_out(plan, table)
    for name, chance in AROUND:
        if rng.random() < chance:
            small = name in SMALL
            placed = plan.against_wall(name, corner=small, clear_m=0.3 if small else 0.65)
            if placed is not None:
                fit_out(plan, placed)
    for _ in range(int(rng.integers(0, 3))):
        plan.against_wall("Shelf", bottom_m=float(rng.uniform(1.0, 1.4)), clear_m=0.0)
    lamp_needed(plan, chance=0.6)
