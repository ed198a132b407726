"""Shapes of rebuilt things: the catalogue's, turned and with the surfaces that were made out."""

from dataclasses import replace

import numpy as np

from envs.household.frames import rotation_matrix
from envs.household.palette import RoomPalette
from envs.household.scene import ObjectSpec
from envs.household.shape import Opening, Part, Shape, Space, Vec3
from envs.household.shapes import shape_of

MARGIN_M = 0.01


def _turned_vector(vector: Vec3, quarter_deg: float) -> Vec3:
    x, y, z = rotation_matrix((0.0, quarter_deg, 0.0)) @ np.asarray(vector)
    return (float(x), float(y), float(z))


def turned(shape: Shape, quarter_deg: float) -> Shape:
    """Turn a shape about its own upright axis by a multiple of 90 degrees."""
    swap = round(quarter_deg / 90.0) % 2 == 1

    def part(each: Part) -> Part:
        x, y, z = each.rotation_deg
        return replace(
            each,
            position_m=_turned_vector(each.position_m, quarter_deg),
            rotation_deg=(x, y + quarter_deg, z),
        )

    def space(each: Space) -> Space:
        size = each.size_m[::-1] if swap else each.size_m
        return replace(
            each,
            centre_m=_turned_vector(each.centre_m, quarter_deg),
            size_m=(size[0], size[1]),
        )

    opening = shape.opening
    if opening is not None:
        opening = Opening(
            opening.kind,
            _turned_vector(opening.axis, quarter_deg),
            opening.travel,
            _turned_vector(opening.pivot_m, quarter_deg),
        )
    return Shape(tuple(map(part, shape.parts)), tuple(map(space, shape.spaces)), opening)


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


def lengthwise(spec: ObjectSpec, palette: RoomPalette) -> Shape | None:
    """The type's shape turned a quarter, where the object is long the other way; else None.

    The catalogue lays a knife along z; most of the data set's knives lie along x.
    """
    width, height, depth = spec.size_m
    typical_width, _, typical_depth = spec.info.size_m
    ratio, typical = np.log(width / depth), np.log(typical_width / typical_depth)
    if abs(ratio - typical) <= abs(-ratio - typical) + 0.2:
        return None
    return turned(shape_of(replace(spec, size_m=(depth, height, width)), palette), 90.0)
