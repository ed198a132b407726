"""Basins of sinks and tubs: seen from above, bounded by their rim."""

import numpy as np

from envs.alfred import ids
from envs.alfred.scenes.boxfit import Box, Face, Prior, fit_box
from envs.alfred.scenes.camera import Floats
from envs.alfred.scenes.evidence import RoomEvidence
from envs.alfred.scenes.pieces import Piece, facing_deg, in_world, levels_of, views_of
from envs.household.catalog import object_types

BASIN_WALL_M = 0.008
BASIN_DEPTH_M = {"SinkBasin": ((0.08, 0.35), 0.16), "BathtubBasin": ((0.2, 0.6), 0.42)}
"""How deep basins may be, and how deep they are where nothing tells."""

COUNTER_NEAR_M = 0.9


def fit_basin(
    room: RoomEvidence,
    object_id: str,
    rests: list[tuple[float, float, float]],
    tops: list[tuple[Floats, float]],
) -> Piece:
    """Fit a basin: its mask is what is seen of its inside, bounded by its rim.

    The rim is level with the counter it is let into; without one it is a basin's typical height
    over what rests in it.
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
