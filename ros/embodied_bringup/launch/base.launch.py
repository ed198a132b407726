"""The agent of a mobile base behind Nav2.

It does not start by itself: look at /diagnostics first, then
ros2 lifecycle set /agent configure && ros2 lifecycle set /agent activate
"""

from embodied_ros.launching import Renamed, robots_agent
from launch import LaunchDescription

RENAMED = {
    "navigate": Renamed("navigate_to_pose", "/navigate_to_pose", "Action of Nav2."),
    "e_stop": Renamed("e_stop", "e_stop", "Topic of the emergency button (std_msgs/Bool)."),
}


def generate_launch_description() -> LaunchDescription:
    """Return the agent with the base's own names."""
    return robots_agent("base.yaml", RENAMED)
