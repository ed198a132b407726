"""Pieces that stand in each other's way."""

import numpy as np
import pytest

from envs.alfred.scenes.boxfit import Box
from envs.alfred.scenes.conflicts import cut_guesses, kept_clear, under_counter, with_owners
from envs.alfred.scenes.evidence import RoomEvidence
from envs.alfred.scenes.pieces import Piece, main_level_m, top_level_m


def piece(type_name, low, high, *, seen=0, yaw_deg=0.0, **fields):
    return Piece(
        object_id=f"{type_name}|+00.00|+00.50|+00.00",
        type=type_name,
        box=Box(low, high),
        yaw_deg=yaw_deg,
        seen=seen,
        **fields,
    )


def test_a_guess_gives_way_to_what_was_seen():
    microwave = piece("Microwave", (0.0, 1.0, 0.0), (0.6, 1.3, 0.4), seen=5)
    guess = piece("Cabinet", (0.5, 0.9, 0.0), (1.0, 1.6, 0.3))
    kept, cut = cut_guesses([microwave, guess])
    assert kept.box == microwave.box
    assert cut.box.low_m[0] >= microwave.box.high_m[0]
    assert cut.box.high_m == guess.box.high_m


def test_seen_pieces_stay_whole_even_where_they_meet():
    both = [
        piece("Cabinet", (0.0, 0.0, 0.0), (0.5, 0.7, 0.5), seen=2),
        piece("Drawer", (0.4, 0.0, 0.0), (0.9, 0.7, 0.5), seen=2),
    ]
    assert [each.box for each in cut_guesses(both)] == [each.box for each in both]


def test_a_guess_inside_another_stays_rather_than_vanish():
    big = piece("Fridge", (-1.0, 0.0, -1.0), (1.0, 1.8, 1.0), seen=9)
    small = piece("Drawer", (0.0, 0.5, 0.0), (0.1, 0.6, 0.1))
    assert cut_guesses([big, small])[1].box == small.box


def test_a_flat_guess_ends_beside_a_basin_where_below_it_nothing_would_be_left():
    basin = piece("SinkBasin", (0.0, 0.73, 0.0), (0.3, 0.89, 0.4), seen=9)
    drawer = piece("Drawer", (0.0, 0.72, -0.5), (0.3, 0.82, 0.2))
    cut = cut_guesses([basin, drawer])[1].box
    assert cut.high_m[2] < 0.0
    assert (cut.low_m, cut.high_m[1]) == (drawer.box.low_m, 0.82)


def test_furniture_ends_where_agents_stood():
    room = RoomEvidence("FloorPlan1", stood_m={(0.0, 0.5), (0.25, 0.5)})
    table = piece("DiningTable", (-1.0, 0.0, -1.0), (1.0, 0.7, 0.6), seen=1)
    box = kept_clear(table, room).box
    assert box.high_m[2] < 0.5 - 0.17
    assert (box.low_m, box.high_m[0]) == (table.box.low_m, 1.0)


def test_what_hangs_over_heads_is_left_alone():
    room = RoomEvidence("FloorPlan1", stood_m={(0.0, 0.0)})
    shelf = piece("SideTable", (-1.0, 1.6, -1.0), (1.0, 1.7, 1.0))
    assert kept_clear(shelf, room).box == shelf.box


def test_an_unseen_cabinet_ends_below_the_counter():
    cabinet = piece("Cabinet", (0.0, 0.4, 0.0), (0.5, 1.1, 0.5))
    cut = under_counter(cabinet, [(np.array([0.2, 0.2]), 0.92)])
    assert cut.box.high_m[1] == pytest.approx(0.88)
    far = under_counter(cabinet, [(np.array([5.0, 5.0]), 0.92)])
    assert far.box == cabinet.box


def test_a_dresser_owns_its_drawers_and_stays_behind_their_fronts():
    dresser = piece("Dresser", (0.0, 0.0, 0.0), (1.0, 0.9, 0.5), seen=3)
    drawer = piece("Drawer", (0.1, 0.4, 0.05), (0.9, 0.6, 0.45))
    host, owned = with_owners([dresser, drawer])
    assert owned.owner == dresser.object_id
    assert host.owner is None
    assert host.box.high_m[2] < drawer.box.high_m[2]


def test_a_drawer_elsewhere_has_no_owner():
    dresser = piece("Dresser", (0.0, 0.0, 0.0), (1.0, 0.9, 0.5))
    drawer = piece("Drawer", (3.1, 0.4, 0.05), (3.9, 0.6, 0.45))
    assert with_owners([dresser, drawer])[1].owner is None


def test_the_top_is_where_much_lies_not_what_lies_highest():
    heights = [0.23] * 4 + [0.71] * 30 + [0.82]
    assert top_level_m(heights) == pytest.approx(0.71, abs=0.01)
    assert top_level_m([]) is None


def test_a_seat_is_where_most_lies():
    rests = ((0.0, 0.4, 0.0),) * 5 + ((0.0, 0.7, 0.0),) * 2
    assert main_level_m(rests) == pytest.approx(0.4, abs=0.01)
