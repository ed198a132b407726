"""What learning needs of a benchmark: buildings and routes as arrays, by duck typing.

`envs.r2r.arrays` has classes that fit; policies may not import environments, so the training
config names them by `_target_`.
"""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class World(Protocol):
    """N viewpoints; K neighbours and M objects at most, padded with -1 (angles with 0).

    Headings are absolute, clockwise; views lie at elevation * 12 + heading, 30 degrees apart.
    `geodesic_m[geodesic_start[u] + row[v]]` is the length of the
    shortest path from u to v of the same building.
    """

    neighbours: NDArray[np.int32]  # [N, K]
    heading_rad: NDArray[np.float32]  # [N, K]
    elevation_rad: NDArray[np.float32]  # [N, K]
    distance_m: NDArray[np.float32]  # [N, K]
    object_names: tuple[str, ...]
    objects: NDArray[np.int32]  # [N, M], rows of object_names
    object_heading_rad: NDArray[np.float32]  # [N, M]
    object_elevation_rad: NDArray[np.float32]  # [N, M]
    object_size_rad: NDArray[np.float32]  # [N, M, 2]
    views: NDArray[np.floating] | None  # [N, 36, D], features of the views of each viewpoint
    geodesic_m: NDArray[np.float32]
    geodesic_start: NDArray[np.int64]  # [N]
    row: NDArray[np.int64]  # [N]


class Routes(Protocol):
    """E instructions with their routes, padded with -1."""

    texts: tuple[str, ...]
    path_ids: tuple[str, ...]
    heading_rad: NDArray[np.float32]  # [E], at the start
    paths: NDArray[np.int32]  # [E, P]
    lengths: NDArray[np.int64]  # [E]


class RouteData(Protocol):
    """Opens a benchmark."""

    def world(self) -> World:
        """Return every building."""

    def routes(self, split: str) -> Routes:
        """Return the instructions of a split."""
