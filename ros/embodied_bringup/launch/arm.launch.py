"""The agent of a real arm whose controllers run under ros2_control, with MoveIt Servo for twists.

It does not start by itself: look at /diagnostics first, then
ros2 lifecycle set /agent configure && ros2 lifecycle set /agent activate
"""

from pathlib import Path

from ament_index_python.packages import get_package_share_directory
from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import LifecycleNode

ARGUMENTS = {
    "servo": ("/servo_node/delta_twist_cmds", "Topic that takes twists of the hand."),
    "arm": ("/panda_arm_controller/follow_joint_trajectory", "Action of the arm's controller."),
    "gripper": ("/panda_gripper/gripper_action", "Action of the gripper."),
    "entities": ("entities", "Topic of what a perception node found."),
    "e_stop": ("e_stop", "Topic of the emergency button (std_msgs/Bool)."),
}


def generate_launch_description() -> LaunchDescription:
    """Return the agent with the robot's own names."""
    params = Path(get_package_share_directory("embodied_bringup")) / "params"
    said = {name: LaunchConfiguration(name) for name in ARGUMENTS}
    return LaunchDescription(
        [
            DeclareLaunchArgument(
                "params",
                default_value=str(params / "arm.yaml"),
                description="Parameter file of this robot, read after arm.yaml.",
            ),
            *(
                DeclareLaunchArgument(name, default_value=default, description=text)
                for name, (default, text) in ARGUMENTS.items()
            ),
            LifecycleNode(
                package="embodied_ros",
                executable="agent",
                name="agent",
                namespace="",
                output="screen",
                parameters=[str(params / "arm.yaml"), LaunchConfiguration("params")],
                remappings=[
                    ("servo/twist", said["servo"]),
                    ("arm_controller/follow_joint_trajectory", said["arm"]),
                    ("gripper_controller/gripper_cmd", said["gripper"]),
                    ("entities", said["entities"]),
                    ("e_stop", said["e_stop"]),
                ],
            ),
        ]
    )
