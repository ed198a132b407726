"""Furniture and appliances: where they stand, how big they are, which side is their front.

Boxes are fitted to the bounds of the recorded masks; what one view leaves open is settled by
what the type is known for: it stands on the floor, its front is where its id says, its top is
where things were found resting on it.
"""

from dataclasses import replace

import numpy as np

from envs.alfred import ids
from envs.alfred.scenes.basins import fit_basin
from envs.alfred.scenes.boxfit import Box, Face, Prior, fit_box
from envs.alfred.scenes.camera import Floats
from envs.alfred.scenes.conflicts import cut_guesses, kept_clear, under_counter, with_owners
from envs.alfred.scenes.drawers import assigned, fit_drawer
from envs.alfred.scenes.evidence import BASINS, RoomEvidence
from envs.alfred.scenes.habits import HABITS, SEAT, SLAB, TABLE, Habit
from envs.alfred.scenes.movables import MovableBoxes
from envs.alfred.scenes.pieces import (
    LEVEL_M,
    Piece,
    facing_deg,
    front_face,
    in_world,
    levels_of,
    resting_points,
    rests_by_holder,
    right_of,
    top_level_m,
    views_of,
)
from envs.alfred.scenes.sight import seen_into
from envs.household.catalog import object_types

SLACK_M = 0.05
ABOUT_M = 1.5
TOP_SLACK_M = 0.12
UNSEEN_SLACK_M = 0.4
ID_TOP_SLACK_M = 0.03
KNOWN_SLACK_M = 0.25
EDGE_M = 0.1
SLAB_FROM_M, SLAB_M = 0.95, 0.05
"""A table whose id is so high over the floor is a top alone, so thick."""

AROUND_M = 0.06
"""From the middle of the outermost thing on a table to the edge."""

SAME_M = 0.01
FEWEST_ON_TOP = 3
BASE_SIGMA_M = 0.015
AGENT_ABOVE_FLOOR_M = 0.9
PANEL_M = 0.03
FRONT_SIGMA_M = 0.003
HIGH_M = 1.2
DEEP_M, SHALLOW_M = 0.5, 0.32
"""Depth of cabinets under a counter, and of those on the wall."""


def fit_furniture(room: RoomEvidence, movables: MovableBoxes) -> list[Piece]:
    """Make out every piece of furniture a room's evidence names."""
    rests = rests_by_holder(room, movables)
    loose = resting_points(room, movables)
    known = [each for each in sorted(room.fixed_ids()) if ids.type_of(each) in object_types()]
    basins = [each for each in known if ids.type_of(each) in BASINS]
    drawers = [each for each in known if ids.type_of(each) == "Drawer"]
    inside = assigned(room, loose)
    pieces = [
        _settled(room, _fit_piece(room, each, rests.get(each, [])), loose)
        for each in known
        if each not in basins and each not in drawers
    ]
    pieces += [fit_drawer(room, each, inside.get(each)) for each in drawers]
    tops = [
        (np.array([x, z]), piece.top_m)
        for piece in pieces
        if piece.type == "CounterTop" and piece.top_m is not None
        for x, _, z in piece.rests_m
    ]
    pieces += [fit_basin(room, each, rests.get(each, []), tops, loose) for each in basins]
    pieces = [kept_clear(piece, room) for piece in pieces]
    pieces = [under_counter(piece, tops) for piece in pieces]
    return seen_into(with_owners(cut_guesses(pieces)), room, movables)


def _settled(room: RoomEvidence, piece: Piece, loose_m: Floats) -> Piece:
    """Fit a piece again with everything that lay where its top should be, in any episode.

    Plans name what few things rest on; the starts of all objects tell the rest.

    Args:
        room: The evidence.
        piece: The piece as fitted with what plans name.
        loose_m: [N, 3], (x, bottom, z) of everything movable, at every start.
    """
    habit = HABITS.get(piece.type, Habit())
    if not len(loose_m):
        return piece
    low, high = np.array(piece.box.low_m), np.array(piece.box.high_m)
    if habit == SEAT:
        inside = ((loose_m > low + EDGE_M) & (loose_m < high - EDGE_M)).all(axis=1)
        lying = [(float(x), float(y), float(z)) for x, y, z in loose_m[inside]]
        return replace(piece, rests_m=tuple(lying) or piece.rests_m)
    if not habit.flat:
        return piece
    over_m = ABOUT_M if habit.top_m is not None else SLACK_M
    above = ((loose_m > low - over_m) & (loose_m < high + over_m))[:, [0, 2]].all(axis=1)
    if habit.top_m is not None:
        expected, slack = float(ids.position_m(piece.object_id)[1]) + habit.top_m, ID_TOP_SLACK_M
    elif piece.top_m is not None:
        expected, slack = piece.top_m, KNOWN_SLACK_M
    else:
        expected, slack = float(high[1]), TOP_SLACK_M if piece.seen else UNSEEN_SLACK_M
    near = loose_m[above & (np.abs(loose_m[:, 1] - expected) < slack)]
    if len(near) < FEWEST_ON_TOP:
        return piece
    top = top_level_m([float(y) for y in near[:, 1]])
    if top is None or (piece.top_m is not None and abs(top - piece.top_m) < SAME_M):
        return piece
    chosen = near[np.abs(near[:, 1] - top) < LEVEL_M]
    return _fit_piece(room, piece.object_id, [(float(x), float(y), float(z)) for x, y, z in chosen])


def _fit_piece(
    room: RoomEvidence, object_id: str, rests: list[tuple[float, float, float]]
) -> Piece:
    type_name = ids.type_of(object_id)
    habit = HABITS.get(type_name, Habit())
    at = ids.position_m(object_id)
    yaw = facing_deg(room, object_id)
    floor_m = room.agent_y_m - AGENT_ABOVE_FLOOR_M
    size = in_world(np.array(object_types()[type_name].size_m), yaw)
    levels = levels_of([y for _, y, _ in rests])
    if habit == TABLE and at[1] > floor_m + SLAB_FROM_M:
        habit = SLAB
        size[1] = SLAB_M
    firm: list[Face] = []
    centre = np.array(at)
    if habit.floor:
        firm.append(Face(1, floor_m))
        centre[1] = floor_m + size[1] / 2
    elif habit.base_m is not None:
        firm.append(Face(1, float(at[1]) + habit.base_m, BASE_SIGMA_M))
        centre[1] = at[1] + habit.base_m + size[1] / 2
    top = top_level_m([y for _, y, _ in rests])
    if habit.flat and top is not None:
        firm.append(Face(4, top))
        if habit.floor:
            size[1] = max(top - floor_m, 0.05)
        centre[1] = top - size[1] / 2
    elif habit.top_m is not None:
        firm.append(Face(4, float(at[1]) + habit.top_m, BASE_SIGMA_M))
        centre[1] = at[1] + habit.top_m - size[1] / 2
    if habit.front:
        # Its mask is the panel of its front: what is behind is built in and never shows.
        face, axis = front_face(yaw)
        inwards = -1.0 if face >= 3 else 1.0
        size[axis] = PANEL_M
        firm += [
            Face(face, float(at[axis]), FRONT_SIGMA_M),
            Face((face + 3) % 6, float(at[axis]) + inwards * PANEL_M, FRONT_SIGMA_M),
        ]
        centre[axis] += inwards * PANEL_M / 2
    seen = [each for each in room.sightings.get(object_id, []) if not each.is_open]
    hinge = "left"
    sigma = in_world(np.array(habit.size_sigma), yaw)
    if habit.front and not seen and type_name == "Cabinet":
        centre = _beside_hinge(room, object_id, centre, size, yaw)
    prior = Prior(
        box=Box.around(centre, size),
        centre_sigma_m=tuple(np.maximum(size * 0.5, 0.1)),  # type: ignore[arg-type]
        size_sigma=tuple(sigma),  # type: ignore[arg-type]
    )
    box = fit_box(views_of(seen), prior, firm=firm) if seen else prior.box
    if habit in (TABLE, SLAB):
        box = covering(box, np.array([at, *rests]))
    if habit.front:
        hinge = hinge_side(box, at, yaw)
        box = deepened(box, yaw, DEEP_M if at[1] < HIGH_M else SHALLOW_M)
    return Piece(
        object_id=object_id,
        type=type_name,
        box=box,
        yaw_deg=yaw,
        levels_m=levels,
        top_m=top,
        rests_m=tuple(rests),
        hinge=hinge,
        seen=len(seen),
        sightings=tuple(room.sightings.get(object_id, [])),
    )


def covering(box: Box, points_m: Floats) -> Box:
    """The box, wide and deep enough for what is known to be over it.

    Masks of tables that much stands on are cut in pieces, and tell little of how far they go.

    Args:
        box: A table's.
        points_m: [N, 3], its own id's and what rests on it.
    """
    low, high = np.array(box.low_m), np.array(box.high_m)
    for axis in (0, 2):
        low[axis] = min(low[axis], points_m[:, axis].min() - AROUND_M)
        high[axis] = max(high[axis], points_m[:, axis].max() + AROUND_M)
    return Box(tuple(map(float, low)), tuple(map(float, high)))  # type: ignore[arg-type]


def deepened(box: Box, yaw_deg: float, depth_m: float) -> Box:
    """The box with its back as far behind its front as given."""
    face, axis = front_face(yaw_deg)
    low, high = list(box.low_m), list(box.high_m)
    if face >= 3:
        low[axis] = high[axis] - depth_m
    else:
        high[axis] = low[axis] + depth_m
    return Box((low[0], low[1], low[2]), (high[0], high[1], high[2]))


def hinge_side(box: Box, at_m: Floats, yaw_deg: float) -> str:
    """A cabinet's id lies at its hinge: the side of the box it is nearer to.

    `left` and `right` are those of a person who stands in front and looks at it, whose left is
    the piece's own right.
    """
    axis, sign = right_of(yaw_deg)
    own_right = (at_m[axis] - box.centre_m[axis]) * sign > 0
    return "left" if own_right else "right"


def _beside_hinge(
    room: RoomEvidence, object_id: str, centre_m: Floats, size_m: Floats, yaw_deg: float
) -> Floats:
    """Where an unseen cabinet's middle is: from its hinge towards where it is used from."""
    axis, _ = right_of(yaw_deg)
    used = room.use_poses.get(object_id)
    if used is None:
        return centre_m
    offset = (used.x_m if axis == 0 else used.z_m) - ids.position_m(object_id)[axis]
    moved = centre_m.copy()
    moved[axis] += np.sign(offset) * size_m[axis] / 2
    return moved
