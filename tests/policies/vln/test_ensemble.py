import pytest
import torch

from policies.vln.batches import Examples
from policies.vln.calibration import adjust, calibrate
from policies.vln.ensemble import Ensemble, members_of
from policies.vln.rollout import Reader
from policies.vln.walks import Walks
from policies.vln.weights import load_model, save_model


@pytest.fixture
def three(helpers, vocabulary):
    """Networks of different sizes and numbers over the same words."""
    found = [helpers.make_model(vocabulary, width=width) for width in (16, 32, 32)]
    with torch.no_grad():
        for number, each in enumerate(found):
            each.score.weight *= 3.0 + number
            each.turn_back += number
    return found


def opinions(model, routes, vocabulary, town, places):
    """Return the scores of all options after a move, whatever they are."""
    examples = Examples(routes, vocabulary, town)
    batch = examples.batch(torch.arange(len(examples)).numpy())
    walks = Walks(places, batch.start, batch.heading_rad, side=batch.side, max_slots=3)
    reader = Reader(model, walks, model.encode(batch.rows, batch.lengths))
    reader.read()
    walks.move(torch.zeros(len(examples), dtype=torch.int64), torch.zeros_like(batch.start))
    scores, options = reader.read()
    there = torch.cat([options.ways.flatten(1), torch.ones_like(options.back_m, dtype=bool)], 1)
    return torch.where(there, scores, torch.zeros(()))


@torch.no_grad()
def test_members_are_averaged(three, routes, vocabulary, town, places):
    world = routes, vocabulary, town, places
    alone = torch.stack([opinions(each, *world) for each in three])
    assert alone.std(0).max() > 0.1, "members that say the same show nothing"
    torch.testing.assert_close(opinions(Ensemble(three), *world), alone.mean(0))


@torch.no_grad()
def test_what_is_saved_is_what_is_read(three, routes, vocabulary, town, places, tmp_path):
    for each in three:
        each.half().float()
    vectors = torch.from_numpy(vocabulary.vectors).half().float()
    for each in three:
        each.text.vectors.copy_(vectors)
    ensemble, world = Ensemble(three), (routes, vocabulary, town, places)
    save_model(tmp_path / "w.safetensors", ensemble, vocabulary)
    model, words = load_model(tmp_path / "w.safetensors")
    assert [each.config for each in members_of(model)] == [each.config for each in three]
    assert words.words == vocabulary.words
    torch.testing.assert_close(opinions(model, *world), opinions(ensemble, *world))


def test_legs_are_trusted_more_by_those_that_read_them(helpers, vocabulary):
    plain, guided = (helpers.make_model(vocabulary, legs=legs) for legs in (False, True))
    ensemble, share = Ensemble([plain, guided]), guided.leg_share[0].item()
    assert ensemble.config.legs
    added = calibrate(
        ensemble, lambda: {"SR": 0.0, "SPL": -abs(guided.leg_share[0].item() - share - 0.3)}
    )
    assert added["legs"] == 0.3
    assert guided.leg_share.tolist() == pytest.approx([share + 0.3] * 2)


def test_one_network_stays_one(three, vocabulary, tmp_path):
    save_model(tmp_path / "w.safetensors", three[0], vocabulary)
    model, _ = load_model(tmp_path / "w.safetensors")
    assert not isinstance(model, Ensemble)


def test_numbers_set_for_one_are_added_to_all_and_to_others(three):
    ensemble = Ensemble(three)
    before = [each.score.bias[1].item() for each in three]

    def measure():
        return {"SR": 0.0, "SPL": -abs(three[0].score.bias[1].item() - before[0] - 0.6)}

    added = calibrate(ensemble, measure)
    assert added == {"legs": 0.0, "turning back": 0.0, "stopping": 0.6}
    after = [each.score.bias[1].item() for each in three]
    assert after == pytest.approx([number + 0.6 for number in before])
    adjust(ensemble, added)
    twice = [each.score.bias[1].item() for each in three]
    assert twice == pytest.approx([number + 1.2 for number in before])
