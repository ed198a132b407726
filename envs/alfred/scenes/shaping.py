"""Shapes of rebuilt furniture: the catalogue's, with the surfaces that were made out."""

from dataclasses import replace

import numpy as np

from envs.household.shape import Part, Shape, Space

MARGIN_M = 0.01


def with_surface_at(shape: Shape, height_m: float, *, of_m: float) -> Shape:
    """Stretch a shape so that its lowest surface is where things were found on it.

    Heights up to the surface and those above it are each scaled evenly; bottom and top stay.

    Args:
        shape: The shape, with at least one space.
        height_m: Where the surface belongs, over the bottom.
        of_m: The shape's height.
    """
    was = min(space.centre_m[1] for space in shape.spaces)
    if not (MARGIN_M < was < of_m and MARGIN_M < height_m <= of_m + MARGIN_M):
        return shape

    def height(y_m: float) -> float:
        return float(np.interp(y_m, [0.0, was, of_m], [0.0, height_m, max(of_m, height_m)]))

    def part(each: Part) -> Part:
        (x, y, z), (w, h, d) = each.position_m, each.size_m
        low, high = height(y - h / 2), height(y + h / 2)
        return replace(
            each, position_m=(x, (low + high) / 2, z), size_m=(w, max(high - low, 1e-4), d)
        )

    def space(each: Space) -> Space:
        x, y, z = each.centre_m
        return replace(each, centre_m=(x, height(y), z))

    opening = shape.opening
    if opening is not None:
        x, y, z = opening.pivot_m
        opening = replace(opening, pivot_m=(x, height(y), z))
    return Shape(tuple(map(part, shape.parts)), tuple(map(space, shape.spaces)), opening)
