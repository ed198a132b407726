"""Standing at a viewpoint: what the Matterport simulator tells there, worked out once and kept.

The simulator's rule: of the neighbours on the graph those are navigable whose horizontal direction
lies within half the horizontal field of view of the heading, whatever their elevation. They are
listed by the angle from the line of sight, the root of squared relative heading and elevation. Its
horizontal field of view is the vertical one times width over height. A panorama leaves the field
of view out.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embodied.core.entity import Entity
from embodied.core.panorama import Panorama, Way
from envs.r2r.graph import NavGraph, wrap_rad
from envs.r2r.objects import NOTHING, ScanObjects

HALF_VIEW_RAD = math.radians(60.0 * 640 / 480) / 2.0
"""Half the horizontal field of view: 40 degrees."""

HEADING_STEP_RAD = ELEVATION_STEP_RAD = math.pi / 6.0
MAX_WAYS = 32
MAX_OBJECTS = 96
OBJECT_COLUMNS = 5


@dataclass(frozen=True, eq=False)
class Place:
    """A viewpoint with a heading and an elevation to look along.

    Attributes:
        way_rows: int64 [MAX_WAYS], rows of the ways on in the simulator's order, then -1.
        ways: float32 [MAX_WAYS, 3], relative heading, relative elevation, metres; then 0.
        way_headings_rad: Absolute headings of the ways.
        objects: float32 [MAX_OBJECTS, 5], category, relative heading, relative elevation, apparent
            width and height, largest first; then rows of -1, 0, 0, 0, 0.
        panorama: The same for agents, without features.
        entities: The objects for agents.
    """

    way_rows: NDArray[np.int64]
    ways: NDArray[np.float32]
    way_headings_rad: tuple[float, ...]
    objects: NDArray[np.float32]
    panorama: Panorama
    entities: tuple[Entity, ...]


class Places:
    """The places of a building.

    Args:
        graph: Its navigation graph.
        objects: Its objects, or None where agents see none.
        category_of: A category's number in the environment's own list.
        half_view_rad: Half the horizontal field of view; None sees all around.
    """

    def __init__(
        self,
        graph: NavGraph,
        objects: ScanObjects | None,
        *,
        category_of: Callable[[str], int],
        half_view_rad: float | None = None,
    ) -> None:
        self.graph = graph
        self._objects = objects
        self._numbers = np.array(
            [category_of(name) for name in (objects.names if objects else ())], dtype=np.float32
        )
        self._cos_half_view = -1.0 if half_view_rad is None else math.cos(half_view_rad)
        self._kept: dict[tuple[int, float, float], Place] = {}

    def at(self, row: int, heading_rad: float, elevation_rad: float) -> Place:
        """Return a place; the same again costs a look-up."""
        key = (row, heading_rad, elevation_rad)
        place = self._kept.get(key)
        if place is None:
            place = self._kept[key] = self._make(row, heading_rad, elevation_rad)
        return place

    def _make(self, row: int, heading_rad: float, elevation_rad: float) -> Place:
        graph = self.graph
        heading = wrap_rad(graph.headings_rad[row] - heading_rad)
        elevation = graph.elevations_rad[row] - elevation_rad
        seen = np.flatnonzero(np.cos(heading) >= self._cos_half_view)
        seen = seen[np.argsort(np.hypot(heading[seen], elevation[seen]), kind="stable")][:MAX_WAYS]
        near = graph.neighbours[row][seen]
        table = np.stack([heading[seen], elevation[seen], graph.edge_lengths_m[row][seen]], axis=1)
        way_rows = np.full(MAX_WAYS, -1, dtype=np.int64)
        way_rows[: len(seen)] = near
        ways = np.zeros((MAX_WAYS, 3), dtype=np.float32)
        ways[: len(seen)] = table
        listed = tuple(
            Way(graph.viewpoint_ids[neighbour], *numbers)
            for neighbour, numbers in zip(near.tolist(), table.tolist(), strict=True)
        )
        name = graph.viewpoint_ids[row]
        objects, entities = self._around(name, heading_rad, elevation_rad)
        return Place(
            way_rows=way_rows,
            ways=ways,
            way_headings_rad=tuple(graph.headings_rad[row][seen].tolist()),
            objects=objects,
            panorama=Panorama(name, heading_rad, elevation_rad, listed),
            entities=entities,
        )

    def _around(
        self, viewpoint: str, heading_rad: float, elevation_rad: float
    ) -> tuple[NDArray[np.float32], tuple[Entity, ...]]:
        table = np.zeros((MAX_OBJECTS, OBJECT_COLUMNS), dtype=np.float32)
        table[:, 0] = -1.0
        seen = self._objects.around(viewpoint) if self._objects else NOTHING
        if not len(seen) or self._objects is None:
            return table, ()
        heading = wrap_rad(seen.heading_rad.astype(np.float64) - heading_rad)
        kept = np.flatnonzero(np.cos(heading) >= self._cos_half_view)
        kept = kept[np.argsort(-seen.size_rad[kept].prod(axis=1), kind="stable")][:MAX_OBJECTS]
        rows = table[: len(kept)]
        rows[:, 0] = self._numbers[seen.category[kept]]
        rows[:, 1] = heading[kept]
        rows[:, 2] = seen.elevation_rad[kept] - elevation_rad
        rows[:, 3:] = seen.size_rad[kept]
        names = (self._objects.names[number] for number in seen.category[kept])
        return table, tuple(
            Entity(name, direction_rad=(ahead, up), size_rad=(width, height))
            for name, (_, ahead, up, width, height) in zip(names, rows.tolist(), strict=True)
        )


def snap_heading(heading_rad: float) -> float:
    """Return the nearest of the twelve discrete headings, as the simulator snaps it."""
    return (math.floor(heading_rad / HEADING_STEP_RAD + 0.5) % 12) * HEADING_STEP_RAD
