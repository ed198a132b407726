"""Taps, lamps and holders as their masks show them: a relief of boxes across the line of sight.

Their forms are many and no box or model of the catalogue is like them, but a room's experts use
each from one or two places only. So where the catalogue's shape is unlike the masks, the thing
is drawn as the mask from the place that it was used from most, at the depth of its id.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from envs.alfred import ids
from envs.alfred.replay import FRAME_PX, AgentPose, runs_mask
from envs.alfred.scenes.camera import FOCAL_PX, Cameras, Floats, box_corners
from envs.alfred.scenes.counters import rectangles
from envs.alfred.scenes.pieces import Piece
from envs.alfred.scenes.silhouettes import outline_of, overlap, picture
from envs.household.frames import euler_deg, rotation_matrix
from envs.household.palette import RoomPalette
from envs.household.scene import ObjectSpec
from envs.household.shape import Part, Shape
from envs.household.shapes import shape_of

RELIEF = frozenset({"Faucet", "DeskLamp", "FloorLamp", "ToiletPaperHanger", "ShowerHead"})
LIKE_ENOUGH = 0.65
MOSTLY = 0.6
"""Of all its masks the least share that must be from one place."""

CELL_PX = 2
COARSE_CELL_PX, COARSE_FROM_PX = 4, 2500
THICK_M = 0.012
OVER_M = 0.006
"""So far over the counter the lowest part of a relief is."""

NEAR_M = 0.25
"""A counter counts whose box is this near, and whose top is no farther above the lowest part."""


def relief_spec(
    piece: Piece, spec: ObjectSpec, pieces: Sequence[Piece], palette: RoomPalette
) -> ObjectSpec | None:
    """Write a thing down as its mask; None where the catalogue's shape is like it, or unseen."""
    if piece.type not in RELIEF or not piece.sightings:
        return None
    poses = Counter(sighting.pose for sighting in piece.sightings)
    pose, most = poses.most_common(1)[0]
    if most < MOSTLY * len(piece.sightings):
        return None
    masks = [runs_mask(each.runs) for each in piece.sightings if each.pose == pose]
    mask = np.mean(masks, axis=0) >= 0.5
    camera = Cameras.of([pose])
    if not mask.any() or _likeness(spec, palette, camera, mask) > LIKE_ENOUGH:
        return None
    at = ids.position_m(piece.object_id)
    depth = float((camera.to_camera(at[None])[0, 0])[2])
    if depth <= 0.1:
        return None
    cells, cell_px = _cells(mask)
    spans = rectangles(cells)
    if not spans:
        return None
    boxes = np.array([_box(span, cell_px, depth) for span in spans])
    boxes *= _nearer(boxes, camera, _top_under(at, boxes, camera, pieces))
    return _written(spec, boxes, camera, pose, palette)


def _likeness(
    spec: ObjectSpec, palette: RoomPalette, camera: Cameras, mask: NDArray[np.bool_]
) -> float:
    outline = outline_of(shape_of(spec, palette), spec.size_m)
    size = np.array(spec.size_m)
    own = outline.placed(np.array([-0.5, 0.0, -0.5]) * size, np.array([0.5, 1.0, 0.5]) * size)
    turn = rotation_matrix(spec.rotation_deg)
    placed = (own - np.array(spec.pivot_m)) @ turn.T + np.array(spec.position_m)
    return overlap(mask, picture(camera, placed, outline.parts))


def _cells(mask: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], int]:
    """The mask in coarser cells [X, Y], and how many pixels wide these are."""
    cell = COARSE_CELL_PX if np.count_nonzero(mask) > COARSE_FROM_PX else CELL_PX
    count = FRAME_PX // cell
    blocks = mask.reshape(count, cell, count, cell).mean(axis=(1, 3))
    return (blocks >= 0.5).T, cell


def _box(span: tuple[int, int, int, int], cell_px: int, depth_m: float) -> Floats:
    """A rectangle of cells as a box [2, 3], low and high, in the camera's frame at a depth."""
    x0, x1, y0, y1 = (edge * cell_px - FRAME_PX / 2 for edge in span)
    scale = depth_m / FOCAL_PX
    return np.array(
        [[x0 * scale, y0 * scale, depth_m], [x1 * scale, y1 * scale, depth_m + THICK_M]]
    )


def _in_room(boxes: Floats, camera: Cameras) -> Floats:
    """Corners [B * 8, 3] of the camera's boxes, in the room."""
    corners = np.concatenate([box_corners(low, high) for low, high in boxes])
    return corners @ camera.axes[0] + camera.eyes_m[0]


def _top_under(
    at_m: Floats, boxes: Floats, camera: Cameras, pieces: Sequence[Piece]
) -> float | None:
    """Height of the counter that the thing stands on and must not be sunk in."""
    lowest = float(_in_room(boxes, camera)[:, 1].min())
    tops = []
    for piece in pieces:
        if piece.type != "CounterTop":
            continue
        top = piece.top_m if piece.top_m is not None else piece.box.high_m[1]
        low, high = np.array(piece.box.low_m)[[0, 2]], np.array(piece.box.high_m)[[0, 2]]
        near = (at_m[[0, 2]] > low - NEAR_M).all() and (at_m[[0, 2]] < high + NEAR_M).all()
        if near and lowest < top < lowest + NEAR_M:
            tops.append(float(top))
    return max(tops, default=None)


def _nearer(boxes: Floats, camera: Cameras, top_m: float | None) -> float:
    """By what to bring a relief nearer to the eye, so that all of it is above a counter."""
    if top_m is None:
        return 1.0
    eye = float(camera.eyes_m[0, 1])
    lowest = float(_in_room(boxes, camera)[:, 1].min())
    return float(np.clip((eye - top_m - OVER_M) / max(eye - lowest, 1e-6), 0.3, 1.0))


def _written(
    spec: ObjectSpec, boxes: Floats, camera: Cameras, pose: AgentPose, palette: RoomPalette
) -> ObjectSpec:
    """The piece with its relief as its shape, its box around that."""
    turn = rotation_matrix(spec.rotation_deg)
    at = np.array(spec.position_m)
    own = (_in_room(boxes, camera) - at) @ turn
    low, high = own.min(axis=0), own.max(axis=0)
    middle = np.array([(low[0] + high[0]) / 2, low[1], (low[2] + high[2]) / 2])
    tilt = euler_deg(turn.T @ rotation_matrix((pose.horizon_deg, pose.yaw_deg, 0.0)))
    parts = []
    for box in boxes:
        centre = box.mean(axis=0) @ camera.axes[0] + camera.eyes_m[0]
        x, y, z = map(float, (centre - at) @ turn - middle)
        width, height, depth = map(float, box[1] - box[0])
        parts.append(
            Part(
                kind="box",
                size_m=(width, height, depth),
                position_m=(x, y, z),
                colour=palette.of(spec),
                rotation_deg=tilt,
            )
        )
    sides = np.maximum(high - low, 1e-3)
    was = shape_of(spec, palette)
    return replace(
        spec,
        size_m=tuple(map(float, sides)),  # type: ignore[arg-type]
        pivot_m=tuple(map(float, -middle)),  # type: ignore[arg-type]
        shape=Shape(tuple(parts), was.spaces),
    )
