import numpy as np
import torch

from policies.vln.batches import Examples
from policies.vln.walks import Walks, view_of
from policies.vln.world import FAR


def begin(places, start, heading_rad=0.0, slots=6, side=1.0):
    return Walks(
        places,
        torch.tensor([start]),
        torch.tensor([heading_rad]),
        side=torch.tensor([side]),
        max_slots=slots,
    )


def go(walks, slot, target):
    """Move to a neighbour of a slot by its number."""
    near = walks.world.neighbours[walks.nodes[0, slot]].tolist()
    walks.move(torch.tensor([slot]), torch.tensor([near.index(target)]))


def test_the_shortest_path_is_what_is_right(places):
    walks = begin(places, 5)
    options = walks.options(0, 4)
    ways, stops = walks.right(0, options, torch.tensor([7]))
    assert options.targets[ways].tolist() == [6]
    assert not stops.any()


def test_stopping_is_right_at_the_goal_alone_even_after_walking_past(places):
    walks = begin(places, 5)
    go(walks, 0, 6)
    go(walks, 1, 7)
    ways, stops = walks.right(2, walks.options(2, 4), torch.tensor([6]))
    assert not ways.any()
    assert stops.tolist() == [[False, True, False]]


def test_a_frontier_left_behind_is_right_where_it_is_nearer_to_the_goal(places):
    walks = begin(places, 5)
    go(walks, 0, 6)
    options = walks.options(1, 4)
    ways, _ = walks.right(1, options, torch.tensor([4]))
    assert ways.nonzero()[:, 1].tolist() == [0]
    assert options.targets[ways].tolist() == [4]


def test_going_back_is_as_long_as_the_way_over_known_streets(places):
    walks = begin(places, 5)
    for slot, target in enumerate((6, 10, 9)):
        go(walks, slot, target)
    # 9 lies beside 5, and both were stood on: the square is closed
    assert walks.options(3, 4).back_m.tolist() == [[2.0, 4.0, 2.0, 0.0]]
    assert walks.walked_m.item() == 6.0


def test_a_viewpoint_stood_on_is_no_way_on(places):
    walks = begin(places, 5)
    go(walks, 0, 6)
    options = walks.options(1, 4)
    assert 5 not in options.targets[options.ways].tolist()
    assert 6 not in options.targets[options.ways].tolist()


def test_tokens_of_the_newest_slot_are_those_of_the_whole_walk(places):
    walks = begin(places, 5, heading_rad=0.7)
    go(walks, 0, 6)
    go(walks, 0, 9)
    newest, _ = walks.tokens(newest=True)
    whole, _ = walks.tokens(newest=False)
    mine = whole.slot[0] == 2
    torch.testing.assert_close(whole.features[0, mine], newest.features[0])
    assert whole.is_state[0, mine].tolist() == newest.is_state[0].tolist()


def test_turns_are_relative_to_the_way_one_came(places):
    walks = begin(places, 5, heading_rad=0.0)
    go(walks, 0, 6)  # east, so that north is to the left now
    tokens, grid = walks.tokens(newest=True)
    ways = dict(
        zip(places.neighbours[6].tolist(), tokens.heading_rad[0, 1:].tolist(), strict=False)
    )
    np.testing.assert_allclose(ways[10], -np.pi / 2, atol=1e-6)
    np.testing.assert_allclose(ways[7], 0.0, atol=1e-6)
    assert tokens.features[0, grid[0] == 1 + places.neighbours[6].tolist().index(5), 7].item() == 1


def test_a_mirror_turns_left_into_right(places):
    seen, _ = begin(places, 5).tokens(newest=True)
    other, _ = begin(places, 5, side=-1.0).tokens(newest=True)
    torch.testing.assert_close(seen.heading_rad.sin(), -other.heading_rad.sin(), atol=1e-6, rtol=0)
    torch.testing.assert_close(seen.heading_rad.cos(), other.heading_rad.cos())


def test_a_walk_that_ended_has_no_tokens_of_later_slots(places):
    walks = Walks(
        places,
        torch.tensor([5, 5]),
        torch.zeros(2),
        side=torch.ones(2),
        max_slots=3,
    )
    walks.move(torch.tensor([0, 0]), torch.tensor([0, 0]), torch.tensor([True, False]))
    tokens, _ = walks.tokens(newest=False)
    assert tokens.slot[0][tokens.mask[0]].max() == 1
    assert tokens.slot[1][tokens.mask[1]].max() == 0


def test_distances_to_nowhere_are_far(places):
    assert places.between_m(torch.tensor([3]), torch.tensor([-1])).item() == FAR


def test_a_direction_lies_in_its_view():
    heading = torch.tensor([0.0, np.pi / 2, 2 * np.pi - 0.1, np.pi])
    lift = torch.tensor([0.0, 0.5, 0.0, -0.6])
    assert view_of(heading, lift).tolist() == [12, 27, 12, 6]


def test_ways_of_a_route_are_found_among_neighbours(routes, vocabulary, town):
    examples = Examples(routes, vocabulary, town)
    moves = examples.teacher(np.arange(len(examples)))
    for row, path in enumerate(routes.paths):
        for step in range(routes.lengths[row] - 1):
            assert town.neighbours[path[step], moves.ways[row, step]] == path[step + 1]
