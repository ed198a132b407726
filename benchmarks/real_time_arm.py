"""What the live loop is measured on: the simulated arm in real time, a planner and eyes at work."""

import threading
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from embodied.core.action import Action, VectorAction
from embodied.core.observation import Observation
from embodied.core.plan import Plan
from embodied.core.protocols import PlanContext
from envs.tabletop.control import ArmCommand
from envs.tabletop.generator import draw
from envs.tabletop.sightings import entities_in_view
from envs.tabletop.world import TabletopWorld
from planners.checked import CheckedPlanner
from planners.parsed.planner import ParsedPlanner

SEEN_BY = ("front", "wrist")


def seen_now(world: TabletopWorld) -> Observation:
    """Return what the arm knows of itself and sees of the table, privileged."""
    return Observation(
        stamp_s=world.time_s,
        state=world.state().vector,
        entities=entities_in_view(world, SEEN_BY),
    )


class RealTimeArm:
    """The simulated arm as a robot: physics in a thread of its own, in real time."""

    def __init__(self, index: int = 1) -> None:
        self.world = TabletopWorld(draw("valid_seen", index).scene, seed=index)
        self._lock = threading.Lock()
        self._command = ArmCommand.hold(gripper=1.0)
        self._seen = seen_now(self.world)
        self.commands: list[tuple[float, np.ndarray]] = []
        self.halted_s: list[float] = []
        self._over = threading.Event()
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        due_s = time.monotonic()
        while not self._over.is_set():
            with self._lock:
                command = self._command
            self.world.step(command)
            self._seen = seen_now(self.world)
            due_s = max(due_s + 0.05, time.monotonic() - 0.05)
            time.sleep(max(0.0, due_s - time.monotonic()))

    def observe(self) -> Observation:
        """What is seen now."""
        return self._seen

    def command(self, action: Action) -> None:
        """Take a command; it holds until the next."""
        assert isinstance(action, VectorAction)
        command = ArmCommand.from_action(action)
        with self._lock:
            self._command = command
        self.commands.append((time.monotonic(), action.values.copy()))

    def halt(self) -> None:
        """Stand still at once."""
        now_s = time.monotonic()
        self.halted_s.append(now_s)
        with self._lock:
            self._command = ArmCommand.hold(gripper=self._command.gripper)

    def close(self) -> None:
        """End the physics."""
        self._over.set()


class BusyPlanner:
    """A planner that thinks for a while before it answers, with Python code all the time."""

    def __init__(self, seconds: float) -> None:
        self._planner, self._seconds = CheckedPlanner(ParsedPlanner()), seconds

    def plan(self, context: PlanContext) -> Plan:
        """Think, then plan."""
        _think(self._seconds)
        return self._planner.plan(context)


def _think(seconds: float) -> int:
    """Keep the interpreter busy, as a language model's tokeniser or a tracker would."""
    until_s, count = time.monotonic() + seconds, 0
    while time.monotonic() < until_s:
        count += sum(number * number for number in range(200))
    return count


def make_perceive() -> Callable[[Observation], tuple[Any, ...]]:
    """Make a perception that sees what there is after a tenth of a second's work."""

    def perceive(observation: Observation) -> tuple[Any, ...]:
        _think(0.1)
        return observation.entities

    return perceive
