"""What an arm knows of itself, the one form that environments, policies and ROS share."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from embodied.core.arrays import Matrix, Vector

JOINTS = 7
STATE_SIZE = 2 * JOINTS + 3 + 4 + 1
"""Numbers in `ArmState.vector`."""


@dataclass(frozen=True, eq=False)
class ArmState:
    """An arm with a gripper, in its base frame: x forward, y left, z up.

    Attributes:
        joint_position_rad: float [7].
        joint_velocity_rad_s: float [7].
        ee_position_m: float [3], the point between the fingertips.
        ee_quat_xyzw: float [4], scalar last; z points out of the hand, the fingers open along y.
        gripper_width_m: Distance between the fingertips.
        stamp_s: Time on the robot's clock.
    """

    joint_position_rad: Matrix
    joint_velocity_rad_s: Matrix
    ee_position_m: Matrix
    ee_quat_xyzw: Matrix
    gripper_width_m: float
    stamp_s: float = 0.0

    @property
    def vector(self) -> Vector:
        """All of it as float32 [22], in the order of the attributes, without the stamp.

        This is `Observation.state` of an arm.
        """
        return np.concatenate(
            [
                self.joint_position_rad,
                self.joint_velocity_rad_s,
                self.ee_position_m,
                self.ee_quat_xyzw,
                [self.gripper_width_m],
            ],
            dtype=np.float32,
        )

    @classmethod
    def from_vector(cls, vector: Vector, *, stamp_s: float = 0.0) -> Self:
        """Read what `vector` wrote.

        Args:
            vector: float [22].
            stamp_s: Time on the robot's clock.

        Raises:
            ValueError: If it has another length.
        """
        if len(vector) != STATE_SIZE:
            raise ValueError(f"an arm's state has {STATE_SIZE} numbers, got {len(vector)}")
        numbers = np.asarray(vector, dtype=np.float64)
        position, velocity, place, quat, width = np.split(numbers, [7, 14, 17, 21])
        return cls(position, velocity, place, quat, float(width[0]), stamp_s)
