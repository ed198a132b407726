"""What actions that worked change: believed states, as data."""

from collections.abc import Mapping
from dataclasses import dataclass

STATE_OF: Mapping[str, tuple[str, bool]] = {
    "OpenObject": ("open", True),
    "CloseObject": ("open", False),
    "ToggleObjectOn": ("on", True),
    "ToggleObjectOff": ("on", False),
}
"""Action to the state it sets on its target."""


@dataclass(frozen=True)
class Consequence:
    """What follows for what lies in a place.

    Attributes:
        action: What was done.
        to: Type of what it was done to.
        place: Type of where things lie that it follows for.
        state: What they are then.
        not_: What they no longer are.
    """

    action: str
    to: str
    place: str
    state: str
    not_: str = ""


CONSEQUENCES = (
    Consequence("ToggleObjectOn", "Microwave", "Microwave", "hot", "cold"),
    Consequence("CloseObject", "Fridge", "Fridge", "cold", "hot"),
    Consequence("ToggleObjectOn", "Faucet", "SinkBasin", "clean"),
    Consequence("ToggleObjectOn", "StoveKnob", "StoveBurner", "hot", "cold"),
)

HOLDS_INSIDE = frozenset(["Fridge", "Microwave", "Cabinet", "Drawer", "Safe"])
"""Types whose contents are seen and taken only while they are open."""
