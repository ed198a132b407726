"""Pose and camera model."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from embodied.core.arrays import Matrix


@dataclass(frozen=True)
class Pose:
    """A rigid pose in a named frame.

    Attributes:
        position_m: (x, y, z), metres; right-handed, z up.
        quat_xyzw: Unit quaternion, scalar last.
        frame: Name of the frame the numbers are given in.
    """

    position_m: tuple[float, float, float]
    quat_xyzw: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 1.0)
    frame: str = "map"

    def __post_init__(self) -> None:
        numbers = np.array([*self.position_m, *self.quat_xyzw])
        if not np.isfinite(numbers).all():
            raise ValueError(f"pose holds a number that is not finite: {self}")
        norm = float(np.linalg.norm(self.quat_xyzw))
        if abs(norm - 1.0) > 1e-3:
            raise ValueError(f"quaternion of length {norm:.4f}, expected 1: {self.quat_xyzw}")


@dataclass(frozen=True)
class Intrinsics:
    """Pinhole camera without distortion.

    Attributes:
        width_px: Image width.
        height_px: Image height.
        focal_px: Focal length, the same along both axes.
    """

    width_px: int
    height_px: int
    focal_px: float

    @classmethod
    def from_vertical_fov(cls, *, width_px: int, height_px: int, fov_deg: float) -> Self:
        """Build from the vertical field of view, as Unity and MuJoCo give it."""
        if not 0.0 < fov_deg < 180.0:
            raise ValueError(f"vertical field of view must lie in (0, 180) degrees, got {fov_deg}")
        focal = height_px / 2.0 / float(np.tan(np.deg2rad(fov_deg) / 2.0))
        return cls(width_px=width_px, height_px=height_px, focal_px=focal)

    @property
    def matrix(self) -> Matrix:
        """The 3x3 matrix K that takes camera coordinates (x right, y down, z ahead) to pixels."""
        return np.array(
            [
                [self.focal_px, 0.0, self.width_px / 2.0],
                [0.0, self.focal_px, self.height_px / 2.0],
                [0.0, 0.0, 1.0],
            ]
        )
