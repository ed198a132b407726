"""The nodes with a real rclpy: the simulated arm and its agent as two processes."""

import os
import signal
import time

import numpy as np
import pytest
from ros_wire import ALONE

pytest.importorskip(
    "rclpy", reason="needs rclpy: source a ROS 2 installation (no pip or apt package carries it)"
)
pytest.importorskip("embodied_msgs", reason="needs embodied_msgs: colcon build --base-paths ros")

import ros_client as ros
from control_msgs.action import FollowJointTrajectory
from diagnostic_msgs.msg import DiagnosticArray
from embodied_msgs.msg import Answer, Entities, Question
from geometry_msgs.msg import TwistStamped
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState
from rclpy.action import ActionClient
from sensor_msgs.msg import CameraInfo, Image, JointState
from std_msgs.msg import Bool
from trajectory_msgs.msg import JointTrajectoryPoint

TASK = "put the red block in the bowl"
STILL_M_S = 1e-6
ON_CYCLONE = "cyclone" in os.environ.get("RMW_IMPLEMENTATION", "")


def domain_of_its_own():
    return 100 + os.getpid() % 100


@pytest.fixture(scope="module")
def nodes(tmp_path_factory):
    """Both nodes, started as the launch file starts them."""
    patch = pytest.MonkeyPatch()
    patch.setenv("ROS_DOMAIN_ID", str(domain_of_its_own()))
    # Cyclone is told by our own settings, which a peer without ROS shares; it takes but one way.
    patch.setenv("ROS_LOCALHOST_ONLY", "0" if ON_CYCLONE else "1")
    patch.setenv("CYCLONEDDS_URI", ALONE)
    patch.setenv("OMP_NUM_THREADS", "1")
    folder = tmp_path_factory.mktemp("ros")
    bags = folder / "bags"
    arm = ros.start(
        "sim_arm", *ros.parameters(width_px=96, height_px=72, camera_hz=5.0),
        log=folder / "sim_arm.log",
    )  # fmt: skip
    agent = ros.start(
        "agent",
        "-r", "entities:=privileged/entities",
        *ros.parameters(autostart="true", record=bags, ready_s=60.0, image_stale_s=3.0,
                        joints_stale_s=2.0, tf_stale_s=2.0, entities_stale_s=3.0, give_up_s=60.0),
        log=folder / "agent.log",
    )  # fmt: skip
    try:
        yield {"arm": arm, "agent": agent, "bags": bags, "folder": folder}
    finally:
        codes = [ros.end(each) for each in (agent, arm)]
        patch.undo()
        for name in ("agent", "sim_arm"):
            print((folder / f"{name}.log").read_text()[-3000:])
    assert codes == [0, 0]


@pytest.fixture
def client(nodes):
    made = ros.Client(domain_of_its_own())
    ros.wait_until(made.action.server_is_ready, patience_s=180, what="the agent")
    yield made
    made.close()


def test_the_arm_says_what_a_robot_says(client):
    joints = client.listen(JointState, "joint_states")
    images = client.listen(Image, "front/image")
    depths = client.listen(Image, "wrist/depth")
    infos = client.listen(CameraInfo, "front/camera_info")
    entities = client.listen(Entities, "privileged/entities")
    for heard in (joints, images, depths, infos, entities):
        ros.wait_until(lambda heard=heard: heard, what="a message")
    assert len(joints[0].name) == len(joints[0].position) == 9
    assert (images[0].encoding, depths[0].encoding) == ("rgb8", "32FC1")
    assert images[0].step * images[0].height == len(images[0].data)
    assert infos[0].k[2] == images[0].width / 2
    assert entities[0].header.frame_id == "base"
    assert {"block", "bowl"} <= {each.category for each in entities[0].entities}


def test_between_goals_its_diagnostics_call_sensors_that_send_fresh(client):
    told = client.listen(DiagnosticArray, "/diagnostics")
    fresh = lambda: [each for each in told[-1].status if each.message == "all fresh"]  # noqa: E731
    ros.wait_until(lambda: told and fresh(), what="sensors that are all fresh")


def test_an_instruction_is_carried_out_with_feedback(client, nodes):
    goal = client.send(TASK)
    assert goal.accepted
    status, result = goal.end(patience_s=180)
    assert (status, result.reason, result.success) == ("succeeded", "done", True)
    told = [each for each in goal.feedback if each.subgoal]
    assert told[-1].subgoal_count >= 2
    progress = [each.progress for each in told]
    assert progress == sorted(progress)
    assert any("arm" in each.text for each in told)  # the motion, in words
    ros.wait_until(lambda: list(nodes["bags"].glob("*.mcap")), what="a recording")


def test_a_goal_cancelled_in_the_middle_stands_still(client):
    twists = client.listen(TwistStamped, "servo/twist", reliable=True)
    joints = client.listen(JointState, "joint_states")
    goal = client.send(TASK).moves()
    ros.wait_until(lambda: any(speed(each) > 0.01 for each in twists), what="motion")
    assert goal.cancel() == 0
    status, result = goal.end()
    assert (status, result.reason) == ("canceled", "cancelled")
    ros.wait_until(lambda: speed(twists[-1]) < STILL_M_S, what="a twist of zeros")
    ros.wait_until(
        lambda: np.max(np.abs(joints[-1].velocity[:7])) < 0.01, what="an arm that stands still"
    )


def test_a_correction_in_the_middle_changes_the_motion(client):
    twists = client.listen(TwistStamped, "servo/twist", reliable=True)
    goal = client.send(TASK).moves()
    ros.wait_until(lambda: twists, what="motion")
    twists.clear()
    client.say("move up a lot")
    ros.wait_until(lambda: any(each.twist.linear.z > 0.02 for each in twists), what="up")
    client.say("stop")
    status, result = goal.end()
    assert (status, result.reason, result.corrections) == ("aborted", "stopped", 2)


def test_what_can_be_read_in_two_ways_is_asked_and_answered(client):
    questions = client.listen(Question, "question", reliable=True)
    speak = client.node.create_publisher(Answer, "answer", 10)
    ros.wait_until(speak.get_subscription_count, what="somebody who listens")
    goal = client.send("pick up the block")
    asked = ros.wait_until(lambda: next((q for q in questions if q.text), None), what="a question")
    assert asked.text.endswith("?")
    ros.wait_until(lambda: goal.feedback and goal.feedback[-1].text == asked.text, what="waiting")
    speak.publish(Answer(question_id=asked.id, text="the red one"))
    ros.wait_until(lambda: not questions[-1].text, what="the question's end")
    ros.wait_until(lambda: "move arm" in goal.feedback[-1].text, what="motion")
    goal.cancel()
    goal.end()


def test_of_two_clients_the_newer_takes_over(client):
    other = ros.Client(domain_of_its_own())
    try:
        ros.wait_until(other.action.server_is_ready, what="the agent")
        first = client.send(TASK).moves()
        second = other.send("pick up the red block")
        assert second.accepted
        status, result = first.end()
        assert (status, result.reason) == ("aborted", "preempted")
        second.moves()
        second.cancel()
        assert second.end()[1].reason == "cancelled"
    finally:
        other.close()


def test_the_emergency_stop_ends_everything_until_it_is_released(client):
    button = client.node.create_publisher(Bool, "e_stop", 10)
    ros.wait_until(lambda: button.get_subscription_count() >= 2, what="both subscriptions")
    goal = client.send(TASK).moves()
    button.publish(Bool(data=True))
    status, result = goal.end()
    assert (status, result.reason) == ("aborted", "emergency")
    assert not client.send(TASK).accepted
    answer = client.release()
    assert not answer.success
    assert "still pressed" in answer.message
    button.publish(Bool(data=False))
    ros.wait_until(lambda: client.release().success, what="the release")
    goal = client.send(TASK)
    assert goal.accepted
    goal.cancel()
    goal.end()


def test_dead_sensors_hold_the_arm_and_are_forgiven(client, nodes):
    goal = client.send(TASK).moves()
    nodes["arm"].send_signal(signal.SIGSTOP)
    try:
        ros.wait_until(
            lambda: "front/image: nothing" in goal.feedback[-1].text,
            what="standing still for want of pictures",
        )
    finally:
        nodes["arm"].send_signal(signal.SIGCONT)
    ros.wait_until(lambda: not goal.feedback[-1].text.startswith("standing still"), what="going on")
    goal.cancel()
    assert goal.end()[1].reason == "cancelled"


def test_a_node_that_is_not_active_takes_no_goals(client):
    def change(transition):
        request = ChangeState.Request(transition=Transition(id=transition))
        return client.call(ChangeState, "agent/change_state", request).success

    assert change(Transition.TRANSITION_DEACTIVATE)
    assert not client.send(TASK).accepted
    assert change(Transition.TRANSITION_CLEANUP)
    assert change(Transition.TRANSITION_CONFIGURE)
    assert change(Transition.TRANSITION_ACTIVATE)
    ros.wait_until(client.action.server_is_ready, what="the agent")
    goal = client.send(TASK)
    assert goal.accepted
    goal.cancel()
    goal.end()


def test_a_peer_without_ros_gives_an_instruction_over_bare_dds(client):
    pytest.importorskip("cyclonedds")
    if not ON_CYCLONE:
        pytest.skip("the form of services is rmw_cyclonedds' own: RMW_IMPLEMENTATION names another")
    from ros_wire import ActionClientPeer, Wire

    peer = ActionClientPeer(Wire(domain_of_its_own()))
    peer.wait_for_server()
    name = bytes(range(100, 116))
    assert peer.send_goal(name, TASK).accepted
    assert peer.cancel(name).return_code == 0
    assert peer.result(name).result.reason == "cancelled"


def test_a_second_ctrl_c_on_the_way_out_is_no_death(nodes, tmp_path, monkeypatch):
    monkeypatch.setenv("ROS_DOMAIN_ID", str(domain_of_its_own() - 80))
    log = tmp_path / "agent.log"
    agent = ros.start("agent", *ros.parameters(autostart="true"), log=log)
    try:
        ros.wait_until(lambda: "active:" in log.read_text(), what="an active agent")
        agent.send_signal(signal.SIGINT)
        until_s = time.monotonic() + 20.0
        while agent.poll() is None and time.monotonic() < until_s:
            time.sleep(0.02)
            agent.send_signal(signal.SIGINT)
        assert agent.poll() == 0
    finally:
        agent.kill()


def test_the_arm_follows_a_trajectory_and_stops_where_it_is_cancelled(client):
    joints = client.listen(JointState, "joint_states")
    ros.wait_until(lambda: joints, what="joint states")
    names = joints[-1].name[:7]
    arm = ActionClient(client.node, FollowJointTrajectory, "arm_controller/follow_joint_trajectory")
    ros.wait_until(arm.server_is_ready, what="the arm's controller")

    def turn(by_rad, seconds):
        there = list(joints[-1].position[:7])
        there[0] += by_rad
        goal = FollowJointTrajectory.Goal()
        goal.trajectory.joint_names = names[::-1]  # a client's order need not be the arm's
        point = JointTrajectoryPoint(positions=there[::-1], velocities=[0.0] * 7)
        point.time_from_start.sec = seconds
        goal.trajectory.points = [point]
        return there[0], ros.wait_until(arm.send_goal_async(goal).result, what="an answer")

    aim, handle = turn(0.2, 2)
    answer = ros.wait_until(handle.get_result_async().result, what="the end")
    assert ros.STATUS[answer.status] == "succeeded"
    ros.wait_until(lambda: abs(joints[-1].position[0] - aim) < 0.03, what="the joint there")

    aim, handle = turn(-0.6, 20)
    ros.wait_until(lambda: abs(joints[-1].velocity[0]) > 0.01, what="motion")
    ros.wait_until(handle.cancel_goal_async().result, what="the answer to a cancellation")
    answer = ros.wait_until(handle.get_result_async().result, what="the end")
    assert ros.STATUS[answer.status] == "canceled"
    ros.wait_until(lambda: abs(joints[-1].velocity[0]) < 0.005, what="standing still")
    assert abs(joints[-1].position[0] - aim) > 0.1


def test_a_goal_under_way_hears_of_the_end_of_the_node(client, nodes):
    """The last one: it ends the agent."""
    goal = client.send(TASK).moves()
    nodes["agent"].send_signal(signal.SIGTERM)
    status, result = goal.end()
    assert (status, result.reason) == ("aborted", "stopped")
    assert nodes["agent"].wait(20) == 0


def speed(message):
    linear = message.twist.linear
    return float(np.linalg.norm([linear.x, linear.y, linear.z]))
