"""Sizes and pivots of movable objects, from their masks where they stand at the start.

Every type's box is fitted over all rooms; in a room each object of a name of its own is fitted
again, the type's box being what is expected.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from envs.alfred import ids
from envs.alfred.scenes.boxfit import Box, Prior, Views, fit_box, thin
from envs.alfred.scenes.camera import Cameras, box_corners
from envs.alfred.scenes.evidence import RoomEvidence, Sighting, Start
from envs.household.catalog import object_types
from envs.household.frames import rotation_matrix

TYPE_VIEWS = 200
NAME_VIEWS = 40
FLAT_M = 0.008
"""Thinner than this nothing is drawn or hit reliably."""


@dataclass(frozen=True)
class MovableBoxes:
    """Boxes around pivots, in the objects' own frames.

    Attributes:
        types: By type.
        names: By object name, where it was seen.
    """

    types: Mapping[str, Box]
    names: Mapping[str, Box]

    def of(self, name: str) -> Box:
        """The box of an object, its type's or the catalogue's where it was never seen."""
        if name in self.names:
            return self.names[name]
        type_name = ids.type_of_name(name)
        return self.types[type_name] if type_name in self.types else catalogue_box(type_name)

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


def fit_types(rooms: Iterable[RoomEvidence]) -> dict[str, Box]:
    """Fit every type's box over all rooms."""
    pairs: dict[str, list[tuple[Sighting, Start]]] = defaultdict(list)
    for room in rooms:
        for name, found in start_sightings(room).items():
            pairs[ids.type_of_name(name)] += found
    return {
        type_name: _fit(found, catalogue_box(type_name), most=TYPE_VIEWS, weight_px=1.0)
        for type_name, found in sorted(pairs.items())
        if type_name in object_types() and found
    }


def fit_names(room: RoomEvidence, types: Mapping[str, Box]) -> dict[str, Box]:
    """Fit the boxes of a room's own objects."""
    boxes = MovableBoxes(types, {})
    return {
        name: _fit(found, boxes.of(name), most=NAME_VIEWS, weight_px=3.0)
        for name, found in sorted(start_sightings(room).items())
        if ids.type_of_name(name) in object_types() and found
    }


def _fit(pairs: list[tuple[Sighting, Start]], expected: Box, *, most: int, weight_px: float) -> Box:
    size = expected.size_m
    prior = Prior(
        box=expected,
        centre_sigma_m=tuple(np.maximum(size * 0.4, 0.015)),  # type: ignore[arg-type]
        size_sigma=(0.3, 0.3, 0.3),
        weight_px=weight_px,
    )
    found = fit_box(views_of(pairs, most=most), prior)
    return Box.around(found.centre_m, np.maximum(found.size_m, FLAT_M))
