"""Pieces of furniture, and the measures they are made out with."""

from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from envs.alfred import ids
from envs.alfred.scenes.boxfit import Box, Views, thin
from envs.alfred.scenes.camera import Cameras, Floats
from envs.alfred.scenes.evidence import BASINS, RoomEvidence, Sighting, Start
from envs.alfred.scenes.movables import MovableBoxes

LEVEL_M = 0.035
"""Things whose bottoms are this near rest on the same level."""

CLEAR_M = 0.004
TOP_SHARE = 0.4
SHARE = 0.08
"""Of the things in or on a piece, the least that make a level."""


@dataclass(frozen=True)
class Piece:
    """One piece of furniture as it was made out.

    Attributes:
        object_id: Its id.
        type: Its type.
        box: Its box in the room.
        yaw_deg: Where its front looks, a multiple of 90.
        levels_m: Heights at which things rest on or in it, lowest first.
        top_m: The highest at which much does; None where nothing is known to rest.
        rests_m: (x, bottom y, z) of things that rest on it.
        hinge: Side of a door's hinge, `left` or `right` as seen from in front.
        owner: Id of the piece it is built into.
        seen: How many masks it was fitted to.
    """

    object_id: str
    type: str
    box: Box
    yaw_deg: float
    levels_m: tuple[float, ...] = ()
    top_m: float | None = None
    rests_m: tuple[tuple[float, float, float], ...] = ()
    hinge: str = "left"
    owner: str | None = None
    seen: int = 0
    sightings: tuple[Sighting, ...] = field(default=(), compare=False)


def views_of(sightings: list[Sighting]) -> Views:
    """The bounds of masks of something that does not move; evenly thinned if there are many."""
    chosen = [sightings[index] for index in thin(len(sightings))]
    return Views.of_fixed(
        Cameras.of([each.pose for each in chosen]),
        np.array([each.bounds_px for each in chosen]),
    )


def rests_by_holder(
    room: RoomEvidence, movables: MovableBoxes
) -> dict[str, list[tuple[float, float, float]]]:
    """Where things rested, by the id of what they rested on."""
    basins = [each for each in room.fixed_ids() if ids.type_of(each) in BASINS]
    found: dict[str, list[tuple[float, float, float]]] = {}
    for start, holder in room.supports:
        receptacle = holder
        if ids.type_of(holder) in BASINS and basins:
            at = ids.position_m(holder)
            receptacle = min(
                basins, key=lambda each: float(np.linalg.norm(ids.position_m(each) - at))
            )
        found.setdefault(receptacle, []).append(_rest(start, movables))
    return found


def resting_points(room: RoomEvidence, movables: MovableBoxes) -> Floats:
    """(x, bottom, z) [N, 3] of everything movable, at every start."""
    return np.array([_rest(start, movables) for start in room.starts.values()]).reshape(-1, 3)


def _rest(start: Start, movables: MovableBoxes) -> tuple[float, float, float]:
    return (start.position_m[0], movables.bottom_m(start), start.position_m[2])


def facing_deg(room: RoomEvidence, object_id: str) -> float:
    """Where a piece's front looks: towards those who use it."""
    used = room.use_poses.get(object_id)
    yaws = Counter(sighting.pose.yaw_deg for sighting in room.sightings.get(object_id, []))
    if yaws:
        yaw = yaws.most_common(1)[0][0]
    elif used is not None:
        yaw = used.yaw_deg
    else:
        return 0.0
    return float(round((yaw + 180.0) / 90.0) * 90 % 360)


def in_world(own: Floats, yaw_deg: float) -> Floats:
    """(width, height, depth) of a piece along the room's axes."""
    return own[[2, 1, 0]] if round(yaw_deg / 90.0) % 2 else own


def front_face(yaw_deg: float) -> tuple[int, int]:
    """Index of the box face that is the front (0-2 low, 3-5 high x, y, z) and its axis."""
    return {0: (5, 2), 90: (3, 0), 180: (2, 2), 270: (0, 0)}[round(yaw_deg) % 360]


def right_of(yaw_deg: float) -> tuple[int, float]:
    """Axis and sign of a piece's own right (x) in the room."""
    return {0: (0, 1.0), 90: (2, -1.0), 180: (0, -1.0), 270: (2, 1.0)}[round(yaw_deg) % 360]


def levels_of(heights_m: list[float]) -> tuple[float, ...]:
    """Group heights that are near each other; one level for each, lowest first.

    A level is a little below what rests on it, so that thin things are not sunk in it. A lone
    height among many is something that lay on something else.
    """
    groups = [group for group in _grouped(heights_m) if len(group) >= SHARE * len(heights_m)]
    return tuple(_level(group) for group in groups)


def top_level_m(heights_m: list[float]) -> float | None:
    """The highest level that much rests on; None where nothing rests.

    What lies higher, by itself, lies in a box or on a cushion; lower there may be shelves.
    """
    groups = _grouped(heights_m)
    most = max(map(len, groups), default=0)
    return next((_level(group) for group in groups[::-1] if len(group) >= TOP_SHARE * most), None)


def main_level_m(rests_m: tuple[tuple[float, float, float], ...]) -> float | None:
    """The level with the most things on it; None where nothing rests."""
    groups = _grouped([y for _, y, _ in rests_m])
    return _level(max(groups, key=len)) if groups else None


def _grouped(heights_m: list[float]) -> list[list[float]]:
    groups: list[list[float]] = []
    for height in sorted(heights_m):
        if groups and height - groups[-1][-1] <= LEVEL_M:
            groups[-1].append(height)
        else:
            groups.append([height])
    return groups


def _level(heights_m: list[float]) -> float:
    return float(np.quantile(heights_m, 0.2)) - CLEAR_M
