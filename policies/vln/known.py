"""What one agent knows of a building, grown from observations, in the arrays that walks read."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from embodied.core.entity import Entity
from embodied.core.panorama import Panorama
from policies.vln.words import Vocabulary
from policies.vln.world import FAR

MAX_WAYS = 32
MAX_OBJECTS = 8
"""Objects read around a viewpoint, the largest first, as in training."""


@dataclass(frozen=True)
class _Names:
    numbers: dict[str, int]
    names: list[str]


class KnownWorld:
    """Viewpoints by number, in the order they were first heard of; rows fill when one stands there.

    It has the attributes of `WorldTensors` that a walk without a goal reads.

    Args:
        vocabulary: Words, for the names of things.
        capacity: Viewpoints there is room for at first.
    """

    def __init__(self, vocabulary: Vocabulary, capacity: int = 256) -> None:
        self._vocabulary = vocabulary
        self._names = _Names({}, [])
        self._things = _Names({}, [])
        size = vocabulary.vectors.shape[1]
        self.name_vectors = torch.zeros(1, size)
        self.neighbours = torch.full((capacity, MAX_WAYS), -1, dtype=torch.int64)
        self.heading_rad = torch.zeros(capacity, MAX_WAYS)
        self.elevation_rad = torch.zeros(capacity, MAX_WAYS)
        self.distance_m = torch.zeros(capacity, MAX_WAYS)
        self.objects = torch.full((capacity, MAX_OBJECTS), -1, dtype=torch.int64)
        self.object_heading_rad = torch.zeros(capacity, MAX_OBJECTS)
        self.object_elevation_rad = torch.zeros(capacity, MAX_OBJECTS)
        self.object_size_rad = torch.zeros(capacity, MAX_OBJECTS, 2)
        self.views: Tensor | None = None
        self.degree = torch.zeros(capacity, dtype=torch.int64)
        self.thing_count = torch.zeros(capacity, dtype=torch.int64)

    def name(self, number: int) -> str:
        """Return a viewpoint's name."""
        return self._names.names[number]

    def number(self, name: str) -> int:
        """Return a viewpoint's number, a new one if it was never heard of."""
        found = self._names.numbers.get(name)
        if found is None:
            found = self._names.numbers[name] = len(self._names.names)
            self._names.names.append(name)
            if found >= len(self.degree):
                self._grow()
        return found

    def stand(self, seen: Panorama, entities: tuple[Entity, ...]) -> int:
        """Fill in what is seen from a viewpoint and return its number."""
        here = self.number(seen.viewpoint)
        # Walks number ways by viewpoint, so that the order does not hang on where one looks.
        ways = seen.ways[:MAX_WAYS]
        near = [self.number(way.viewpoint) for way in ways]
        count = len(ways)
        self.degree[here] = count
        self.neighbours[here] = -1
        self.neighbours[here, :count] = torch.tensor(near, dtype=torch.int64)
        self.heading_rad[here, :count] = _column([w.heading_rad + seen.heading_rad for w in ways])
        self.elevation_rad[here, :count] = _column(
            [w.elevation_rad + seen.elevation_rad for w in ways]
        )
        self.distance_m[here, :count] = _column([w.distance_m for w in ways])
        if seen.features is not None:
            views = torch.from_numpy(np.asarray(seen.features, dtype=np.float32))
            if self.views is None:
                self.views = torch.zeros(len(self.degree), *views.shape)
            self.views[here] = views
        things = [e for e in entities if e.direction_rad is not None and e.size_rad is not None]
        things = things[:MAX_OBJECTS]
        count = len(things)
        self.thing_count[here] = count
        self.objects[here] = -1
        self.objects[here, :count] = torch.tensor(
            [self._thing(e.category) for e in things], dtype=torch.int64
        )
        angles = [e.direction_rad for e in things if e.direction_rad is not None]
        self.object_heading_rad[here, :count] = _column([a[0] + seen.heading_rad for a in angles])
        self.object_elevation_rad[here, :count] = _column(
            [a[1] + seen.elevation_rad for a in angles]
        )
        for row, thing in enumerate(things):
            self.object_size_rad[here, row] = torch.tensor(thing.size_rad)
        return here

    def between_m(self, a: Tensor, b: Tensor) -> Tensor:
        """Return what is not known: every distance to a goal is far."""
        return torch.full(torch.broadcast_shapes(a.shape, b.shape), FAR)

    def _thing(self, name: str) -> int:
        found = self._things.numbers.get(name)
        if found is None:
            found = self._things.numbers[name] = len(self._things.names)
            self._things.names.append(name)
            vector = self._vocabulary.phrase(name)
            vector = vector / (np.linalg.norm(vector) + 1e-8)
            row = torch.from_numpy(vector.astype(np.float32))[None]
            self.name_vectors = row if not found else torch.cat([self.name_vectors, row])
        return found

    def _grow(self) -> None:
        for key, value in vars(self).items():
            if isinstance(value, Tensor) and key != "name_vectors":
                empty = -1 if key in ("neighbours", "objects") else 0
                more = torch.full_like(value, empty)
                setattr(self, key, torch.cat([value, more]))


def _column(values: list[float]) -> Tensor:
    return torch.tensor(values, dtype=torch.float32)
