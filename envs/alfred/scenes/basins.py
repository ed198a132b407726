"""Basins of sinks and tubs: seen from above, bounded by their rim."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from envs.alfred import ids
from envs.alfred.scenes.boxfit import Box, Face, Prior, fit_box
from envs.alfred.scenes.camera import Floats
from envs.alfred.scenes.evidence import BASINS, RoomEvidence
from envs.alfred.scenes.pieces import Piece, facing_deg, in_world, levels_of, views_of
from envs.alfred.scenes.triggers import TriggerBox
from envs.household.catalog import object_types
from envs.household.frames import rotation_matrix
from envs.household.scene import KnownRest
from envs.household.shape import Vec3

BASIN_WALL_M = 0.008
BASIN_DEPTH_M = {"SinkBasin": ((0.08, 0.35), 0.16), "BathtubBasin": ((0.2, 0.6), 0.42)}
"""How deep basins may be, and how deep they are where nothing tells."""

COUNTER_NEAR_M = 0.9

WIDER_M = 0.3
"""A basin is made wider by at most so much on a side for what is known to go into it."""

FEWEST_POINTS = 8
"""So many things must have been seen on a trigger box's points for it to tell a basin's width."""

BESIDE_M = 0.05
DEEPER_M = {"SinkBasin": 0.06, "BathtubBasin": 0.15}
"""How far under the level that plans tell of something may start that lies in a basin, too."""


def fit_basin(
    room: RoomEvidence,
    object_id: str,
    rests: list[tuple[float, float, float]],
    tops: list[tuple[Floats, float]],
    loose_m: Floats,
) -> Piece:
    """Fit a basin: its mask is what is seen of its inside, bounded by its rim.

    The rim is level with the counter it is let into; without one it is a basin's typical height
    over what rests in it.

    Args:
        room: The evidence.
        object_id: The basin.
        rests: (x, bottom y, z) of what plans say rested in it.
        tops: ((x, z), height) of places on counters.
        loose_m: [N, 3], the same of everything movable, at every start.
    """
    type_name, at = ids.type_of(object_id), ids.position_m(object_id)
    yaw = facing_deg(room, object_id)
    deep, typical = BASIN_DEPTH_M[type_name]
    levels = levels_of([y for _, y, _ in rests])
    near = [height for xz, height in tops if float(np.hypot(*(xz - at[[0, 2]]))) < COUNTER_NEAR_M]
    base = levels[0] if levels else (float(np.median(near)) if near else float(at[1])) - typical
    rim = float(np.median(near)) if near else base + typical
    if not base + deep[0] <= rim <= base + deep[1]:
        rim = base + typical
    size = in_world(np.array(object_types()[type_name].size_m), yaw)
    size[1] = 0.01
    seen = room.sightings.get(object_id, [])
    centre = np.array([at[0], rim, at[2]])
    if rests:
        centre[[0, 2]] = np.median(np.array(rests)[:, [0, 2]], axis=0)
    prior = Prior(
        box=Box.around(centre, size),
        size_sigma=(0.4, 0.02, 0.4),
        centre_sigma_m=(0.1, 0.002, 0.1),
    )
    box = prior.box
    if seen:
        box = fit_box(views_of(seen), prior, firm=(Face(4, rim),))
    low, high = np.array(box.low_m), np.array(box.high_m)
    beside = ((loose_m > low - BESIDE_M) & (loose_m < high + BESIDE_M))[:, [0, 2]].all(axis=1)
    depth = (loose_m[:, 1] > base - DEEPER_M[type_name]) & (loose_m[:, 1] < rim - deep[0] / 2)
    rests = [*rests, *(tuple(map(float, each)) for each in loose_m[beside & depth])]  # type: ignore[list-item]
    levels = levels_of([y for _, y, _ in rests])
    base = min(base, levels[0]) if levels else base
    if rests:
        inside = np.array(rests)[:, [0, 2]]
        low[[0, 2]] = np.minimum(low[[0, 2]], inside.min(axis=0) - BASIN_WALL_M)
        high[[0, 2]] = np.maximum(high[[0, 2]], inside.max(axis=0) + BASIN_WALL_M)
    low[1], high[1] = base - BASIN_WALL_M, rim
    return Piece(
        object_id=object_id,
        type=type_name,
        box=Box(tuple(map(float, low)), tuple(map(float, high))),  # type: ignore[arg-type]
        yaw_deg=yaw,
        levels_m=levels,
        rests_m=tuple(rests),
        seen=len(seen),
        sightings=tuple(seen),
    )


def widened(
    pieces: Sequence[Piece],
    rests: Sequence[KnownRest],
    boxes: Mapping[str, Sequence[TriggerBox]],
) -> list[Piece]:
    """The pieces, each basin so wide that what goes into it lies in it.

    A basin seen from one side alone may be taken for shallower than it is; what lies past its
    edge would be inside the counter.

    Args:
        pieces: All pieces of a room.
        rests: Where things put down were seen to lie.
        boxes: Trigger boxes by receptacle: things lie within them.
    """
    found = []
    for piece in pieces:
        if piece.type not in BASINS:
            found.append(piece)
            continue
        lying = [
            (each.position_m, each.rotation_deg[1], each.half_m)
            for each in rests
            if each.receptacle == piece.object_id
        ]
        lying += [
            (box.centre_m, box.yaw_deg, (box.size_m[0] / 2, box.size_m[1] / 2))
            for box in boxes.get(piece.object_id, ())
            if box.points >= FEWEST_POINTS
        ]
        found.append(_covering(piece, lying))
    return found


def _covering(piece: Piece, lying: Sequence[tuple[Vec3, float, tuple[float, float]]]) -> Piece:
    """The basin with (middle, yaw, half sides) of what lies in it within its walls."""
    before_low, before_high = np.array(piece.box.low_m), np.array(piece.box.high_m)
    low, high = before_low.copy(), before_high.copy()
    for at, yaw_deg, (width, depth) in lying:
        half = np.abs(rotation_matrix((0.0, yaw_deg, 0.0))) @ np.array([width, 0.0, depth])
        half += BASIN_WALL_M
        low[[0, 2]] = np.minimum(low, np.array(at) - half)[[0, 2]]
        high[[0, 2]] = np.maximum(high, np.array(at) + half)[[0, 2]]
    low = np.maximum(low, before_low - WIDER_M)
    high = np.minimum(high, before_high + WIDER_M)
    if (low == before_low).all() and (high == before_high).all():
        return piece
    box = Box(tuple(map(float, low)), tuple(map(float, high)))  # type: ignore[arg-type]
    return replace(piece, box=box)
