"""Drawers: mostly never seen from close by, but things lie in them in every episode.

Some have their id's position in the plane of the front, others at the middle; where things lie
tells which, how deep the drawer is, and how far below the id its floor lies.
"""

from dataclasses import dataclass

import numpy as np

from envs.alfred import ids
from envs.alfred.scenes.boxfit import Box, Face, Prior, fit_box
from envs.alfred.scenes.camera import Floats
from envs.alfred.scenes.evidence import RoomEvidence
from envs.alfred.scenes.pieces import Piece, facing_deg, front_face, views_of
from envs.household.catalog import object_types
from envs.household.frames import rotation_matrix

BELOW_M, ABOVE_M = 0.14, 0.03
"""How far under and over a drawer's id the bottoms of its contents lie."""

BESIDE_M = 0.6
FRONT_AT_ID_M = 0.12
"""Contents whose middle is this far behind the id: the id is in the front's plane."""

RIM_M = 0.07
"""From the outermost content's middle to the wall."""

FEWEST = 3
FLOOR_M = 0.025
LONGER = 2.0
MANY = 20
FRONT_SIGMA_M = 0.01


@dataclass(frozen=True)
class Contents:
    """What lies in a drawer, in its own frame: its id at the origin, the front towards +z.

    Attributes:
        low_m: (x, y, z), 5th percentiles.
        middle_m: Medians.
        high_m: 95th percentiles.
    """

    low_m: Floats
    middle_m: Floats
    high_m: Floats


def assigned(room: RoomEvidence, loose_m: Floats) -> dict[str, Floats]:
    """Points (x, bottom, z) [N, 3] by the drawer whose id they are nearest to."""
    drawers = sorted(each for each in room.fixed_ids() if ids.type_of(each) == "Drawer")
    if not drawers or not len(loose_m):
        return {}
    at = np.array([ids.position_m(each) for each in drawers])
    offset = loose_m[:, None] - at[None]
    beside = np.hypot(offset[..., 0], offset[..., 2])
    inside = (offset[..., 1] > -BELOW_M) & (offset[..., 1] < ABOVE_M) & (beside < BESIDE_M)
    distance = np.where(inside, beside + np.abs(offset[..., 1]), np.inf)
    nearest = distance.argmin(axis=1)
    near = np.isfinite(distance.min(axis=1))
    return {
        each: loose_m[near & (nearest == row)]
        for row, each in enumerate(drawers)
        if np.count_nonzero(near & (nearest == row)) >= FEWEST
    }


def contents_of(points_m: Floats, at_m: Floats, yaw_deg: float) -> Contents:
    """Summarise a drawer's contents in its own frame."""
    own = (points_m - at_m) @ rotation_matrix((0.0, yaw_deg, 0.0))
    low, middle, high = np.percentile(own, [5, 50, 95], axis=0)
    return Contents(low, middle, high)


def drawer_yaw_deg(
    room: RoomEvidence, object_id: str, points_m: Floats | None, yaw_deg: float
) -> float:
    """Which way a drawer opens; across, where its contents spread along the expected way.

    A drawer is wider than deep; of the two ways across it opens towards those who use it.
    """
    if points_m is None:
        return yaw_deg
    at = ids.position_m(object_id)
    spread = contents_of(points_m, at, yaw_deg)
    width, _, depth = spread.high_m - spread.low_m
    if depth < LONGER * width + RIM_M:
        return yaw_deg
    agents = [each.pose.position_m for each in room.sightings.get(object_id, [])]
    used = room.use_poses.get(object_id)
    if used is not None:
        agents.append((used.x_m, 0.0, used.z_m))
    towards = np.mean(agents, axis=0) - at
    turns = [(yaw_deg + quarter) % 360 for quarter in (90.0, 270.0)]
    fronts = [rotation_matrix((0.0, turn, 0.0))[:, 2] for turn in turns]
    return turns[int(np.argmax([towards @ front for front in fronts]))]


def drawer_prior(at_m: Floats, yaw_deg: float, points_m: Floats | None) -> tuple[Prior, bool]:
    """Return where a drawer is expected, and whether its id is in the plane of its front."""
    width, height, depth = object_types()["Drawer"].size_m
    turn = rotation_matrix((0.0, yaw_deg, 0.0))
    if points_m is None:
        centre = np.array([0.0, 0.0, -depth / 2])
        front_known = True
        sigma = np.array([0.15, 0.04, 0.1])
    else:
        found = contents_of(points_m, at_m, yaw_deg)
        front_known = bool(found.middle_m[2] < -FRONT_AT_ID_M)
        spread = found.high_m - found.low_m
        width = max(float(spread[0]) + 2 * RIM_M, 0.2)
        height = float(np.clip(2 * (FLOOR_M - found.middle_m[1]), 0.1, 0.32))
        depth = float(np.clip(spread[2] + 2 * RIM_M, 0.25, 0.6))
        z = -depth / 2 if front_known else (found.low_m[2] + found.high_m[2]) / 2
        x = (found.low_m[0] + found.high_m[0]) / 2 if len(points_m) > MANY else 0.0
        centre = np.array([x / 2, 0.0, z])
        sigma = np.array([0.06, 0.03, 0.03])
    box = Box.around(at_m + turn @ centre, np.abs(turn) @ [width, height, depth])
    prior = Prior(
        box=box,
        centre_sigma_m=tuple(np.abs(turn) @ sigma),
        size_sigma=tuple(np.abs(turn) @ [0.4, 0.3, 0.15]),
    )
    return prior, front_known


def _panel_and_box(fitted: Box, expected: Box, axis: int) -> Box:
    """A mask shows a drawer's front panel; how deep it is behind it, its contents tell."""
    half = expected.size_m[axis] / 2
    low, high = list(fitted.low_m), list(fitted.high_m)
    middle = float(fitted.centre_m[axis])
    low[axis], high[axis] = middle - half, middle + half
    return Box((low[0], low[1], low[2]), (high[0], high[1], high[2]))


def fit_drawer(room: RoomEvidence, object_id: str, points_m: Floats | None) -> Piece:
    """Fit a drawer to its contents, and to its masks while shut where it has any.

    Args:
        room: The evidence.
        object_id: The drawer.
        points_m: (x, bottom, z) [N, 3] of its contents, None where there are too few.
    """
    at = ids.position_m(object_id)
    yaw = drawer_yaw_deg(room, object_id, points_m, facing_deg(room, object_id))
    prior, front_known = drawer_prior(at, yaw, points_m)
    seen = [each for each in room.sightings.get(object_id, []) if not each.is_open]
    side, axis = front_face(yaw)
    firm = (Face(side, float(at[axis]), FRONT_SIGMA_M),) if front_known else ()
    box = prior.box
    if seen:
        fitted = fit_box(views_of(seen), prior, firm=firm)
        box = _panel_and_box(fitted, prior.box, axis)
    return Piece(
        object_id=object_id,
        type="Drawer",
        box=box,
        yaw_deg=yaw,
        seen=len(seen),
        sightings=tuple(room.sightings.get(object_id, [])),
    )
