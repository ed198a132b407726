import pytest
import torch

from policies.vln.calibration import STEPS, calibrate


def test_each_number_ends_where_walks_are_best(helpers, vocabulary):
    model = helpers.make_model(vocabulary, legs=True)
    stop, share = model.score.bias[1].item(), model.leg_share[0].item()
    once = torch.nn.functional.softplus(model.turn_back[1]).item()
    wanted = {"legs": share + 0.3, "turning back": once + 2.0, "stopping": stop - 0.3}

    def measure():
        now = {
            "legs": model.leg_share[1].item(),
            "turning back": torch.nn.functional.softplus(model.turn_back[1]).item(),
            "stopping": model.score.bias[1].item(),
        }
        return {"SR": 50.0, "SPL": -sum(abs(now[name] - wanted[name]) for name in wanted)}

    added = calibrate(model, measure)
    assert added == {"legs": 0.3, "turning back": 2.0, "stopping": -0.3}
    assert measure()["SPL"] == pytest.approx(0.0, abs=1e-5)
    assert calibrate(model, measure) == dict.fromkeys(STEPS, 0.0), "the best stays where it is"
    assert measure()["SPL"] == pytest.approx(0.0, abs=1e-5)
