"""Ways over the grid: cheapest in actions, turns included, by breadth-first search."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from envs.household.expert.state import Pose

STEPS = np.array([(0, 1), (1, 0), (0, -1), (-1, 0)])
"""What MoveAhead adds to the cell, by heading."""
UNREACHABLE = -9999


class Routes:
    """The free cells as a graph of (cell, heading), every edge one action.

    Args:
        cells: Free cells int[N, 2].
        blocked: Moves (cell, heading) that were refused.
    """

    def __init__(
        self, cells: NDArray[np.int_], blocked: frozenset[tuple[tuple[int, int], int]] = frozenset()
    ) -> None:
        self.cells = cells
        self._index = {(int(x), int(z)): i for i, (x, z) in enumerate(cells)}
        rows, columns = [], []
        for (x, z), i in self._index.items():
            for heading, (dx, dz) in enumerate(STEPS):
                node = 4 * i + heading
                for turned in (heading - 1, heading + 1):
                    rows.append(node)
                    columns.append(4 * i + turned % 4)
                ahead = self._index.get((x + int(dx), z + int(dz)))
                if ahead is not None and ((x, z), heading) not in blocked:
                    rows.append(node)
                    columns.append(4 * ahead + heading)
        size = 4 * len(cells)
        self._graph = csr_array((np.ones(len(rows)), (rows, columns)), shape=(size, size))
        self._found: dict[int, tuple[NDArray[np.float64], NDArray[np.int32]]] = {}

    def __contains__(self, cell: object) -> bool:
        return cell in self._index

    def _from(self, pose: Pose) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
        node = 4 * self._index[pose.cell] + pose.heading
        if node not in self._found:
            self._found[node] = dijkstra(
                self._graph, indices=node, return_predecessors=True, unweighted=True
            )
        return self._found[node]

    def costs(self, pose: Pose) -> NDArray[np.float64]:
        """Actions to every (cell, heading): float[N, 4], infinite where there is no way."""
        return self._from(pose)[0].reshape(-1, 4)

    def actions(self, start: Pose, end: Pose) -> list[str]:
        """Names of the moves and turns from one pose to another, looks left out."""
        _, before = self._from(start)
        node = 4 * self._index[end.cell] + end.heading
        names: list[str] = []
        while before[node] != UNREACHABLE:
            earlier = int(before[node])
            names.append(_action(earlier, node))
            node = earlier
        return names[::-1]


def _action(earlier: int, later: int) -> str:
    if earlier // 4 != later // 4:
        return "MoveAhead"
    return "RotateRight" if (later - earlier) % 4 == 1 else "RotateLeft"


def look_actions(start: Pose, end: Pose) -> list[str]:
    """Names of the looks from one pose's horizon to another's."""
    steps = round((end.horizon_deg - start.horizon_deg) / 15)
    return ["LookDown" if steps > 0 else "LookUp"] * abs(steps)


def heading_vectors(headings: Sequence[int]) -> NDArray[np.int_]:
    """(x, z) of each heading."""
    return STEPS[np.asarray(headings)]
