"""The world behind one surface: reset, step(action) -> event.

ALFRED's environment and a THOR server both stand on `Controller`; `HouseholdController` is the
built-in world, the `ai2thor` package another.
"""

from collections.abc import Mapping
from typing import Any, Protocol

from envs.household.event import Event
from envs.household.scene import Scene


class Controller(Protocol):
    """A household that takes AI2-THOR 2.1's actions, as ALFRED sends them."""

    @property
    def last_event(self) -> Event:
        """The event of the last reset or step."""

    def reset(self, scene: Scene | str) -> Event:
        """Put a scene up, as at its start.

        Raises:
            UnknownNameError: If no scene has this name.
        """

    def step(self, action: Mapping[str, Any] | None = None, **arguments: Any) -> Event:
        """Do one action: `step({"action": "Pass"})` or `step(action="Pass")`.

        An action the world refuses comes back with `lastActionSuccess` False, the reason in
        `errorMessage` (a sentence) and `errorCode` (a `Reason`).

        Raises:
            UnknownNameError: If there is no such action.
            ArgumentError: If an argument is missing, unknown or not of its type.
        """

    def close(self) -> None:
        """Let go of the renderer."""
