from types import SimpleNamespace

import numpy as np
import torch

from policies.vln.batches import Examples
from policies.vln.speaker import STEP_FEATURES, hear, train_speaker
from policies.vln.told import Telling, tell_routes

SINES = [0, 2]
TO_THE_SIDES = [4, 5]
WAYS_LEFT_AND_RIGHT = [11, 12]


def test_a_route_is_heard_in_a_mirror_with_left_and_right_swapped(routes, places):
    paths, heading = torch.from_numpy(routes.paths.astype(np.int64)), torch.zeros(len(routes.paths))
    plain = hear(places, paths, heading, torch.ones(len(paths)))
    other = hear(places, paths, heading, -torch.ones(len(paths)))
    assert torch.equal(plain.mask, other.mask)
    here, there = (told.steps[..., :STEP_FEATURES] for told in (plain, other))
    for pair in (TO_THE_SIDES, WAYS_LEFT_AND_RIGHT):
        torch.testing.assert_close(here[..., pair], there[..., pair[::-1]])
    torch.testing.assert_close(here[..., SINES], -there[..., SINES])
    same = [
        k for k in range(STEP_FEATURES) if k not in (*SINES, *TO_THE_SIDES, *WAYS_LEFT_AND_RIGHT)
    ]
    torch.testing.assert_close(here[..., same], there[..., same])


def test_it_tells_routes_as_people_told_those_it_learned_from(routes, vocabulary, town, places):
    torch.manual_seed(0)
    examples = Examples(routes, vocabulary, town)
    rng = np.random.default_rng(0)
    speaker, losses = train_speaker(
        examples, routes.paths, places, epochs=120, batch=4, at_least=1, rate=5e-3, rng=rng
    )
    assert losses[-1] < losses[0] / 4
    paths = torch.from_numpy(routes.paths.astype(np.int64))
    told = hear(places, paths, torch.from_numpy(routes.heading_rad), torch.ones(len(paths)))
    said = speaker.tell(told, temperature=0.05)
    words = [" ".join(vocabulary.words[row] for row in rows) for rows in said]
    assert np.mean([a == b for a, b in zip(words, routes.texts, strict=True)]) > 0.8


def test_told_routes_are_kept_and_read_again(routes, vocabulary, town, places, tmp_path):
    def undescribed(split, count, rng):
        drawn = rng.permutation(len(routes.texts))[:count]
        return SimpleNamespace(
            heading_rad=routes.heading_rad[drawn],
            paths=routes.paths[drawn],
            lengths=routes.lengths[drawn],
        )

    data = SimpleNamespace(world=lambda: town, routes=lambda split: routes, undescribed=undescribed)
    asked = data, "train_fold", vocabulary, places, Telling(routes=5, epochs=1)
    first = tell_routes(*asked, tmp_path / "told.npz", 0)
    assert len(first.texts) == 5
    assert all(first.texts)
    data.routes = data.undescribed = None
    again = tell_routes(*asked, tmp_path / "told.npz", 1)
    assert again.texts == first.texts
    np.testing.assert_array_equal(again.paths, first.paths)
