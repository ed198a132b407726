"""ALFRED's actions and the commands they become on the way to a controller."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from envs.household.episode import Command

Metadata: TypeAlias = Mapping[str, Any]

LOOK_DEG = 15.0

NAVIGATION = ("MoveAhead", "RotateLeft", "RotateRight", "LookUp", "LookDown")
INTERACTION = (
    "PickupObject",
    "PutObject",
    "OpenObject",
    "CloseObject",
    "ToggleObjectOn",
    "ToggleObjectOff",
    "SliceObject",
)
STOP_NAME = "Stop"
ACTION_NAMES = (*NAVIGATION, *INTERACTION, STOP_NAME)
"""The agent's actions; their order is the order of the action space."""


class CommandRefusedError(Exception):
    """An action that is never sent because it cannot be meant: it counts as a failed action."""


def _forced(name: str) -> Callable[[Metadata], Command]:
    return lambda metadata: {"action": name, "forceAction": True}


def _look(turn_deg: float) -> Callable[[Metadata], Command]:
    """A look is a teleport on the spot with another horizon."""

    def command(metadata: Metadata) -> Command:
        agent = metadata["agent"]
        return {
            "action": "TeleportFull",
            **{axis: agent["position"][axis] for axis in "xyz"},
            "rotation": round(agent["rotation"]["y"], 4),
            "horizon": round(agent["cameraHorizon"] + turn_deg, 3),
        }

    return command


NAVIGATION_COMMANDS: Mapping[str, Callable[[Metadata], Command]] = {
    "MoveAhead": _forced("MoveAhead"),
    "RotateLeft": _forced("RotateLeft"),
    "RotateRight": _forced("RotateRight"),
    "LookUp": _look(-LOOK_DEG),
    "LookDown": _look(LOOK_DEG),
}

INTERACTION_ARGUMENTS: Mapping[str, Mapping[str, Any]] = {
    "OpenObject": {"moveMagnitude": 1.0},
    "CloseObject": {"forceAction": True},
    "PutObject": {"forceAction": True, "placeStationary": True},
}


def navigation_command(name: str, metadata: Metadata) -> Command:
    """Return the command of a move, turn or look from where the agent stands."""
    return NAVIGATION_COMMANDS[name](metadata)


def interaction_command(name: str, object_id: str, metadata: Metadata) -> Command:
    """Return the command of an action on an object.

    Raises:
        CommandRefusedError: If nothing is held to be put down, or no knife to cut with.
    """
    held = metadata["inventoryObjects"]
    if name == "PutObject":
        if not held:
            raise CommandRefusedError("PutObject with an empty hand")
        objects = {"objectId": held[0]["objectId"], "receptacleObjectId": object_id}
    else:
        objects = {"objectId": object_id}
    if name == "SliceObject" and not (held and "Knife" in held[0]["objectType"]):
        raise CommandRefusedError("SliceObject without a knife in hand")
    return {"action": name, **objects, **INTERACTION_ARGUMENTS.get(name, {})}
