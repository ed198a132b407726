import json

import numpy as np
import pytest
import torch

from embodied.core.errors import ConfigError, DataError
from embodied.core.observation import Observation
from embodied.core.plan import Subgoal
from embodied.core.routes import RouteLeg
from policies.vln.batches import Examples
from policies.vln.ensemble import Ensemble
from policies.vln.policy import VlnPolicy
from policies.vln.rollout import roll
from policies.vln.training import VlnTraining
from policies.vln.weights import context_encoder, load_model, save_model

SETTINGS = {
    "one": [{}],
    "prompts and experts": [{"prompts": True, "experts": 2}],
    "three members": [{}, {"width": 16}, {"objects": False}],
    "one of two reads words in their context": [{}, {"encoder": "tiny", "context_size": 16}],
}


@pytest.mark.parametrize("settings", SETTINGS.values(), ids=list(SETTINGS))
def test_the_policy_walks_as_the_batch_does(
    settings, helpers, vocabulary, routes, town, places, tiny_encoder, tmp_path
):
    settings = [{**each, **({"encoder": tiny_encoder} if "encoder" in each else {})}
                for each in settings]  # fmt: skip
    members = [helpers.make_restless(vocabulary, **each) for each in settings]
    restless = members[0] if len(members) == 1 else Ensemble(members)
    save_model(tmp_path / "w.safetensors", restless, vocabulary)
    model, words = load_model(tmp_path / "w.safetensors")
    policy = VlnPolicy(weights=tmp_path / "w.safetensors", max_moves=6)
    examples = Examples(
        routes,
        words,
        town,
        prompts=model.config.prompts,
        encoder=context_encoder(model.config.encoder),
    )
    batch = examples.batch(np.arange(len(examples)))
    other = examples.batch(np.arange(len(examples)), flip=np.ones(len(examples), dtype=bool))
    ended = roll(model, places, batch, temperature=0.0, max_steps=6, mirrored=other)
    went_back = False
    for row, text in enumerate(routes.texts):
        passed = helpers.walk(policy, town, text, int(routes.paths[row, 0]), 0.0)
        assert 2.0 * (len(passed) - 1) == pytest.approx(ended.walked_m[row].item())
        went_back |= len(set(passed)) < len(passed)
    assert went_back, "no walk of this test goes back; choose other weights"


LEGS = {
    "left": RouteLeg("turn", "left"),
    "right": RouteLeg("turn", "right"),
    "straight": RouteLeg("go_to", "straight"),
}


def test_a_network_that_trusts_the_legs_goes_where_they_lead(helpers, vocabulary, town, tmp_path):
    trusting = helpers.make_model(vocabulary, legs=True)
    with torch.no_grad():
        trusting.leg_share += 100.0
    save_model(tmp_path / "w.safetensors", trusting, vocabulary)
    policy = VlnPolicy(weights=tmp_path / "w.safetensors", max_moves=4)
    ahead = {"left": 4, "right": 6, "straight": 9}
    for name, leg in LEGS.items():
        assert helpers.walk(policy, town, "stop", 5, 0.0, [leg])[1] == ahead[name]
    alone = VlnPolicy(weights=tmp_path / "w.safetensors", max_moves=4, guide=False)
    passed = {tuple(helpers.walk(alone, town, "stop", 5, 0.0, [leg])) for leg in LEGS.values()}
    assert len(passed) == 1
    with pytest.raises(ConfigError, match="planner=route_whole"):
        policy.begin(Subgoal("follow", {}, "stop"))


def test_a_walk_without_the_words_is_the_same_whatever_was_said(
    helpers, vocabulary, town, tmp_path
):
    save_model(tmp_path / "w.safetensors", helpers.make_model(vocabulary), vocabulary)
    policy = VlnPolicy(weights=tmp_path / "w.safetensors", max_moves=4, empty=True)
    said = [helpers.walk(policy, town, text, 5, 0.0) for text in ("turn left", "walk right")]
    assert said[0] == said[1]


def test_without_a_panorama_it_says_what_to_choose(helpers, vocabulary, tmp_path):
    save_model(tmp_path / "w.safetensors", helpers.make_model(vocabulary), vocabulary)
    policy = VlnPolicy(weights=tmp_path / "w.safetensors")
    policy.begin(Subgoal("follow", {}, "turn left"))
    with pytest.raises(ConfigError, match="benchmark=r2r"):
        policy.act(Observation())


def test_missing_weights_say_how_they_are_made(tmp_path):
    with pytest.raises(DataError, match="embodied train task=vln"):
        load_model(tmp_path / "none.safetensors")
    (tmp_path / "text.safetensors").write_text("no weights")
    with pytest.raises(DataError, match="holds no weights"):
        load_model(tmp_path / "text.safetensors")


class Town:
    """The data of a training run: the same routes for every split."""

    def __init__(self, town, routes):
        self._town, self._routes = town, routes

    def world(self):
        return self._town

    def routes(self, split):
        return self._routes


def train(folder, town, routes, vocabulary, updates, **settings):
    folder.mkdir(exist_ok=True)
    np.savez(folder / "words.npz", words=np.array(vocabulary.words), vectors=vocabulary.vectors)
    plan = {"updates": updates, "batch": 4, "imitation": 2, "every": 2, "warm_up": 1}
    task = VlnTraining(
        data=Town(town, routes),
        model={"width": 32, "heads": 2, "vector_size": 8, "dropout": 0.1},
        schedule=plan,
        **settings,
    )
    return task.run(output_dir=folder, seed=1)


def test_training_writes_weights_a_card_and_logs(town, routes, vocabulary, tmp_path):
    told = train(tmp_path / "run", town, routes, vocabulary, 4)
    assert "SR" in told
    card = json.loads((tmp_path / "run/card.json").read_text())
    assert card["seed"] == 1
    assert set(card["scores"]) == {"SR", "SPL", "OSR", "TL", "NE"}
    assert list((tmp_path / "run/tensorboard").iterdir())
    model, words = load_model(tmp_path / "run/vln.safetensors")
    assert words.words == vocabulary.words
    assert model.config.width == 32


def test_members_are_measured_before_they_learn_from_everything(town, routes, vocabulary, tmp_path):
    train(tmp_path, town, routes, vocabulary, 4, members=2, last="train", last_updates=2)
    card = json.loads((tmp_path / "card.json").read_text())
    assert card["members"] == 2
    assert card["learned_from"] == ["train_fold", "train"]
    assert card["scores_are_of"] == "vln_fold.safetensors"
    fold, _ = load_model(tmp_path / "vln_fold.safetensors")
    used, _ = load_model(tmp_path / "vln.safetensors")
    first, second = (each.score.weight for each in fold.members)
    assert not torch.equal(first, second), "members begin and go on apart"
    for before, after in zip(fold.members, used.members, strict=True):
        assert not torch.equal(before.score.weight, after.score.weight)
    again = train(tmp_path, town, routes, vocabulary, 4, members=2, last="train", last_updates=2)
    assert "SR" in again, "a finished run is read from its checkpoints"
    twice, _ = load_model(tmp_path / "vln.safetensors")
    assert torch.equal(twice.members[1].score.weight, used.members[1].score.weight)


def test_weights_that_were_read_learn_with_dropout_too(
    town, routes, vocabulary, helpers, tmp_path, monkeypatch
):
    from policies.vln import course

    start, modes = tmp_path / "start.safetensors", []
    save_model(start, helpers.make_model(vocabulary), vocabulary)

    def noted(model, *args, **settings):
        modes.append(model.training)
        return learn(model, *args, **settings)

    learn = course.learn
    monkeypatch.setattr(course, "learn", noted)
    train(tmp_path / "run", town, routes, vocabulary, 4, init=str(start))
    assert modes == [True] * 4


def test_a_run_that_was_killed_goes_on_from_its_checkpoint(
    town, routes, vocabulary, tmp_path, monkeypatch
):
    from policies.vln.course import Run

    whole = tmp_path / "killed"
    calls = []
    report = Run._report

    def killed(self, *args):
        report(self, *args)
        calls.append(self.update)
        if len(calls) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(Run, "_report", killed)
    with pytest.raises(KeyboardInterrupt):
        train(whole, town, routes, vocabulary, 6)
    kept = torch.load(whole / "checkpoint.pt", weights_only=False)
    assert kept["update"] == 2
    monkeypatch.setattr(Run, "_report", report)
    train(whole, town, routes, vocabulary, 6)
    assert torch.load(whole / "checkpoint.pt", weights_only=False)["update"] == 6


def test_a_setting_that_does_not_exist_is_named():
    with pytest.raises(ConfigError, match="speed"):
        VlnTraining(data=None, schedule={"speed": 1})


def test_parts_are_learned_beside_whole_routes(town, vocabulary, helpers, tmp_path, capsys):
    told = helpers.make_routes(
        [("walk straight and then stop. turn left and then stop.", [5, 9, 8])] * 4
    )
    start = tmp_path / "start.safetensors"
    save_model(start, helpers.make_model(vocabulary), vocabulary)
    train(tmp_path / "run", town, told, vocabulary, 4, init=str(start), parts=0.5)
    assert "8 parts of 4 routes" in capsys.readouterr().out
    card = json.loads((tmp_path / "run/card.json").read_text())
    assert card["instructions"] == 8


def test_weights_of_two_runs_are_put_together_as_they_are(
    town, routes, vocabulary, helpers, tmp_path
):
    files = [tmp_path / "one.safetensors", tmp_path / "other.safetensors"]
    kept = [helpers.make_model(vocabulary, objects=False), helpers.make_restless(vocabulary)]
    for file, each in zip(files, kept, strict=True):
        save_model(file, each, vocabulary)
    train(tmp_path / "run", town, routes, vocabulary, 0, init=[str(f) for f in files], members=2)
    together, _ = load_model(tmp_path / "run/vln.safetensors")
    assert [each.config.objects for each in together.members] == [False, True]
    for member, each in zip(together.members, kept, strict=True):
        torch.testing.assert_close(member.score.weight, each.score.weight, rtol=1e-3, atol=1e-4)


def test_what_is_learned_first_is_learned_without_what_is_left_out(
    town, routes, vocabulary, tmp_path, capsys
):
    first = {"model": {"objects": False}, "schedule": {"updates": 2}}
    words = tmp_path / "run/first/words.npz"
    words.parent.mkdir(parents=True)
    np.savez(words, words=np.array(vocabulary.words), vectors=vocabulary.vectors)
    train(tmp_path / "run", town, routes, vocabulary, 4, first=first)
    before, _ = load_model(tmp_path / "run/first/vln.safetensors")
    after, _ = load_model(tmp_path / "run/vln.safetensors")
    assert (before.config.objects, after.config.objects) == (False, True)
    cards = [
        json.loads((tmp_path / name / "card.json").read_text()) for name in ("run/first", "run")
    ]
    assert [card["schedule"]["updates"] for card in cards] == [2, 4]
    assert cards[1]["cpu_minutes"] >= cards[0]["cpu_minutes"]
    capsys.readouterr()
    train(tmp_path / "run", town, routes, vocabulary, 4, first=first)
    assert "update 2:" not in capsys.readouterr().out, "what was learned first is not learned again"
