"""Where the moving parts and the spaces of an object are, at a given openness. THOR's frame."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from envs.household.frames import rotation_matrix
from envs.household.shape import Opening, Shape, Space

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class PlacedSpace:
    """A space where it is now.

    Attributes:
        index: Which of the shape's spaces.
        centre_m: Centre of the supporting rectangle, in the world.
        rotation: [3, 3], the rectangle's frame (x along its width, z along its depth) to the
            world.
        space: Its size and clearance, and whether it is shut in.
    """

    index: int
    centre_m: Floats
    rotation: Floats
    space: Space


def opening_pose(opening: Opening | None, fraction: float) -> tuple[Floats, Floats]:
    """Return (rotation [3, 3], shift [3]) of the moving parts in the own frame."""
    if opening is None:
        return np.eye(3), np.zeros(3)
    axis = np.asarray(opening.axis, dtype=np.float64)
    if opening.kind == "slide":
        return np.eye(3), axis * opening.travel * fraction
    angle = np.deg2rad(opening.travel * fraction)
    x, y, z = axis
    cross = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    turn = np.eye(3) + np.sin(angle) * cross + (1.0 - np.cos(angle)) * (cross @ cross)
    pivot = np.asarray(opening.pivot_m)
    return turn, pivot - turn @ pivot


def placed_spaces(
    shape: Shape, *, bottom_m: Floats, rotation: Floats, openness: float
) -> tuple[PlacedSpace, ...]:
    """Return a shape's spaces in the world.

    Args:
        shape: The shape.
        bottom_m: Where its own frame's origin is.
        rotation: [3, 3], its own frame to the world.
        openness: 0 closed to 1 open.
    """
    placed = []
    for index, space in enumerate(shape.spaces):
        turn, shift = opening_pose(shape.opening if space.moves else None, openness)
        centre = bottom_m + rotation @ (turn @ np.asarray(space.centre_m) + shift)
        axes = rotation @ turn
        if space.yaw_deg:
            axes = axes @ rotation_matrix((0.0, space.yaw_deg, 0.0))
        placed.append(PlacedSpace(index, centre, axes, space))
    return tuple(placed)
