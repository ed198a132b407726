"""Where a camera stands, and what it returns."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from envs.household.frames import SWAP, rotation_matrix, swap
from envs.household.shape import Vec3

NEAR_M, FAR_M = 0.03, 40.0


@dataclass(frozen=True)
class CameraPose:
    """A camera in THOR's frame.

    Attributes:
        position_m: Where its eye is.
        yaw_deg: 0 looks along +z, 90 along +x.
        horizon_deg: Positive looks down.
    """

    position_m: Vec3
    yaw_deg: float = 0.0
    horizon_deg: float = 0.0

    def axes(self) -> NDArray[np.float64]:
        """Return [3, 3] in MuJoCo's frame: the rows point right, up and ahead."""
        return (SWAP @ rotation_matrix((self.horizon_deg, self.yaw_deg, 0.0))).T

    def eye(self) -> NDArray[np.float64]:
        """Return the eye [3] in MuJoCo's frame."""
        return swap(self.position_m)


@dataclass(frozen=True)
class Frame:
    """One picture.

    Attributes:
        rgb: uint8 [H, W, 3].
        depth_m: float32 [H, W], distance along the camera's axis (planar); `FAR_M` where
            nothing is.
        ids: int32 [H, W], 1 + index of the object seen; 0 for the room.
    """

    rgb: NDArray[np.uint8]
    depth_m: NDArray[np.float32]
    ids: NDArray[np.int32]


def pixel_rays(width_px: int, height_px: int, fov_deg: float) -> NDArray[np.float64]:
    """Return rays through the pixels' centres, [H, W, 3] as (right, up, 1 ahead)."""
    half = np.tan(np.deg2rad(fov_deg) / 2.0)
    right = ((np.arange(width_px) + 0.5) / width_px * 2.0 - 1.0) * half * width_px / height_px
    up = (1.0 - (np.arange(height_px) + 0.5) / height_px * 2.0) * half
    u, v = np.meshgrid(right, up)
    return np.stack([u, v, np.ones_like(u)], axis=-1)
