"""From detections and depth to sightings in space, and to floor and obstacles."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_erosion  # type: ignore[import-untyped]

from embodied.core.arrays import Mask
from embodied.core.entity import Detection
from embodied.mapping.camera import Floats, PosedCamera
from embodied.mapping.instances import Sighting
from embodied.mapping.pose import GridPose
from embodied.mapping.view import View

REACH_M = 1.5
MOST_SAMPLES = 320
RIM_SHARE = 0.03
"""Share of a sighting's points cut off on each side: masks run over edges."""
FLOOR_BAND_M, RIGHT_BAND_M = 0.25, 0.06
"""What has no label and is this low is floor, though its depth be off; and once that was put right,
so that the feet of walls are not taken for floor."""
LOWEST_OBSTACLE_M, BODY_M = 0.05, 1.8
STRIDE = 3
RIM_PX, LEAST_CORE_PX = 3, 40
"""Where masks err their rim is this wide; it is left out if so much remains."""
LEAST_JUMP_M, LEAST_NEAR_SHARE = 0.25, 0.3
"""A jump in depth parts two things; the nearer is meant, unless it has less of the pixels."""


def sighting_of(
    detection: Detection,
    depth_m: Floats,
    camera: PosedCamera,
    pose: GridPose,
    *,
    reach_m: float = REACH_M,
    rough: bool = False,
) -> Sighting | None:
    """Place a detection in space; None where it has no mask.

    Args:
        detection: With mask and box.
        depth_m: Planar depth of the frame, flat [H * W].
        camera: The camera.
        pose: Where it is.
        reach_m: How far the agent reaches, horizontally.
        rough: Whether perception errs: then the mask's rim is left out, and what lies far behind
            the rest, since masks may be off by some pixels.
    """
    if detection.mask is None or detection.box_xyxy is None:
        return None
    left, top, right, bottom = detection.box_xyxy
    mask = detection.mask[top : bottom + 1, left : right + 1]
    area = int(np.count_nonzero(mask))
    rows, columns = np.nonzero(_core(mask) if rough else mask)
    if area == 0:
        return None
    if len(rows) > MOST_SAMPLES:
        chosen = np.linspace(0, len(rows) - 1, MOST_SAMPLES).astype(np.intp)
        rows, columns = rows[chosen], columns[chosen]
    pixels = (rows + top) * camera.intrinsics.width_px + columns + left
    if rough:
        pixels = pixels[_in_front(depth_m[pixels])]
    points = camera.points_m(pixels, depth_m[pixels], pose)
    x, y = pose.xy_m
    range_m = np.hypot(points[:, 0] - x, points[:, 1] - y)
    ordered = np.sort(points, axis=0)
    cut = int(len(points) * RIM_SHARE)
    return Sighting(
        detection=detection,
        points_m=points,
        low_m=ordered[cut],
        high_m=ordered[len(points) - 1 - cut],
        range_m=float(np.median(range_m)),
        reach_px=float(np.count_nonzero(range_m < reach_m)) * area / len(points),
        area_px=area,
        cut_off=bool(
            left == 0
            or top == 0
            or right == camera.intrinsics.width_px - 1
            or bottom == camera.intrinsics.height_px - 1
        ),
    )


def _core(mask: Mask) -> Mask:
    """A mask without its rim, where enough of it is left."""
    for rim_px in (RIM_PX, 1):
        core = np.asarray(binary_erosion(mask, iterations=rim_px))
        if np.count_nonzero(core) >= LEAST_CORE_PX:
            return core
    return mask


def _in_front(depth_m: Floats) -> NDArray[np.bool_]:
    """Which of a mask's depths are of one thing, and not of what shows far behind or before it."""
    ordered = np.sort(depth_m)
    jumps = np.diff(ordered)
    if not len(jumps):
        return np.ones(len(depth_m), dtype=bool)
    at = int(jumps.argmax())
    if jumps[at] < LEAST_JUMP_M:
        return np.ones(len(depth_m), dtype=bool)
    near: NDArray[np.bool_] = depth_m <= ordered[at]
    return near if near.mean() >= LEAST_NEAR_SHARE else ~near


def labelled_in(detections: Sequence[Detection], shape: tuple[int, int]) -> Mask:
    """Return the pixels that some detection has, bool [H, W].

    Args:
        detections: Of one frame.
        shape: (height, width) of the picture.
    """
    labelled = np.zeros(shape, dtype=bool)
    for detection in detections:
        if detection.mask is not None and detection.box_xyxy is not None:
            left, top, right, bottom = detection.box_xyxy
            crop = (slice(top, bottom + 1), slice(left, right + 1))
            labelled[crop] |= detection.mask[crop]
    return labelled


def floor_and_obstacles(
    depth_m: Floats,
    labelled: Mask,
    hidden: Mask,
    view: View,
    *,
    band_m: float = FLOOR_BAND_M,
) -> tuple[Floats, Floats, Floats, Floats]:
    """Split a frame's points into floor and what an agent's body would meet.

    Args:
        depth_m: Planar depth, flat [H * W].
        labelled: Pixels that some detection has [H, W].
        hidden: Pixels of the hand [H, W]: neither.
        view: From where.
        band_m: What has no label and is no farther from the floor's height is floor.

    Returns:
        Points on the floor [N, 2], of obstacles with a label [M, 2] and without one [K, 2], and
        heights of the floor's points [N].
    """
    height_px, width_px = labelled.shape
    rows = np.arange(STRIDE // 2, height_px, STRIDE)
    columns = np.arange(STRIDE // 2, width_px, STRIDE)
    pixels = (rows[:, None] * width_px + columns).ravel()
    pixels = pixels[~hidden.reshape(-1)[pixels]]
    points = view.camera.points_m(pixels, depth_m[pixels], view.pose)
    named = labelled.reshape(-1)[pixels]
    height = points[:, 2]
    floor = ~named & (np.abs(height) < band_m)
    taken = named & (height > LOWEST_OBSTACLE_M) & (height < BODY_M)
    room = ~named & (height > band_m) & (height < BODY_M)
    return points[floor, :2], points[taken, :2], points[room, :2], height[floor]
