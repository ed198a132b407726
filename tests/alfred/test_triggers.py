"""Trigger boxes are read off start poses, and Put uses their points as THOR does."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from envs.alfred.placement import ThorPlacement
from envs.alfred.scenes.evidence import RoomEvidence, Start
from envs.alfred.scenes.lattice import Line, fit_line, placed
from envs.alfred.scenes.movables import MovableBoxes
from envs.alfred.scenes.triggers import trigger_boxes
from envs.household.footprints import Footprints
from envs.household.frames import rotation_matrix
from envs.household.placement import PutQuery
from envs.household.scene import KnownRest, ObjectSpec
from envs.household.shape import Space
from envs.household.spaces import PlacedSpace
from envs.household.world import Agent

APPLE_HALF_M = 0.06
"""Roughly how far an apple's bounding box reaches, see colliders.json."""


@given(
    first=st.floats(-3.0, 3.0),
    step=st.floats(0.03, 0.3),
    used=st.sets(st.integers(0, 8), min_size=4),
)
def test_a_line_is_found_from_some_of_its_points(first, step, used):
    values = np.array([first + index * step for index in sorted(used)] * 3)
    line = fit_line(values, length_m=8 * step)
    assert line is not None
    # A finer line may hold the same points; one that holds them all is found in any case.
    assert line.endless(values).all()


def test_strays_do_not_bend_a_line():
    values = np.array([0.1, 0.2, 0.4, 0.5, 0.7, 0.8] * 4 + [0.133, 0.611])
    line = fit_line(values, length_m=0.8)
    assert line is not None
    assert line.step_m == pytest.approx(0.1, abs=1e-4)


def test_the_nine_points_leave_room_on_both_sides_alike():
    """Things 12 cm wide never stand on the outermost points of a line of 80 cm."""
    values = np.arange(1, 8) * 0.1
    reach = np.tile([-0.06, 0.06], (7, 1))
    line = placed(Line(0.1, 0.1), values, reach)
    assert (line.first_m, line.length_m) == (pytest.approx(0.0), pytest.approx(0.8))


def counter(yaw_deg: float = 0.0) -> ObjectSpec:
    return ObjectSpec(
        object_id="CounterTop|+01.00|+00.90|+02.00",
        type="CounterTop",
        position_m=(1.0, 0.9, 2.0),
        size_m=(1.1, 0.9, 0.7),
        pivot_m=(0.0, 0.9, 0.0),
        rotation_deg=(0.0, yaw_deg, 0.0),
    )


def strewn(size=(1.0, 0.6), yaw_deg=0.0) -> RoomEvidence:
    """Apples on all inner points of a trigger box around (1, 2)."""
    room = RoomEvidence("FloorPlan1")
    turn = rotation_matrix((0.0, yaw_deg, 0.0))
    for i in range(1, 8):
        for j in range(1, 8):
            offset = turn @ np.array([(i - 4) / 8 * size[0], 0.0, (j - 4) / 8 * size[1]])
            x, _, z = np.array([1.0, 0.0, 2.0]) + offset
            start = Start(f"Apple_{i}{j}", f"Apple|{i}|{j}", (x, 0.95, z), (0.0, yaw_deg, 0.0))
            room.starts[start.name, start.object_id] = start
    return room


@pytest.mark.parametrize("yaw_deg", [0.0, 90.0, 225.0])
def test_a_trigger_box_is_found_with_its_direction(yaw_deg):
    found = trigger_boxes([counter()], strewn(yaw_deg=yaw_deg), MovableBoxes({}, {}))
    (box,) = found[counter().object_id]
    assert box.size_m == (pytest.approx(1.0, abs=1e-3), pytest.approx(0.6, abs=1e-3))
    assert box.yaw_deg == yaw_deg
    assert (box.centre_m[0], box.centre_m[2]) == pytest.approx((1.0, 2.0), abs=1e-3)


def test_a_few_things_anywhere_make_no_trigger_box():
    room = RoomEvidence("FloorPlan1")
    for index, at in enumerate([(0.7, 1.9), (1.13, 2.11), (1.31, 1.87)]):
        start = Start(f"Egg_{index}", f"Egg|{index}", (at[0], 0.95, at[1]), (0.0, 0.0, 0.0))
        room.starts[start.name, start.object_id] = start
    assert trigger_boxes([counter()], room, MovableBoxes({}, {})) == {}


def nothing() -> Footprints:
    return Footprints.of_boxes(np.zeros((0, 3)), np.zeros((0, 3)), np.zeros((0, 3, 3)))


def thing(x: float, z: float) -> Footprints:
    return Footprints.of_boxes(
        np.array([[x, 0.95, z]]), np.array([[0.03, 0.05, 0.03]]), np.eye(3)[None]
    )


def put(**more) -> PutQuery:
    """An apple over a table of 80 x 80 cm, its grid 10 cm wide, before the agent."""
    table = PlacedSpace(
        0, np.array([0.0, 0.9, 0.6]), np.eye(3), Space((0.0, 0.9, 0.0), (0.8, 0.8), 0.5)
    )
    fields = {
        "type": "Apple",
        "size_m": (0.08, 0.08, 0.08),
        "pivot_m": (0.0, 0.04, 0.0),
        "height_m": 0.08,
        "anchor_xz_m": (0.0, 0.0),
        "loaded": False,
        "receptacle": "DiningTable|1",
        "receptacle_type": "DiningTable",
        "vessel": False,
        "rim_m": 0.9,
        "spaces": (table,),
        "obstacles": nothing(),
        "things": nothing(),
        "agent": Agent(position_m=(0.0, 0.9, -0.1), horizon_deg=45.0),
        "fov_deg": 60.0,
        "reach_m": 1.5,
        "depth_m": np.full((100, 100), np.inf, dtype=np.float32),
    }
    return PutQuery(**{**fields, **more})


def test_the_nearest_point_where_the_thing_fits_is_taken():
    """The edge's own points are too near it, the next ones are not."""
    spot = ThorPlacement().choose(put())
    assert spot is not None
    assert tuple(np.round(spot.position_m[[0, 2]], 6)) == (0.0, 0.3)
    assert spot.position_m[1] == pytest.approx(0.94, abs=0.02)
    assert np.allclose(spot.rotation, np.eye(3))


def test_where_something_stands_the_next_nearest_is_taken():
    spot = ThorPlacement().choose(put(things=thing(0.0, 0.3)))
    assert spot is not None
    assert (abs(round(spot.position_m[0], 6)), round(spot.position_m[2], 6)) in [
        (0.1, 0.3),
        (0.0, 0.4),
    ]


def test_points_that_are_not_seen_are_not_taken():
    """Behind a wall that hides the left half the thing goes to the right."""
    depth = np.full((100, 100), np.inf, dtype=np.float32)
    depth[:, :60] = 0.2
    spot = ThorPlacement().choose(put(depth_m=depth))
    assert spot is not None
    assert spot.position_m[0] > 0.05


def test_of_a_bin_all_points_are_taken_in_the_grids_own_order():
    spot = ThorPlacement().choose(put(receptacle_type="GarbageCan"))
    assert spot is not None
    assert tuple(np.round(spot.position_m[[0, 2]], 6)) == (0.3, 0.9)


def test_what_is_too_big_for_the_grid_still_finds_a_place():
    spot = ThorPlacement().choose(put(size_m=(0.78, 0.08, 0.78), type="Tray"))
    assert spot is not None


def rest(x, z, **more) -> KnownRest:
    """An apple seen at (x, z) that was put from where `put` has the agent."""
    fields = {
        "receptacle": "DiningTable|1",
        "type": "Apple",
        "name": "Apple_1",
        "agent_xz_m": (0.0, -0.1),
        "agent_yaw_deg": 0.0,
        "half_m": (APPLE_HALF_M, APPLE_HALF_M),
        "position_m": (x, 0.94, z),
        "bottom_m": 0.9,
        "rotation_deg": (0.0, 0.0, 0.0),
    }
    return KnownRest(**{**fields, **more})


def chosen(**more) -> tuple[float, float]:
    spot = ThorPlacement().choose(put(**more))
    assert spot is not None
    return (round(float(spot.position_m[0]), 6), round(float(spot.position_m[2]), 6))


def test_where_a_thing_was_seen_to_lie_it_goes_again():
    assert chosen(known=(rest(0.21, 0.63),)) == (0.21, 0.63)


def test_of_places_it_was_seen_at_the_nearest_free_one_is_taken():
    known = (rest(0.2, 0.7), rest(-0.2, 0.4))
    assert chosen(known=known) == (-0.2, 0.4)
    assert chosen(known=known, things=thing(-0.2, 0.4)) == (0.2, 0.7)


@pytest.mark.parametrize(
    "more",
    [
        {"agent_yaw_deg": 90.0},
        {"agent_xz_m": (0.25, -0.1)},
        {"type": "Bread", "half_m": (0.2, 0.1)},
    ],
    ids=["looked elsewhere", "stood elsewhere", "far bigger"],
)
def test_what_was_put_otherwise_tells_nothing(more):
    assert chosen(known=(rest(0.21, 0.63, **more),)) == chosen()


def test_in_a_basin_its_own_kind_tells_more_than_what_is_about_as_big():
    other = rest(-0.1, 0.3, type="Tomato", name="Tomato_2")
    basin = {"receptacle_type": "SinkBasin"}
    assert chosen(known=(other,), **basin) == (-0.1, 0.3)
    assert chosen(known=(other, rest(0.21, 0.63)), **basin) == (0.21, 0.63)


def test_elsewhere_the_rule_tells_more_than_another_kind():
    assert chosen(known=(rest(-0.1, 0.5, type="Tomato", name="Tomato_2"),)) == chosen()


def test_what_lay_there_then_must_lie_there_now_for_a_farther_spot_to_be_taken():
    """Beside a thing at the nearest point it went farther off; without it it need not."""
    near = chosen()
    farther = rest(0.21, 0.63, beside_m=((near[0], 0.94, near[1]),))
    assert chosen(known=(farther,)) == near
    assert chosen(known=(farther,), things=thing(*near)) == (0.21, 0.63)


def test_nothing_is_tried_nearer_than_where_it_went_on_an_empty_table():
    """Its remembered spot is taken now: the rule goes on from there."""
    known = (rest(0.0, 0.6),)
    x, z = chosen(known=known, things=thing(0.0, 0.6))
    assert np.hypot(x, z + 0.1) > 0.65 > np.hypot(*np.subtract(chosen(), (0.0, -0.1)))


def test_what_it_was_kept_from_most_decides_among_spots_that_are_as_far():
    """Two spots at one distance: alone it went to one, beside what lies there now to the other."""
    alone, beside = rest(-0.2, 0.5), rest(0.2, 0.5, beside_m=((-0.1, 0.94, 0.5),))
    there = thing(-0.1, 0.5)
    assert chosen(known=(alone, beside)) == (-0.2, 0.5)
    assert chosen(known=(alone, beside), things=there, size_m=(0.04,) * 3) == (0.2, 0.5)
