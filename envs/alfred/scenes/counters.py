"""Counters: flat tops of any outline, read off where their masks meet the height of the top."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial import cKDTree

from envs.alfred.replay import FRAME_PX
from envs.alfred.scenes.boxfit import Box
from envs.alfred.scenes.camera import Cameras, Floats
from envs.alfred.scenes.evidence import Sighting
from envs.alfred.scenes.pieces import Piece
from envs.household.frames import rotation_matrix
from envs.household.shape import Part, Rgb, Shape, Space

CELL_M = 0.05
SLAB_M = 0.03
CLOSING_CELLS = 4
"""Gaps this wide are things that stood on the top, not holes in it."""

FAR_M = 3.0
SUNK_M = 0.1
GAP_M = 0.3
BODY_M = 0.2
SAME_LEVEL_M = 0.02
SMALLEST_CELLS = 4


def on_plane(sighting: Sighting, height_m: float) -> Floats:
    """Where a mask's pixels meet a level plane: (x, z) [N, 2]."""
    starts, lengths = sighting.runs[:, 0], sighting.runs[:, 1]
    pixels = np.repeat(starts - np.cumsum(lengths) + lengths, lengths) + np.arange(lengths.sum())
    pixels = pixels[::7]
    camera = Cameras.of([sighting.pose])
    rays = camera.rays(pixels % FRAME_PX + 0.5, pixels // FRAME_PX + 0.5)[0]
    eye = camera.eyes_m[0]
    down = rays[:, 1] < -1e-3
    reach = (height_m - eye[1]) / np.where(down, rays[:, 1], -1.0)
    points = eye[[0, 2]] + rays[:, [0, 2]] * reach[:, None]
    near = down & (reach > 0) & (np.hypot(*(points - eye[[0, 2]]).T) < FAR_M)
    return points[near]


def rectangles(cells: NDArray[np.bool_]) -> list[tuple[int, int, int, int]]:
    """Cover a grid [X, Z] with rectangles (x0, x1, z0, z1), the largest first."""
    left = cells.copy()
    found = []
    while left.any():
        best = (0, (0, 0, 0, 0))
        heights = np.zeros(left.shape[1], dtype=int)
        for x in range(left.shape[0]):
            heights = np.where(left[x], heights + 1, 0)
            for z0 in np.flatnonzero(heights):
                lowest = np.minimum.accumulate(heights[z0:])
                areas = lowest * np.arange(1, len(lowest) + 1)
                widest = int(areas.argmax())
                if areas[widest] > best[0]:
                    span = (x - int(lowest[widest]) + 1, x + 1, int(z0), int(z0) + widest + 1)
                    best = (int(areas[widest]), span)
        if best[0] < SMALLEST_CELLS:
            break
        x0, x1, z0, z1 = best[1]
        left[x0:x1, z0:z1] = False
        found.append(best[1])
    return found


def connected(known_m: Floats, others_m: Floats) -> Floats:
    """Those of the other points [N, 2] that a chain of short gaps joins to the known ones."""
    joined, left = known_m, others_m
    while len(joined) and len(left):
        distance, _ = cKDTree(joined).query(left)
        near = distance < GAP_M
        if not near.any():
            break
        joined, left = np.concatenate([joined, left[near]]), left[~near]
    return joined


def outline(piece: Piece, height_m: float, loose_m: Floats) -> tuple[NDArray[np.bool_], Floats]:
    """The cells [X, Z] of a top, and the (x, z) of the grid's lower corner."""
    points = [np.array([(x, z) for x, _, z in piece.rests_m]).reshape(-1, 2)]
    points += [on_plane(each, height_m) for each in piece.sightings]
    level = np.abs(loose_m[:, 1] - height_m) < SAME_LEVEL_M
    known = connected(np.concatenate(points), loose_m[level][:, [0, 2]])
    if not len(known):
        low, high = np.array(piece.box.low_m)[[0, 2]], np.array(piece.box.high_m)[[0, 2]]
        return np.ones(np.maximum(((high - low) / CELL_M).round().astype(int), 1), bool), low
    low = known.min(axis=0) - CELL_M * (CLOSING_CELLS + 1)
    index = ((known - low) / CELL_M).astype(int)
    cells = np.zeros(index.max(axis=0) + CLOSING_CELLS + 2, dtype=bool)
    cells[index[:, 0], index[:, 1]] = True
    cells = ndimage.binary_dilation(cells)
    size = 2 * CLOSING_CELLS + 1
    return ndimage.binary_closing(cells, np.ones((size, size), bool)), low


def without(
    cells: NDArray[np.bool_], low_m: Floats, sunk: Sequence[Box], height_m: float
) -> NDArray[np.bool_]:
    """Cut holes where basins are let in."""
    cells = cells.copy()
    for box in sunk:
        if abs(box.high_m[1] - height_m) < SUNK_M:
            first = np.floor((np.array(box.low_m)[[0, 2]] - low_m) / CELL_M + 0.5).astype(int)
            last = np.ceil((np.array(box.high_m)[[0, 2]] - low_m) / CELL_M - 0.5).astype(int)
            (x0, z0), (x1, z1) = np.maximum(first, 0), np.maximum(last, 0)
            cells[x0:x1, z0:z1] = False
    return cells


def beyond_agents(cells: NDArray[np.bool_], low_m: Floats, stood_m: Floats) -> NDArray[np.bool_]:
    """Take away cells nearer to where agents stood than their bodies allow.

    Masks show a counter's front as well, which meets the height of the top too near the eye.
    """
    filled = np.argwhere(cells)
    if not len(stood_m) or not len(filled):
        return cells
    middles = low_m + (filled + 0.5) * CELL_M
    distance, _ = cKDTree(stood_m).query(middles)
    kept = filled[distance > BODY_M]
    left = np.zeros_like(cells)
    left[kept[:, 0], kept[:, 1]] = True
    return left


def counter_shape(
    piece: Piece,
    colour: Rgb,
    *,
    bottom_m: Floats,
    loose_m: Floats,
    stood_m: Floats,
    sunk: Sequence[Box] = (),
) -> Shape:
    """A counter's shape: slabs that cover its outline, each a space.

    Args:
        piece: The counter.
        colour: Its colour.
        bottom_m: Centre of the bottom of the piece's box: the origin of its own frame.
        loose_m: [N, 3], (x, bottom, z) of what rests somewhere in the room and on no other
            piece that is known.
        stood_m: [N, 2], (x, z) where agents stood.
        sunk: Boxes of basins.
    """
    height = piece.top_m if piece.top_m is not None else piece.box.high_m[1]
    cells, low = outline(piece, height, loose_m)
    cells = beyond_agents(without(cells, low, sunk, height), low, stood_m)
    turn = rotation_matrix((0.0, piece.yaw_deg, 0.0))
    swap = round(piece.yaw_deg / 90.0) % 2 == 1
    parts, spaces = [], []
    for x0, x1, z0, z1 in rectangles(cells):
        size = np.array([x1 - x0, z1 - z0]) * CELL_M
        middle = low + np.array([x0 + x1, z0 + z1]) * CELL_M / 2
        own = turn.T @ (np.array([middle[0], height, middle[1]]) - bottom_m)
        width, depth = size[::-1] if swap else size
        x, y, z = map(float, own)
        parts.append(
            Part(
                kind="box",
                size_m=(float(width), SLAB_M, float(depth)),
                position_m=(x, y - SLAB_M / 2, z),
                colour=colour,
                material="stone",
            )
        )
        spaces.append(Space((x, y, z), (float(width), float(depth)), 0.6))
    return Shape(tuple(parts), tuple(spaces))
