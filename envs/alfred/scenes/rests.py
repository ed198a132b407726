"""Where things put down came to rest, from the masks of what was done to them next.

AI2-THOR's choice depends on where the agent stands, on what is put and on what lies there
already, and hardly on anything else: in recordings of one room the same thing put from the same
place lies at the same spot, to the pixel. So what was recorded tells where it goes again, where
the rebuilt receptacle is too inexact for the rule (`envs.alfred.placement`): basins, whose grids
are so fine that the few things that start in them do not tell them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from envs.alfred import ids
from envs.alfred.replay import runs_mask
from envs.alfred.scenes.boxfit import Box
from envs.alfred.scenes.camera import Cameras, Floats, projected_extent
from envs.alfred.scenes.evidence import BASINS, Laid, run_bounds_px
from envs.alfred.scenes.looks import look_outline
from envs.alfred.scenes.movables import MovableBoxes
from envs.alfred.scenes.silhouettes import Outline, hull_of, overlap, picture
from envs.household.frames import rotation_matrix
from envs.household.scene import KnownRest, ObjectSpec

QUARTERS = (0.0, 90.0, 180.0, 270.0)
STEPS = 6
TINY_M = 1e-4
LEVEL_SIGMA_M = 0.02
LEVEL_WEIGHT_PX = 3.0
BEYOND_M = 0.3
"""Nothing lies past the edge of a basin by more; they are often made out too small."""

LEAST_IOU = 0.1
"""Thin things that lie askew are found by the bounds of their masks, and cover little of them."""
SAME_M = 0.01
STOOD_M = 0.01


@dataclass(frozen=True, eq=False)
class _Thing:
    """What was put: its box from its pivot, and its outline in it."""

    box: Box
    outline: Outline
    hull: Floats


def known_rests(
    laid: Iterable[Laid], furniture: Sequence[ObjectSpec], movables: MovableBoxes
) -> tuple[KnownRest, ...]:
    """Find where everything that was put down and seen again lay.

    Args:
        laid: What was put down.
        furniture: The rebuilt room's, with its spaces.
        movables: Boxes of what was put.
    """
    receptacles = {spec.object_id: spec for spec in furniture}
    things: dict[str, _Thing | None] = {}
    done: dict[tuple[object, ...], KnownRest | None] = {}
    found = []
    for each in laid:
        receptacle = _holder(each.receptacle_id, receptacles)
        if receptacle is None or receptacle.type not in BASINS:
            continue
        key = _piece_key(each)
        if key not in things:
            things[key] = _thing(each, movables)
        thing = things[key]
        if thing is None:
            continue
        view = (receptacle.object_id, key, each.pose, each.sighting.pose, *each.sighting.bounds_px)
        if view not in done:
            done[view] = _rest(each, thing, receptacle)
        rest = done[view]
        if rest is not None:
            found.append(rest)
    return _distinct(found)


def _holder(receptacle_id: str, receptacles: dict[str, ObjectSpec]) -> ObjectSpec | None:
    """The piece of furniture that an id names; plans name basins by positions of their own."""
    if receptacle_id in receptacles or ids.type_of(receptacle_id) not in BASINS:
        return receptacles.get(receptacle_id)
    basins = [spec for spec in receptacles.values() if spec.type == ids.type_of(receptacle_id)]
    at = ids.position_m(receptacle_id)
    return min(
        basins,
        key=lambda spec: float(np.linalg.norm(ids.position_m(spec.object_id) - at)),
        default=None,
    )


def _piece_key(each: Laid) -> str:
    """What tells things apart: the name, for pieces of a cut type and number."""
    return each.object_id.rpartition("|")[2] if "Sliced_" in each.object_id else each.name


def _thing(each: Laid, movables: MovableBoxes) -> _Thing | None:
    type_name = ids.type_of_name(each.name)
    if "Sliced_" in each.object_id:
        pieces = movables.pieces.get(type_name.removesuffix("Sliced"), ())
        number = int(each.object_id.rpartition("_")[2])
        if number > len(pieces):
            return None
        width, height, depth = pieces[number - 1].size_m
        box = Box((-width / 2, 0.0, -depth / 2), (width / 2, height, depth / 2))
    else:
        box = movables.of(each.name)
    outline = look_outline(type_name, box.size_m, movables.turn_of(each.name))
    return _Thing(box, outline, hull_of(outline.points))


def _rest(each: Laid, thing: _Thing, receptacle: ObjectSpec) -> KnownRest | None:
    """The level, the turn and the spot at which the thing is most like its mask."""
    mask = runs_mask(each.sighting.runs)
    bounds = run_bounds_px(each.sighting.runs)
    camera = Cameras.of([each.sighting.pose])
    tried = []
    for centre, yaw, half in _levels(receptacle):
        axes = rotation_matrix((0.0, yaw, 0.0))
        for quarter in QUARTERS:
            turn = rotation_matrix((0.0, yaw + quarter, 0.0))
            at = _aimed(camera, bounds, thing, turn, centre)
            if (np.abs((at - centre) @ axes)[[0, 2]] > half + BEYOND_M).any():
                continue
            own = thing.outline.placed(np.array(thing.box.low_m), np.array(thing.box.high_m))
            like = overlap(mask, picture(camera, own @ turn.T + at, thing.outline.parts))
            tried.append((like, tuple(map(float, at)), yaw + quarter))
    if not tried:
        return None
    like, (x, y, z), yaw_deg = max(tried)
    if like < LEAST_IOU:
        return None
    px, _, pz = each.pose.position_m
    return KnownRest(
        receptacle=receptacle.object_id,
        type=ids.type_of_name(each.name),
        name=_piece_key(each),
        agent_xz_m=(px, pz),
        agent_yaw_deg=each.pose.yaw_deg % 360.0,
        half_m=(float(thing.box.size_m[0]) / 2, float(thing.box.size_m[2]) / 2),
        position_m=(x, y, z),
        bottom_m=y + thing.box.low_m[1],
        rotation_deg=(0.0, yaw_deg % 360.0, 0.0),
    )


def _levels(receptacle: ObjectSpec) -> list[tuple[Floats, float, Floats]]:
    """Middles of a receptacle's spaces in the room, where they point, and half their sides."""
    shape = receptacle.shape
    if shape is None or not shape.spaces:
        return []
    turn = rotation_matrix(receptacle.rotation_deg)
    base = np.array(receptacle.position_m) - turn @ np.array(receptacle.pivot_m)
    return [
        (
            base + turn @ np.array(space.centre_m),
            receptacle.rotation_deg[1] + space.yaw_deg,
            np.array(space.size_m) / 2,
        )
        for space in shape.spaces
    ]


def _aimed(
    camera: Cameras, bounds_px: Floats, thing: _Thing, turn: Floats, centre_m: Floats
) -> Floats:
    """The pivot at which the thing has a mask's bounds and its bottom is near a level."""
    low, high = np.array(thing.box.low_m), np.array(thing.box.high_m)
    own = (low + thing.hull * (high - low)) @ turn.T
    level = centre_m[1] - float(own[:, 1].min())

    def misses(at: Floats) -> Floats:
        off = projected_extent(camera, (own + at)[None])[0] - bounds_px
        return np.append(off, (at[1] - level) / LEVEL_SIGMA_M * LEVEL_WEIGHT_PX)

    middle = np.append((bounds_px[:2] + bounds_px[2:]) / 2, 0.0)
    ray = camera.rays(middle[:1], middle[1:2])[0, 0]
    eye = camera.eyes_m[0]
    drop = level + float((low + high)[1]) / 2 - eye[1]
    reach = drop / ray[1] if ray[1] * drop > 0 else 1.0
    at = eye + ray * float(np.clip(reach, 0.2, 2.5))
    at[1] = level
    for _ in range(STEPS):
        now = misses(at)
        slope = np.stack([(misses(at + d) - now) / TINY_M for d in np.eye(3) * TINY_M], axis=1)
        step = np.linalg.lstsq(slope, -now, rcond=None)[0]
        at = at + np.clip(step, -0.3, 0.3)
    return np.asarray(at)


def _distinct(rests: Sequence[KnownRest]) -> tuple[KnownRest, ...]:
    """One for those that agree, with how many there were, the most frequent first."""
    groups: list[list[KnownRest]] = []
    for rest in rests:
        for group in groups:
            first = group[0]
            same = (first.receptacle, first.name, first.agent_yaw_deg) == (
                rest.receptacle,
                rest.name,
                rest.agent_yaw_deg,
            )
            near = np.abs(np.subtract(first.position_m, rest.position_m)).max() < SAME_M
            stood = np.abs(np.subtract(first.agent_xz_m, rest.agent_xz_m)).max() < STOOD_M
            if same and near and stood:
                group.append(rest)
                break
        else:
            groups.append([rest])
    groups.sort(key=len, reverse=True)
    return tuple(group[0] for group in groups)
