"""Which outlet an agent's action goes to, and in what form: a table over `VectorAction.space`."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from embodied.core.action import Action, VectorAction
from embodied.runtime.robot.commands import (
    CommandError,
    PlanarGoal,
    TrajectoryPoint,
    Twist,
    checked,
    positions_to_points,
    twist_of,
    twist_to_pose,
    velocities_to_points,
)
from embodied.runtime.robot.senses import BASE, Senses


class Outlets(Protocol):
    """What takes commands. No method waits; each replaces what the one before asked for."""

    def twist(self, twist: Twist) -> None:
        """Move the hand with a velocity."""

    def trajectory(self, points: Sequence[TrajectoryPoint]) -> None:
        """Move the joints along points."""

    def gripper(self, opening_m: float, effort_n: float) -> None:
        """Bring the fingers to an opening."""

    def drive(self, goal: PlanarGoal) -> None:
        """Drive the base somewhere."""

    def stop(self) -> None:
        """Stand still now: zero velocity, every goal cancelled; the fingers keep their hold."""


class Sender:
    """Sends actions on to the outlets; not safe to be called from two threads at once.

    Args:
        senses: Where the arm is.
        outlets: Where commands go.
        clock: Seconds, monotonic.
    """

    def __init__(
        self, senses: Senses, outlets: Outlets, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.spec = senses.spec
        self._senses = senses
        self._outlets = outlets
        self._clock = clock
        self._opening_m: float | None = None
        self._sent: tuple[object, float] | None = None
        self._space = ""

    def stop(self) -> None:
        """Stand still; what was sent before counts no longer."""
        self._sent = None
        self._outlets.stop()

    def send(self, action: Action) -> None:
        """Send an action.

        Raises:
            CommandError: If it is none of this robot's, or holds numbers that make no sense.
        """
        if not isinstance(action, VectorAction) or action.space not in _SENDERS:
            said = action.space if isinstance(action, VectorAction) else type(action).__name__
            raise CommandError(f"{said} is no command of this robot; there are: {SPACES}.")
        if not self.spec.joints and action.space in _OF_AN_ARM:
            raise CommandError(f"{action.space} moves an arm, and this robot has none.")
        if self._space in _GOALS and action.space != self._space:
            self.stop()  # what is under way would go on beside what is asked now
        self._space = action.space
        _SENDERS[action.space](self, action)

    def _grip(self, opening: float) -> None:
        """Open the fingers to a share of their widest, where that changes anything."""
        wanted_m = float(np.clip(opening, 0.0, 1.0)) * self.spec.limits.gripper_m
        close = 0.02 * self.spec.limits.gripper_m
        if self._opening_m is None or abs(wanted_m - self._opening_m) > close:
            self._outlets.gripper(wanted_m, self.spec.limits.effort_n)
            self._opening_m = wanted_m

    def _velocity(self, action: VectorAction) -> None:
        values = checked(action.values, 7, action.space)
        twist = twist_of(values[:6], frame=self._frame(action), limits=self.spec.limits)
        self._outlets.twist(twist)
        self._grip(values[6])

    def _pose(self, action: VectorAction) -> None:
        values = checked(action.values, 8, action.space)
        hand = self._senses.hand()
        if hand is None:
            raise CommandError(f"tf does not tell where {self.spec.ee_frame} is.")
        self._outlets.twist(
            twist_to_pose(
                values[:7],
                position_m=hand.position_m,
                quat_xyzw=hand.quat_xyzw,
                frame=self._frame(action),
                gain_per_s=self.spec.pose_gain_per_s,
                limits=self.spec.limits,
            )
        )
        self._grip(values[7])

    def _joint_position(self, action: VectorAction) -> None:
        values = checked(action.values, len(self.spec.joints) + 1, action.space)
        if self._anew(tuple(np.round(values[:-1], 3)), within_s=float("inf")):
            self._outlets.trajectory(
                positions_to_points(
                    self._start(),
                    values[:-1],
                    least_s=self.spec.horizon_s,
                    limits=self.spec.limits,
                )
            )
        self._grip(values[-1])

    def _joint_velocity(self, action: VectorAction) -> None:
        values = checked(action.values, len(self.spec.joints) + 1, action.space)
        if self._anew(tuple(np.round(values[:-1], 3)), within_s=self.spec.horizon_s / 2):
            self._outlets.trajectory(
                velocities_to_points(
                    self._start(),
                    values[:-1],
                    horizon_s=self.spec.horizon_s,
                    limits=self.spec.limits,
                )
            )
        self._grip(values[-1])

    def _drive(self, action: VectorAction) -> None:
        x, y, yaw = checked(action.values, 3, action.space).tolist()
        if self._anew((x, y, yaw), within_s=float("inf")):
            self._outlets.drive(PlanarGoal(x, y, yaw, frame=action.frame))

    def _frame(self, action: VectorAction) -> str:
        if action.frame not in (BASE, self.spec.base_frame):
            raise CommandError(
                f"{action.space} is given in {action.frame!r}; this arm takes {BASE!r}."
            )
        return self.spec.base_frame

    def _anew(self, what: object, *, within_s: float) -> bool:
        """Whether a goal has to be sent: not where the same was sent a moment ago."""
        now_s = self._clock()
        if self._sent is not None and self._sent[0] == what and now_s - self._sent[1] < within_s:
            return False
        self._sent = (what, now_s)
        return True

    def _start(self) -> NDArray[np.float64]:
        position = self._senses.position_rad()
        if position is None:
            raise CommandError("a joint command needs joint states, and none have come.")
        return position


_SENDERS: Mapping[str, Callable[[Any, VectorAction], None]] = {
    "ee_velocity": Sender._velocity,
    "ee_pose": Sender._pose,
    "joint_position": Sender._joint_position,
    "joint_velocity": Sender._joint_velocity,
    "base_pose": Sender._drive,
    "halt": lambda sender, action: sender.stop(),
}
SPACES = ", ".join(_SENDERS)
"""What a command may be, by `VectorAction.space`."""
_GOALS = frozenset({"joint_position", "joint_velocity", "base_pose"})
"""Commands that go on by themselves until they are reached."""
_OF_AN_ARM = frozenset({"ee_velocity", "ee_pose", "joint_position", "joint_velocity"})
