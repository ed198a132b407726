"""Fit boxes to masks: the box whose projections have the bounds that the masks have.

Least squares over centre and logarithm of size, robust against masks that are partly hidden;
a prior on both keeps what the views leave open (usually the depth) where the type has it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import least_squares

from envs.alfred.replay import FRAME_PX
from envs.alfred.scenes.camera import (
    FOCAL_PX,
    Cameras,
    Floats,
    box_corners,
    projected_bounds,
    projected_extent,
)

ROBUST_PX = 4.0
MAX_VIEWS = 60


@dataclass(frozen=True)
class Box:
    """An axis-aligned box in some frame.

    Attributes:
        low_m: Lower corner (x, y, z).
        high_m: Upper corner.
    """

    low_m: tuple[float, float, float]
    high_m: tuple[float, float, float]

    @classmethod
    def around(cls, centre_m: Floats, size_m: Floats) -> "Box":
        """The box of a centre and a size."""
        low, high = centre_m - size_m / 2, centre_m + size_m / 2
        return cls(tuple(map(float, low)), tuple(map(float, high)))  # type: ignore[arg-type]

    @property
    def centre_m(self) -> Floats:
        """Its centre [3]."""
        return (np.array(self.low_m) + np.array(self.high_m)) / 2

    @property
    def size_m(self) -> Floats:
        """Its extents [3]."""
        return np.array(self.high_m) - np.array(self.low_m)


@dataclass(frozen=True)
class Prior:
    """What is expected before any mask is seen, and how firmly.

    Attributes:
        box: The expected box.
        centre_sigma_m: How far the centre may be off, per axis.
        size_sigma: How far the logarithm of the size may be off, per axis.
        weight_px: What one sigma costs, as a residual in pixels.
    """

    box: Box
    centre_sigma_m: tuple[float, float, float] = (0.3, 0.3, 0.3)
    size_sigma: tuple[float, float, float] = (0.4, 0.4, 0.4)
    weight_px: float = 3.0


@dataclass(frozen=True, eq=False)
class Views:
    """Masks of one object, by their bounds.

    Attributes:
        cameras: V cameras.
        rotations: [V, 3, 3], the object's own frame to the world in each view.
        origins_m: [V, 3], where its frame's origin is.
        bounds_px: [V, 4] left, top, right, bottom.
        unit: [P, 3], the object's outline in a box, the box being [0, 1]^3; None for a box that
            is filled to its corners.
    """

    cameras: Cameras
    rotations: Floats
    origins_m: Floats
    bounds_px: Floats
    unit: Floats | None = None

    @classmethod
    def of_fixed(cls, cameras: Cameras, bounds_px: Floats) -> "Views":
        """Views of something that does not move, in the world's frame."""
        count = len(cameras)
        return cls(cameras, np.tile(np.eye(3), (count, 1, 1)), np.zeros((count, 3)), bounds_px)

    def projected(self, box: Box) -> Floats:
        """Bounds [V, 4] that the box would have."""
        low, high = np.array(box.low_m), np.array(box.high_m)
        own = box_corners(low, high) if self.unit is None else low + self.unit * (high - low)
        placed = np.einsum("vij,pj->vpi", self.rotations, own) + self.origins_m[:, None]
        project = projected_bounds if self.unit is None else projected_extent
        return project(self.cameras, placed)

    def iou(self, box: Box) -> Floats:
        """IoU [V] of the box's bounds and the masks'."""
        mine, theirs = self.projected(box), self.bounds_px
        low = np.maximum(mine[:, :2], theirs[:, :2])
        high = np.minimum(mine[:, 2:], theirs[:, 2:])
        shared = np.clip(high - low, 0.0, None).prod(axis=1)
        areas = [(each[:, 2:] - each[:, :2]).prod(axis=1) for each in (mine, theirs)]
        return shared / np.maximum(areas[0] + areas[1] - shared, 1e-9)


def thin(indices: int, *, most: int = MAX_VIEWS) -> np.ndarray:
    """Evenly spread indices of at most `most` out of so many."""
    return np.unique(np.linspace(0, indices - 1, min(indices, most)).round().astype(int))


@dataclass(frozen=True)
class Face:
    """A side of a box that is known beforehand.

    Attributes:
        side: 0-2 low x, y, z and 3-5 high x, y, z.
        at_m: Where it is.
        sigma_m: How far it may be off.
    """

    side: int
    at_m: float
    sigma_m: float = 0.003


def aimed_centre_m(views: Views, near_m: Floats) -> Floats:
    """The point on the lines of sight through the masks' middles that is nearest to a guess.

    Least squares over the lines, with the guess as a weak anchor; own frames of the views.
    """
    middles = (views.bounds_px[:, :2] + views.bounds_px[:, 2:]) / 2
    local = np.concatenate(
        [(middles - FRAME_PX / 2) / FOCAL_PX, np.ones((len(middles), 1))], axis=1
    )
    world = np.einsum("vji,vj->vi", views.cameras.axes, local)
    own = np.einsum("vji,vj->vi", views.rotations, world)
    own /= np.linalg.norm(own, axis=1, keepdims=True)
    eyes = np.einsum("vji,vj->vi", views.rotations, views.cameras.eyes_m - views.origins_m)
    across = np.eye(3) - own[:, :, None] * own[:, None, :]
    anchor = 0.05 * len(own)
    normal = across.sum(axis=0) + anchor * np.eye(3)
    return np.linalg.solve(normal, np.einsum("vij,vj->i", across, eyes) + anchor * near_m)


def fit_box(views: Views, prior: Prior, *, firm: Sequence[Face] = (), aimed: bool = True) -> Box:
    """Fit a box to masks.

    Args:
        views: The masks, and the poses they were seen from.
        prior: What is expected.
        firm: Sides known beforehand.
        aimed: Whether the box may be far from where it is expected.

    Returns:
        The box, in the frame the views are given in.
    """
    expected = np.concatenate([prior.box.centre_m, np.log(prior.box.size_m)])
    sigma = np.array([*prior.centre_sigma_m, *prior.size_sigma])
    faces = [face.side for face in firm]
    known = np.array([face.at_m for face in firm])
    allowed = np.array([face.sigma_m for face in firm])

    def box_of(parameters: Floats) -> Box:
        return Box.around(parameters[:3], np.exp(np.clip(parameters[3:], -6.0, 2.0)))

    def residuals(parameters: Floats) -> Floats:
        box = box_of(parameters)
        sides = np.array([*box.low_m, *box.high_m])
        return np.concatenate(
            [
                (views.projected(box) - views.bounds_px).ravel(),
                (parameters - expected) / sigma * prior.weight_px,
                (sides[faces] - known) / allowed * prior.weight_px if faces else np.zeros(0),
            ]
        )

    # From where it is expected and from where the masks point: a box that starts out of every
    # view has no slope to follow.
    starts = [expected]
    if aimed:
        starts.append(np.concatenate([aimed_centre_m(views, expected[:3]), expected[3:]]))
    found = [
        least_squares(
            residuals, start, loss="soft_l1", f_scale=ROBUST_PX, max_nfev=80, x_scale="jac"
        )
        for start in starts
    ]
    return box_of(min(found, key=lambda each: each.cost).x)
