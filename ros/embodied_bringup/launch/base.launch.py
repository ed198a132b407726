"""The agent of a mobile base behind Nav2.

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
    "navigate": ("/navigate_to_pose", "Action of Nav2."),
    "e_stop": ("e_stop", "Topic of the emergency button (std_msgs/Bool)."),
}


def generate_launch_description() -> LaunchDescription:
    """Return the agent with the base's own names."""
    params = Path(get_package_share_directory("embodied_bringup")) / "params"
    said = {name: LaunchConfiguration(name) for name in ARGUMENTS}
    return LaunchDescription(
        [
            DeclareLaunchArgument(
                "params",
                default_value=str(params / "base.yaml"),
                description="Parameter file of this robot, read after base.yaml.",
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
                parameters=[str(params / "base.yaml"), LaunchConfiguration("params")],
                remappings=[
                    ("navigate_to_pose", said["navigate"]),
                    ("e_stop", said["e_stop"]),
                ],
            ),
        ]
    )
