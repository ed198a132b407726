"""Projection through the agent's camera, for fitting: many points, many views at once.

THOR's frame; pixels are (u right, v down), the centre of the 300x300 frame at (150, 150).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from envs.alfred.replay import FRAME_PX, AgentPose

Floats = NDArray[np.float64]

EYE_ABOVE_AGENT_M = 0.675
FOCAL_PX = FRAME_PX / 2.0 / float(np.tan(np.deg2rad(30.0)))
NEAR_M = 0.05


@dataclass(frozen=True, eq=False)
class Cameras:
    """A batch of cameras.

    Attributes:
        eyes_m: [V, 3].
        axes: [V, 3, 3]; rows are the camera's right, down and ahead in the world.
    """

    eyes_m: Floats
    axes: Floats

    @classmethod
    def of(cls, poses: Sequence[AgentPose]) -> "Cameras":
        """Make the cameras of agents that stand so."""
        eyes = np.array([pose.position_m for pose in poses]).reshape(-1, 3)
        yaw = np.deg2rad([pose.yaw_deg for pose in poses])
        pitch = np.deg2rad([pose.horizon_deg for pose in poses])
        (sy, cy), (sp, cp) = ((np.sin(a), np.cos(a)) for a in (yaw, pitch))
        zero = np.zeros_like(sy)
        right = np.stack([cy, zero, -sy], axis=-1)
        ahead = np.stack([sy * cp, -sp, cy * cp], axis=-1)
        down = np.stack([-sy * sp, -cp, -cy * sp], axis=-1)
        lifted = eyes + np.array([0.0, EYE_ABOVE_AGENT_M, 0.0])
        return cls(eyes_m=lifted, axes=np.stack([right, down, ahead], axis=1))

    def __len__(self) -> int:
        return len(self.eyes_m)

    def select(self, which: NDArray[np.bool_] | NDArray[np.intp]) -> "Cameras":
        """Return some of them."""
        return Cameras(self.eyes_m[which], self.axes[which])

    def to_camera(self, points_m: Floats) -> Floats:
        """World points [V, P, 3] (or [P, 3]) to camera coordinates [V, P, 3]."""
        return np.einsum("vij,vpj->vpi", self.axes, points_m - self.eyes_m[:, None])

    def rays(self, u_px: Floats, v_px: Floats) -> Floats:
        """Directions in the world, [V, P, 3], of pixels [P]; unit depth."""
        local = np.stack(
            [(u_px - FRAME_PX / 2) / FOCAL_PX, (v_px - FRAME_PX / 2) / FOCAL_PX, np.ones_like(u_px)]
        )
        return np.einsum("vji,jp->vpi", self.axes, local)


EDGES = np.array(
    [(0, 1), (2, 3), (4, 5), (6, 7), (0, 2), (1, 3), (4, 6), (5, 7), (0, 4), (1, 5), (2, 6), (3, 7)]
)
"""Corner pairs of a box whose corners count x slowest, z fastest."""

CORNERS = np.array([(x, y, z) for x in (0, 1) for y in (0, 1) for z in (0, 1)])


def box_corners(low_m: Floats, high_m: Floats) -> Floats:
    """The eight corners [8, 3] of an axis-aligned box."""
    return np.where(CORNERS == 1, high_m, low_m)


def projected_bounds(cameras: Cameras, corners_m: Floats) -> Floats:
    """Bounds (left, top, right, bottom) [V, 4], px, of boxes in the views, cut at the frame.

    Args:
        cameras: V cameras.
        corners_m: [V, 8, 3] corners, in `CORNERS`' order. What lies behind the camera is cut off;
            a box wholly behind it gives an empty box at the middle.
    """
    local = cameras.to_camera(corners_m)
    a, b = local[:, EDGES[:, 0]], local[:, EDGES[:, 1]]
    za, zb = a[..., 2:], b[..., 2:]
    span = np.where(np.abs(zb - za) < 1e-9, 1e-9, zb - za)
    at = a + (b - a) * np.clip((NEAR_M - za) / span, 0.0, 1.0)
    points = np.concatenate([np.where(za < NEAR_M, at, a), np.where(zb < NEAR_M, at, b)], axis=1)
    hidden = np.concatenate([(za < NEAR_M) & (zb < NEAR_M)] * 2, axis=1)
    uv = points[..., :2] / np.maximum(points[..., 2:], NEAR_M) * FOCAL_PX + FRAME_PX / 2
    low = np.where(hidden, np.inf, uv).min(axis=1)
    high = np.where(hidden, -np.inf, uv).max(axis=1)
    bounds = np.concatenate([low, high], axis=1)
    bounds = np.where(np.isfinite(bounds), bounds, FRAME_PX / 2)
    return np.clip(bounds, 0.0, float(FRAME_PX))


def projected_extent(cameras: Cameras, points_m: Floats) -> Floats:
    """Bounds (left, top, right, bottom) [V, 4], px, of point clouds [V, P, 3], cut at the frame.

    Points behind a camera are left out; a cloud wholly behind gives an empty box at the middle.
    """
    local = cameras.to_camera(points_m)
    hidden = local[..., 2:] < NEAR_M
    uv = local[..., :2] / np.maximum(local[..., 2:], NEAR_M) * FOCAL_PX + FRAME_PX / 2
    low = np.where(hidden, np.inf, uv).min(axis=1)
    high = np.where(hidden, -np.inf, uv).max(axis=1)
    bounds = np.concatenate([low, high], axis=1)
    bounds = np.where(np.isfinite(bounds), bounds, FRAME_PX / 2)
    return np.clip(bounds, 0.0, float(FRAME_PX))
