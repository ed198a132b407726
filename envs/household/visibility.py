"""What the agent sees and can act on, read off the frame it has just seen.

An object is visible where at least `MIN_PIXELS` of its pixels in the id image lie within reach:
within 1.5 m of the agent, measured horizontally to each pixel's own point in space (ALFRED's
expert touches lie within that; a fridge is in reach by its door although its middle is not).
What stands in front hides what is behind, since only the nearest surface has a pixel.
"""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Self

import numpy as np
from numpy.typing import NDArray

REACH_M = 1.5
MIN_PIXELS = 2
"""One lone pixel is as often the rim of a mask as a view of the object."""


@dataclass(frozen=True, eq=False)
class Sight:
    """One frame, and what of it is in reach.

    Attributes:
        reachable_px: Pixels within reach by object, index i for `object_ids[i]`: int[N].
        depth_m: The frame's planar depth [H, W].
        instance_ids: The frame's ids [H, W].
    """

    reachable_px: NDArray[np.intp]
    depth_m: NDArray[np.float32]
    instance_ids: NDArray[np.int32]

    @classmethod
    def nothing(cls, object_count: int) -> Self:
        """Return what is seen before the first frame."""
        counts = np.zeros(object_count, dtype=np.intp)
        return cls(counts, np.zeros((1, 1), np.float32), np.zeros((1, 1), np.int32))

    @cached_property
    def visible(self) -> NDArray[np.bool_]:
        """Whether each object is visible in THOR's sense: in view, not hidden, in reach."""
        return self.reachable_px >= MIN_PIXELS

    def shows(self, index: int) -> bool:
        """Whether object `index` has a pixel in the frame, at any distance."""
        return bool((self.instance_ids == index + 1).any())


@lru_cache(maxsize=64)
def _reach_depth_m(
    height_px: int, width_px: int, fov_deg: float, horizon_deg: float, reach_m: float
) -> NDArray[np.float32]:
    """Planar depth at which each pixel's ray leaves the reach, measured horizontally: [H, W]."""
    half = np.tan(np.deg2rad(fov_deg) / 2.0)
    up = (1.0 - (2.0 * np.arange(height_px) + 1.0) / height_px) * half
    right = ((2.0 * np.arange(width_px) + 1.0) / width_px - 1.0) * half * width_px / height_px
    tilt = np.deg2rad(horizon_deg)
    ahead = np.cos(tilt) + up * np.sin(tilt)
    run = np.hypot(right[None, :], ahead[:, None])
    return (reach_m / np.maximum(run, 1e-9)).astype(np.float32)


def look(
    depth_m: NDArray[np.float32],
    instance_ids: NDArray[np.int32],
    *,
    object_count: int,
    fov_deg: float,
    horizon_deg: float,
    reach_m: float = REACH_M,
) -> Sight:
    """Count each object's pixels in reach in one frame.

    Args:
        depth_m: Planar depth [H, W].
        instance_ids: [H, W], 0 for the room, i + 1 for object i.
        object_count: N.
        fov_deg: Vertical field of view.
        horizon_deg: The camera's pitch, positive down; the camera stands above the agent.
        reach_m: How far the agent reaches, horizontally.
    """
    height, width = depth_m.shape
    limit = _reach_depth_m(height, width, fov_deg, round(horizon_deg, 3), reach_m)
    in_reach = instance_ids * (depth_m <= limit)
    counts = np.bincount(in_reach.ravel(), minlength=object_count + 1)[1:]
    return Sight(counts, depth_m, instance_ids)
