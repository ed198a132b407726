"""ROS messages to and from what `embodied` knows; every function is one message's mapping."""

import array
import math
from collections.abc import Iterable, Sequence
from typing import Any

from builtin_interfaces.msg import Duration, Time
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from embodied_msgs.action import FollowInstruction
from embodied_msgs.msg import Entities
from embodied_msgs.msg import Entity as EntityMsg
from geometry_msgs.msg import PoseStamped, TransformStamped, TwistStamped, Vector3
from sensor_msgs.msg import CameraInfo, Image, JointState
from trajectory_msgs.msg import JointTrajectory, JointTrajectoryPoint

from embodied.core.arrays import DepthImage, RgbImage
from embodied.core.entity import Entity
from embodied.core.geometry import Intrinsics
from embodied.runtime.robot.commands import PlanarGoal, TrajectoryPoint, Twist
from embodied.runtime.robot.diagnostics import Finding
from embodied.runtime.robot.goals import Feedback, GoalEnd
from embodied.runtime.robot.images import camera_matrix, encode_depth, encode_rgb

NO_OPENNESS = -1.0


def seconds(stamp: Time | Duration) -> float:
    """Return a stamp or duration in seconds."""
    return float(stamp.sec) + 1e-9 * float(stamp.nanosec)


def duration(value_s: float) -> Duration:
    """Return seconds as a duration."""
    whole = math.floor(value_s)
    nanosec = round((value_s - whole) * 1e9)
    return Duration(sec=whole + nanosec // 10**9, nanosec=nanosec % 10**9)


def _image(height: int, width: int, data: bytes, step: int, encoding: str) -> Image:
    message = Image(height=height, width=width, encoding=encoding, step=step)
    message.data = array.array("B", data)
    return message


def rgb_message(image: RgbImage) -> Image:
    """Return a picture, header unset."""
    data, step = encode_rgb(image)
    return _image(image.shape[0], image.shape[1], data, step, "rgb8")


def depth_message(depth_m: DepthImage) -> Image:
    """Return a depth picture, header unset."""
    data, step = encode_depth(depth_m)
    return _image(depth_m.shape[0], depth_m.shape[1], data, step, "32FC1")


def camera_info(intrinsics: Intrinsics) -> CameraInfo:
    """Return a camera_info without distortion, header unset."""
    k = camera_matrix(intrinsics)
    return CameraInfo(
        height=intrinsics.height_px,
        width=intrinsics.width_px,
        distortion_model="plumb_bob",
        d=[0.0] * 5,
        k=k,
        r=[1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0],
        p=[*k[0:3], 0.0, *k[3:6], 0.0, *k[6:9], 0.0],
    )


def joint_state(
    names: Sequence[str], position: Iterable[float], velocity: Iterable[float]
) -> JointState:
    """Return joint states, header unset."""
    return JointState(
        name=list(names),
        position=[float(value) for value in position],
        velocity=[float(value) for value in velocity],
    )


def transform(
    parent: str, child: str, position_m: Sequence[float], quat_xyzw: Sequence[float]
) -> TransformStamped:
    """Return where a frame is, stamp unset."""
    message = TransformStamped(child_frame_id=child)
    message.header.frame_id = parent
    place, turn = message.transform.translation, message.transform.rotation
    place.x, place.y, place.z = (float(value) for value in position_m)
    turn.x, turn.y, turn.z, turn.w = (float(value) for value in quat_xyzw)
    return message


def twist_message(twist: Twist) -> TwistStamped:
    """Return a twist, stamp unset."""
    message = TwistStamped()
    message.header.frame_id = twist.frame
    linear, angular = message.twist.linear, message.twist.angular
    linear.x, linear.y, linear.z = map(float, twist.linear_m_s)
    angular.x, angular.y, angular.z = map(float, twist.angular_rad_s)
    return message


def trajectory(names: Sequence[str], points: Sequence[TrajectoryPoint]) -> JointTrajectory:
    """Return a trajectory that begins at once: stamp zero."""
    return JointTrajectory(
        joint_names=list(names),
        points=[
            JointTrajectoryPoint(
                positions=[float(value) for value in point.position_rad],
                velocities=[float(value) for value in point.velocity_rad_s],
                time_from_start=duration(point.at_s),
            )
            for point in points
        ],
    )


def pose_message(goal: PlanarGoal) -> PoseStamped:
    """Return where a base is to drive, stamp unset."""
    message = PoseStamped()
    message.header.frame_id = goal.frame
    message.pose.position.x, message.pose.position.y = goal.x_m, goal.y_m
    turn = message.pose.orientation
    turn.x, turn.y, turn.z, turn.w = goal.quat_xyzw
    return message


def entity_message(entity: Entity) -> EntityMsg:
    """Return an entity; one whose place is not known has NaN for it."""
    message = EntityMsg(
        category=entity.category,
        attributes=list(entity.attributes),
        score=float(entity.score),
        openness=NO_OPENNESS if entity.openness is None else float(entity.openness),
        states_true=[name for name, holds in entity.states.items() if holds],
        states_false=[name for name, holds in entity.states.items() if not holds],
    )
    place = message.pose.position
    place.x, place.y, place.z = (float(v) for v in entity.position_m or (math.nan,) * 3)
    half = (entity.yaw_rad or 0.0) / 2
    message.pose.orientation.z, message.pose.orientation.w = math.sin(half), math.cos(half)
    x, y, z = (float(value) for value in entity.extent_m or (0.0, 0.0, 0.0))
    message.extent = Vector3(x=x, y=y, z=z)
    return message


def entity_of(message: EntityMsg) -> Entity:
    """Read an entity."""
    place = message.pose.position
    turn = message.pose.orientation
    extent = (message.extent.x, message.extent.y, message.extent.z)
    known = all(math.isfinite(value) for value in (place.x, place.y, place.z))
    return Entity(
        category=message.category,
        score=message.score,
        position_m=(place.x, place.y, place.z) if known else None,
        states=dict.fromkeys(message.states_true, True)
        | dict.fromkeys(message.states_false, False),
        attributes=tuple(message.attributes),
        extent_m=extent if any(extent) else None,
        yaw_rad=2.0 * math.atan2(turn.z, turn.w) if known else None,
        openness=message.openness if message.openness >= 0 else None,
    )


def entities_of(message: Entities) -> tuple[Entity, ...]:
    """Read a list of entities."""
    return tuple(entity_of(each) for each in message.entities)


def feedback_message(feedback: Feedback) -> Any:
    """Return an action's feedback."""
    return FollowInstruction.Feedback(
        subgoal=feedback.subgoal,
        subgoal_index=feedback.subgoal_index,
        subgoal_count=feedback.subgoal_count,
        progress=float(feedback.progress),
        text=feedback.text,
    )


def result_message(end: GoalEnd) -> Any:
    """Return an action's result."""
    return FollowInstruction.Result(
        success=end.success,
        reason=end.why.value,
        text=end.text,
        duration_s=float(end.duration_s),
        corrections=end.corrections,
    )


def diagnostics(findings: Sequence[Finding], *, node: str) -> DiagnosticArray:
    """Return diagnostics, stamp unset."""
    return DiagnosticArray(
        status=[
            DiagnosticStatus(
                level=bytes([finding.level]),
                name=f"{node}: {finding.name}",
                message=finding.message,
                hardware_id=node,
                values=[KeyValue(key=key, value=value) for key, value in finding.values.items()],
            )
            for finding in findings
        ]
    )
