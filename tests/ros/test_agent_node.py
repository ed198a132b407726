"""The agent's node where ROS is not: what it makes and takes down, and that a stop stays one."""

import importlib.util
import threading
from types import SimpleNamespace

import pytest
from ros_standin import Handle, Server, standing_in
from ros_wire import ROS

from embodied.core.errors import ConfigError
from embodied.runtime.robot.topics import AGENT_WIRES

if importlib.util.find_spec("rclpy") is not None:
    pytest.skip("rclpy is here: test_nodes.py runs the nodes themselves", allow_module_level=True)

TASK = "pick up the red block"
BLIND = {"cameras": ["front"], "depth": False, "entities": False, "ready_s": 30.0}


@pytest.fixture(scope="module")
def node_type():
    with standing_in(ROS / "embodied_ros"):
        from embodied_ros.agent import AgentNode

        yield AgentNode


@pytest.fixture
def node(node_type):
    made = node_type()
    made.parameters |= BLIND
    yield made
    made.on_shutdown(None)


def up(node):
    assert node.on_configure(None) == node.on_activate(None) == "success"
    return Server.newest


def said(text):
    return SimpleNamespace(text=text, question_id=0)


def test_what_is_configured_is_taken_down_again(node):
    up(node)
    assert {"correction", "e_stop", "answer", "joint_states", "front/image"} <= set(node.heard)
    node.on_deactivate(None)
    node.on_cleanup(None)
    assert node.alive == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("preempt", "queue"),
        ("joints_stale_s", 0.0),
        ("e_stop_heartbeat_s", float("nan")),
        ("planner", "nobody"),
        ("speaker_frame", "moon"),
    ],
)
def test_a_wrong_parameter_is_told_and_leaves_nothing_behind(node, name, value):
    node.parameters[name] = value
    assert node.on_configure(None) == "failure"
    assert node.log[-1].startswith("cannot configure")
    assert node.alive == []


def test_configuring_anew_releases_no_emergency_stop(node):
    server = up(node)
    node.heard["e_stop"](SimpleNamespace(data=True))
    node.on_deactivate(None)
    node.on_cleanup(None)
    server = up(node)
    assert node.published["emergency"][0].data
    assert server.goal_callback(Handle(1, TASK).request) == "reject"
    node.heard["e_stop"](SimpleNamespace(data=False))
    assert node.services["release_e_stop"](None, SimpleNamespace()).success
    assert server.goal_callback(Handle(1, TASK).request) == "accept"


def test_stop_ends_a_goal_that_still_waits_for_its_sensors(node):
    server, handle, results = up(node), Handle(1, TASK), []
    server.handle_accepted_callback(handle)
    thread = threading.Thread(target=lambda: results.append(server.execute_callback(handle)))
    thread.start()
    node.heard["correction"](said("can you stop"))
    thread.join(30.0)
    assert (handle.status, results[0].reason) == ("aborted", "stopped")


@pytest.mark.parametrize("way", ["instruction", "answer"])
def test_stop_is_heard_whichever_way_it_comes(node, way):
    server, handle, results = up(node), Handle(1, TASK), []
    server.handle_accepted_callback(handle)
    if way == "instruction":
        assert server.goal_callback(Handle(2, "please stop").request) == "reject"
    else:
        node.heard["answer"](said("stop"))
    results.append(server.execute_callback(handle))
    assert results[0].reason == "stopped"


def test_a_goal_accepted_while_the_node_goes_down_does_not_wait_for_its_return(node):
    server, handle = up(node), Handle(1, TASK)
    assert server.goal_callback(handle.request) == "accept"
    node.on_deactivate(None)
    server.handle_accepted_callback(handle)
    assert server.execute_callback(handle).reason == "stopped"


def test_a_cancellation_that_comes_before_its_goal_is_entered_counts(node):
    server, handle = up(node), Handle(1, TASK)
    server.cancel_callback(handle)
    handle.is_cancel_requested = True
    server.handle_accepted_callback(handle)
    assert server.execute_callback(handle).reason == "cancelled"
    assert handle.status == "canceled"


def test_a_goal_whose_client_cannot_be_told_is_not_carried_out(node):
    server, handle = up(node), Handle(1, TASK)
    server.handle_accepted_callback(handle)

    def gone(message):
        raise RuntimeError("the client is gone")

    handle.publish_feedback = gone
    with pytest.raises(RuntimeError, match="gone"):
        server.execute_callback(handle)
    for thread in threading.enumerate():
        if thread.name == "control":
            thread.join(30.0)
    assert node._session.book.open_count == 0


def test_a_picture_of_another_size_than_its_camera_is_spoiled_and_told(node):
    up(node)
    stamp = SimpleNamespace(sec=1, nanosec=0)
    picture = SimpleNamespace(
        data=bytes(36), height=3, width=4, step=12, encoding="rgb8",
        header=SimpleNamespace(stamp=stamp, frame_id="front_optical"),
    )  # fmt: skip
    node.heard["front/image"](picture)
    assert "without front/camera_info" in node.log[-1]
    k = [5.0, 0.0, 4.0, 0.0, 5.0, 3.0, 0.0, 0.0, 1.0]
    node.heard["front/camera_info"](SimpleNamespace(width=8, height=6, k=k, d=[]))
    node.heard["front/image"](picture)
    assert "4x3 came with a camera_info of 8x6" in node.log[-1]


def test_its_timers_tell_its_health_and_a_silent_button_stops_it(node, monkeypatch):
    node.parameters["e_stop_heartbeat_s"] = 0.5
    up(node)
    monkeypatch.setattr("embodied_ros.agent.time.monotonic", lambda: 1e9)
    for timer in node.timers:
        timer()
    assert node.published["/diagnostics"]
    assert "was not heard for 0.5 s" in node.log[-1]
    assert node.published["emergency"][-1].data


@pytest.mark.parametrize(
    "path", sorted((ROS / "embodied_bringup" / "launch").glob("*.py")), ids=lambda path: path.name
)
def test_every_launch_file_starts_an_agent_whose_names_are_its_own(node_type, path):
    spec = importlib.util.spec_from_file_location("launched", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    (described,) = module.generate_launch_description().given
    agents = [each for each in described if getattr(each, "executable", "") == "agent"]
    assert len(agents) == 1
    assert {name for name, _ in agents[0].remappings} <= {each.name for each in AGENT_WIRES}
    arguments = {each.given[0] for each in described if type(each).__name__.startswith("Declare")}
    asked = {to.given[0] for _, to in agents[0].remappings if not isinstance(to, str)}
    assert asked <= arguments


def test_the_simulated_arm_has_the_table_that_is_asked_for(node_type):
    from embodied_ros.sim_arm import table_with

    scene = table_with(["red block", "bowl", ""], seed=0)
    assert "red" in {each.colour for each in scene.blocks}
    assert scene.bowls
    with pytest.raises(ConfigError, match="No table has all of golden block"):
        table_with(["golden block"], seed=0)
