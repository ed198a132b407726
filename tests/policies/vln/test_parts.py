"""Parts of described routes as routes of their own."""

import numpy as np
import pytest
import torch

from embodied.core.errors import ConfigError
from policies.vln import parts
from policies.vln.batches import Examples
from policies.vln.parts import cuts, ending_chances, parts_of
from policies.vln.rollout import Reader
from policies.vln.training import VlnTraining
from policies.vln.walks import Walks

TOLD = "walk straight and then stop. turn left and then stop."


@pytest.fixture
def told(helpers):
    """Two streets, three streets, and one route whose words have but one sentence."""
    return helpers.make_routes(
        [(TOLD, [5, 9, 8]), (TOLD, [5, 9, 13, 12]), ("walk straight and stop", [5, 9, 13])],
        heading_rad=np.pi / 2,
    )


def test_a_description_is_cut_between_sentences_of_some_length():
    assert cuts("Leave by the door. Turn left at the sofa; wait. Stop.") == [
        ("Leave by the door.", "Turn left at the sofa; wait. Stop."),
        ("Leave by the door. Turn left at the sofa;", "wait. Stop."),
    ]
    assert cuts("Leave by the door. Stop.") == []
    assert cuts("Walk out of the room, then turn left") == []


@torch.no_grad()
def test_chances_are_those_of_reading_on_step_by_step(model, routes, vocabulary, town, places):
    examples = Examples(routes, vocabulary, town)
    rows = np.flatnonzero(examples.counts == 3)[:2]
    batch, moves = examples.batch(rows), examples.teacher(rows)
    found = ending_chances(model, places, batch, moves)
    walks = Walks(places, batch.start, batch.heading_rad, side=batch.side, max_slots=3)
    text = model.encode(batch.rows, batch.lengths)
    reader, walked = Reader(model, walks, text), torch.zeros(2)
    for step in range(3):
        scores, options = reader.read()
        chances = scores.log_softmax(1)
        torch.testing.assert_close(found[:, step], walked + chances[:, -1])
        if step < 2:
            way = moves.ways[:, step]
            column = moves.slots[:, step] * options.targets.shape[2] + way
            walked += chances[torch.arange(2), column]
            walks.move(moves.slots[:, step], way)
    assert (found.exp().sum(1) < 1.0).all()


def test_parts_meet_where_the_route_is_cut(model, told, vocabulary, town, places):
    found = parts_of(told, town, places, model, lambda r: Examples(r, vocabulary, town))
    half = len(found.texts) // 2
    assert half in (1, 2), "the shorter route can only be cut at its one crossing"
    assert found.texts == (cuts(TOLD)[0][0],) * half + (cuts(TOLD)[0][1],) * half
    for first, rest in zip(range(half), range(half, 2 * half), strict=True):
        path = found.paths[first][: found.lengths[first]].tolist()
        onward = found.paths[rest][: found.lengths[rest]].tolist()
        assert path[-1] == onward[0]
        assert [*path, *onward[1:]] in ([5, 9, 8], [5, 9, 13, 12])
        assert found.heading_rad[first] == pytest.approx(np.pi / 2), "as the whole route began"
        assert found.heading_rad[rest] == pytest.approx(0.0), "the first streets lead north"


def test_what_the_network_is_not_sure_of_is_left_out(
    model, told, vocabulary, town, places, monkeypatch
):
    monkeypatch.setattr(parts, "SURE", 1.1)
    assert not parts_of(told, town, places, model, lambda r: Examples(r, vocabulary, town)).texts


def test_training_on_parts_needs_a_network_that_cuts(town, told):
    with pytest.raises(ConfigError, match=r"task\.make\.init"):
        VlnTraining(data=None, parts=0.5)
    with pytest.raises(ConfigError, match="below 1"):
        VlnTraining(data=None, init="some.safetensors", parts=1.0)


def test_no_weights_are_left_out_in_silence():
    with pytest.raises(ConfigError, match=r"task\.make\.members=2"):
        VlnTraining(data=None, init=["one.safetensors", "two.safetensors"])
