"""The node `sim_arm`: the MuJoCo table as a robot with a servo topic, controllers and cameras."""

import threading
import time
from collections.abc import Sequence
from typing import Any

import mujoco
import numpy as np
from control_msgs.action import FollowJointTrajectory, GripperCommand
from embodied_msgs.msg import Entities
from geometry_msgs.msg import TwistStamped
from rclpy.action import ActionServer, CancelResponse, GoalResponse
from rclpy.callback_groups import MutuallyExclusiveCallbackGroup, ReentrantCallbackGroup
from rclpy.node import Node
from sensor_msgs.msg import CameraInfo, Image, JointState
from tf2_msgs.msg import TFMessage

from embodied.core.errors import ConfigError
from embodied.core.geometry import Intrinsics
from embodied.runtime.robot.servo import CommandKeeper, JointPath, PathPoint
from embodied.runtime.robot.topics import EVERY, LATCHED, NEWEST, SENSOR
from embodied_ros.messages import (
    camera_info,
    depth_message,
    entity_message,
    joint_state,
    rgb_message,
    seconds,
    transform,
)
from embodied_ros.qos import profile
from embodied_ros.spinning import spin
from envs.tabletop.control import CONTROL_HZ, ArmCommand
from envs.tabletop.panda import FINGER_NAMES, JOINT_NAMES, MAX_WIDTH_M
from envs.tabletop.render import make_renderer, view_of
from envs.tabletop.scene import TabletopScene
from envs.tabletop.sightings import entities_in_view
from envs.tabletop.source import TabletopSource
from envs.tabletop.world import TabletopWorld

PARAMETERS: dict[str, Any] = {
    "seed": 0,
    "things": ["red block", "bowl"],
    "cameras": ["front", "wrist"],
    "width_px": 320,
    "height_px": 240,
    "camera_hz": 10.0,
    "base_frame": "base",
    "ee_frame": "tcp",
    "command_timeout_s": 0.25,
}
"""`things` must stand on the table; `seed` draws which of the tables that have them it is."""

GRASP_SETTLED_S = 0.4
"""Fingers that do not move for so long have reached what they can."""


class SimArm(Node):
    """Steps the world at 20 Hz of the wall's clock; cameras are drawn on a thread of their own."""

    def __init__(self) -> None:
        super().__init__("sim_arm")
        for name, value in PARAMETERS.items():
            self.declare_parameter(name, value)
        get = self.get_parameter
        self._base, self._hand = get("base_frame").value, get("ee_frame").value
        self._cameras = [name for name in get("cameras").value if name]
        self._size = (get("width_px").value, get("height_px").value)
        seed = int(get("seed").value)
        self._world = TabletopWorld(table_with(get("things").value, seed=seed), seed=seed)
        self._lock = threading.Lock()
        self._keeper = CommandKeeper(
            timeout_s=get("command_timeout_s").value, joints=len(JOINT_NAMES)
        )
        self._over = threading.Event()
        self._joints = self.create_publisher(JointState, "joint_states", profile(SENSOR))
        self._tf = self.create_publisher(TFMessage, "/tf", profile(EVERY))
        self._tf_static = self.create_publisher(TFMessage, "/tf_static", profile(LATCHED))
        self._entities = self.create_publisher(Entities, "privileged/entities", profile(SENSOR))
        self._pictures = {
            name: (
                self.create_publisher(Image, f"{name}/image", profile(SENSOR)),
                self.create_publisher(Image, f"{name}/depth", profile(SENSOR)),
                self.create_publisher(CameraInfo, f"{name}/camera_info", profile(SENSOR)),
            )
            for name in self._cameras
        }
        group = ReentrantCallbackGroup()
        self.create_subscription(
            TwistStamped, "servo/twist", self._on_twist, profile(NEWEST), callback_group=group
        )
        self._servers = [
            ActionServer(
                self,
                FollowJointTrajectory,
                "arm_controller/follow_joint_trajectory",
                self._follow,
                goal_callback=self._on_trajectory,
                cancel_callback=self._on_cancel,
                callback_group=group,
            ),
            ActionServer(
                self,
                GripperCommand,
                "gripper_controller/gripper_cmd",
                self._grip,
                cancel_callback=lambda handle: CancelResponse.ACCEPT,
                callback_group=group,
            ),
        ]
        self._publish_static()
        self.create_timer(
            1.0 / CONTROL_HZ, self._step, callback_group=MutuallyExclusiveCallbackGroup()
        )
        self._drawing = threading.Thread(target=self._draw, name="cameras", daemon=True)
        self._drawing.start()

    def stop(self) -> None:
        """End the drawing before the middleware is taken down."""
        self._over.set()
        self._drawing.join(timeout=2.0)

    # --- the world -----------------------------------------------------------------------------

    def _step(self) -> None:
        now_s = time.monotonic()
        with self._lock:
            state = self._world.state()
            asked = self._keeper.now(now_s, state.joint_position_rad)
            if asked is None:
                command = ArmCommand.hold(gripper=self._keeper.opening)
            else:
                space, values = asked
                command = ArmCommand(space, values, self._keeper.opening)
            self._world.step(command)
            state = self._world.state()
            found = entities_in_view(self._world, tuple(self._cameras))
        stamp = self.get_clock().now().to_msg()
        self._keeper.reached(state.joint_position_rad, state.gripper_width_m, now_s)
        half = state.gripper_width_m / 2
        joints = joint_state(
            [*JOINT_NAMES, *FINGER_NAMES],
            [*state.joint_position_rad, half, half],
            [*state.joint_velocity_rad_s, 0.0, 0.0],
        )
        joints.header.stamp = stamp
        self._joints.publish(joints)
        hand = transform(self._base, self._hand, state.ee_position_m, state.ee_quat_xyzw)
        hand.header.stamp = stamp
        self._tf.publish(TFMessage(transforms=[hand]))
        listed = Entities(entities=[entity_message(each) for each in found])
        listed.header.stamp, listed.header.frame_id = stamp, self._base
        self._entities.publish(listed)

    # --- commands ------------------------------------------------------------------------------

    def _on_twist(self, message: Any) -> None:
        linear, angular = message.twist.linear, message.twist.angular
        values = (linear.x, linear.y, linear.z, angular.x, angular.y, angular.z)
        if message.header.frame_id not in ("", self._base):
            self.get_logger().error(
                f"twist in frame {message.header.frame_id!r}; this arm takes {self._base!r}",
                throttle_duration_sec=5.0,
            )
            return
        self._keeper.twist(values, time.monotonic())

    def _on_trajectory(self, request: Any) -> GoalResponse:
        named = sorted(request.trajectory.joint_names) == sorted(JOINT_NAMES)
        return GoalResponse.ACCEPT if named and request.trajectory.points else GoalResponse.REJECT

    def _on_cancel(self, handle: Any) -> CancelResponse:
        self._keeper.stop()
        return CancelResponse.ACCEPT

    def _follow(self, handle: Any) -> Any:
        asked = handle.request.trajectory
        order = [list(asked.joint_names).index(name) for name in JOINT_NAMES]
        points = [
            PathPoint(
                seconds(point.time_from_start),
                tuple(point.positions[index] for index in order),
                tuple(point.velocities[index] for index in order) if point.velocities else None,
            )
            for point in asked.points
        ]
        with self._lock:
            start = tuple(self._world.state().joint_position_rad.tolist())
        number = self._keeper.path(JointPath(start, points), time.monotonic())
        result = FollowJointTrajectory.Result()
        until = time.monotonic() + points[-1].at_s + 5.0
        while time.monotonic() < until and not self._over.is_set():
            if handle.is_cancel_requested:
                handle.canceled()
                return result
            if not self._keeper.follows(number):
                result.error_code = FollowJointTrajectory.Result.INVALID_GOAL
                result.error_string = "a newer command took over"
                handle.abort()
                return result
            if self._keeper.arrived(number, time.monotonic()):
                handle.succeed()
                return result
            time.sleep(0.02)
        self._keeper.stop()
        result.error_code = FollowJointTrajectory.Result.GOAL_TOLERANCE_VIOLATED
        result.error_string = "the goal was not reached in time"
        handle.abort()
        return result

    def _grip(self, handle: Any) -> Any:
        asked = float(np.clip(handle.request.command.position, 0.0, MAX_WIDTH_M))
        number = self._keeper.grip(asked / MAX_WIDTH_M)
        result = GripperCommand.Result()
        until = time.monotonic() + 5.0
        while time.monotonic() < until and not self._over.is_set():
            width = self._keeper.width_m
            result.position = width
            result.reached_goal = abs(width - asked) < 0.002
            result.stalled = self._keeper.still_s(time.monotonic()) > GRASP_SETTLED_S
            if handle.is_cancel_requested:
                handle.canceled()
                return result
            if number != self._keeper.grips:
                handle.abort()
                return result
            if result.reached_goal or result.stalled:
                handle.succeed()
                return result
            time.sleep(0.02)
        handle.abort()
        return result

    # --- cameras -------------------------------------------------------------------------------

    def _publish_static(self) -> None:
        """Publish where the cameras that stand fast are; those on the hand move with tf."""
        with self._lock:
            model, data = self._world.model.mj, self._world.data
            poses = {name: view_of(name, model, data).pose for name in self._cameras}
        message = TFMessage()
        for name, pose in poses.items():
            if name != "wrist":
                message.transforms.append(
                    transform(self._base, _optical(name), pose.position_m, pose.quat_xyzw)
                )
        stamp = self.get_clock().now().to_msg()
        for each in message.transforms:
            each.header.stamp = stamp
        self._tf_static.publish(message)

    def _draw(self) -> None:
        """Draw every camera from a copy of the state; a GL context belongs to one thread."""
        renderer = make_renderer(self._world.model)
        data = mujoco.MjData(self._world.model.mj)
        period_s = 1.0 / self.get_parameter("camera_hz").value
        width, height = self._size
        try:
            while not self._over.wait(period_s):
                with self._lock:
                    mujoco.mj_copyData(data, self._world.model.mj, self._world.data)
                stamp = self.get_clock().now().to_msg()
                for name, publishers in self._pictures.items():
                    view = view_of(name, self._world.model.mj, data)
                    frame = renderer.render(data, view, width_px=width, height_px=height)
                    camera = Intrinsics.from_vertical_fov(
                        width_px=width, height_px=height, fov_deg=view.fov_deg
                    )
                    pose = view.pose
                    if name == "wrist":
                        moving = transform(
                            self._base, _optical(name), pose.position_m, pose.quat_xyzw
                        )
                        moving.header.stamp = stamp
                        self._tf.publish(TFMessage(transforms=[moving]))
                    messages = (
                        rgb_message(frame.rgb),
                        depth_message(frame.depth_m),
                        camera_info(camera),
                    )
                    for publisher, message in zip(publishers[::-1], messages[::-1], strict=True):
                        message.header.stamp = stamp
                        message.header.frame_id = _optical(name)
                        publisher.publish(message)
        finally:
            renderer.close()


def table_with(things: Sequence[str], *, seed: int) -> TabletopScene:
    """Return the table of a generated task on which all of some things stand.

    Args:
        things: As in "red block", "bowl", "drawer"; empty texts count for nothing.
        seed: How many such tables are passed over.

    Raises:
        ConfigError: If there is none.
    """
    source, found = TabletopSource(split="valid_seen"), 0
    for spec in source.episodes():
        scene = source.load(spec.episode_id).scene
        there = {f"{each.colour} block" for each in scene.blocks} | {"block"}
        there |= {f"{each.colour} bowl" for each in scene.bowls}
        there |= ({"bowl"} if scene.bowls else set()) | ({"drawer"} if scene.drawer else set())
        if {each for each in things if each} <= there:
            found += 1
            if found > seed:
                return scene
    raise ConfigError(f"No table has all of {', '.join(things)}; {found} do: take a lower seed.")


def _optical(camera: str) -> str:
    return f"{camera}_optical_frame"


def main() -> None:
    """Run the node until it is told to end."""
    spin(SimArm, ended=SimArm.stop)


if __name__ == "__main__":
    main()
