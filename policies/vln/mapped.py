"""Buildings that are known beforehand: a map in place of what one walk has seen."""

from collections.abc import Sequence
from typing import Protocol

from embodied.core.entity import Entity
from embodied.core.errors import ConfigError
from embodied.core.panorama import Panorama
from policies.vln.data import World
from policies.vln.weights import name_vectors
from policies.vln.words import Vocabulary
from policies.vln.world import WorldTensors


class MappedBuildings(World, Protocol):
    """Buildings whose viewpoints have names."""

    viewpoint_ids: Sequence[str]  # N


class Maps(Protocol):
    """Opens maps of buildings."""

    def world(self) -> MappedBuildings:
        """Return every building."""


class MappedWorld(WorldTensors):
    """Every viewpoint of mapped buildings, as `known.KnownWorld` has those it was told of.

    Args:
        buildings: The maps.
        vocabulary: Words, for the names of things.
    """

    def __init__(self, buildings: MappedBuildings, vocabulary: Vocabulary) -> None:
        super().__init__(buildings, name_vectors(buildings.object_names, vocabulary))
        self._names = tuple(buildings.viewpoint_ids)
        self._numbers = {name: number for number, name in enumerate(self._names)}

    def name(self, number: int) -> str:
        """Return a viewpoint's name."""
        return self._names[number]

    def number(self, name: str) -> int:
        """Return a viewpoint's number.

        Raises:
            ConfigError: If it is on no map.
        """
        if name not in self._numbers:
            raise ConfigError(
                f"Viewpoint {name} is on no map of policy.make.maps: take policy=vln, which needs "
                "none."
            )
        return self._numbers[name]

    def stand(self, seen: Panorama, entities: tuple[Entity, ...]) -> int:
        """Return the number of where one stands; what is seen there is on the map already."""
        return self.number(seen.viewpoint)

    def way(self, start: int, end: int) -> list[int]:
        """Return the viewpoints of a shortest path, without its start."""
        import torch

        path, target = [], torch.tensor(end)
        while start != end:
            near = self.neighbours[start]
            left_m = self.distance_m[start] + self.between_m(near, target.expand_as(near))
            start = int(near[left_m.argmin()])
            path.append(start)
        return path
