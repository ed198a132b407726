"""Commands within limits, and paths that come to rest by themselves."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embodied.core.errors import ConfigError, DataError
from embodied.runtime.robot.commands import (
    CommandError,
    Limits,
    positions_to_points,
    twist_of,
    twist_to_pose,
    velocities_to_points,
)
from embodied.runtime.robot.servo import CommandKeeper, JointPath, PathPoint

LIMITS = Limits(linear_m_s=0.2, angular_rad_s=0.8, joint_rad_s=0.5)
numbers = st.floats(-50, 50)
still = st.lists(st.floats(-2, 2), min_size=7, max_size=7)


@given(values=st.lists(numbers, min_size=6, max_size=6))
def test_no_twist_is_faster_than_it_may_be_and_none_turns_another_way(values):
    twist = twist_of(values, frame="base", limits=LIMITS)
    for sent, asked, most in (
        (twist.linear_m_s, values[:3], 0.2),
        (twist.angular_rad_s, values[3:], 0.8),
    ):
        assert np.linalg.norm(sent) <= most + 1e-9
        np.testing.assert_allclose(np.cross(sent, asked), 0, atol=1e-6)
        assert np.dot(sent, asked) >= 0


@pytest.mark.parametrize("values", [[0.0] * 5, [float("nan")] + [0.0] * 5, [float("inf")] * 6])
def test_a_twist_that_makes_no_sense_is_not_sent(values):
    with pytest.raises(CommandError):
        twist_of(values, frame="base", limits=LIMITS)


@given(start=still, goal=still)
def test_a_path_to_joints_keeps_their_speed(start, goal):
    points = positions_to_points(start, goal, least_s=0.2, limits=LIMITS)
    assert max(speeds(start, points)) <= 0.5 + 1e-6
    np.testing.assert_allclose(points[-1].position_rad, goal)


@given(start=still, wanted=st.lists(numbers, min_size=7, max_size=7))
def test_a_velocity_is_kept_for_its_horizon_and_then_brakes(start, wanted):
    points = velocities_to_points(start, wanted, horizon_s=0.2, limits=LIMITS)
    assert max(speeds(start, points, moving=points[0].velocity_rad_s)) <= 0.5 * 1.01
    assert points[-1].velocity_rad_s == (0.0,) * 7
    assert points[-1].at_s == pytest.approx(0.3)


def speeds(start, points, moving=None):
    """Speeds along the path as a controller follows it, by finite differences."""
    first = PathPoint(0.0, tuple(start), moving or (0.0,) * len(start))
    listed = [PathPoint(p.at_s, p.position_rad, p.velocity_rad_s) for p in points]
    path = JointPath(start, [first, *listed])
    times = np.linspace(0, path.end_s, 200)
    places = np.stack([path.at(time_s) for time_s in times])
    return np.abs(np.diff(places, axis=0)).max(axis=1) / (times[1] - times[0])


def test_a_pose_is_approached_by_the_shorter_way_round():
    there = (0.5, 0.0, 0.3, 0.0, 0.0, -np.sin(0.1), -np.cos(0.1))  # 0.2 rad, written negatively
    twist = twist_to_pose(
        there,
        position_m=(0.5, 0.0, 0.2),
        quat_xyzw=(0, 0, 0, 1),
        frame="base",
        gain_per_s=1.0,
        limits=LIMITS,
    )
    np.testing.assert_allclose(twist.linear_m_s, (0, 0, 0.1), atol=1e-9)
    np.testing.assert_allclose(twist.angular_rad_s, (0, 0, 0.2), atol=1e-9)


def test_limits_have_to_be_positive():
    with pytest.raises(ConfigError, match="joint_rad_s"):
        Limits(joint_rad_s=0.0)


def test_a_path_goes_through_its_points_and_stays_at_its_end():
    path = JointPath((0.0,), [PathPoint(1.0, (1.0,)), PathPoint(2.0, (3.0,))])
    assert path.at(0.5) == pytest.approx(0.5)
    assert path.at(1.0) == pytest.approx(1.0)
    assert path.at(99.0) == pytest.approx(3.0)


def test_a_path_whose_times_do_not_grow_is_refused():
    with pytest.raises(DataError, match="grow"):
        JointPath((0.0,), [PathPoint(1.0, (1.0,)), PathPoint(1.0, (2.0,))])


def test_a_twist_dies_when_its_commander_does():
    keeper = CommandKeeper(timeout_s=0.25, joints=7)
    keeper.twist((0.1, 0, 0, 0, 0, 0), now_s=10.0)
    assert keeper.now(10.2, np.zeros(7))[0] == "ee_velocity"
    assert keeper.now(10.3, np.zeros(7)) is None


def test_a_twist_of_zeros_ends_a_path():
    keeper = CommandKeeper(timeout_s=0.25, joints=1)
    number = keeper.path(JointPath((0.0,), [PathPoint(1.0, (1.0,))]), now_s=0.0)
    assert keeper.now(0.5, np.zeros(1))[0] == "joint_position"
    keeper.twist((0.0,) * 6, now_s=0.6)
    assert not keeper.follows(number)
    np.testing.assert_array_equal(keeper.now(0.6, np.zeros(1))[1], np.zeros(6))


def test_a_path_has_arrived_once_the_joints_have():
    keeper = CommandKeeper(timeout_s=0.25, joints=1)
    number = keeper.path(JointPath((0.0,), [PathPoint(1.0, (1.0,))]), now_s=0.0)
    keeper.reached(np.array([0.5]), 0.0, 1.5)
    assert not keeper.arrived(number, 1.5)
    keeper.reached(np.array([0.995]), 0.0, 1.6)
    assert keeper.arrived(number, 1.6)
