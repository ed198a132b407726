"""What shapes look like from where masks were recorded, without a renderer.

A shape is taken as the convex hulls of its parts, which is close for everything that masks tell
apart; a picture of it is the union of their outlines.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from PIL import Image, ImageDraw
from scipy.spatial import ConvexHull, QhullError

from embodied.core.arrays import Mask
from envs.alfred.replay import FRAME_PX
from envs.alfred.scenes.camera import CORNERS, FOCAL_PX, NEAR_M, Cameras, Floats
from envs.household.frames import rotation_matrix
from envs.household.shape import Part, Shape
from envs.household.shapes.meshes import unit_mesh

ROUND = 16
"""Points around a cylinder."""

UNIT_BOX = CORNERS - 0.5


@dataclass(frozen=True, eq=False)
class Outline:
    """A shape's hulls, in the unit cube that its box is stretched to.

    Attributes:
        points: [P, 3], corners of the hulls; the cube is [0, 1]^3.
        parts: For each part the rows of its points.
    """

    points: Floats
    parts: tuple[slice, ...]

    def placed(self, low_m: Floats, high_m: Floats) -> Floats:
        """The points [P, 3] with the cube stretched to a box."""
        return np.asarray(low_m + self.points * (np.asarray(high_m) - low_m))


BOX = Outline(CORNERS.astype(np.float64), (slice(0, 8),))
"""A plain box."""


@cache
def _unit_points(kind: str, mesh: str) -> Floats:
    """Corners [P, 3] of a part's hull, in [-0.5, 0.5]^3."""
    angles = np.linspace(0.0, 2 * np.pi, ROUND, endpoint=False)
    ring = np.stack([np.sin(angles) / 2, np.zeros(ROUND), np.cos(angles) / 2], axis=1)
    up = np.array([0.0, 0.5, 0.0])
    if kind == "box":
        return UNIT_BOX
    if kind == "cylinder":
        return np.concatenate([ring - up, ring + up])
    if kind == "cone":
        return np.concatenate([ring - up, up[None]])
    return hull_of(unit_mesh(mesh or "ellipsoid_small").vertices)


def part_points(part: Part) -> Floats:
    """Corners [P, 3] of a part's hull, in its shape's frame."""
    unit = _unit_points(part.kind, part.mesh)
    turn = rotation_matrix(part.rotation_deg)
    return np.asarray((unit * np.asarray(part.size_m)) @ turn.T + np.asarray(part.position_m))


def outline_of(shape: Shape, size_m: Sequence[float]) -> Outline:
    """A shape's outline in the box that it was built for.

    Parts that only show in some state are left out.

    Args:
        shape: The shape, closed.
        size_m: (width, height, depth) of its box, whose bottom's centre is the origin.
    """
    points = [part_points(part) for part in shape.parts if not part.shows]
    if not points:
        return BOX
    ends = np.cumsum([0, *map(len, points)])
    size = np.asarray(size_m)
    unit = np.concatenate(points) / size + np.array([0.5, 0.0, 0.5])
    return Outline(unit, tuple(slice(a, b) for a, b in itertools.pairwise(ends)))


def hull_of(points: Floats) -> Floats:
    """Those of the points [P, 3] that bound all of them from any side."""
    try:
        return np.asarray(points[ConvexHull(points).vertices])
    except QhullError:
        return points


def picture(camera: Cameras, points_m: Floats, parts: Sequence[slice]) -> Mask:
    """Draw hulls in one view, bool [FRAME_PX, FRAME_PX].

    Args:
        camera: One camera.
        points_m: [P, 3] in the world.
        parts: For each hull the rows of its points.
    """
    canvas = Image.new("1", (FRAME_PX, FRAME_PX))
    draw = ImageDraw.Draw(canvas)
    local = camera.to_camera(points_m)[0]
    ahead = local[:, 2] > NEAR_M
    uv = local[:, :2] / np.maximum(local[:, 2:], NEAR_M) * FOCAL_PX + FRAME_PX / 2 - 0.5
    for rows in parts:
        if not ahead[rows].all():
            continue
        corners = uv[rows]
        try:
            around = corners[ConvexHull(corners).vertices]
        except QhullError:
            continue
        draw.polygon([(float(u), float(v)) for u, v in around], fill=1)
    return np.asarray(canvas, dtype=np.bool_)


def overlap(recorded: Mask, ours: Mask) -> float:
    """Intersection over union."""
    union = np.count_nonzero(recorded | ours)
    return np.count_nonzero(recorded & ours) / max(union, 1)
