"""Bathrooms: tub, toilet, a basin in its cabinet, towels and paper on the walls."""

from envs.household.catalog import object_type
from envs.household.generator.plan import RoomPlan, axes

VANITY_HEIGHT_M = 0.86
VANITY_DEPTH_M = 0.54
CABINET_DEPTH_M = 0.48
PLINTH_M = 0.10
SINK_SIZE_M = (0.50, 0.16, 0.40)


def furnish(plan: RoomPlan) -> None:
    """Furnish a bathroom."""
    rng = plan.rng
    if rng.random() < 0.85:
        _tub(plan)
    _vanity(plan)
    toilet = plan.against_wall("Toilet", clear_m=0.65)
    if toilet is not None:
        wall = round(toilet.rotation_deg[1] / 90) % 4
        sides = [wall, (wall + 1) % 4, (wall - 1) % 4]
        plan.against_wall(
            "ToiletPaperHanger", walls=sides, bottom_m=0.7, clear_m=0.0, beside=toilet.object_id
        )
    for name, drop in (("TowelHolder", 0.75), ("HandTowelHolder", 0.5)):
        _rail(plan, name, drop)
    plan.against_wall("GarbageCan", size_m=(0.26, 0.36, 0.26), corner=True, clear_m=0.3)
    for name, chance in (("Cart", 0.45), ("SideTable", 0.3), ("LaundryHamper", 0.25)):
        if rng.random() < chance:
            plan.against_wall(name, clear_m=0.5)
    for _ in range(int(rng.integers(0, 3))):
        plan.against_wall(
            "Shelf", size_m=(0.6, 0.03, 0.2), bottom_m=float(rng.uniform(1.0, 1.3)), clear_m=0.0
        )


def _rail(plan: RoomPlan, name: str, drop_m: float) -> None:
    """A towel rail, with the wall below it kept free for the towel."""
    width, height, depth = object_type(name).size_m
    place = plan.against_wall(
        name, size_m=(width, height + drop_m, depth), bottom_m=1.25 - drop_m, clear_m=0.0
    )
    if place is None:
        return
    plan.specs.remove(place)
    xz = (place.position_m[0], place.position_m[2])
    plan.add(name, xz, 1.25, place.rotation_deg[1], solid=False)


def _tub(plan: RoomPlan) -> None:
    """A tub along a wall, its basin, a tap and a shower head on the wall."""
    size = (float(plan.rng.uniform(1.5, 1.7)), 0.55, 0.74)
    tub = plan.against_wall("Bathtub", size_m=size, corner=True, gap_m=0.0, clear_m=0.65)
    if tub is None:
        return
    yaw = tub.rotation_deg[1]
    centre = (tub.position_m[0], tub.position_m[2])
    plan.add(
        "BathtubBasin",
        centre,
        0.14,
        yaw,
        size_m=(size[0] - 0.2, 0.40, size[2] - 0.16),
        owner=tub.object_id,
        suffix="BathtubBasin",
        solid=False,
    )
    wall = round(yaw / 90) % 4
    right, _ = axes(yaw)
    side = float(plan.rng.choice([-1, 1]))
    half = plan.wall_length_m(wall) / 2
    along = centre[0] * right[0] + centre[1] * right[1] + side * (size[0] / 2 - 0.35)
    along = max(-half + 0.2, min(half - 0.2, along))
    faucet = plan.wall_point(wall, along, 0.09)
    plan.add("Faucet", faucet, 0.55, yaw, owner=tub.object_id, size_m=(0.10, 0.20, 0.18))
    if plan.rng.random() < 0.7:
        plan.add("ShowerHead", plan.wall_point(wall, along, 0.12), 1.85, yaw)


def _vanity(plan: RoomPlan) -> None:
    """A counter with a basin, cabinets below, a mirror above."""
    rng = plan.rng
    for width in (float(rng.uniform(1.2, 1.7)), 1.1, 0.85):
        size = (width, VANITY_HEIGHT_M, VANITY_DEPTH_M)
        vanity = plan.against_wall("CounterTop", size_m=size, gap_m=0.0)
        if vanity is not None:
            break
    else:
        return
    yaw = vanity.rotation_deg[1]
    wall = round(yaw / 90) % 4
    right, _ = axes(yaw)
    along = vanity.position_m[0] * right[0] + vanity.position_m[2] * right[1]
    left, width = along - vanity.size_m[0] / 2, vanity.size_m[0]
    play = width / 2 - SINK_SIZE_M[0] / 2 - 0.06
    basin_at = along + float(rng.uniform(-play, play))
    _basin(plan, wall, basin_at, vanity.object_id)
    count = max(2, round(width / 0.45))
    for index in range(count):
        middle = left + 0.015 + (index + 0.5) * (width - 0.03) / count
        size = (
            (width - 0.03) / count - 0.008,
            VANITY_HEIGHT_M - SINK_SIZE_M[1] - 0.03 - PLINTH_M,
            CABINET_DEPTH_M,
        )
        plan.add(
            "Cabinet",
            plan.wall_point(wall, middle, VANITY_DEPTH_M - CABINET_DEPTH_M / 2),
            PLINTH_M,
            yaw,
            size_m=size,
            owner=vanity.object_id,
            solid=False,
            style={"hinge": "left" if index % 2 == 0 else "right"},
        )
    mirror = (min(width, 1.0), 0.9, 0.04)
    xz = plan.wall_point(wall, along, 0.02)
    if not plan.taken(plan.block(xz, 1.2, mirror, yaw, "")):
        plan.add("Mirror", xz, 1.2, yaw, size_m=mirror)


def _basin(plan: RoomPlan, wall: int, middle: float, owner: str) -> None:
    """A washbasin sunk into a vanity, with its tap."""
    yaw = 90.0 * wall
    bottom = VANITY_HEIGHT_M - SINK_SIZE_M[1] + 0.01
    xz = plan.wall_point(wall, middle, VANITY_DEPTH_M / 2 + 0.03)
    sink = plan.add("Sink", xz, bottom, yaw, size_m=SINK_SIZE_M, owner=owner, solid=False)
    basin = (SINK_SIZE_M[0] - 0.07, SINK_SIZE_M[1] - 0.02, SINK_SIZE_M[2] - 0.07)
    plan.add(
        "SinkBasin",
        xz,
        bottom + 0.005,
        yaw,
        size_m=basin,
        owner=sink.object_id,
        suffix="SinkBasin",
        solid=False,
    )
    tap = plan.wall_point(wall, middle, 0.08)
    plan.add("Faucet", tap, VANITY_HEIGHT_M, yaw, owner=owner, size_m=(0.08, 0.22, 0.14))
