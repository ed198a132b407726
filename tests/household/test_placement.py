"""Where Put leaves things, seen without a scene: a space, a thing, what is in the way."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from envs.household.footprints import Footprints
from envs.household.placement import GridPlacement, PutQuery
from envs.household.shape import Space
from envs.household.spaces import PlacedSpace
from envs.household.world import Agent

EYE_TO_TABLE = Agent(position_m=(0.0, 0.9, -0.6), yaw_deg=0.0, horizon_deg=45.0)


def boxes(*corners) -> Footprints:
    """Upright boxes from (x, y, z, width, height, depth), y the bottom."""
    table = np.array(corners, dtype=float).reshape(-1, 6)
    middles = table[:, :3] + np.array([0.0, 0.5, 0.0]) * table[:, 3:]
    turns = np.tile(np.eye(3), (len(table), 1, 1))
    return Footprints.of_boxes(middles, table[:, 3:] / 2.0, turns)


def table_top(width=1.0, depth=0.6, *, clearance=0.6) -> PlacedSpace:
    return PlacedSpace(
        0, np.array([0.0, 0.75, 0.3]), np.eye(3), Space((0.0, 0.75, 0.0), (width, depth), clearance)
    )


def query(size=(0.1, 0.1, 0.1), *, spaces=None, obstacles=None, **more) -> PutQuery:
    fields = {
        "type": "Thing",
        "size_m": size,
        "pivot_m": (0.0, 0.0, 0.0),
        "height_m": size[1],
        "anchor_xz_m": (0.0, 0.0),
        "loaded": False,
        "receptacle": "Table|1",
        "receptacle_type": "DiningTable",
        "vessel": False,
        "rim_m": 0.75,
        "spaces": (table_top(),) if spaces is None else spaces,
        "obstacles": boxes() if obstacles is None else obstacles,
        "things": boxes() if obstacles is None else obstacles,
        "agent": EYE_TO_TABLE,
        "fov_deg": 60.0,
        "reach_m": 1.5,
        "depth_m": np.full((100, 100), np.inf, dtype=np.float32),
    }
    return PutQuery(**{**fields, **more})


def choose(asked: PutQuery):
    return GridPlacement().choose(asked)


def covered(asked: PutQuery, spot) -> tuple[np.ndarray, np.ndarray]:
    """Lower and upper corner of the thing once it is put."""
    middle = np.array([0.0, asked.size_m[1] / 2.0, 0.0]) - np.array(asked.pivot_m)
    centre = spot.position_m + spot.rotation @ middle
    half = np.abs(spot.rotation) @ (np.array(asked.size_m) / 2.0)
    return centre - half, centre + half


def test_on_a_free_table_it_goes_where_the_agent_looks():
    spot = choose(query())
    offset = spot.position_m + np.array([0.0, 0.05, 0.0]) - np.array(EYE_TO_TABLE.eye_m)
    ahead = EYE_TO_TABLE.camera_rotation[:, 2]
    assert offset @ ahead / np.linalg.norm(offset) > np.cos(np.deg2rad(4.0))


def test_its_front_faces_the_agent():
    assert choose(query()).rotation[:, 2] == pytest.approx([0.0, 0.0, -1.0], abs=1e-9)


def test_it_keeps_clear_of_what_is_there():
    there = boxes((0.0, 0.75, 0.3, 0.5, 0.2, 0.5))
    asked = query(obstacles=there)
    low, high = covered(asked, choose(asked))
    assert not ((low < [0.25, 0.95, 0.55]) & (high > [-0.25, 0.75, 0.05])).all()


def test_what_hangs_high_above_is_not_in_the_way():
    asked = query(obstacles=boxes((0.0, 1.5, 0.3, 2.0, 0.3, 2.0)))
    assert choose(asked) is not None


def test_no_free_spot_is_none():
    assert choose(query(obstacles=boxes((0.0, 0.75, 0.3, 0.9, 0.2, 0.55)))) is None


def test_what_is_too_high_lies_down():
    bottle = query((0.08, 0.3, 0.08), spaces=(table_top(clearance=0.15),))
    low, high = covered(bottle, choose(bottle))
    assert high[1] - low[1] == pytest.approx(0.08)
    assert low[1] == pytest.approx(0.75)


def test_a_loaded_vessel_never_lies_down():
    plate = query((0.2, 0.02, 0.2), height_m=0.3, loaded=True, spaces=(table_top(clearance=0.15),))
    assert choose(plate) is None


def test_too_long_for_one_side_it_turns_to_the_other():
    bat = query((0.07, 0.07, 0.8))
    low, high = covered(bat, choose(bat))
    assert high[0] - low[0] == pytest.approx(0.8)


def test_a_knife_stands_in_a_mug_and_lies_across_a_plate():
    mug = table_top(0.06, 0.06)
    knife = query((0.03, 0.02, 0.3), spaces=(mug,), vessel=True, rim_m=0.84)
    low, high = covered(knife, choose(knife))
    assert high[1] - low[1] == pytest.approx(0.3)
    plate = table_top(0.14, 0.14)
    knife = query((0.03, 0.02, 0.3), spaces=(plate,), vessel=True, rim_m=0.77)
    low, high = covered(knife, choose(knife))
    assert low[1] == pytest.approx(0.77)
    assert high[1] - low[1] == pytest.approx(0.02)


def test_nothing_sticks_out_of_what_can_be_shut():
    drawer = replace(table_top(0.3, 0.3), space=replace(table_top(0.3, 0.3).space, inside=True))
    assert choose(query((0.05, 0.05, 0.4), spaces=(drawer,))) is None
    assert choose(query((0.05, 0.05, 0.4), spaces=(table_top(0.3, 0.3),))) is not None


def test_past_the_reach_it_takes_the_nearest_spot():
    asked = query(agent=Agent(position_m=(0.0, 0.9, -1.55), horizon_deg=30.0))
    low, high = covered(asked, choose(asked))
    assert low[2] == pytest.approx(0.0, abs=1e-6)
    assert (low + high)[0] == pytest.approx(0.0, abs=0.05)


def test_spots_in_plain_view_come_first():
    half_hidden = np.full((100, 100), np.inf, dtype=np.float32)
    half_hidden[:, 40:] = 0.3
    asked = query(depth_m=half_hidden)
    low, high = covered(asked, choose(asked))
    assert (low + high)[0] / 2.0 < -0.08


def test_a_burner_holds_a_pan_by_the_middle_of_its_bottom():
    burner = table_top(0.2, 0.2)
    pan = query(
        (0.26, 0.06, 0.42),
        spaces=(burner,),
        receptacle_type="StoveBurner",
        anchor_xz_m=(0.0, -0.08),
    )
    spot = choose(pan)
    bottom = spot.position_m + spot.rotation @ np.array([0.0, 0.0, -0.08])
    assert bottom == pytest.approx(burner.centre_m)


def test_a_towel_hangs_from_its_holder():
    towel = query((0.45, 0.65, 0.06), receptacle_type="TowelHolder")
    low, high = covered(towel, choose(towel))
    assert high[1] == pytest.approx(0.75, abs=0.05)
    assert low[1] == pytest.approx(high[1] - 0.65)


sides = st.floats(0.03, 0.35)


@settings(deadline=None)
@given(
    st.tuples(sides, sides, sides),
    st.tuples(*[st.floats(-0.1, 0.1)] * 3),
    st.lists(st.tuples(st.floats(-0.5, 0.5), st.floats(0.0, 0.6), sides, sides), max_size=5),
    st.floats(-0.3, 0.3),
    st.floats(0.0, 60.0),
)
def test_every_spot_is_on_the_surface_and_free(size, pivot, there, x, horizon):
    obstacles = boxes(*[(cx, 0.75, cz, w, 0.2, d) for cx, cz, w, d in there])
    agent = Agent(position_m=(x, 0.9, -0.6), horizon_deg=horizon)
    asked = query(size, pivot_m=pivot, obstacles=obstacles, agent=agent)
    spot = choose(asked)
    if spot is None:
        return
    low, high = covered(asked, spot)
    middle = (low + high) / 2.0
    assert low[1] == pytest.approx(0.75, abs=1e-6)
    assert np.abs(middle[[0, 2]] - [0.0, 0.3]) == pytest.approx([0.0, 0.0], abs=0.5)
    for cx, cz, w, d in there:
        apart = np.abs(middle[[0, 2]] - [cx, cz]) - (high - low)[[0, 2]] / 2.0
        assert (apart - np.array([w, d]) / 2.0).max() >= -0.003
