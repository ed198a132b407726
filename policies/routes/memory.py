"""What was seen on the way: a topological map that grows as one walks.

A place that was stood at is known with its ways on and the things around it. A place that was only
seen down a way is known by name and direction. Headings are absolute, clockwise.
"""

import heapq
from dataclasses import dataclass, field

import numpy as np

from embodied.core.entity import Entity
from embodied.core.panorama import Panorama

TURN_RAD = 2.0 * np.pi


@dataclass(frozen=True)
class Edge:
    """A way between two places.

    Attributes:
        heading_rad: Absolute heading, clockwise.
        elevation_rad: Above the horizon.
        length_m: Its length.
    """

    heading_rad: float
    elevation_rad: float
    length_m: float

    def back(self) -> "Edge":
        """Return the same way walked the other way round."""
        heading = (self.heading_rad + np.pi) % TURN_RAD
        return Edge(float(heading), -self.elevation_rad, self.length_m)


@dataclass
class RouteMemory:
    """The map.

    Attributes:
        edges: Place to neighbouring place to the way between them.
        entities: Place that was stood at to the things seen around it.
    """

    edges: dict[str, dict[str, Edge]] = field(default_factory=dict)
    entities: dict[str, tuple[Entity, ...]] = field(default_factory=dict)

    def add(self, panorama: Panorama, entities: tuple[Entity, ...]) -> bool:
        """Take in what is seen from a place; return whether the place is new."""
        here = panorama.viewpoint
        if here in self.entities:
            return False
        self.entities[here] = entities
        ways = self.edges.setdefault(here, {})
        for way in panorama.ways:
            heading_rad = (panorama.heading_rad + way.heading_rad) % TURN_RAD
            elevation_rad = panorama.elevation_rad + way.elevation_rad
            edge = Edge(heading_rad, elevation_rad, way.distance_m)
            ways[way.viewpoint] = edge
            self.edges.setdefault(way.viewpoint, {}).setdefault(here, edge.back())
        return True

    def stood_at(self, place: str) -> bool:
        """Whether the place was stood at, and not only seen."""
        return place in self.entities

    def paths_from(self, start: str) -> tuple[dict[str, float], dict[str, str]]:
        """Return metres of the shortest known way to every place, and the place before it."""
        far = {start: 0.0}
        before: dict[str, str] = {}
        heap = [(0.0, start)]
        while heap:
            metres, place = heapq.heappop(heap)
            if metres > far[place]:
                continue
            for other, edge in self.edges[place].items():
                longer = metres + edge.length_m
                if longer < far.get(other, np.inf):
                    far[other] = longer
                    before[other] = place
                    heapq.heappush(heap, (longer, other))
        return far, before


def path_to(place: str, before: dict[str, str]) -> list[str]:
    """Return the places from the start to here, both included."""
    path = [place]
    while path[-1] in before:
        path.append(before[path[-1]])
    return path[::-1]
