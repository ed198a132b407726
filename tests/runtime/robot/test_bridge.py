"""A robot behind a middleware: what it sees, what it is sent, and that a stop has the last word."""

import threading

import numpy as np
import pytest
from robot_recorder import ARM, JOINTS, Clock, Recorder, feed

from embodied.core.action import DiscreteAction, VectorAction
from embodied.core.arm import ArmState
from embodied.core.entity import Entity
from embodied.core.errors import ConfigError
from embodied.runtime.robot.bridge import BridgedRobot
from embodied.runtime.robot.emergency import EmergencyStop
from embodied.runtime.robot.images import camera_of
from embodied.runtime.robot.spec import RobotSpec

FORWARD = VectorAction(np.array([0.1, 0, 0, 0, 0, 0, 1.0], np.float32), "ee_velocity", "base", 20)


def a_robot(spec=ARM):
    clock, outlets, emergency = Clock(), Recorder(), EmergencyStop()
    robot = BridgedRobot(spec, outlets, emergency, clock=clock)
    robot.enable(True)
    outlets.sent.clear()
    return robot, outlets, emergency, clock


def test_an_observation_has_the_newest_of_every_sense():
    robot, _, _, _ = a_robot()
    feed(robot)
    robot.senses.entities([Entity("Block", position_m=(0.4, 0, 0.02))], stamp_s=1.0)
    seen = robot.observe()
    state = ArmState.from_vector(seen.state)
    np.testing.assert_allclose(state.joint_position_rad, np.arange(7) / 10, atol=1e-6)
    np.testing.assert_allclose(state.ee_position_m, (0.4, 0.0, 0.3), atol=1e-6)
    assert state.gripper_width_m == pytest.approx(0.06)
    assert seen.images["front"].shape == (4, 6, 3)
    assert seen.intrinsics["front"].focal_px == pytest.approx(5.0)
    assert seen.camera_poses["front"].position_m == (1.0, 0.0, 0.8)
    assert seen.entities[0].category == "Block"


def test_its_stamp_stands_still_while_a_camera_is_dead():
    robot, _, _, clock = a_robot()
    feed(robot)
    first = robot.observe().stamp_s
    clock.now_s += 0.1
    feed(robot, stamp_s=1.1)
    assert robot.observe().stamp_s > first
    clock.now_s += 0.6
    feed(robot, stamp_s=1.2, image=False)
    assert robot.observe().stamp_s == pytest.approx(first + 0.1)


def test_a_velocity_goes_to_the_servo_and_the_fingers_move_only_when_told_otherwise():
    robot, outlets, _, _ = a_robot()
    feed(robot)
    robot.command(FORWARD)
    robot.command(FORWARD)
    kinds = [kind for kind, _ in outlets.sent]
    assert kinds == ["twist", "gripper", "twist"]
    assert outlets.of("twist")[0].linear_m_s == pytest.approx((0.1, 0, 0))
    assert outlets.of("twist")[0].frame == "base_link"


def test_joint_positions_are_sent_once_until_they_change():
    robot, outlets, _, _ = a_robot()
    feed(robot)
    there = VectorAction(np.full(8, 0.5, np.float32), "joint_position", "base", 20)
    other = VectorAction(np.full(8, 0.6, np.float32), "joint_position", "base", 20)
    for action in (there, there, other):
        robot.command(action)
    assert len(outlets.of("trajectory")) == 2


def test_what_goes_on_by_itself_is_stopped_before_something_else_is_asked():
    robot, outlets, _, _ = a_robot()
    feed(robot)
    robot.command(VectorAction(np.full(8, 0.5, np.float32), "joint_position", "base", 20))
    robot.command(FORWARD)
    kinds = [kind for kind, _ in outlets.sent if kind != "gripper"]
    assert kinds == ["trajectory", "stop", "twist"]


def test_a_base_is_driven_by_goals_on_its_map():
    spec = RobotSpec(joints=(), map_frame="map", base_frame="base_link")
    robot, outlets, _, _ = a_robot(spec)
    robot.senses.transform("map", "base_link", (0, 0, 0), (0, 0, 0, 1), stamp_s=1.0)
    robot.observe()
    robot.command(VectorAction(np.array([2, 1, np.pi], np.float32), "base_pose", "map", 20))
    goal = outlets.of("drive")[0]
    assert (goal.x_m, goal.y_m, goal.frame) == (2, 1, "map")
    np.testing.assert_allclose(np.abs(goal.quat_xyzw), (0, 0, 1, 0), atol=1e-6)


def test_a_base_without_an_arm_takes_no_commands_of_an_arm():
    robot, outlets, _, _ = a_robot(RobotSpec(joints=()))
    robot.command(FORWARD)
    assert not outlets.of("twist")
    assert "has none" in robot.last_refusal


@pytest.mark.parametrize(
    "action",
    [
        DiscreteAction("MoveAhead"),
        VectorAction(np.full(7, np.nan, np.float32), "ee_velocity", "base", 20),
        VectorAction(np.zeros(3, np.float32), "ee_velocity", "base", 20),
        VectorAction(np.zeros(7, np.float32), "ee_velocity", "speaker", 20),
        VectorAction(np.zeros(2, np.float32), "wheels", "base", 20),
    ],
)
def test_a_command_that_makes_no_sense_halts_and_is_told(action):
    robot, outlets, _, _ = a_robot()
    feed(robot)
    robot.command(action)
    assert [kind for kind, _ in outlets.sent] == ["stop"]
    assert robot.refused == 1
    assert robot.last_refusal


def test_nothing_passes_a_stale_sensor():
    robot, outlets, _, clock = a_robot()
    feed(robot)
    clock.now_s += 0.3  # joint states may be 0.2 s old
    robot.command(FORWARD)
    assert [kind for kind, _ in outlets.sent] == ["stop"]


def test_nothing_passes_while_it_is_disabled():
    robot, outlets, _, _ = a_robot()
    feed(robot)
    robot.enable(False)
    robot.command(FORWARD)
    assert not outlets.of("twist")


def test_after_the_emergency_stop_nothing_passes_until_it_is_released():
    robot, outlets, emergency, _ = a_robot()
    feed(robot)
    emergency.engage("test")
    assert outlets.sent[-1][0] == "stop"
    robot.command(FORWARD)
    assert not outlets.of("twist")
    emergency.release()
    robot.command(FORWARD)
    assert len(outlets.of("twist")) == 1


def test_the_stop_is_the_last_word_against_a_thread_that_goes_on_commanding():
    robot, outlets, emergency, _ = a_robot()
    feed(robot)
    over, begun = threading.Event(), threading.Event()

    def go_on():
        while not over.is_set():
            robot.command(FORWARD)
            begun.set()

    commander = threading.Thread(target=go_on)
    commander.start()
    begun.wait(5)
    emergency.engage("test")
    at = len(outlets.sent)
    for _ in range(200):
        robot.command(FORWARD)
    over.set()
    commander.join()
    assert {kind for kind, _ in outlets.sent[at:]} == {"stop"}


def test_joints_that_are_half_there_are_told_as_what_keeps_it_from_acting():
    robot, _, _, _ = a_robot()
    feed(robot)
    robot.senses.joints(JOINTS[:3], [0.0] * 3, [], stamp_s=9.0)
    assert "missing: j4" not in robot.senses.missing()  # the reading before is still fresh
    other, _, _, _ = a_robot()
    other.senses.joints(JOINTS[:3], [0.0] * 3, [], stamp_s=9.0)
    assert "missing: j4" in other.senses.missing()


def test_frames_that_go_round_in_a_circle_make_tf_stale_and_stop_nothing_else():
    robot, outlets, _, clock = a_robot()
    feed(robot)
    robot.senses.transform("tcp", "base_link", (0, 0, 0), (0, 0, 0, 1), stamp_s=1.1)
    seen = robot.observe()
    assert ArmState.from_vector(seen.state).ee_position_m == pytest.approx((0.4, 0.0, 0.3))
    robot.command(
        VectorAction(np.array([0, 0, 0, 0, 0, 0, 1, 1], np.float32), "ee_pose", "base", 20)
    )
    assert not outlets.of("twist")
    clock.now_s += 0.6
    assert "in a circle" in robot.senses.missing()


def test_tf_that_went_quiet_while_nobody_looked_is_stale_at_the_first_look():
    robot, _, _, clock = a_robot()
    feed(robot)
    robot.senses.transform("base_link", "tcp", (0.4, 0, 0.3), (0, 0, 0, 1), stamp_s=2.0)
    clock.now_s += 60.0
    assert "tf of the hand: nothing for 60.0 s" in robot.senses.missing()


def test_an_arm_of_six_joints_is_refused():
    with pytest.raises(ConfigError, match="6 joints"):
        RobotSpec(joints=tuple("abcdef"))


def test_a_camera_window_is_what_the_robot_is_given():
    model = camera_of(width_px=64, height_px=48, k=[50, 0, 36, 0, 50, 20, 0, 0, 1])
    robot, _, _, _ = a_robot()
    robot.senses.camera("front", model)
    assert robot.observe().intrinsics["front"].width_px == 56
