"""Buildings and routes as flat arrays, for learning on many routes at once.

Every viewpoint of every building has one number; arrays are padded, so that a batch of walks is
a few index operations. Nothing here is shown to an agent: a policy that learns from it has to
answer from observations afterwards.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from embodied.core.errors import DataError
from envs.r2r.dataset import RouteEpisode, load_routes
from envs.r2r.features import open_features
from envs.r2r.files import r2r_folder
from envs.r2r.graph import NavGraph, load_graph
from envs.r2r.objects import ViewpointObjects, load_objects

MAX_OBJECTS = 8
"""Objects kept around a viewpoint, the largest first."""


@dataclass(frozen=True, eq=False)
class WorldArrays:
    """N viewpoints of all buildings; K neighbours and M objects at most, padded with -1.

    Attributes:
        viewpoint_ids: N names.
        neighbours: int32 [N, K], numbers of the viewpoints next to each.
        heading_rad: float32 [N, K], absolute headings of the neighbours, clockwise from +y.
        elevation_rad: float32 [N, K], above the horizon.
        distance_m: float32 [N, K], lengths of the edges.
        object_names: Categories, sorted.
        objects: int32 [N, M], rows of `object_names`, the largest first.
        object_heading_rad: float32 [N, M], absolute.
        object_elevation_rad: float32 [N, M].
        object_size_rad: float32 [N, M, 2], apparent width and height.
        views: float16 [N, 36, D], features of the views of each viewpoint, where there are any.
        geodesic_m: float32 [sum of n * n over buildings], shortest paths, building by building.
        geodesic_start: int64 [N], where a viewpoint's row of `geodesic_m` begins.
        row: int64 [N], place of a viewpoint in its building's rows. The distance from u to v of
            the same building is `geodesic_m[geodesic_start[u] + row[v]]`.
    """

    viewpoint_ids: tuple[str, ...]
    neighbours: NDArray[np.int32]
    heading_rad: NDArray[np.float32]
    elevation_rad: NDArray[np.float32]
    distance_m: NDArray[np.float32]
    object_names: tuple[str, ...]
    objects: NDArray[np.int32]
    object_heading_rad: NDArray[np.float32]
    object_elevation_rad: NDArray[np.float32]
    object_size_rad: NDArray[np.float32]
    views: NDArray[np.float16] | None
    geodesic_m: NDArray[np.float32]
    geodesic_start: NDArray[np.int64]
    row: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class RouteArrays:
    """E instructions with their routes; P viewpoints at most, padded with -1.

    Attributes:
        texts: E instructions.
        path_ids: E names of routes; instructions of the same route share theirs.
        heading_rad: float32 [E], heading at the start.
        paths: int32 [E, P], numbers of `WorldArrays`, from start to goal.
        lengths: int64 [E], viewpoints of each route.
    """

    texts: tuple[str, ...]
    path_ids: tuple[str, ...]
    heading_rad: NDArray[np.float32]
    paths: NDArray[np.int32]
    lengths: NDArray[np.int64]


class R2RArrays:
    """Opens R2R for learning.

    Args:
        data_root: Folder of benchmark files.
        scans: Buildings to read; none reads all.
        features: TSV or HDF5 file of features of the 36 views; none leaves them out.
    """

    def __init__(
        self,
        data_root: str | Path,
        *,
        scans: Sequence[str] = (),
        features: str | Path | None = None,
    ) -> None:
        self._data_root = data_root
        self._features = features
        self._scans = tuple(scans) or _scans(data_root)
        self._number: dict[tuple[str, str], int] = {}

    def world(self) -> WorldArrays:
        """Return every building.

        Raises:
            DataError: If files are missing or malformed.
        """
        graphs = [load_graph(self._data_root, scan) for scan in self._scans]
        around, names = self._objects(graphs)
        sizes = [len(graph) for graph in graphs]
        starts = np.concatenate([[0], np.cumsum(sizes)])[:-1]
        squares = np.concatenate([[0], np.cumsum(np.square(sizes))])[:-1]
        rows = [np.arange(size) for size in sizes]
        near = [n + start for g, start in zip(graphs, starts, strict=True) for n in g.neighbours]
        index = {name: row for row, name in enumerate(names)}
        objects = [
            np.array([index[o[0]] for o in found], dtype=np.int32).reshape(-1) for found in around
        ]
        return WorldArrays(
            viewpoint_ids=tuple(name for graph in graphs for name in graph.viewpoint_ids),
            neighbours=_padded(near, -1).astype(np.int32),
            heading_rad=_padded([h for g in graphs for h in g.headings_rad], 0.0),
            elevation_rad=_padded([e for g in graphs for e in g.elevations_rad], 0.0),
            distance_m=_padded([d for g in graphs for d in g.edge_lengths_m], 0.0),
            object_names=names,
            objects=_padded(objects, -1, MAX_OBJECTS).astype(np.int32),
            object_heading_rad=_column(around, 1),
            object_elevation_rad=_column(around, 2),
            object_size_rad=np.stack([_column(around, 3), _column(around, 4)], axis=2),
            views=self._views(graphs),
            geodesic_m=np.concatenate([g.distance_m.ravel() for g in graphs]).astype(np.float32),
            geodesic_start=np.concatenate(
                [begin + row * len(row) for begin, row in zip(squares, rows, strict=True)]
            ),
            row=np.concatenate(rows),
        )

    def routes(self, split: str) -> RouteArrays:
        """Return the instructions of a split; see `envs.r2r.dataset.SPLITS`.

        Raises:
            UnknownNameError: If there is no such split.
            DataError: If files are missing or malformed, or the split hides its paths.
        """
        episodes = load_routes(self._data_root, split)
        if not all(episode.has_goal for episode in episodes):
            raise DataError(f"R2R's {split} split hides its paths; nothing can be learned from it.")
        return self.pack(episodes)

    def pack(self, episodes: Sequence[RouteEpisode]) -> RouteArrays:
        """Return these episodes as arrays, an entry an instruction."""
        number = self._numbers()
        paths = [[number[e.scan, v] for v in e.path] for e in episodes for _ in e.instructions]
        return RouteArrays(
            texts=tuple(text for e in episodes for text in e.instructions),
            path_ids=tuple(e.path_id for e in episodes for _ in e.instructions),
            heading_rad=np.array(
                [e.heading_rad for e in episodes for _ in e.instructions], dtype=np.float32
            ),
            paths=_padded([np.array(path) for path in paths], -1).astype(np.int32),
            lengths=np.array([len(path) for path in paths], dtype=np.int64),
        )

    def _numbers(self) -> dict[tuple[str, str], int]:
        if not self._number:
            names = (
                (scan, viewpoint)
                for scan in self._scans
                for viewpoint in load_graph(self._data_root, scan).viewpoint_ids
            )
            self._number = {name: number for number, name in enumerate(names)}
        return self._number

    def _views(self, graphs: Sequence[NavGraph]) -> NDArray[np.float16] | None:
        if self._features is None:
            return None
        store = open_features(self._features)
        return np.stack(
            [store.at(g.scan, v).astype(np.float16) for g in graphs for v in g.viewpoint_ids]
        )

    def _objects(
        self, graphs: Sequence[NavGraph]
    ) -> tuple[list[list[tuple[str, float, float, float, float]]], tuple[str, ...]]:
        around = []
        for graph in graphs:
            objects = load_objects(self._data_root, graph.scan)
            around += [_largest(objects.around(v), objects.names) for v in graph.viewpoint_ids]
        return around, tuple(sorted({row[0] for rows in around for row in rows}))


def _largest(
    seen: ViewpointObjects, names: tuple[str, ...]
) -> list[tuple[str, float, float, float, float]]:
    order = np.argsort(-seen.size_rad.prod(axis=1), kind="stable")[:MAX_OBJECTS]
    return [
        (
            names[seen.category[k]],
            float(seen.heading_rad[k]),
            float(seen.elevation_rad[k]),
            float(seen.size_rad[k, 0]),
            float(seen.size_rad[k, 1]),
        )
        for k in order
    ]


def _column(
    rows: Sequence[Sequence[tuple[str, float, float, float, float]]], column: int
) -> NDArray[np.float32]:
    lists = [np.array([row[column] for row in each], dtype=np.float32) for each in rows]
    return _padded(lists, 0.0, MAX_OBJECTS)


def _padded(
    rows: Sequence[NDArray[np.generic]], fill: float, width: int | None = None
) -> NDArray[np.float32]:
    width = max(map(len, rows)) if width is None else width
    dtype = np.int64 if isinstance(fill, int) else np.float32
    out = np.full((len(rows), width), fill, dtype=dtype)
    for row, values in zip(out, rows, strict=True):
        row[: len(values)] = values
    return out


def _scans(data_root: str | Path) -> tuple[str, ...]:
    ending = "_connectivity.json"
    found = sorted((r2r_folder(data_root) / "connectivity").glob("*" + ending))
    if not found:
        raise DataError(
            f"No navigation graphs in {r2r_folder(data_root) / 'connectivity'}. Put R2R's files "
            "below data_root as docs/r2r.md lists them, and give data_root=... or EMBODIED_DATA."
        )
    return tuple(path.name.removesuffix(ending) for path in found)
