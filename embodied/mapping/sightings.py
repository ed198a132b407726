"""From detections and depth to sightings in space, and to floor and obstacles."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from embodied.core.entity import Detection
from embodied.mapping.camera import Floats, PosedCamera
from embodied.mapping.instances import Sighting
from embodied.mapping.pose import GridPose

REACH_M = 1.5
MOST_SAMPLES = 320
RIM_SHARE = 0.03
"""Share of a sighting's points cut off on each side: masks run over edges."""
FLOOR_BAND_M = 0.25
"""What has no label and is this low is floor, though its depth be off."""
LOWEST_OBSTACLE_M, BODY_M = 0.05, 1.8
STRIDE = 3


def sighting_of(
    detection: Detection,
    depth_m: Floats,
    camera: PosedCamera,
    pose: GridPose,
    *,
    reach_m: float = REACH_M,
) -> Sighting | None:
    """Place a detection in space; None where it has no mask.

    Args:
        detection: With mask and box.
        depth_m: Planar depth of the frame, flat [H * W].
        camera: The camera.
        pose: Where it is.
        reach_m: How far the agent reaches, horizontally.
    """
    if detection.mask is None or detection.box_xyxy is None:
        return None
    left, top, right, bottom = detection.box_xyxy
    rows, columns = np.nonzero(detection.mask[top : bottom + 1, left : right + 1])
    area = len(rows)
    if area == 0:
        return None
    if area > MOST_SAMPLES:
        chosen = np.linspace(0, area - 1, MOST_SAMPLES).astype(np.intp)
        rows, columns = rows[chosen], columns[chosen]
    pixels = (rows + top) * camera.intrinsics.width_px + columns + left
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


def floor_and_obstacles(
    detections: Sequence[Detection],
    depth_m: Floats,
    hidden: NDArray[np.bool_],
    camera: PosedCamera,
    pose: GridPose,
) -> tuple[Floats, Floats, Floats]:
    """Split a frame's points into floor and what an agent's body would meet.

    Args:
        detections: What was detected.
        depth_m: Planar depth, flat [H * W].
        hidden: Pixels of the hand [H, W]: neither.
        camera: The camera.
        pose: Where it is.

    Returns:
        Points on the floor [N, 2], of obstacles [M, 2], and heights of the floor's points [N].
    """
    shape = (camera.intrinsics.height_px, camera.intrinsics.width_px)
    labelled = np.zeros(shape, dtype=bool)
    for detection in detections:
        if detection.mask is not None and detection.box_xyxy is not None:
            left, top, right, bottom = detection.box_xyxy
            crop = (slice(top, bottom + 1), slice(left, right + 1))
            labelled[crop] |= detection.mask[crop]
    rows = np.arange(STRIDE // 2, shape[0], STRIDE)
    columns = np.arange(STRIDE // 2, shape[1], STRIDE)
    pixels = (rows[:, None] * shape[1] + columns).ravel()
    pixels = pixels[~hidden.reshape(-1)[pixels]]
    points = camera.points_m(pixels, depth_m[pixels], pose)
    named = labelled.reshape(-1)[pixels]
    height = points[:, 2]
    floor = ~named & (np.abs(height) < FLOOR_BAND_M)
    taken = np.where(named, height > LOWEST_OBSTACLE_M, height > FLOOR_BAND_M) & (height < BODY_M)
    return points[floor, :2], points[taken, :2], height[floor]
