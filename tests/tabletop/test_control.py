"""The controller: does what is asked, within limits, and stands still at once."""

import numpy as np
import pytest

pytest.importorskip("mink", reason="the arm's controller needs embodied[arm]")

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from embodied.core.action import VectorAction
from embodied.core.errors import ConfigError, DataError, UnknownNameError
from envs.tabletop.control import ArmCommand, ArmController
from envs.tabletop.limits import ArmLimits
from envs.tabletop.panda import HOME_RAD, JOINT_RANGE_RAD, JOINT_SPEED_RAD_S

DOWN_XYZW = np.array([1.0, 0.0, 0.0, 0.0])


@pytest.fixture(scope="module")
def shared():
    return ArmController()


@pytest.fixture
def controller(shared):
    shared.reset(HOME_RAD, gripper_width_m=0.08)
    return shared


def velocity(*twist, gripper=1.0):
    return ArmCommand("ee_velocity", np.array([*twist, 0, 0, 0, 0, 0, 0][:6], float), gripper)


def action(values, space="ee_velocity", frame="base"):
    return VectorAction(np.array(values, np.float32), space, frame, 20.0)


def test_a_velocity_moves_the_hand_as_fast_that_way_and_does_not_turn_it(controller):
    start, turn = controller.arm.tcp_m(), controller.arm.tcp_quat()
    for _ in range(20):
        controller.step(velocity(0.0, 0.1, 0.05))
    moved = controller.arm.tcp_m() - start
    assert moved == pytest.approx([0.0, 0.1, 0.05], abs=0.006)
    assert abs(float(controller.arm.tcp_quat() @ turn)) > 0.9999


def test_turning_leaves_the_fingertips_in_place(controller):
    start = controller.arm.tcp_m()
    for _ in range(20):
        controller.step(velocity(0, 0, 0, 0, 0, 0.5))
    assert controller.arm.tcp_m() == pytest.approx(start, abs=0.003)


def test_zero_velocity_is_zero_at_once(controller):
    for _ in range(10):
        controller.step(velocity(0.4, 0.2))
    assert not controller.step(velocity()).velocity_rad_s.any()


def test_a_stop_stands_still_and_keeps_the_grip(controller):
    for _ in range(10):
        moving = controller.step(velocity(0.4, 0.2, gripper=0.3))
    stopped = controller.stop()
    assert not stopped.velocity_rad_s.any()
    assert stopped.gripper_width_m == moving.gripper_width_m


def test_a_pose_is_reached(controller):
    wanted = np.array([0.5, 0.2, 0.2])
    for _ in range(80):
        controller.step(ArmCommand("ee_pose", np.concatenate([wanted, DOWN_XYZW])))
    assert controller.arm.tcp_m() == pytest.approx(wanted, abs=0.002)


def test_joints_are_reached_in_step_with_each_other(controller):
    wanted = HOME_RAD + np.array([0.3, 0.1, -0.2, 0.2, 0.1, -0.1, 0.4])
    start = controller.arm.position_rad
    for _ in range(4):
        controller.step(ArmCommand("joint_position", wanted))
    shares = (controller.arm.position_rad - start) / (wanted - start)
    assert np.ptp(shares) < 0.02
    for _ in range(40):
        controller.step(ArmCommand("joint_position", wanted))
    assert controller.arm.position_rad == pytest.approx(wanted, abs=1e-3)


def test_at_the_wall_it_slides_on_in_what_freedom_is_left(controller):
    """The motion is the objective, the wall a bound: what is left of the motion goes on."""
    for _ in range(60):
        controller.step(velocity(0.0, 0.0, 0.4))
    high = controller.limits.high_m[2]
    start = controller.arm.tcp_m()
    assert start[2] == pytest.approx(high - controller.limits.margin_m, abs=0.01)
    for _ in range(20):
        controller.step(velocity(0.0, 0.1, 0.4))
    moved = controller.arm.tcp_m() - start
    assert moved[1] > 0.06
    assert controller.arm.tcp_m()[2] < high


def test_fingers_stop_above_the_table(controller):
    for _ in range(80):
        controller.step(velocity(0.0, 0.0, -0.4))
    assert 0.0 < controller.arm.heights_m().min() < 0.006


def test_a_narrower_room_is_kept_to():
    controller = ArmController(ArmLimits(low_m=(0.35, -0.1, 0.2), high_m=(0.5, 0.1, 0.5)))
    for twist in ((0.5, 0.0, 0.0), (0.0, 0.5, 0.0), (0.0, 0.0, -0.5), (-0.5, -0.5, 0.0)):
        for _ in range(25):
            controller.step(velocity(*twist))
            hand = controller.arm.tcp_m()
            assert (hand >= controller.limits.low_m).all()
            assert (hand <= controller.limits.high_m).all()


SPACES = {"ee_velocity": 6, "ee_pose": 7, "joint_position": 7}
NUMBERS = st.floats(-20.0, 20.0, width=32)


@st.composite
def commands(draw):
    space = draw(st.sampled_from(sorted(SPACES)))
    values = draw(arrays(np.float64, SPACES[space], elements=NUMBERS))
    if space == "ee_pose":
        norm = np.linalg.norm(values[3:])
        values[3:] = values[3:] / norm if norm > 0.1 else DOWN_XYZW
    return ArmCommand(space, values, draw(st.floats(0.0, 1.0))), draw(st.integers(1, 15))


@settings(max_examples=25, deadline=None)
@given(st.lists(commands(), min_size=1, max_size=8))
def test_no_command_breaks_a_limit(sequence):
    controller = _reused()
    low, high = JOINT_RANGE_RAD.T
    for command, times in sequence:
        for _ in range(times):
            targets = controller.step(command)
            assert (targets.position_rad >= low).all()
            assert (targets.position_rad <= high).all()
            assert (np.abs(targets.velocity_rad_s) <= JOINT_SPEED_RAD_S).all()
            assert controller.guard.room_m().min() > -1e-6


_made = []


def _reused():
    if not _made:
        _made.append(ArmController())
    _made[0].reset(HOME_RAD, gripper_width_m=0.08)
    return _made[0]


@pytest.mark.parametrize(("values", "gripper"), [([np.nan] * 6, 1.0), ([0.0] * 6, np.nan)])
def test_what_is_not_finite_never_becomes_a_command(values, gripper):
    with pytest.raises(ConfigError, match="not finite"):
        ArmCommand("ee_velocity", np.array(values), gripper)


def test_an_arm_that_cannot_tell_where_it_is_can_only_be_stopped(controller):
    from embodied.core.arm import ArmState

    lost = ArmState(np.full(7, np.nan), np.zeros(7), np.zeros(3), DOWN_XYZW, 0.08)
    with pytest.raises(DataError, match="stop it"):
        controller.step(velocity(0.1), lost)
    assert not controller.stop(lost).velocity_rad_s.any()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("linear_mps", np.nan),
        ("linear_mps", np.inf),
        ("linear_mps", -0.1),
        ("linear_mps", "fast"),
        ("joint_speed_share", 2.0),
        ("joint_margin_rad", -0.1),
        ("table_gap_m", -0.01),
        ("low_m", (0.2, 0.1)),
        ("low_m", (0.7, -0.1, 0.7)),
        ("high_m", 0.5),
    ],
)
def test_a_limit_that_does_not_limit_is_refused(name, value):
    with pytest.raises(ConfigError, match=name):
        ArmLimits(**{name: value})


def test_commanded_joints_do_not_run_ahead_of_a_jammed_arm(controller):
    from embodied.core.arm import ArmState

    stuck = ArmState(HOME_RAD, np.zeros(7), np.zeros(3), DOWN_XYZW, 0.08)
    for _ in range(60):
        targets = controller.step(velocity(0.0, 0.3), stuck)
    assert np.abs(targets.position_rad - HOME_RAD).max() < 0.08


def test_the_gripper_moves_at_the_real_one_s_speed(controller):
    widths = [controller.step(velocity(gripper=0.0)).gripper_width_m for _ in range(20)]
    assert np.abs(np.diff(widths)).max() <= 0.1 / 20 + 1e-9
    assert widths[-1] == 0.0


@pytest.mark.parametrize(
    ("bad", "error", "says"),
    [
        (action([0] * 7, "ee_velocit"), UnknownNameError, "Did you mean 'ee_velocity'"),
        (action([0] * 6), ConfigError, "takes 7 numbers"),
        (action([np.nan] + [0] * 6), ConfigError, "not finite"),
        (action([0] * 7, frame="tool"), ConfigError, "'base'"),
        (action([0.4, 0, 0.3, 0, 0, 0, 0, 1], "ee_pose"), ConfigError, "without length"),
        (action([[0] * 7]), ConfigError, "list of numbers"),
    ],
)
def test_a_malformed_action_is_refused_with_a_reason(bad, error, says):
    with pytest.raises(error, match=says):
        ArmCommand.from_action(bad)
