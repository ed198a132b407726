"""Corrections and the five parts of the action between two processes over DDS, by ROS's names."""

import subprocess
import sys
from pathlib import Path

import pytest
from ros_wire import ACTION, ActionClientPeer, Wire, default, idl_type, matched, take

pytest.importorskip("cyclonedds", reason='needs cyclonedds: pip install "embodied[wire]"')
pytest.importorskip("rosbags", reason='needs rosbags: pip install "embodied[wire]"')

PEER = Path(__file__).resolve().parents[1] / "ros_peer.py"
ACCEPTED_STATES = {1, 2}
CANCELLED = 5


@pytest.fixture
def peer(domain):
    process = subprocess.Popen([sys.executable, str(PEER), str(domain)])
    yield process
    process.terminate()
    process.wait(10)


def test_types_and_topics_have_the_names_that_ros_gives_them():
    def typename(name):
        return idl_type(name).__idl_typename__

    assert typename("embodied_msgs/msg/Correction") == "embodied_msgs::msg::dds_::Correction_"
    assert typename(f"{ACTION}_SendGoal_Request") == (
        "embodied_msgs::action::dds_::FollowInstruction_SendGoal_Request_"
    )


def test_a_goal_is_sent_corrected_and_cancelled_across_processes(domain, peer):
    wire = Wire(domain)
    client = ActionClientPeer(wire)
    client.wait_for_server()
    goal = bytes(range(16))

    assert client.send_goal(goal, "put the red block in the bowl").accepted
    status = take(client.status).status_list[0]
    assert bytes(status.goal_info.goal_id.uuid) == goal
    assert status.status in ACCEPTED_STATES

    speak = matched(wire.writer("rt/correction", idl_type("embodied_msgs/msg/Correction")))
    words = default("embodied_msgs/msg/Correction")
    words.text = "a bit to the left"
    speak.write(words)
    told = take(client.feedback)
    assert bytes(told.goal_id.uuid) == goal
    assert told.feedback.subgoal == "put the red block in the bowl"
    assert told.feedback.text == "a bit to the left"

    asked = client.ask_result(goal)  # before it ends, as clients do
    assert client.cancel(goal).return_code == 0
    answer = client.answer("get_result", asked)
    assert answer.status == CANCELLED
    assert (answer.result.reason, answer.result.corrections) == ("cancelled", 1)
    assert peer.wait(10) == 0
