"""What ALFRED's evaluation does of itself once a tap runs."""

from typing import TYPE_CHECKING

from envs.household.goals import nearest_visible

if TYPE_CHECKING:
    from envs.household.controller import Controller
    from envs.household.episode import Command


def rinse(controller: "Controller", command: "Command") -> None:
    """After a tap was opened, clean whatever dirty lies in the basin, as ALFRED does.

    Args:
        controller: The world.
        command: What was just carried out; anything but opening a tap does nothing.
    """
    if command["action"] != "ToggleObjectOn" or "Faucet" not in command["objectId"]:
        return
    metadata = controller.step({"action": "Pass"}).metadata
    basin = nearest_visible("SinkBasin", command["objectId"], metadata)
    held = set(basin["receptacleObjectIds"] or ()) if basin else set()
    for entry in metadata["objects"]:
        if entry["objectId"] in held and entry["dirtyable"] and entry["isDirty"]:
            controller.step({"action": "CleanObject", "objectId": entry["objectId"]})
