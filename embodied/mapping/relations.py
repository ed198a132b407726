"""What is in or on what, from extents."""

import numpy as np

from embodied.mapping.instances import Instance

BESIDE_M = 0.06
BELOW_M, ABOVE_M = 0.10, 0.20
"""How far the bottom of a thing may be below the top it rests on, and above it."""

CONTAINS: frozenset[str] = frozenset(
    [
        "Bathtub",
        "BathtubBasin",
        "Box",
        "Cabinet",
        "Cart",
        "Drawer",
        "Fridge",
        "GarbageCan",
        "LaundryHamper",
        "Microwave",
        "Safe",
        "Sink",
        "SinkBasin",
        "Sofa",
        "ArmChair",
        "Bed",
        "Bowl",
        "Cup",
        "Mug",
        "Pan",
        "Pot",
        "CoffeeMachine",
        "TVStand",
        "Shelf",
        "Dresser",
        "Toilet",
    ]
)
"""Types that things lie inside the extents of, not only on top."""

HOLDS_ON_TOP: frozenset[str] = frozenset(
    [
        "Chair",
        "CoffeeTable",
        "CounterTop",
        "Desk",
        "DiningTable",
        "HandTowelHolder",
        "Ottoman",
        "Plate",
        "SideTable",
        "StoveBurner",
        "ToiletPaperHanger",
        "TowelHolder",
    ]
)
"""Types that things lie on top of. What is of neither kind holds nothing."""


def lies_in(point_m: np.ndarray, receptacle: Instance) -> bool:
    """Whether a point (the bottom of a thing) is in or on a receptacle."""
    if receptacle.category not in CONTAINS and receptacle.category not in HOLDS_ON_TOP:
        return False
    beside = (point_m[:2] >= receptacle.low_m[:2] - BESIDE_M) & (
        point_m[:2] <= receptacle.high_m[:2] + BESIDE_M
    )
    if not beside.all():
        return False
    low = receptacle.low_m[2] if receptacle.category in CONTAINS else receptacle.high_m[2]
    return bool(low - BELOW_M <= point_m[2] <= receptacle.high_m[2] + ABOVE_M)
