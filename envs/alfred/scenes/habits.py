"""What is known of a type of furniture before it is seen."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Habit:
    """What is known of a type before it is seen.

    Attributes:
        floor: It stands on the floor.
        base_m: How far its bottom lies over its id's height, where that is known.
        front: Its id lies in the plane of its front.
        middle: Its id's height is that of its middle.
        flat: Things rest on its very top.
        top_m: How far its top lies over its id's height, where that is known.
        size_sigma: How far the logarithm of its (width, height, depth) may be off.
    """

    floor: bool = False
    base_m: float | None = None
    front: bool = False
    middle: bool = False
    flat: bool = False
    top_m: float | None = None
    size_sigma: tuple[float, float, float] = (0.4, 0.4, 0.4)


TABLE = Habit(floor=True, flat=True, size_sigma=(0.5, 0.4, 0.4))
SLAB = Habit(flat=True, size_sigma=(0.5, 0.05, 0.4))
SEAT = Habit(floor=True, size_sigma=(0.3, 0.2, 0.2))
HABITS: Mapping[str, Habit] = {
    "ArmChair": SEAT,
    "BathtubBasin": Habit(size_sigma=(0.3, 0.1, 0.3)),
    "Bed": SEAT,
    "Cabinet": Habit(front=True, middle=True, size_sigma=(0.5, 0.5, 0.05)),
    "Cart": Habit(floor=True, size_sigma=(0.3, 0.2, 0.3)),
    "Chair": SEAT,
    "CoffeeMachine": Habit(base_m=0.0, size_sigma=(0.3, 0.3, 0.3)),
    "CoffeeTable": TABLE,
    "CounterTop": Habit(flat=True, top_m=-0.03, size_sigma=(1.0, 0.1, 0.5)),
    "Desk": TABLE,
    "DeskLamp": Habit(base_m=0.0, size_sigma=(0.4, 0.4, 0.4)),
    "DiningTable": TABLE,
    "Dresser": TABLE,
    "FloorLamp": Habit(floor=True, size_sigma=(0.3, 0.2, 0.3)),
    "Fridge": Habit(floor=True, size_sigma=(0.25, 0.1, 0.15)),
    "GarbageCan": Habit(floor=True, size_sigma=(0.3, 0.12, 0.3)),
    "Microwave": Habit(base_m=0.05, size_sigma=(0.25, 0.25, 0.2)),
    "Ottoman": TABLE,
    "Safe": Habit(base_m=0.0, size_sigma=(0.3, 0.3, 0.2)),
    "Shelf": Habit(flat=True, top_m=0.0, size_sigma=(0.6, 0.02, 0.4)),
    "SideTable": TABLE,
    "SinkBasin": Habit(size_sigma=(0.4, 0.1, 0.3)),
    "Sofa": SEAT,
    "StoveBurner": Habit(base_m=0.0, size_sigma=(0.3, 0.1, 0.3)),
    "Toilet": Habit(floor=True, size_sigma=(0.2, 0.1, 0.2)),
    "TVStand": TABLE,
}
"""By type; others have no habits."""
