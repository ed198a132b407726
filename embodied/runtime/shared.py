"""Shared control: a person drives along axes that the task and the last correction shape.

After Cui et al. 2023 ("No, to the Right: Online Language Corrections for Robotic Manipulation via
Shared Autonomy", LILAC): few inputs steer many joints, because what an input means is shaped by the
task's words and by the corrections said last. There a learned decoder shapes the axes; here the
policy does: the first axis is the way it would take itself, the second the way of the last motion
correction (aside, where there was none), the third is square to both. The arm moves only while
somebody drives.
"""

from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from embodied.core.action import Action, VectorAction
from embodied.core.correction import Correction
from embodied.core.errors import ConfigError
from embodied.core.observation import Observation
from embodied.core.plan import RUNNING, Outcome, Subgoal
from embodied.core.protocols import Correctable, Holding, Interruptible, Policy, Settling
from embodied.runtime.keyboard import keyboard
from embodied.runtime.tracking import Told


class Axes(Protocol):
    """Where the person's input comes from: a keyboard, a joystick."""

    def axes(self) -> tuple[float, float, float]:
        """Return three numbers in [-1, 1], without waiting."""


@runtime_checkable
class Shapeable(Protocol):
    """A policy whose motion a person can take part in."""

    def axes(self) -> NDArray[np.float64]:
        """Return [3, 3]: rows are unit vectors in the base frame, as this module's page says."""

    def nudge(self, velocity_mps: NDArray[np.float64]) -> VectorAction:
        """Return the command of a motion, and shift what the policy aims at by as much."""


class SharedControl:
    """A policy that goes on only while a person drives, and aside where they steer.

    Args:
        policy: What is driven.
        keys: The person's input; the terminal's keyboard by default.
        speed_mps: Speed of steering at full input.

    Raises:
        ConfigError: If the policy's motion cannot be taken part in.
    """

    def __init__(
        self, policy: Policy, *, keys: Axes | None = None, speed_mps: float = 0.12
    ) -> None:
        if not (isinstance(policy, Shapeable) and isinstance(policy, Holding)):
            raise ConfigError(
                f"control=shared needs a policy that can be steered, such as policy=arm_skills; "
                f"{type(policy).__name__} cannot."
            )
        self._policy: Any = policy
        self._keys: Axes = keys or keyboard()
        self._speed_mps = speed_mps

    def reset(self) -> None:
        """Forget the last episode."""
        self._policy.reset()

    def interrupt(self) -> None:
        """Leave off what it is at."""
        if isinstance(self._policy, Interruptible):
            self._policy.interrupt()
        else:
            self._policy.reset()

    def next_task(self) -> None:
        """Leave off what it is at for another task."""
        if isinstance(self._policy, Interruptible):
            self._policy.next_task()
        else:
            self._policy.reset()

    def begin(self, subgoal: Subgoal) -> None:
        """Start on a subgoal."""
        self._policy.begin(subgoal)

    def act(self, observation: Observation) -> tuple[Action | None, Outcome]:
        """Go on as far as the person drives; keep still where they do not."""
        on, aside, third = (float(axis) for axis in np.clip(self._keys.axes(), -1.0, 1.0))
        held = self._policy.hold(observation)
        axes = self._policy.axes()
        steer = aside * axes[1] + third * axes[2] + min(on, 0.0) * axes[0]
        if steer.any():
            return self._policy.nudge(steer * self._speed_mps), RUNNING
        if on <= 0.0:
            return held, RUNNING
        action, outcome = self._policy.act(observation)
        if isinstance(action, VectorAction) and action.space == "ee_velocity" and on < 1.0:
            values = action.values.copy()
            values[:6] *= on
            action = VectorAction(values, action.space, action.frame, action.rate_hz)
        return action, outcome

    def hold(self, observation: Observation) -> Action:
        """Keep still."""
        held: Action = self._policy.hold(observation)
        return held

    def correct(self, correction: Correction) -> bool:
        """Hand a correction on; it shapes the second axis."""
        return isinstance(self._policy, Correctable) and self._policy.correct(correction)

    def settling(self, observation: Observation) -> tuple[Subgoal, ...]:
        """Hand on what has to be done before another task."""
        if isinstance(self._policy, Settling):
            return self._policy.settling(observation)
        return ()

    def report(self) -> Mapping[str, Any]:
        """Return the policy's report."""
        return self._policy.report() if isinstance(self._policy, Told) else {}

    def state_text(self) -> str:
        """Return the policy's state."""
        return self._policy.state_text() if isinstance(self._policy, Told) else ""


def with_control(policy: Policy, control: str | None, *, speed_mps: float = 0.12) -> Policy:
    """Wrap a policy in the control that a config names.

    Args:
        policy: What acts.
        control: None leaves it to itself; `shared` lets a person drive.
        speed_mps: Speed of steering at full input.

    Raises:
        ConfigError: If there is no such control, or the policy cannot be steered.
    """
    if control in (None, "none"):
        return policy
    if control != "shared":
        raise ConfigError(f"No control named {control!r}; there are none and shared.")
    return SharedControl(policy, speed_mps=speed_mps)
