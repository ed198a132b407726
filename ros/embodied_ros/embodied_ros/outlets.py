"""Where the agent's commands leave: a servo topic and the action servers of a robot."""

import threading
from collections.abc import Callable, Sequence
from typing import Any

from control_msgs.action import FollowJointTrajectory, GripperCommand
from geometry_msgs.msg import TwistStamped
from nav2_msgs.action import NavigateToPose
from rclpy.action import ActionClient
from rclpy.callback_groups import ReentrantCallbackGroup

from embodied.runtime.robot.commands import CommandError, PlanarGoal, TrajectoryPoint, Twist
from embodied.runtime.robot.topics import wire
from embodied_ros.messages import pose_message, trajectory, twist_message
from embodied_ros.qos import profile

TRAJECTORY = "arm_controller/follow_joint_trajectory"
GRIPPER = "gripper_controller/gripper_cmd"
NAVIGATE = "navigate_to_pose"
STILL = ((0.0, 0.0, 0.0), (0.0, 0.0, 0.0))


class Goals:
    """One action client whose newest goal replaces the one before.

    Sending waits for nothing. A goal that is accepted only after `cancel` was called is cancelled
    as soon as that is known.

    Args:
        node: The node.
        type: The action's type.
        name: Its name.
        group: Callback group of its answers.
    """

    def __init__(self, node: Any, type: Any, name: str, group: Any) -> None:
        self._client = ActionClient(node, type, name, callback_group=group)
        self._name = name
        self._lock = threading.Lock()
        self._newest = 0
        self._wanted = False
        self._handle: Any = None

    def send(self, goal: Any) -> None:
        """Send a goal.

        Raises:
            CommandError: If nobody serves the action.
        """
        if not self._client.server_is_ready():
            raise CommandError(f"no action server {self._name}: is the controller running?")
        with self._lock:
            self._newest += 1
            self._wanted = True
            number = self._newest
        future = self._client.send_goal_async(goal)
        future.add_done_callback(lambda done: self._answered(number, done))

    def cancel(self) -> None:
        """Cancel what is under way, and what may yet be accepted."""
        with self._lock:
            self._wanted = False
            handle, self._handle = self._handle, None
        if handle is not None:
            handle.cancel_goal_async()

    def _answered(self, number: int, done: Any) -> None:
        handle = done.result()
        if handle is None or not handle.accepted:
            return
        with self._lock:
            current = number == self._newest
            if current and self._wanted:
                self._handle = handle
                return
            wanted = self._wanted
        if current or not wanted:
            handle.cancel_goal_async()

    def destroy(self) -> None:
        """Take the client down."""
        self._client.destroy()


class RosOutlets:
    """`Outlets` over ROS.

    Args:
        node: The node.
        joints: The arm's joints in order.
        base_frame: Frame of the twist that stands still.
        sent: Told of every message that goes out on a topic, for recordings.
    """

    def __init__(
        self,
        node: Any,
        *,
        joints: Sequence[str],
        base_frame: str,
        sent: Callable[[str, Any], None],
    ) -> None:
        self._node = node
        self._joints = tuple(joints)
        self._base_frame = base_frame
        self._sent = sent
        group = ReentrantCallbackGroup()
        servo = wire("servo/twist")
        assert servo.quality is not None
        self._servo = node.create_publisher(TwistStamped, servo.name, profile(servo.quality))
        self._trajectory = Goals(node, FollowJointTrajectory, TRAJECTORY, group)
        self._gripper = Goals(node, GripperCommand, GRIPPER, group)
        self._navigation = Goals(node, NavigateToPose, NAVIGATE, group)

    def twist(self, twist: Twist) -> None:
        """Publish a velocity."""
        message = twist_message(twist)
        message.header.stamp = self._node.get_clock().now().to_msg()
        self._servo.publish(message)
        self._sent("servo/twist", message)

    def trajectory(self, points: Sequence[TrajectoryPoint]) -> None:
        """Send a joint trajectory."""
        self._trajectory.send(
            FollowJointTrajectory.Goal(trajectory=trajectory(self._joints, points))
        )

    def gripper(self, opening_m: float, effort_n: float) -> None:
        """Send an opening; grippers with two fingers are told how far they are apart."""
        goal = GripperCommand.Goal()
        goal.command.position, goal.command.max_effort = opening_m, effort_n
        self._gripper.send(goal)

    def drive(self, goal: PlanarGoal) -> None:
        """Send a place to drive to."""
        message = pose_message(goal)
        message.header.stamp = self._node.get_clock().now().to_msg()
        self._navigation.send(NavigateToPose.Goal(pose=message))

    def stop(self) -> None:
        """Publish zero velocity and cancel motion; the fingers keep their hold."""
        if self._joints:
            self.twist(Twist(*STILL, frame=self._base_frame))
        self._trajectory.cancel()
        self._navigation.cancel()

    def destroy(self) -> None:
        """Take publisher and clients down."""
        self._node.destroy_publisher(self._servo)
        for client in (self._trajectory, self._gripper, self._navigation):
            client.destroy()
