"""What hangs on the walls: windows, pictures, mirrors, switches."""

from envs.household.generator.plan import RoomPlan

BY_KIND = {
    "kitchen": (("Window", 0.9), ("Painting", 0.3)),
    "living_room": (("Window", 1.0), ("Window", 0.6), ("Painting", 0.9), ("Painting", 0.6)),
    "bedroom": (
        ("Window", 1.0),
        ("Mirror", 0.5),
        ("Painting", 0.7),
        ("Poster", 0.4),
        ("Blinds", 0.1),
    ),
    "bathroom": (("Window", 0.4), ("Painting", 0.2)),
}
SIZES = {
    "Window": ((0.9, 1.5), (0.9, 1.2)),
    "Painting": ((0.5, 0.9), (0.4, 0.65)),
    "Mirror": ((0.5, 0.8), (0.8, 1.0)),
    "Poster": ((0.45, 0.6), (0.6, 0.85)),
    "Blinds": ((0.9, 1.3), (0.9, 1.2)),
}
"""Width and height from and to, metres."""
CEILING_GAP_M = 0.25


def decorate(plan: RoomPlan) -> None:
    """Hang windows, pictures, mirrors and a light switch."""
    from envs.household.catalog import object_type

    for name, chance in BY_KIND[plan.kind]:
        if plan.rng.random() >= chance:
            continue
        (w0, w1), (h0, h1) = SIZES[name]
        width, height = float(plan.rng.uniform(w0, w1)), float(plan.rng.uniform(h0, h1))
        bottom = min(1.25, plan.floor.height_m - CEILING_GAP_M - height)
        size = (width, height, object_type(name).size_m[2])
        plan.against_wall(name, size_m=size, bottom_m=bottom, clear_m=0.0, gap_m=0.0)
    plan.against_wall("LightSwitch", bottom_m=1.15, clear_m=0.0, gap_m=0.0)
