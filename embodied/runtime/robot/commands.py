"""From an agent's action to what a robot's controllers take, within limits."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from embodied.core.errors import ConfigError, EmbodiedError
from embodied.runtime.robot.transforms import multiply

Numbers: TypeAlias = Sequence[float] | NDArray[np.floating[Any]]


class CommandError(EmbodiedError):
    """A command that must not be sent: not finite, of the wrong length, or of an unknown kind."""


@dataclass(frozen=True)
class Limits:
    """What leaves the agent's node at most; the robot's own limits come after.

    Raises:
        ConfigError: If a number is not finite and above 0.

    Attributes:
        linear_m_s: Speed of the hand.
        angular_rad_s: Turning speed of the hand.
        joint_rad_s: Speed of any joint.
        gripper_m: Widest opening of the fingers.
        effort_n: Force of the fingers.
    """

    linear_m_s: float = 0.25
    angular_rad_s: float = 1.0
    joint_rad_s: float = 1.0
    gripper_m: float = 0.08
    effort_n: float = 20.0

    def __post_init__(self) -> None:
        for each in dataclasses.fields(self):
            value = getattr(self, each.name)
            if not 0 < value < float("inf"):
                raise ConfigError(f"limit {each.name} is {value!r}; give a finite number above 0.")


@dataclass(frozen=True)
class Twist:
    """A velocity of the hand.

    Attributes:
        linear_m_s: (x, y, z).
        angular_rad_s: (x, y, z), right-handed.
        frame: Frame both are given in.
    """

    linear_m_s: tuple[float, float, float]
    angular_rad_s: tuple[float, float, float]
    frame: str


@dataclass(frozen=True)
class TrajectoryPoint:
    """A point of a joint trajectory.

    Attributes:
        at_s: Time from its start.
        position_rad: [N].
        velocity_rad_s: [N].
    """

    at_s: float
    position_rad: tuple[float, ...]
    velocity_rad_s: tuple[float, ...]


@dataclass(frozen=True)
class PlanarGoal:
    """Where a base is to drive: metres and radians in `frame`."""

    x_m: float
    y_m: float
    yaw_rad: float
    frame: str

    @property
    def quat_xyzw(self) -> tuple[float, float, float, float]:
        """Its heading as a quaternion."""
        half = self.yaw_rad / 2
        return (0.0, 0.0, float(np.sin(half)), float(np.cos(half)))


def checked(values: Numbers, size: int, what: str) -> NDArray[np.float64]:
    """Return numbers as float64 [size].

    Raises:
        CommandError: If there are more or fewer, or one is not finite.
    """
    numbers = np.asarray(values, dtype=np.float64)
    if numbers.shape != (size,):
        raise CommandError(f"{what} takes {size} numbers, got shape {numbers.shape}.")
    if not np.isfinite(numbers).all():
        raise CommandError(f"{what} holds a number that is not finite: {numbers.tolist()}.")
    return numbers


def _shortened(vector: NDArray[np.float64], most: float) -> tuple[float, float, float]:
    length = float(np.linalg.norm(vector))
    scaled = vector * (most / length) if length > most else vector
    return (float(scaled[0]), float(scaled[1]), float(scaled[2]))


def twist_of(values: Numbers, *, frame: str, limits: Limits) -> Twist:
    """Read (vx, vy, vz, wx, wy, wz); too fast a one is shortened, its direction kept.

    Raises:
        CommandError: If it is not six finite numbers.
    """
    six = checked(values, 6, "a twist")
    return Twist(
        _shortened(six[:3], limits.linear_m_s), _shortened(six[3:], limits.angular_rad_s), frame
    )


def positions_to_points(
    start_rad: Numbers,
    goal_rad: Numbers,
    *,
    least_s: float,
    limits: Limits,
) -> tuple[TrajectoryPoint, ...]:
    """Return a trajectory to a joint position that ends at rest.

    It takes as long as the joint with the longest way needs within the limits, smoothed by a cubic
    (which is at 1.5 times its mean speed in the middle), and at least `least_s`.

    Raises:
        CommandError: If the numbers do not fit each other or are not finite.
    """
    start = checked(start_rad, len(start_rad), "a joint state")
    goal = checked(goal_rad, len(start), "a joint position")
    takes_s = max(least_s, 1.5 * float(np.max(np.abs(goal - start))) / limits.joint_rad_s)
    still = (0.0,) * len(start)
    return (TrajectoryPoint(takes_s, tuple(goal.tolist()), still),)


def velocities_to_points(
    start_rad: Numbers,
    velocity_rad_s: Numbers,
    *,
    horizon_s: float,
    limits: Limits,
) -> tuple[TrajectoryPoint, ...]:
    """Return a trajectory that moves with a velocity for `horizon_s`, then comes to rest.

    A controller follows it to its end, so it brakes by itself: an agent that dies sends no newer
    one, and the arm stands still after one and a half horizons.

    Raises:
        CommandError: If the numbers do not fit each other or are not finite.
    """
    start = checked(start_rad, len(start_rad), "a joint state")
    wanted = checked(velocity_rad_s, len(start), "a joint velocity")
    fastest = float(np.max(np.abs(wanted), initial=0.0))
    if fastest > limits.joint_rad_s:
        wanted = wanted * (limits.joint_rad_s / fastest)
    there = start + wanted * horizon_s
    rest = there + wanted * horizon_s / 4  # the way of a steady braking over half a horizon
    still = (0.0,) * len(start)
    return (
        TrajectoryPoint(horizon_s, tuple(there.tolist()), tuple(wanted.tolist())),
        TrajectoryPoint(1.5 * horizon_s, tuple(rest.tolist()), still),
    )


def twist_to_pose(
    pose: Numbers,
    *,
    position_m: Sequence[float],
    quat_xyzw: Sequence[float],
    frame: str,
    gain_per_s: float,
    limits: Limits,
) -> Twist:
    """Return the twist that closes a share of the way to a pose every second, within the limits.

    Args:
        pose: (x, y, z, qx, qy, qz, qw) that is wanted.
        position_m: Where the hand is.
        quat_xyzw: How it is turned.
        frame: Frame of both.
        gain_per_s: Share of the way a second.
        limits: Speeds.

    Raises:
        CommandError: If the numbers are not finite, or the quaternion is far from unit length.
    """
    wanted = checked(pose, 7, "a pose")
    length = float(np.linalg.norm(wanted[3:]))
    if not 0.9 < length < 1.1:
        raise CommandError(f"a pose has a quaternion of length {length:.3f}, expected 1.")
    x, y, z, w = (float(value) for value in quat_xyzw)
    turn = multiply((wanted[3:] / length).tolist(), (-x, -y, -z, w))
    turn = turn if turn[3] >= 0 else -turn  # the shorter of the two ways round
    sine = float(np.linalg.norm(turn[:3]))
    angle = 2.0 * float(np.arctan2(sine, turn[3]))
    axis = turn[:3] / sine if sine > 1e-9 else np.zeros(3)
    way = np.concatenate([wanted[:3] - np.asarray(position_m, dtype=float), axis * angle])
    return twist_of((way * gain_per_s).tolist(), frame=frame, limits=limits)
