"""What the arm may never do: bounds on its next small move, and a check of where it leads.

Every bound leaves standing still allowed, so that some move always remains. The bounds are linear
and the arm is not, so the configuration that a move leads to is checked as well (`Guard.room_m`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from embodied.core.errors import ConfigError
from envs.tabletop.kinematics import ArmKinematics, load_mink
from envs.tabletop.panda import JOINT_RANGE_RAD, JOINT_SPEED_RAD_S, LINKS

Floats = NDArray[np.float64]

APPROACH = 0.5
"""Share of the room left that one step may use up."""
JAMMED_SHARE = 0.2
SELF_NEAR_M = 0.08
"""Parts farther apart than this cannot meet within a step."""
SHOULDER_M = np.array(LINKS[0].place_m)


@dataclass(frozen=True)
class ArmLimits:
    """Limits of a set-up; a robot's owner narrows them to the room the robot has.

    Raises:
        ConfigError: If a number is not finite, or would not limit anything.

    Attributes:
        joint_margin_rad: Kept from both ends of every joint's published range.
        joint_speed_share: Share of the published joint speeds that is used.
        joint_acceleration_rad_s2: How fast a joint's speed may grow; standing still is never
            slowed down by it.
        linear_mps: Fastest the point between the fingertips moves.
        angular_rad_s: Fastest the hand turns.
        low_m: Lowest (x, y, z) of the point between the fingertips, in the base frame.
        high_m: Highest.
        reach_m: Farthest it may be from the shoulder, short of the stretched arm.
        margin_m: Kept inside of these by what is commanded, since a real arm lags and overshoots.
        table_m: Height of the table's top.
        table_gap_m: Kept between the table and every part of arm and fingers.
        self_gap_m: Kept between parts of the arm that could meet.
    """

    joint_margin_rad: float = 0.05
    joint_speed_share: float = 0.6
    joint_acceleration_rad_s2: float = 7.5
    linear_mps: float = 0.5
    angular_rad_s: float = 1.5
    low_m: tuple[float, float, float] = (0.21, -0.51, 0.0)
    high_m: tuple[float, float, float] = (0.79, 0.51, 0.61)
    reach_m: float = 0.81
    margin_m: float = 0.01
    table_m: float = 0.0
    table_gap_m: float = 0.002
    self_gap_m: float = 0.015

    def __post_init__(self) -> None:
        for each in fields(self):
            try:
                value = np.asarray(getattr(self, each.name), dtype=np.float64)
            except (TypeError, ValueError):
                value = np.full(np.shape(each.default), np.nan)
            low, high = _ALLOWED[each.name]
            if (
                value.shape != np.shape(each.default)
                or not ((value >= low) & (value <= high)).all()
            ):
                what = "three numbers" if np.shape(each.default) else "a number"
                raise ConfigError(
                    f"limit {each.name} is {getattr(self, each.name)!r}; give {what} from {low:g} "
                    f"to {high:g}."
                )
        if not (np.asarray(self.low_m) + 2 * self.margin_m < self.high_m).all():
            raise ConfigError(
                f"limits low_m {tuple(self.low_m)} and high_m {tuple(self.high_m)} leave no room "
                f"between them, {self.margin_m:g} m kept at each side."
            )

    @property
    def joint_range_rad(self) -> Floats:
        """[7, 2], lowest and highest that are commanded."""
        return JOINT_RANGE_RAD + np.array([self.joint_margin_rad, -self.joint_margin_rad])

    @property
    def joint_speed_rad_s(self) -> Floats:
        """[7], fastest that is commanded."""
        return JOINT_SPEED_RAD_S * self.joint_speed_share


_ALLOWED: Mapping[str, tuple[float, float]] = {
    "joint_margin_rad": (0.0, 1.0),
    "joint_speed_share": (0.001, 1.0),
    "joint_acceleration_rad_s2": (0.01, 7.5),
    "linear_mps": (0.001, 1.7),
    "angular_rad_s": (0.001, 2.5),
    "low_m": (-2.0, 2.0),
    "high_m": (-2.0, 2.0),
    "reach_m": (0.1, 0.855),
    "margin_m": (0.0, 0.1),
    "table_m": (-2.0, 2.0),
    "table_gap_m": (0.0, 0.5),
    "self_gap_m": (0.0, 0.08),
}
"""What a limit may be set to: the manufacturer's speeds and reach at the most."""


class Guard:
    """Keeps moves within limits.

    Args:
        limits: What holds.
        kinematics: The arm, at the configuration that a move starts from.

    Attributes:
        speed_rad_s: [7], the speed of the move before.
        jammed: Whether the real arm does not follow: it is then asked for little, since what is
            asked of an arm that stands against something becomes force.
    """

    def __init__(self, limits: ArmLimits, kinematics: ArmKinematics) -> None:
        self.limits = limits
        self._arm = kinematics
        self.speed_rad_s = np.zeros(len(JOINT_RANGE_RAD))
        self.jammed = False
        self._low = np.array(limits.low_m) + limits.margin_m
        self._high = np.array(limits.high_m) - limits.margin_m
        self._reach_m = limits.reach_m - limits.margin_m
        self._joint_low, self._joint_high = limits.joint_range_rad.T.copy()
        self._joint_speed = limits.joint_speed_rad_s
        mink, _ = load_mink()
        self._self_limit = mink.CollisionAvoidanceLimit(
            kinematics.model,
            [([a], [b]) for a, b in kinematics.self_pairs],
            gain=1.0,
            minimum_distance_from_collisions=limits.self_gap_m,
            collision_detection_distance=SELF_NEAR_M,
        )

    def room_m(self) -> Floats:
        """Return how far every guarded place is from its bound; below 0 is past it.

        The point between the fingertips from the six sides of its box and from the farthest
        reach, then every guarded part from the table, then parts of the arm from each other.
        """
        tcp = self._arm.tcp_m()
        way = tcp - SHOULDER_M
        reach = self._reach_m - float(np.sqrt(way @ way))
        heights = self._arm.heights_m() - self.limits.table_m - self.limits.table_gap_m
        apart = self._arm.self_distances_m(SELF_NEAR_M) - self.limits.self_gap_m
        return np.concatenate([tcp - self._low, self._high - tcp, [reach], heights, apart])

    def paces(self, dt_s: float) -> tuple[Floats, Floats]:
        """Return how far every joint [7] can get down and up in a step, as fast as it may grow."""
        step = self._joint_speed * dt_s
        grown = self.limits.joint_acceleration_rad_s2 * dt_s**2
        if self.jammed:
            grown *= JAMMED_SHARE
        before = self.speed_rad_s * dt_s
        down = np.minimum(step, np.maximum(-before, 0.0) + grown)
        return down, np.minimum(step, np.maximum(before, 0.0) + grown)

    def joint_bounds(self, dt_s: float) -> tuple[Floats, Floats]:
        """Return the least and the largest move [7] of every joint within a step."""
        joints = self._arm.position_rad
        down, up = self.paces(dt_s)
        low, high = self._joint_low - joints, self._joint_high - joints
        return -np.minimum(down, np.maximum(-low, 0.0)), np.minimum(up, np.maximum(high, 0.0))

    def bounds(self, dt_s: float) -> tuple[Floats, Floats]:
        """Return (G [N, 7], h [N]) with G @ move_rad <= h for every move that is allowed."""
        arm, limits = self._arm, self.limits
        tcp, jacobian = arm.tcp_m(), arm.tcp_jacobian()
        way = tcp - SHOULDER_M
        far = float(np.sqrt(way @ way))
        rows = [-jacobian, jacobian, (way / far @ jacobian)[None]]
        room = [tcp - self._low, self._high - tcp, np.array([self._reach_m - far])]
        heights = arm.heights_m() - limits.table_m - limits.table_gap_m
        # Nothing falls by more than this in a step: only what is low needs a row.
        low_parts = np.flatnonzero(heights < 4.0 * limits.linear_mps * dt_s)
        if len(low_parts):
            rows.append(np.array([-arm.height_row(int(index)) for index in low_parts]))
            room.append(heights[low_parts])
        # mink bounds the approach as a speed: times dt it is the step's.
        own = self._self_limit.compute_qp_inequalities(arm.configuration, dt_s)
        near = own.h < np.inf
        if near.any():
            rows.append(own.G[near])
            room.append(own.h[near] * dt_s)
        return np.concatenate(rows), APPROACH * np.maximum(np.concatenate(room), 0.0)

    @staticmethod
    def allows(room_m: Floats, room_before_m: Floats) -> bool:
        """Whether where a move leads is within limits, or no worse than where it began."""
        return bool((room_m >= np.minimum(room_before_m, 0.0) - 1e-9).all())
