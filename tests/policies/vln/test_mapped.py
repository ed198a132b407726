"""policy=vln_mapped: with a map the instruction is followed in mind, and its end walked to."""

from types import SimpleNamespace

import numpy as np
import pytest

pytest.importorskip("torch")

from embodied.core.errors import ConfigError
from policies.vln.mapped import MappedWorld
from policies.vln.policy import VlnPolicy
from policies.vln.weights import save_model


@pytest.fixture
def policies(helpers, vocabulary, town, tmp_path):
    save_model(tmp_path / "w.safetensors", helpers.make_restless(vocabulary), vocabulary)
    settings = {"weights": tmp_path / "w.safetensors", "max_moves": 6}
    maps = SimpleNamespace(world=lambda: town)
    return VlnPolicy(**settings), VlnPolicy(**settings, maps=maps)


def test_it_walks_straight_to_where_it_ends(policies, helpers, town, routes):
    plain, mapped = policies
    for row, text in enumerate(routes.texts):
        start = int(routes.paths[row, 0])
        passed = helpers.walk(mapped, town, text, start, 0.0)
        assert len(set(passed)) == len(passed)
        across = np.abs(np.subtract(divmod(start, 4), divmod(passed[-1], 4))).sum()
        assert len(passed) - 1 == across
    longer = [
        len(helpers.walk(plain, town, text, int(routes.paths[row, 0]), 0.0))
        for row, text in enumerate(routes.texts)
    ]
    assert max(longer) > 7, "no walk of this test goes back; choose other weights"


def test_going_back_costs_nothing_in_mind(policies, helpers, town):
    _, mapped = policies
    helpers.walk(mapped, town, "walk straight then turn left", 5, 0.0)
    walks = mapped._reader.walks
    assert walks.count > 2
    assert not walks.options(walks.count - 1, 4).back_m.any()


def test_a_way_on_the_map_is_a_shortest_one(vocabulary, town):
    world = MappedWorld(town, vocabulary)
    way = world.way(0, 15)
    assert len(way) == 6
    assert way[-1] == 15
    assert all(b in town.neighbours[a] for a, b in zip([0, *way], way, strict=False))
    assert world.way(3, 3) == []


def test_a_viewpoint_on_no_map_says_what_to_take(vocabulary, town):
    with pytest.raises(ConfigError, match="policy=vln"):
        MappedWorld(town, vocabulary).number("elsewhere")
