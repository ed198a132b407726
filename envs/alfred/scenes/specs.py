"""Pieces of furniture as a scene writes them down: pose, size and shape."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from envs.alfred import ids
from envs.alfred.scenes.boxfit import Box
from envs.alfred.scenes.camera import Floats
from envs.alfred.scenes.counters import counter_shape
from envs.alfred.scenes.evidence import BASINS
from envs.alfred.scenes.habits import HABITS
from envs.alfred.scenes.interiors import WALL_M, hollow_shape
from envs.alfred.scenes.pieces import Piece, in_world, main_level_m
from envs.alfred.scenes.relief import relief_spec
from envs.alfred.scenes.shaping import with_surface_at
from envs.household.frames import rotation_matrix
from envs.household.palette import RoomPalette
from envs.household.scene import ObjectSpec
from envs.household.shape import Shape
from envs.household.shapes import shape_of

ON_M = 0.02
DRAWER_CLEARANCE_M = 0.3


@dataclass(frozen=True, eq=False)
class Surroundings:
    """What shapes depend on besides their own piece.

    Attributes:
        palette: The room's colours.
        loose_m: [N, 3], (x, bottom, z) of what rests on no piece but perhaps a counter.
        stood_m: [N, 2], (x, z) where agents stood.
        sunk: Boxes of basins, for which counters have holes.
    """

    palette: RoomPalette
    loose_m: Floats
    stood_m: Floats
    sunk: tuple[Box, ...]


def furniture_specs(pieces: Sequence[Piece], surroundings: Surroundings) -> tuple[ObjectSpec, ...]:
    """Write all pieces of a room down."""
    plain = {piece.object_id: plain_spec(piece) for piece in pieces}
    owned: dict[str, list[ObjectSpec]] = {}
    for piece in pieces:
        if piece.owner is not None:
            owned.setdefault(piece.owner, []).append(plain[piece.object_id])
    specs = []
    for piece in pieces:
        spec = plain[piece.object_id]
        relief = relief_spec(piece, spec, pieces, surroundings.palette)
        if relief is None:
            owned_here = owned.get(piece.object_id, ())
            shape = shape_of_piece(piece, spec, surroundings, owned_here)
            relief = replace(spec, shape=shape)
        specs.append(relief)
    return tuple(specs)


def bottom_of(piece: Piece) -> Floats:
    """Centre of the bottom of a piece's box: the origin of its own frame."""
    x, _, z = piece.box.centre_m
    return np.array([x, piece.box.low_m[1], z])


def plain_spec(piece: Piece) -> ObjectSpec:
    """A piece's pose and size, without a shape."""
    size = in_world(piece.box.size_m, piece.yaw_deg)
    at = ids.position_m(piece.object_id)
    turn = rotation_matrix((0.0, piece.yaw_deg, 0.0))
    return ObjectSpec(
        object_id=piece.object_id,
        type=piece.type,
        position_m=tuple(map(float, at)),  # type: ignore[arg-type]
        size_m=tuple(map(float, size)),  # type: ignore[arg-type]
        rotation_deg=(0.0, piece.yaw_deg, 0.0),
        pivot_m=tuple(map(float, turn.T @ (at - bottom_of(piece)))),  # type: ignore[arg-type]
        owner=piece.owner,
        style={"hinge": piece.hinge},
    )


def shape_of_piece(
    piece: Piece, spec: ObjectSpec, surroundings: Surroundings, owned: Sequence[ObjectSpec]
) -> Shape:
    """A piece's shape: the catalogue's, with its surfaces where things were found on them."""
    palette = surroundings.palette
    if piece.type == "CounterTop":
        return counter_shape(
            piece,
            palette.of(spec),
            bottom_m=bottom_of(piece),
            loose_m=surroundings.loose_m,
            stood_m=surroundings.stood_m,
            sunk=surroundings.sunk,
        )
    if piece.type in WALL_M:
        return hollow_shape(piece, spec, palette)
    shape = shape_of(spec, palette, owned)
    flat = piece.type in HABITS and HABITS[piece.type].flat
    level = piece.top_m if flat else main_level_m(piece.rests_m)
    if level is not None and shape.spaces and piece.type not in BASINS:
        height = level - piece.box.low_m[1]
        if piece.type == "Microwave":
            # Things lie on a turntable, higher than the rim in front of it.
            shape = _with_spaces_at(shape, height)
        else:
            shape = with_surface_at(shape, height, of_m=spec.size_m[1])
    if piece.type == "Drawer":
        # Things may stand higher than a drawer is while it is open, and THOR shuts it on them.
        roomy = tuple(replace(each, clearance_m=DRAWER_CLEARANCE_M) for each in shape.spaces)
        shape = replace(shape, spaces=roomy)
    return shape


def _with_spaces_at(shape: Shape, height_m: float) -> Shape:
    return replace(
        shape,
        spaces=tuple(
            replace(each, centre_m=(each.centre_m[0], height_m, each.centre_m[2]))
            for each in shape.spaces
        ),
    )


def on_nothing_else(points_m: Floats, pieces: Sequence[Piece]) -> Floats:
    """Those of the points [N, 3] that rest on no piece of furniture other than a counter."""
    free = np.ones(len(points_m), dtype=bool)
    for piece in pieces:
        if piece.type != "CounterTop":
            low, high = np.array(piece.box.low_m), np.array(piece.box.high_m)
            free &= ~((points_m > low - ON_M) & (points_m < high + ON_M)).all(axis=1)
    return points_m[free]
