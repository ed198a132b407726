"""A body that moves in real time, and the way to it that a stop shuts."""

import threading
from typing import Protocol

from embodied.core.action import Action
from embodied.core.observation import Observation


class Robot(Protocol):
    """A body that moves in real time. No method waits for the robot to get anywhere."""

    def observe(self) -> Observation:
        """Return the newest observation; its `stamp_s` grows only when there is a new one."""

    def command(self, action: Action) -> None:
        """Send a command; it holds until the next one."""

    def halt(self) -> None:
        """Stand still at once and keep hold of what is held; safe from any thread, repeatable."""


class Gate:
    """The way to the actuators: once it is shut nothing but halting passes.

    Shutting does not wait for a command under way: the robot is halted at once by whoever shuts,
    and once more by the loop, should its command have slipped through at the same moment.

    Args:
        robot: The robot.
    """

    def __init__(self, robot: Robot) -> None:
        self._robot = robot
        self._shut = threading.Event()

    def command(self, action: Action) -> bool:
        """Send a command; return whether it passed."""
        if self._shut.is_set():
            return False
        self._robot.command(action)
        if self._shut.is_set():
            self._robot.halt()
            return False
        return True

    def shut(self) -> None:
        """Halt the robot and let nothing pass from now on; safe from any thread."""
        self._shut.set()
        self._robot.halt()

    def open(self) -> None:
        """Let commands pass again: for a person to decide, never for an agent."""
        self._shut.clear()
