import numpy as np
import pytest
import torch

from policies.vln.batches import Examples
from policies.vln.learning import Disturbance, Weights, learn
from policies.vln.rollout import Reader, price, roll
from policies.vln.walks import Walks
from policies.vln.world import WorldTensors

SETTINGS = [{}, {"objects": False}, {"prompts": True}, {"experts": 3}, {"layers": 3}]


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
def test_a_walk_read_at_once_is_read_as_it_was_step_by_step(
    settings, helpers, vocabulary, routes, town, places
):
    """The heart of the matter: what is learned from is what is acted by."""
    model = helpers.make_model(vocabulary, **settings)
    examples = Examples(routes, vocabulary, town, prompts=model.config.prompts)
    batch = examples.batch(np.arange(4))
    torch.manual_seed(3)
    walks = Walks(places, batch.start, batch.heading_rad, side=batch.side, max_slots=5)
    text = model.encode(batch.rows, batch.lengths, batch.prompts)
    reader = Reader(model, walks, text)
    with torch.no_grad():
        for step in range(5):
            flat, options = reader.read()
            if step < 4:
                width = options.targets.shape[2]
                ways = flat[:, : (step + 1) * width]
                picked = torch.multinomial(ways.clamp(min=-20).softmax(1), 1)[:, 0]
                walks.move(picked // width, picked % width)
        tokens, grid = walks.tokens(newest=False)
        whole = model(text, tokens)
        size = int(places.degree[walks.nodes].amax()) + 1
        again = torch.full((4, 5 * size), -1e9).scatter(
            1, grid, torch.where(tokens.mask, whole.scores, -1e9)
        )
        again = again.view(4, 5, size)
        width = places.neighbours.shape[1]
        again = torch.nn.functional.pad(again, (0, width + 1 - size), value=-1e9)
        other = price(model, again[..., 1:], again[..., 0], walks.options(4, width))
    torch.testing.assert_close(other, flat, atol=1e-4, rtol=1e-4)


def test_padding_changes_nothing(model, vocabulary, routes, town, places):
    examples = Examples(routes, vocabulary, town)
    alone = [
        roll(model, places, examples.batch(np.array([k])), temperature=0, max_steps=5)
        for k in range(4)
    ]
    both = roll(model, places, examples.batch(np.arange(4)), temperature=0, max_steps=5)
    for name in ("walked_m", "error_m", "success"):
        torch.testing.assert_close(
            torch.cat([getattr(each, name) for each in alone]), getattr(both, name)
        )


def test_a_mirrored_town_is_walked_in_mirror_image(model, vocabulary, routes, town, places):
    examples = Examples(routes, vocabulary, town)
    flip = np.ones(4, dtype=bool)
    straight = np.array([k for k, text in enumerate(routes.texts) if "straight and" in text])[:1]
    with torch.no_grad():
        seen, _ = learn(
            model,
            places,
            examples.batch(straight),
            examples.teacher(straight),
            weights=Weights(),
            disturb=Disturbance(),
        )
        town.heading_rad = -town.heading_rad
        town.object_heading_rad = -town.object_heading_rad
        other = WorldTensors(town, places.name_vectors.numpy())
        turned, _ = learn(
            model,
            other,
            examples.batch(straight, flip=flip[:1]),
            examples.teacher(straight),
            weights=Weights(),
            disturb=Disturbance(),
        )
    torch.testing.assert_close(seen, turned)


def test_left_and_right_are_learned(helpers, vocabulary, routes, town, places):
    model = helpers.make_model(vocabulary).train()
    examples = Examples(routes, vocabulary, town)
    everything = np.arange(len(examples))
    batch = examples.batch(everything)
    optimizer = torch.optim.Adam(model.parameters(), 3e-3)
    torch.manual_seed(0)
    for update in range(102):
        moves = examples.teacher(everything)
        if update > 40 and update % 2:
            moves = roll(model, places, batch, temperature=1.0, max_steps=4).moves
        loss, logs = learn(model, places, batch, moves, weights=Weights(), disturb=Disturbance())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert logs["choice"] < 0.2
    ended = roll(model, places, batch, temperature=0.0, max_steps=6)
    assert (ended.error_m == 0).all()
    # The words are what leads there: said to each other, they lead astray.
    mixed = examples.batch(everything, words_of=np.roll(everything, 1))
    assert (roll(model, places, mixed, temperature=0.0, max_steps=6).error_m == 0).sum() < 4


def test_success_weighs_the_way_back(model, vocabulary, routes, town, places):
    examples = Examples(routes, vocabulary, town)
    result = roll(
        model, places, examples.batch(np.arange(len(examples))), temperature=1.0, max_steps=5
    )
    assert ((result.spl >= 0) & (result.spl <= result.success)).all()
    assert (result.oracle >= result.success).all()


def test_features_of_views_reach_the_scores(helpers, vocabulary, routes, town):
    model = helpers.make_model(vocabulary, feature_size=5)
    examples = Examples(routes, vocabulary, town)
    rng = np.random.default_rng(0)
    found = []
    for _ in range(2):
        town.views = rng.normal(size=(16, 36, 5)).astype(np.float16)
        world = WorldTensors(town, np.eye(2, 8, dtype=np.float32))
        loss, _ = learn(
            model,
            world,
            examples.batch(np.arange(3)),
            examples.teacher(np.arange(3)),
            weights=Weights(),
            disturb=Disturbance(),
        )
        found.append(loss.item())
    assert found[0] != pytest.approx(found[1], abs=1e-6)
