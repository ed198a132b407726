"""Buildings as tensors."""

import numpy as np
import torch
from torch import Tensor

from policies.vln.data import World

FAR = 1e6
"""Metres to what can not be reached."""


class WorldTensors:
    """A `World` as tensors on a device.

    Args:
        world: The arrays.
        name_vectors: float32 [objects, F], frozen vectors of the objects' names.
        device: Where they go.
    """

    def __init__(self, world: World, name_vectors: np.ndarray, device: str = "cpu") -> None:
        def put(array: np.ndarray) -> Tensor:
            return torch.as_tensor(array).to(device)

        self.neighbours = put(world.neighbours.astype(np.int64))
        self.heading_rad = put(world.heading_rad)
        self.elevation_rad = put(world.elevation_rad)
        self.distance_m = put(world.distance_m)
        self.objects = put(world.objects.astype(np.int64))
        self.object_heading_rad = put(world.object_heading_rad)
        self.object_elevation_rad = put(world.object_elevation_rad)
        self.object_size_rad = put(world.object_size_rad)
        self.name_vectors = put(name_vectors)
        self.geodesic_m = put(world.geodesic_m).clamp(max=FAR)
        self.geodesic_start = put(world.geodesic_start)
        self.row = put(world.row)
        self.views = None if world.views is None else put(world.views)
        self.degree = (self.neighbours >= 0).sum(1)
        self.thing_count = (self.objects >= 0).sum(1)

    def between_m(self, a: Tensor, b: Tensor) -> Tensor:
        """Return the lengths of shortest paths; a and b of the same shape, -1 is far away."""
        known = (a >= 0) & (b >= 0)
        found = self.geodesic_m[self.geodesic_start[a.clamp(min=0)] + self.row[b.clamp(min=0)]]
        return torch.where(known, found, torch.full_like(found, FAR))
