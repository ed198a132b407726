"""What we know as ROS messages and back, with the classes that rosidl generates."""

import sys

import numpy as np
import pytest
from ros_wire import ROS

pytest.importorskip(
    "embodied_msgs", reason="needs ROS's generated messages: colcon build --base-paths ros"
)
sys.path.append(str(ROS / "embodied_ros"))  # where it is not installed

from embodied_ros import messages

from embodied.core.entity import Entity
from embodied.core.geometry import Intrinsics
from embodied.runtime.robot.commands import PlanarGoal, TrajectoryPoint, Twist
from embodied.runtime.robot.diagnostics import Health, findings
from embodied.runtime.robot.goals import Feedback, GoalEnd, Why
from embodied.runtime.robot.images import camera_of, decode_depth, decode_rgb


@pytest.mark.parametrize(
    "entity",
    [
        Entity("block", 0.5, (0.4, -0.1, 0.02), attributes=("red",), extent_m=(0.25, 0.5, 1.0),
               yaw_rad=0.25),
        Entity("drawer", 1.0, (0.5, 0.0, 0.1), states={"open": True, "locked": False},
               yaw_rad=0.0, openness=0.5),
        Entity("cup", 0.25),
    ],
)  # fmt: skip
def test_an_entity_comes_back_as_it_went(entity):
    back = messages.entity_of(messages.entity_message(entity))
    assert back.yaw_rad == pytest.approx(entity.yaw_rad) or entity.yaw_rad is None
    names = ("category", "score", "position_m", "attributes", "states", "extent_m", "openness")
    assert all(getattr(back, name) == getattr(entity, name) for name in names)


def test_pictures_come_back_as_they_went():
    image = np.arange(60, dtype=np.uint8).reshape(4, 5, 3)
    depth_m = np.linspace(0.1, 2.0, 20, dtype=np.float32).reshape(4, 5)
    for message, read, was in (
        (messages.rgb_message(image), decode_rgb, image),
        (messages.depth_message(depth_m), decode_depth, depth_m),
    ):
        size = {"height_px": message.height, "width_px": message.width}
        back = read(message.data, **size, step=message.step, encoding=message.encoding)
        np.testing.assert_array_equal(back, was)


def test_a_camera_comes_back_as_it_went():
    ours = Intrinsics(width_px=64, height_px=48, focal_px=50.0)
    info = messages.camera_info(ours)
    model = camera_of(width_px=info.width, height_px=info.height, k=info.k, d=info.d)
    assert model.intrinsics == ours


def test_commands_are_messages_even_where_numbers_are_whole():
    twist = messages.twist_message(Twist((1, 0, 0), (0, 0, 2), "base"))
    assert (twist.twist.linear.x, twist.twist.angular.z) == (1.0, 2.0)
    path = messages.trajectory(["a"], [TrajectoryPoint(1.25, (1,), (0,))])
    assert path.points[0].time_from_start.sec == 1
    assert messages.seconds(path.points[0].time_from_start) == pytest.approx(1.25)
    pose = messages.pose_message(PlanarGoal(1.0, 2.0, np.pi, "map"))
    assert pose.pose.orientation.z == pytest.approx(1.0)


def test_feedback_results_and_diagnostics_have_their_fields():
    told = messages.feedback_message(Feedback("pick", 1, 2, 0.5, "move arm left"))
    assert (told.subgoal, told.progress, told.text) == ("pick", 0.5, "move arm left")
    result = messages.result_message(GoalEnd(Why.PREEMPTED, "newer", 1.5, 3))
    assert (result.success, result.reason, result.corrections) == (False, "preempted", 3)
    health = Health(active=True, stale={"front/image": "nothing for 2.0 s"})
    levels = [each.level for each in messages.diagnostics(findings(health), node="a").status]
    assert levels == [b"\x00", b"\x03", b"\x00", b"\x00"]
