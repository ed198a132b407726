"""Which way round the catalogue's shapes lie in the boxes of the data set's things.

THOR's models have frames of their own: one knife lies along x, another along z, a pan's handle
points anywhere, a racket stands or lies. Of the turns by right angles the one is taken whose
picture is most like the recorded masks.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import numpy as np

from envs.alfred.scenes.boxfit import Box, Views
from envs.alfred.scenes.camera import Floats
from envs.alfred.scenes.silhouettes import Outline, hull_of, outline_of, overlap, picture
from envs.household.catalog import object_types
from envs.household.frames import euler_deg, rotation_matrix
from envs.household.palette import RoomPalette
from envs.household.scene import ObjectSpec
from envs.household.shape import Opening, Part, Shape, Space, Vec3
from envs.household.shapes import shape_of

STRAIGHT: Vec3 = (0.0, 0.0, 0.0)
YAWS: tuple[Vec3, ...] = tuple((0.0, quarter, 0.0) for quarter in (0.0, 90.0, 180.0, 270.0))
LEAST_GAIN = 0.02
"""By so much IoU another turn must be better than the one expected."""


@cache
def right_angles() -> tuple[Vec3, ...]:
    """All 24 turns of a cube, the level ones first."""
    found: dict[tuple[int, ...], Vec3] = {}
    for pitch in (0.0, 90.0, 180.0, 270.0):
        for roll in (0.0, 90.0, 180.0, 270.0):
            for yaw in (0.0, 90.0, 180.0, 270.0):
                turn = (pitch, yaw, roll)
                key = tuple(np.round(rotation_matrix(turn)).astype(int).ravel().tolist())
                found.setdefault(key, turn)
    return tuple(found.values())


def turns_of(type_name: str) -> tuple[Vec3, ...]:
    """Turns that a type may have: vessels and what opens stay upright."""
    info = object_types()[type_name]
    upright = info.can("receptacle") or info.can("openable")
    return YAWS if upright else right_angles()


def turned_shape(shape: Shape, turn_deg: Vec3, *, height_m: float, was_m: float) -> Shape:
    """Turn a shape about the middle of its box by right angles; spaces only by level ones.

    Args:
        shape: The shape, in a box that is `was_m` high.
        turn_deg: Euler angles.
        height_m: Height of the turned box.
        was_m: Height of the box before.
    """
    turn = rotation_matrix(turn_deg)
    before, after = np.array([0.0, was_m / 2, 0.0]), np.array([0.0, height_m / 2, 0.0])

    def moved(at: Vec3) -> Vec3:
        x, y, z = map(float, turn @ (np.asarray(at) - before) + after)
        return (x, y, z)

    def part(each: Part) -> Part:
        return replace(
            each,
            position_m=moved(each.position_m),
            rotation_deg=euler_deg(turn @ rotation_matrix(each.rotation_deg)),
        )

    swap = abs(turn[0, 2]) > 0.5

    def space(each: Space) -> Space:
        width, depth = each.size_m
        size = (depth, width) if swap else (width, depth)
        return replace(each, centre_m=moved(each.centre_m), size_m=size)

    level = turn[1, 1] > 0.5
    opening = shape.opening
    if opening is not None:
        x, y, z = map(float, turn @ np.asarray(opening.axis))
        opening = Opening(opening.kind, (x, y, z), opening.travel, moved(opening.pivot_m))
    return Shape(
        tuple(map(part, shape.parts)), tuple(map(space, shape.spaces)) if level else (), opening
    )


def turned_look(spec: ObjectSpec, palette: RoomPalette, turn_deg: Vec3) -> Shape:
    """The catalogue's shape of a thing, turned in its box."""
    own = np.abs(rotation_matrix(turn_deg)).T @ np.asarray(spec.size_m)
    width, height, depth = map(float, own)
    shape = shape_of(replace(spec, size_m=(width, height, depth), shape=None), palette)
    if turn_deg == STRAIGHT:
        return shape
    return turned_shape(shape, turn_deg, height_m=spec.size_m[1], was_m=height)


def look_outline(type_name: str, size_m: Floats, turn_deg: Vec3) -> Outline:
    """The outline of a type's shape at a size, turned."""
    width, height, depth = map(float, size_m)
    size = (width, height, depth)
    spec = ObjectSpec(
        object_id=f"{type_name}|+00.00|+00.00|+00.00",
        type=type_name,
        position_m=(0.0, 0.0, 0.0),
        size_m=size,
    )
    return outline_of(turned_look(spec, RoomPalette(), turn_deg), size)


def likeness(views: Views, masks: Sequence[np.ndarray], box: Box, outline: Outline) -> float:
    """Mean IoU of masks [V] and pictures of an outline in a box."""
    own = outline.placed(np.array(box.low_m), np.array(box.high_m))
    found = []
    for row, mask in enumerate(masks):
        placed = own @ views.rotations[row].T + views.origins_m[row]
        camera = views.cameras.select(np.array([row]))
        found.append(overlap(mask, picture(camera, placed, outline.parts)))
    return float(np.mean(found))


def with_outline(views: Views, outline: Outline) -> Views:
    """The views of something with this outline."""
    return replace(views, unit=hull_of(outline.points))
