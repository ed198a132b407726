import numpy as np
import pytest
import torch

from policies.vln.batches import Examples
from policies.vln.learning import Disturbance, Reward, Weights, learn, worth
from policies.vln.rollout import roll
from policies.vln.walks import Walks

SIBLINGS = 8


def test_a_walk_is_worth_arriving_and_what_it_saved():
    left_m = torch.tensor([0.0, 2.9, 3.0, 0.0])
    walked_m = torch.tensor([10.0, 20.0, 10.0, 5.0])
    shortest_m = torch.full((4,), 10.0)
    assert worth(left_m, walked_m, shortest_m, 0.0).tolist() == [1.0, 0.5, 0.0, 1.0]
    assert worth(left_m, walked_m, shortest_m, 0.2).tolist() == pytest.approx([1.0, 0.6, 0.0, 1.0])


def test_reward_alone_teaches_where_to_stop(model, vocabulary, routes, town, places):
    """Nobody shows the way: walks of like words are compared with one another."""
    examples = Examples(routes, vocabulary, town)
    everything = np.repeat(np.arange(len(examples)), SIBLINGS)
    only = Weights(choice=0.0, reward=1.0, left=0.0, near=0.0)
    optimizer = torch.optim.Adam(model.parameters(), 3e-3)
    model.requires_grad_(True).train()
    torch.manual_seed(0)
    gained = []
    for _ in range(40):
        batch = examples.batch(everything)
        walked = roll(model, places, batch, temperature=1.0, max_steps=4)
        reward = worth(walked.error_m, walked.walked_m, walked.shortest_m, 0.0)
        families = reward.view(-1, SIBLINGS)
        others = (families.sum(1, keepdim=True) - families) / (SIBLINGS - 1)
        told = Reward(reward, others.flatten(), arrival=0.0, max_moves=4)
        loss, logs = learn(
            model,
            places,
            batch,
            walked.moves,
            weights=only,
            disturb=Disturbance(),
            reward=told,
        )
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        gained.append(logs["reward"])
    assert np.mean(gained[-5:]) > np.mean(gained[:5]) + 0.1


def test_hidden_ways_are_neither_taken_nor_the_ones_to_take(routes, vocabulary, town, places):
    examples = Examples(routes, vocabulary, town)
    chosen = np.arange(len(examples))
    batch, moves = examples.batch(chosen), examples.teacher(chosen)
    longest = int(moves.counts.max())
    walks = Walks(places, batch.start, batch.heading_rad, side=batch.side, max_slots=longest)
    for step in range(longest - 1):
        walks.move(moves.slots[:, step], moves.ways[:, step], moves.counts > step + 1)
    before, _ = walks.tokens(newest=False)
    walks.hide(1.0, batch.goal, moves.slots, moves.ways)
    after, _ = walks.tokens(newest=False)
    assert int(after.mask.sum()) < int(before.mask.sum())
    for step in range(longest):
        kept = (moves.counts > step).nonzero()[:, 0]
        options = walks.options(step, places.neighbours.shape[1], kept)
        right, stops = walks.right(step, options, batch.goal[kept], kept)
        assert (right.flatten(1).any(1) | stops.any(1)).all()
        for row, walk in enumerate(kept.tolist()):
            if step + 1 < moves.counts[walk]:
                assert right[row, step, moves.ways[walk, step]]


def test_both_sides_are_the_walk_and_its_mirror_image(routes, vocabulary, town, places):
    examples = Examples(routes, vocabulary, town)
    chosen = np.arange(len(examples))
    seen = []
    for side in (1.0, -1.0):
        flip = np.full(len(chosen), side < 0)
        batch, moves = examples.batch(chosen, flip=flip), examples.teacher(chosen)
        walks = Walks(places, batch.start, batch.heading_rad, side=batch.side, max_slots=3)
        walks.move(moves.slots[:, 0], moves.ways[:, 0])
        seen.append(walks.tokens(newest=False)[0])
    both = seen[0].both_sides()
    for name in ("features", "heading_rad", "objects", "object_heading_rad", "mask", "slot"):
        mirrored = getattr(both, name)[len(chosen) :]
        torch.testing.assert_close(mirrored, getattr(seen[1], name))
        torch.testing.assert_close(getattr(both, name)[: len(chosen)], getattr(seen[0], name))
