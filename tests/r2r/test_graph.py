import math
from itertools import pairwise
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embodied.core.errors import DataError, UnknownNameError
from envs.r2r.dataset import DEVELOPMENT_SCANS, load_routes
from envs.r2r.graph import build_graph, load_graph


def test_an_edge_joins_included_viewpoints_that_see_each_other_both_ways(house: Path) -> None:
    graph = load_graph(house, "house")
    assert graph.viewpoint_ids == ("a", "b", "c", "d", "e", "f")
    named = {
        graph.viewpoint_ids[row]: "".join(graph.viewpoint_ids[other] for other in near)
        for row, near in enumerate(graph.neighbours)
    }
    assert named == {"a": "b", "b": "acde", "c": "bf", "d": "b", "e": "b", "f": "c"}


def test_headings_run_clockwise_from_y_and_elevations_up(house: Path) -> None:
    graph = load_graph(house, "house")
    b, c = graph.row("b"), graph.row("c")
    assert graph.headings_rad[b] == pytest.approx([math.pi, 0.0, math.pi / 2, 3 * math.pi / 2])
    assert graph.elevations_rad[c] == pytest.approx([0.0, math.atan2(1.5, 2.0)])
    assert graph.edge_lengths_m[c] == pytest.approx([2.0, 2.5])


def test_shortest_paths_of_the_small_house(house: Path) -> None:
    graph = load_graph(house, "house")
    a, f = graph.row("a"), graph.row("f")
    assert graph.distance_m[a, f] == pytest.approx(6.5)
    assert [graph.viewpoint_ids[row] for row in graph.shortest_path(a, f)] == list("abcf")


@st.composite
def graphs(draw):
    count = draw(st.integers(2, 9))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    upper = np.triu(rng.random((count, count)) < 0.4, 1)
    names = tuple(map(str, range(count)))
    return build_graph("any", names, rng.normal(size=(count, 3)), upper | upper.T)


@given(graphs())
def test_distances_are_those_of_networkx(graph) -> None:
    reference = nx.Graph()
    reference.add_nodes_from(range(len(graph)))
    for row, near in enumerate(graph.neighbours):
        for other, length in zip(near, graph.edge_lengths_m[row], strict=True):
            reference.add_edge(row, int(other), weight=length)
    lengths = dict(nx.all_pairs_dijkstra_path_length(reference))
    for start in range(len(graph)):
        for goal in range(len(graph)):
            far = lengths[start].get(goal, math.inf)
            assert graph.distance_m[start, goal] == pytest.approx(far)
            if math.isfinite(far):
                path = graph.shortest_path(start, goal)
                walked = sum(graph.distance_m[one, two] for one, two in pairwise(path))
                assert walked == pytest.approx(far)
                assert all(two in graph.neighbours[one] for one, two in pairwise(path))
            else:
                with pytest.raises(ValueError, match="no path"):
                    graph.shortest_path(start, goal)


def test_what_is_missing_or_broken_is_named(house: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"nowhere_connectivity\.json is missing"):
        load_graph(house, "nowhere")
    with pytest.raises(UnknownNameError, match="hidden"):
        load_graph(house, "house").row("hidden")
    broken = tmp_path / "r2r" / "connectivity" / "x_connectivity.json"
    broken.parent.mkdir(parents=True)
    broken.write_text('[{"included": true}]')
    with pytest.raises(DataError, match="no connectivity file"):
        load_graph(tmp_path, "x")


@pytest.mark.data
def test_the_development_fold_is_the_ten_scans_of_train_that_sort_last(data_root: Path) -> None:
    train = load_routes(data_root, "train")
    assert tuple(sorted({route.scan for route in train})[-10:]) == DEVELOPMENT_SCANS
    kept, held_out = load_routes(data_root, "train_fold"), load_routes(data_root, "dev_fold")
    assert len(kept) + len(held_out) == len(train)
    assert {route.scan for route in held_out} == set(DEVELOPMENT_SCANS)
    assert not {route.scan for route in kept} & set(DEVELOPMENT_SCANS)


@pytest.mark.data
def test_val_seen_paths_are_shortest_and_of_the_published_mean_length(data_root: Path) -> None:
    lengths = []
    for route in load_routes(data_root, "val_seen"):
        graph = load_graph(data_root, route.scan)
        rows = [graph.row(name) for name in route.path]
        assert graph.shortest_path(rows[0], rows[-1]) == tuple(rows)
        lengths += [graph.distance_m[rows[0], rows[-1]]] * len(route.instructions)
    assert len(lengths) == 1021
    assert np.mean(lengths) == pytest.approx(10.19, abs=0.01)
