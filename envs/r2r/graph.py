"""Navigation graphs of Matterport3D's buildings, as the Matterport simulator defines them.

Frame: the scan's own, metres, z up. Headings count clockwise from +y, elevations up from the
horizon, both in radians, as in Anderson et al., "Vision-and-Language Navigation" (2018), section 3.
"""

import math
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embodied.core.errors import DataError, UnknownNameError
from envs.r2r.files import r2r_folder, read_json

TURN_RAD = 2.0 * math.pi


def wrap_rad(angle_rad: Any) -> Any:
    """Return an angle, or an array of them, in [-pi, pi)."""
    return (angle_rad + math.pi) % TURN_RAD - math.pi


@dataclass(frozen=True, eq=False)
class NavGraph:
    """The viewpoints of a building and who can be walked to from where.

    Attributes:
        scan: Name of the building.
        viewpoint_ids: N names; rows of every array below are in this order.
        positions_m: float64 [N, 3], camera positions in the scan's frame.
        neighbours: For each viewpoint the indices of its neighbours, int64, ascending.
        distance_m: float64 [N, N], length of the shortest path over edges; inf where there is none.
        next_hop: int32 [N, N], the neighbour of i on a shortest path to j; i itself where i is j,
            -1 where there is no path.
    """

    scan: str
    viewpoint_ids: tuple[str, ...]
    positions_m: NDArray[np.float64]
    neighbours: tuple[NDArray[np.int64], ...]
    distance_m: NDArray[np.float64]
    next_hop: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.viewpoint_ids)

    @cached_property
    def index(self) -> dict[str, int]:
        """Viewpoint name to row."""
        return {name: row for row, name in enumerate(self.viewpoint_ids)}

    @cached_property
    def headings_rad(self) -> tuple[NDArray[np.float64], ...]:
        """For each viewpoint the absolute headings of its neighbours, in [0, 2 pi)."""
        offsets = self._offsets_m
        return tuple(np.arctan2(o[:, 0], o[:, 1]) % TURN_RAD for o in offsets)

    @cached_property
    def elevations_rad(self) -> tuple[NDArray[np.float64], ...]:
        """For each viewpoint the elevations of its neighbours above the horizon."""
        return tuple(np.arctan2(o[:, 2], np.hypot(o[:, 0], o[:, 1])) for o in self._offsets_m)

    @cached_property
    def edge_lengths_m(self) -> tuple[NDArray[np.float64], ...]:
        """For each viewpoint the straight distances to its neighbours."""
        return tuple(np.linalg.norm(o, axis=1) for o in self._offsets_m)

    @cached_property
    def _offsets_m(self) -> tuple[NDArray[np.float64], ...]:
        return tuple(
            self.positions_m[near] - self.positions_m[row]
            for row, near in enumerate(self.neighbours)
        )

    def row(self, viewpoint_id: str) -> int:
        """Return the row of a viewpoint.

        Raises:
            UnknownNameError: If the building has no such viewpoint that can be stood on.
        """
        if viewpoint_id not in self.index:
            raise UnknownNameError(f"viewpoint of scan {self.scan}", viewpoint_id, self.index)
        return self.index[viewpoint_id]

    def shortest_path(self, start: int, goal: int) -> tuple[int, ...]:
        """Return the rows of a shortest path, both ends included.

        Raises:
            ValueError: If there is no path.
        """
        if self.next_hop[start, goal] < 0:
            raise ValueError(f"{self.scan}: no path from viewpoint {start} to {goal}")
        rows = [start]
        while rows[-1] != goal:
            rows.append(int(self.next_hop[rows[-1], goal]))
        return tuple(rows)


def build_graph(
    scan: str,
    viewpoint_ids: tuple[str, ...],
    positions_m: NDArray[np.float64],
    edges: NDArray[np.bool_],
) -> NavGraph:
    """Build a graph from positions and a symmetric bool [N, N] of edges."""
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import dijkstra

    edges = edges & ~np.eye(len(edges), dtype=bool)
    length_m = np.linalg.norm(positions_m[:, None] - positions_m[None], axis=2)
    weights = csr_matrix(np.where(edges, length_m, 0.0))
    distance_m, before = dijkstra(weights, directed=False, return_predecessors=True)
    # Edges run both ways, so what comes before i on the way from j is what follows i towards j.
    next_hop = np.where(before.T < 0, -1, before.T).astype(np.int32)
    np.fill_diagonal(next_hop, np.arange(len(edges)))
    near = tuple(np.flatnonzero(row) for row in edges)
    return NavGraph(scan, viewpoint_ids, positions_m, near, distance_m, next_hop)


@lru_cache(maxsize=128)
def load_graph(data_root: str | Path, scan: str) -> NavGraph:
    """Read a building's graph from `r2r/connectivity/<scan>_connectivity.json`.

    Only `included` viewpoints stand in it; an edge joins two of them that see each other
    unobstructed. Kept in memory: a second call costs nothing.

    Raises:
        DataError: If the file is missing or malformed.
    """
    path = r2r_folder(data_root) / "connectivity" / f"{scan}_connectivity.json"
    rows = read_json(path, what=f"navigation graph of scan {scan}")
    try:
        kept = np.array([bool(row["included"]) for row in rows])
        open_way = np.array([row["unobstructed"] for row in rows], dtype=bool)
        poses = np.array([row["pose"] for row in rows], dtype=np.float64).reshape(-1, 4, 4)
        names = tuple(str(row["image_id"]) for row in rows if row["included"])
        edges = (open_way & open_way.T)[np.ix_(kept, kept)]
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise DataError(f"{path} is no connectivity file of Matterport3D: {error!r}") from error
    return build_graph(scan, names, poses[kept, :3, 3], edges)
