"""What skills know of types: which things are alike, which hold what, which open."""

from collections.abc import Mapping

ALIKE: Mapping[str, tuple[str, ...]] = {
    "Knife": ("Knife", "ButterKnife"),
    "Lamp": ("DeskLamp", "FloorLamp", "Lamp"),
    "DeskLamp": ("DeskLamp",),
    "Sink": ("SinkBasin", "Sink"),
    "Bathtub": ("BathtubBasin", "Bathtub"),
}
"""Type asked for to the types that will do, first choice first; others only themselves."""

BESIDE: Mapping[str, tuple[str, ...]] = {
    "SinkBasin": ("Sink",),
    "BathtubBasin": ("Bathtub",),
    "Faucet": ("SinkBasin", "Sink"),
    "StoveKnob": ("StoveBurner",),
    "StoveBurner": ("StoveKnob",),
}
"""Type of a thing to types of what it is always at."""

SURFACES = (
    "CounterTop",
    "DiningTable",
    "CoffeeTable",
    "SideTable",
    "Desk",
    "Dresser",
    "Shelf",
    "TVStand",
    "Sofa",
    "ArmChair",
    "Bed",
    "Ottoman",
)
"""Where anything can be laid aside, first choice first."""

OPEN_RECEPTACLES = (
    *SURFACES,
    "SinkBasin",
    "Sink",
    "StoveBurner",
    "GarbageCan",
    "Toilet",
    "Cart",
    "BathtubBasin",
    "Bathtub",
    "CoffeeMachine",
    "TowelHolder",
    "HandTowelHolder",
    "ToiletPaperHanger",
    "LaundryHamper",
    "Chair",
    "Pan",
    "Pot",
    "Plate",
    "Bowl",
    "Box",
)
"""Receptacles that show what they hold."""

CLOSED_RECEPTACLES = ("Fridge", "Microwave", "Cabinet", "Drawer", "Safe")
"""Receptacles that have to be opened."""

MAYBE_CLOSED = frozenset(["Box"])
"""Receptacles that stand open or closed; opened where nothing can be put in."""

MAYBE_OPEN = frozenset(
    ["Blinds", "Book", "Box", "Laptop", "LaundryHamper", "ShowerCurtain", "ShowerDoor", "Toilet"]
)
"""What stands open or closed when one comes to it; of it is not known that it is shut."""

HOLDS_ONE = frozenset(
    ["StoveBurner", "CoffeeMachine", "ToiletPaperHanger", "TowelHolder", "HandTowelHolder"]
)
"""Full with one thing."""

CLEAR_FRONT_M: Mapping[str, float] = {
    "Fridge": 0.95,
    "Cabinet": 0.8,
    "Drawer": 0.75,
    "Microwave": 0.65,
    "Safe": 0.7,
}
"""How far from the front of a type its door or drawer misses who opens it."""


def alike(category: str) -> tuple[str, ...]:
    """Return the types that will do where one is asked for."""
    return ALIKE.get(category, (category,))
