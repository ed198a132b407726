"""Shapes of rebuilt things: the catalogue's, turned and with the surfaces that were made out."""

from dataclasses import replace

import numpy as np

from envs.household.frames import rotation_matrix
from envs.household.palette import RoomPalette
from envs.household.scene import ObjectSpec
from envs.household.shape import Opening, Part, Shape, Space, Vec3
from envs.household.shapes import shape_of


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
