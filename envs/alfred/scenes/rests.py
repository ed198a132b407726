"""Where things put down came to rest, from the masks of what was done to them next.

AI2-THOR's choice depends on where the agent stands, on what is put and on what lies there
already, and on nothing else: in recordings of one room the same thing put from the same place
beside the same things lies at the same spot, to the pixel. So what was recorded tells where it
goes again, and from where on the rule (`envs.alfred.placement`) has to look if that is taken.
"""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from envs.alfred import ids
from envs.alfred.replay import FRAME_PX, runs_mask
from envs.alfred.scenes.boxfit import Box
from envs.alfred.scenes.camera import Cameras, Floats, projected_extent
from envs.alfred.scenes.evidence import BASINS, Laid, run_bounds_px
from envs.alfred.scenes.looks import look_outline
from envs.alfred.scenes.movables import MovableBoxes
from envs.alfred.scenes.remembered import away_m, distinct
from envs.alfred.scenes.silhouettes import Outline, hull_of, overlap, picture
from envs.household.frames import rotation_matrix
from envs.household.scene import KnownRest, ObjectSpec
from envs.household.shape import Vec3

QUARTERS = (0.0, 90.0, 180.0, 270.0)
STEPS = 6
TINY_M = 1e-4
SUNK_M, RAISED_M = 0.002, 0.05
"""What is seen to lie lies at least so far over a rebuilt level, and at most so far."""

REFINED = ((0.02, 6.0), (0.01, 3.0), (0.005, 1.5))
"""Steps, in metres and degrees, by which a spot is moved and turned to be more like its mask."""

LIKE_ENOUGH = 0.8
SHELVED = frozenset({"Fridge", "Microwave", "Cabinet", "Safe"})
"""In these the board over a thing may hide its top."""

BESIDE_M, BELOW_M, ABOVE_M = 0.05, 0.03, 0.3
NEARER_M = 0.1
"""What lay further from the agent than the spot by more did not matter."""

LEVEL_SIGMA_M = 0.02
LEVEL_WEIGHT_PX = 3.0
BEYOND_M = 0.3
"""Nothing lies past the edge of a space by more: some are made out too small."""

EDGE_COST = 2.0
"""Likeness that each metre past the edge must be worth; basins' edges are known least."""

LEAST_IOU = 0.1
"""Thin things that lie askew are found by the bounds of their masks, and cover little of them."""


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
        if receptacle is None:
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
            rest = replace(rest, beside_m=_beside(each, rest, receptacle))
            found.append((rest, away_m(rest, each.pose.position_m)))
    return distinct(found)


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
    look = _Look(each, thing, top_hidden=receptacle.type in SHELVED)
    edge_cost = 0.0 if receptacle.type in BASINS else EDGE_COST
    tried = []
    for centre, yaw, half in _levels(receptacle):
        axes = rotation_matrix((0.0, yaw, 0.0))
        for quarter in QUARTERS:
            turn = rotation_matrix((0.0, yaw + quarter, 0.0))
            at = look.aimed(turn, centre[1])
            past_m = float((np.abs((at - centre) @ axes)[[0, 2]] - half).max(initial=0.0))
            if past_m > BEYOND_M:
                continue
            like = look.like(at, yaw + quarter)
            place = (like, tuple(map(float, at)), yaw + quarter)
            tried.append((like - edge_cost * past_m, place))
    if not tried:
        return None
    like, (x, y, z), yaw_deg = look.refined(*max(tried)[1])
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


def _beside(each: Laid, rest: KnownRest, receptacle: ObjectSpec) -> tuple[Vec3, ...]:
    """Pivots of what lay in the receptacle no further from the agent than the spot, or hardly."""
    agent = np.array(each.pose.position_m)
    away = away_m(rest, each.pose.position_m) + NEARER_M
    found = []
    for start in each.around:
        at = np.array(start.position_m)
        if start.object_id == each.object_id or np.linalg.norm(at - agent) > away:
            continue
        for centre, yaw, half in _levels(receptacle):
            own = (at - centre) @ rotation_matrix((0.0, yaw, 0.0))
            if (np.abs(own[[0, 2]]) < half + BESIDE_M).all() and -BELOW_M < own[1] < ABOVE_M:
                found.append(start.position_m)
                break
    return tuple(sorted(found))


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


MOVES = tuple(
    (dx, dz, turn)
    for dx, dz, turn in itertools.product((-1, 0, 1), repeat=3)
    if abs(dx) + abs(dz) + abs(turn) == 1
)


class _Look:
    """How like its mask a thing would be at a spot.

    Args:
        each: What was put down, and its mask.
        thing: Its shape.
        top_hidden: Whether the mask may end below the thing's top.
    """

    def __init__(self, each: Laid, thing: _Thing, *, top_hidden: bool) -> None:
        self._camera = Cameras.of([each.sighting.pose])
        self._mask = runs_mask(each.sighting.runs)
        self._bounds_px = run_bounds_px(each.sighting.runs)
        self._thing = thing
        self._top_hidden = top_hidden
        self._placed = thing.outline.placed(np.array(thing.box.low_m), np.array(thing.box.high_m))

    def like(self, at_m: Floats, yaw_deg: float) -> float:
        """Intersection over union of the mask and the thing at a pivot, turned about y."""
        turn = rotation_matrix((0.0, yaw_deg, 0.0))
        ours = picture(self._camera, self._placed @ turn.T + at_m, self._thing.outline.parts)
        if self._top_hidden:
            ours = ours.copy()
            ours[: int(self._bounds_px[1])] = False
        return overlap(self._mask, ours)

    def refined(
        self, like: float, at_m: tuple[float, ...], yaw_deg: float
    ) -> tuple[float, tuple[float, ...], float]:
        """Move and turn the thing on its level while that makes it more like its mask."""
        best = (like, at_m, yaw_deg)
        for step_m, step_deg in REFINED:
            if best[0] > LIKE_ENOUGH:
                break
            for _ in range(STEPS):
                _, (x, y, z), yaw = best
                around = [
                    ((x + step_m * dx, y, z + step_m * dz), yaw + step_deg * turn)
                    for dx, dz, turn in MOVES
                ]
                found = max((self.like(np.array(at), yaw), at, yaw) for at, yaw in around)
                if found[0] <= best[0]:
                    break
                best = found
        return best

    def aimed(self, turn: Floats, level_m: float) -> Floats:
        """The pivot at which the thing has its mask's bounds and its bottom is near a level."""
        low, high = np.array(self._thing.box.low_m), np.array(self._thing.box.high_m)
        own = (low + self._thing.hull * (high - low)) @ turn.T
        level = level_m - float(own[:, 1].min())
        bounds = self._bounds_px
        # A side that the frame cuts off may be anywhere beyond.
        counts = ((bounds > 0.0) & (bounds < FRAME_PX)).astype(np.float64)
        if self._top_hidden:
            counts[1] = 0.0

        def misses(at: Floats) -> Floats:
            off = (projected_extent(self._camera, (own + at)[None])[0] - bounds) * counts
            return np.append(off, (at[1] - level) / LEVEL_SIGMA_M * LEVEL_WEIGHT_PX)

        middle = np.append((bounds[:2] + bounds[2:]) / 2, 0.0)
        ray = self._camera.rays(middle[:1], middle[1:2])[0, 0]
        eye = self._camera.eyes_m[0]
        drop = level + float((low + high)[1]) / 2 - eye[1]
        reach = drop / ray[1] if ray[1] * drop > 0 else 1.0
        at = eye + ray * float(np.clip(reach, 0.2, 2.5))
        at[1] = level
        for _ in range(STEPS):
            now = misses(at)
            slope = np.stack([(misses(at + d) - now) / TINY_M for d in np.eye(3) * TINY_M], axis=1)
            step = np.linalg.lstsq(slope, -now, rcond=None)[0]
            at = at + np.clip(step, -0.3, 0.3)
        # Sunk in a board or a basin's bottom it would not be seen.
        at[1] = np.clip(at[1], level + SUNK_M, level + RAISED_M)
        return np.asarray(at)
