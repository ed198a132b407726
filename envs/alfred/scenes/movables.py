"""Sizes and pivots of movable objects, from their masks where they stand at the start.

Every type's box is fitted over all rooms; in a room each object of a name of its own is fitted
again, the type's box being what is expected.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from envs.alfred import ids
from envs.alfred.replay import runs_mask
from envs.alfred.scenes.boxfit import Box, Prior, Views, fit_box, thin
from envs.alfred.scenes.camera import Cameras, box_corners
from envs.alfred.scenes.cuts import fit_pieces
from envs.alfred.scenes.evidence import Cut, RoomEvidence, Sighting, Start
from envs.alfred.scenes.looks import (
    LEAST_GAIN,
    STRAIGHT,
    likeness,
    look_outline,
    turns_of,
    with_outline,
)
from envs.household.catalog import object_types
from envs.household.frames import rotation_matrix
from envs.household.scene import PieceSpec
from envs.household.shape import Vec3

TYPE_VIEWS = 60
NAME_VIEWS = 16
SAME_LEVEL_M = 0.03
LEVELLING_ROUNDS = 8
FEWEST_RESTS = 4
FLAT_M = 0.008
"""Thinner than this nothing is drawn or hit reliably."""

LOOK_VIEWS = 8
LIKE_ENOUGH = 0.75
"""No other turn is tried of a shape that is so like its masks, in IoU."""

BEST_TURNS = 2
ROUNDS = 2
"""How often a shape is built anew at the size that was found."""


@dataclass(frozen=True)
class MovableBoxes:
    """Boxes around pivots, in the objects' own frames.

    Attributes:
        types: By type.
        names: By object name, where it was seen.
        turns: By type or name, how the catalogue's shape is turned in the box.
        pieces: What a cut leaves, by type of the whole.
    """

    types: Mapping[str, Box]
    names: Mapping[str, Box]
    turns: Mapping[str, Vec3] = field(default_factory=dict)
    pieces: Mapping[str, tuple[PieceSpec, ...]] = field(default_factory=dict)

    def of(self, name: str) -> Box:
        """The box of an object, its type's or the catalogue's where it was never seen."""
        if name in self.names:
            return self.names[name]
        type_name = ids.type_of_name(name)
        return self.types[type_name] if type_name in self.types else catalogue_box(type_name)

    def turn_of(self, name: str) -> Vec3:
        """How an object's shape is turned in its box."""
        return self.turns.get(name, self.turns.get(ids.type_of_name(name), STRAIGHT))

    def bottom_m(self, start: Start) -> float:
        """Height of the lowest point of an object at its start."""
        box = self.of(start.name)
        corners = box_corners(np.array(box.low_m), np.array(box.high_m))
        return start.position_m[1] + float(
            (corners @ rotation_matrix(start.rotation_deg).T)[:, 1].min()
        )


def catalogue_box(type_name: str) -> Box:
    """The catalogue's size, the pivot at its middle."""
    return Box.around(np.zeros(3), np.array(object_types()[type_name].size_m))


def start_sightings(room: RoomEvidence) -> dict[str, list[tuple[Sighting, Start]]]:
    """First touches of movable objects, by name, each with where the object stood."""
    by_id = {start.object_id: start for start in room.starts.values()}
    found: dict[str, list[tuple[Sighting, Start]]] = defaultdict(list)
    for object_id, sightings in room.sightings.items():
        start = by_id.get(object_id)
        if start is not None:
            first = (each for each in sightings if each.untouched and not each.is_open)
            found[start.name] += [
                (each, start) for each in first if each.action in ("PickupObject", "SliceObject")
            ]
    return found


def views_of(pairs: list[tuple[Sighting, Start]], *, most: int) -> Views:
    """The masks of movable objects, each in its own pose."""
    chosen = [pairs[index] for index in thin(len(pairs), most=most)]
    return Views(
        cameras=Cameras.of([sighting.pose for sighting, _ in chosen]),
        rotations=np.array([rotation_matrix(start.rotation_deg) for _, start in chosen]),
        origins_m=np.array([start.position_m for _, start in chosen]),
        bounds_px=np.array([sighting.bounds_px for sighting, _ in chosen]),
    )


def fit_types(rooms: Iterable[RoomEvidence]) -> MovableBoxes:
    """Fit every type's box over all rooms, its bottom where things of the type rest."""
    pairs: dict[str, list[tuple[Sighting, Start]]] = defaultdict(list)
    supports: list[tuple[str, str, Start]] = []
    cuts: list[Cut] = []
    for room in rooms:
        cuts += room.cuts
        for name, found in start_sightings(room).items():
            pairs[ids.type_of_name(name)] += found
        supports += [(room.floor_plan, holder, start) for start, holder in room.supports]
    fits = {
        type_name: _fit(
            type_name,
            found,
            (catalogue_box(type_name), STRAIGHT),
            most=TYPE_VIEWS,
            weight_px=1.0,
        )
        for type_name, found in sorted(pairs.items())
        if type_name in object_types() and found
    }
    boxes = level_bottoms({name: box for name, (box, _) in fits.items()}, supports)
    turns = {name: turn for name, (_, turn) in fits.items()}
    return MovableBoxes(boxes, {}, turns, fit_pieces(cuts, boxes))


def level_bottoms(
    types: Mapping[str, Box], supports: Iterable[tuple[str, str, Start]]
) -> dict[str, Box]:
    """Shift the types' bottoms so that what rests on one surface rests at one height.

    Masks leave a bottom a centimetre or two open; surfaces shared by many types close that.
    Levels and shifts are found in turn, as medians.

    Args:
        types: Boxes by type.
        supports: (floor plan, receptacle, start) of things that rested there.
    """
    upright = [
        (room, holder, start)
        for room, holder, start in supports
        if start.type in types and abs((start.rotation_deg[0] + 180) % 360 - 180) < 5
    ]
    heights = MovableBoxes(types, {})
    bottoms = np.array([heights.bottom_m(start) for _, _, start in upright])
    kinds = np.array([start.type for _, _, start in upright])
    shifts = dict.fromkeys(types, 0.0)
    places = _places(upright, bottoms)
    for _ in range(LEVELLING_ROUNDS):
        risen = bottoms + np.array([shifts[kind] for kind in kinds])
        levels = np.zeros(len(risen))
        for rows in places:
            levels[rows] = np.median(risen[rows])
        for kind in shifts:
            mine = kinds == kind
            if np.count_nonzero(mine) >= FEWEST_RESTS:
                shifts[kind] += float(np.median(levels[mine] - risen[mine]))
    return {name: _with_bottom(box, box.low_m[1] + shifts[name]) for name, box in types.items()}


def _places(supports: list[tuple[str, str, Start]], bottoms_m: np.ndarray) -> list[np.ndarray]:
    """Rows of things that rest on the same level of the same receptacle."""
    rows: dict[tuple[str, str], list[int]] = defaultdict(list)
    for row, (room, holder, _) in enumerate(supports):
        rows[room, holder].append(row)
    places = []
    for found in rows.values():
        order = sorted(found, key=lambda row: bottoms_m[row])
        gaps = np.diff(bottoms_m[order]) > SAME_LEVEL_M
        places += list(np.split(np.array(order), np.flatnonzero(gaps) + 1))
    return [part for part in places if len(part) >= 2]


def _with_bottom(box: Box, low_m: float) -> Box:
    """The box with its lower side elsewhere, at least as high as is drawn reliably."""
    x0, _, z0 = box.low_m
    x1, top, z1 = box.high_m
    return Box((x0, low_m, z0), (x1, max(top, low_m + FLAT_M), z1))


def fit_names(room: RoomEvidence, types: MovableBoxes) -> MovableBoxes:
    """Fit the boxes of a room's own objects as well; their bottoms stay their types'."""
    fitted = {
        name: _fit(
            ids.type_of_name(name),
            found,
            (types.of(name), types.turn_of(name)),
            most=NAME_VIEWS,
            weight_px=3.0,
        )
        for name, found in sorted(start_sightings(room).items())
        if ids.type_of_name(name) in object_types() and found
    }
    names = {name: _with_bottom(box, types.of(name).low_m[1]) for name, (box, _) in fitted.items()}
    turns = {name: turn for name, (_, turn) in fitted.items()}
    return MovableBoxes(
        types.types, {**types.names, **names}, {**types.turns, **turns}, types.pieces
    )


def _fit(
    type_name: str,
    pairs: list[tuple[Sighting, Start]],
    expected: tuple[Box, Vec3],
    *,
    most: int,
    weight_px: float,
) -> tuple[Box, Vec3]:
    """Fit a box, and how the type's shape lies in it, to masks.

    Args:
        type_name: Whose shape.
        pairs: The masks.
        expected: The box and the turn that are expected.
        most: So many masks are used.
        weight_px: How firmly the box is expected, see `Prior`.
    """
    box, turn = expected
    size = box.size_m
    prior = Prior(
        box=box,
        centre_sigma_m=tuple(np.maximum(size * 0.4, 0.015)),  # type: ignore[arg-type]
        size_sigma=(0.3, 0.3, 0.3),
        weight_px=weight_px,
    )
    views, few = views_of(pairs, most=most), views_of(pairs, most=LOOK_VIEWS)
    chosen = [pairs[index] for index in thin(len(pairs), most=LOOK_VIEWS)]
    masks = [runs_mask(sighting.runs) for sighting, _ in chosen]

    def like(candidate: Box, turned: Vec3) -> float:
        return likeness(few, masks, candidate, look_outline(type_name, candidate.size_m, turned))

    def refined(candidate: Box, turned: Vec3) -> Box:
        for _ in range(ROUNDS):
            outline = look_outline(type_name, candidate.size_m, turned)
            candidate = fit_box(with_outline(views, outline), prior, aimed=False)
        return candidate

    loose = fit_box(views, prior)
    best = refined(loose, turn)
    most_like = like(best, turn)
    others: list[Vec3] = []
    if most_like < LIKE_ENOUGH:
        others = sorted(turns_of(type_name), key=lambda each: -like(loose, each))
    for other in others[:BEST_TURNS]:
        if other == turn:
            continue
        found = refined(loose, other)
        score = like(found, other)
        if score > most_like + LEAST_GAIN:
            best, turn, most_like = found, other, score
    return Box.around(best.centre_m, np.maximum(best.size_m, FLAT_M)), turn
