"""From pixels to points of the map and back, vectorised."""

import numpy as np
from numpy.typing import NDArray

from embodied.core.geometry import Intrinsics
from embodied.mapping.pose import AHEAD, GridPose

Floats = NDArray[np.float32]
Indices = NDArray[np.intp]

EYE_HEIGHT_M = 1.575
"""Of ALFRED's agent above the floor."""


class PosedCamera:
    """A pinhole camera that tilts, on a body that turns by quarters.

    Args:
        intrinsics: Its pinhole model.
        eye_height_m: Height above the floor.
    """

    def __init__(self, intrinsics: Intrinsics, *, eye_height_m: float = EYE_HEIGHT_M) -> None:
        self.intrinsics = intrinsics
        self.eye_height_m = eye_height_m
        self._rays: dict[int, Floats] = {}

    def rays(self, horizon_deg: int) -> Floats:
        """Rays of unit planar depth by pixel: float32 [H * W, 3] (right, ahead, up of the body)."""
        if horizon_deg not in self._rays:
            shape = self.intrinsics
            rows = np.arange(shape.height_px, dtype=np.float32) + 0.5
            columns = np.arange(shape.width_px, dtype=np.float32) + 0.5
            up = (shape.height_px / 2.0 - rows)[:, None] / shape.focal_px
            right = (columns - shape.width_px / 2.0)[None, :] / shape.focal_px
            tilt = np.deg2rad(horizon_deg)
            rays = np.empty((shape.height_px, shape.width_px, 3), dtype=np.float32)
            rays[..., 0] = right
            rays[..., 1] = np.cos(tilt) + up * np.sin(tilt)
            rays[..., 2] = up * np.cos(tilt) - np.sin(tilt)
            self._rays[horizon_deg] = rays.reshape(-1, 3)
        return self._rays[horizon_deg]

    def points_m(self, pixels: Indices, depth_m: Floats, pose: GridPose) -> Floats:
        """Return the points that pixels show.

        Args:
            pixels: Flat pixel numbers [N].
            depth_m: Their planar depth [N].
            pose: Where the camera is.

        Returns:
            float32 [N, 3], map frame.
        """
        body = self.rays(pose.horizon_deg)[pixels] * depth_m[:, None]
        ax, ay = AHEAD[pose.heading]
        x, y = pose.xy_m
        points = np.empty_like(body)
        points[:, 0] = body[:, 0] * ay + body[:, 1] * ax + x
        points[:, 1] = -body[:, 0] * ax + body[:, 1] * ay + y
        points[:, 2] = body[:, 2] + self.eye_height_m
        return points

    def project(
        self, points_m: Floats, pose: GridPose
    ) -> tuple[Indices, Floats, NDArray[np.bool_]]:
        """Project points of the map.

        Returns:
            Flat pixel numbers [N] (0 where out of view), planar depth [N], and whether each point
            is in view [N].
        """
        ax, ay = AHEAD[pose.heading]
        x, y = pose.xy_m
        dx, dy = points_m[:, 0] - x, points_m[:, 1] - y
        right, ahead = dx * ay - dy * ax, dx * ax + dy * ay
        up = points_m[:, 2] - self.eye_height_m
        tilt = np.deg2rad(pose.horizon_deg)
        depth = ahead * np.cos(tilt) - up * np.sin(tilt)
        height = ahead * np.sin(tilt) + up * np.cos(tilt)
        shape = self.intrinsics
        safe = np.maximum(depth, 1e-6)
        columns = np.floor(shape.width_px / 2.0 + shape.focal_px * right / safe).astype(np.intp)
        rows = np.floor(shape.height_px / 2.0 - shape.focal_px * height / safe).astype(np.intp)
        seen = (depth > 0.05) & (columns >= 0) & (columns < shape.width_px)
        seen &= (rows >= 0) & (rows < shape.height_px)
        return np.where(seen, rows * shape.width_px + columns, 0), depth.astype(np.float32), seen
