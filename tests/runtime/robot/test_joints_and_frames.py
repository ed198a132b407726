"""Joints by name, and frames by chain."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embodied.core.errors import DataError
from embodied.runtime.robot.joints import read_joints
from embodied.runtime.robot.transforms import Transform, TransformTree, rotate

WANTED = ("shoulder", "elbow", "wrist")


@given(order=st.permutations([*WANTED, "finger"]))
def test_joints_come_in_ones_own_order_whatever_the_drivers(order):
    value = {"shoulder": 1.0, "elbow": 2.0, "wrist": 3.0, "finger": 9.0}
    reading = read_joints(WANTED, order, [value[n] for n in order], [10 * value[n] for n in order])
    np.testing.assert_array_equal(reading.position, [1, 2, 3])
    np.testing.assert_array_equal(reading.velocity, [10, 20, 30])


def test_a_message_about_other_joints_is_passed_over():
    assert read_joints(WANTED, ["wheel_left"], [0.0]) is None


def test_a_driver_without_velocities_stands_still_as_far_as_is_known():
    reading = read_joints(WANTED, WANTED, [1.0, 2.0, 3.0])
    np.testing.assert_array_equal(reading.velocity, [0, 0, 0])


@pytest.mark.parametrize(
    ("names", "positions", "says"),
    [
        (["shoulder", "elbow"], [1.0, 2.0], "missing: wrist"),
        (list(WANTED), [1.0, 2.0], "3 names, 2 positions"),
        (list(WANTED), [1.0, float("nan"), 3.0], "not a number"),
    ],
)
def test_half_an_arm_is_an_error(names, positions, says):
    with pytest.raises(DataError, match=says):
        read_joints(WANTED, names, positions)


quats = st.lists(st.floats(-1, 1), min_size=4, max_size=4).filter(
    lambda q: 0.6 < np.linalg.norm(q) < 1.8
)
places = st.lists(st.floats(-2, 2), min_size=3, max_size=3)


def a_transform(place, quat):
    unit = np.array(quat) / np.linalg.norm(quat)
    return Transform(tuple(place), tuple(unit))


@given(place=places, quat=quats)
def test_there_and_back_is_where_one_was(place, quat):
    there = a_transform(place, quat)
    round_trip = there.then(there.inverse())
    np.testing.assert_allclose(round_trip.position_m, 0.0, atol=1e-9)
    np.testing.assert_allclose(np.abs(round_trip.quat_xyzw), [0, 0, 0, 1], atol=1e-9)


def test_a_chain_of_frames_turns_and_moves():
    tree = TransformTree()
    half = np.sqrt(0.5)
    tree.put("base", "link", (1, 0, 0), (0, 0, half, half))  # a quarter turn to the left
    tree.put("link", "hand", (1, 0, 0), (0, 0, 0, 1), stamp_s=5.0)
    tree.put("hand", "camera", (0, 0, 0.1), (0, 0, 0, 1))
    found = tree.find("base", "camera")
    np.testing.assert_allclose(found.position_m, (1, 1, 0.1), atol=1e-9)
    assert found.stamp_s == 5.0  # as old as its oldest link
    np.testing.assert_allclose(tree.find("camera", "base").then(found).position_m, 0, atol=1e-9)
    np.testing.assert_allclose(rotate(found.quat_xyzw, (1, 0, 0)), (0, 1, 0), atol=1e-9)


def test_two_branches_meet_at_their_common_frame():
    tree = TransformTree()
    tree.put("base", "left", (0, 1, 0), (0, 0, 0, 1))
    tree.put("base", "right", (0, -1, 0), (0, 0, 0, 1))
    np.testing.assert_allclose(tree.find("left", "right").position_m, (0, -2, 0))


def test_frames_that_nothing_connects_are_not_found():
    tree = TransformTree()
    tree.put("base", "hand", (0, 0, 0), (0, 0, 0, 1))
    assert tree.find("map", "hand") is None
    assert tree.pose("base", "hand").frame == "base"


def test_an_older_transform_does_not_replace_a_newer_one():
    tree = TransformTree()
    tree.put("base", "hand", (1, 0, 0), (0, 0, 0, 1), stamp_s=2.0)
    tree.put("base", "hand", (9, 0, 0), (0, 0, 0, 1), stamp_s=1.0)
    assert tree.find("base", "hand").position_m == (1, 0, 0)


def test_frames_in_a_circle_are_told():
    tree = TransformTree()
    tree.put("a", "b", (0, 0, 0), (0, 0, 0, 1))
    tree.put("b", "a", (0, 0, 0), (0, 0, 0, 1))
    with pytest.raises(DataError, match="circle"):
        tree.find("c", "a")


@pytest.mark.parametrize("quat", [(0, 0, 0, 0), (0, 0, 0, float("nan"))])
def test_a_transform_that_is_none_is_refused(quat):
    with pytest.raises(DataError):
        TransformTree().put("base", "hand", (0, 0, 0), quat)
