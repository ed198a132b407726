"""The agent of a real arm whose controllers run under ros2_control, with MoveIt Servo for twists.

It does not start by itself: look at /diagnostics first, then
ros2 lifecycle set /agent configure && ros2 lifecycle set /agent activate
"""

from embodied_ros.launching import Renamed, robots_agent
from launch import LaunchDescription

RENAMED = {
    "servo": Renamed(
        "servo/twist", "/servo_node/delta_twist_cmds", "Topic that takes twists of the hand."
    ),
    "arm": Renamed(
        "arm_controller/follow_joint_trajectory",
        "/panda_arm_controller/follow_joint_trajectory",
        "Action of the arm's controller.",
    ),
    "gripper": Renamed(
        "gripper_controller/gripper_cmd", "/panda_gripper/gripper_action", "Action of the gripper."
    ),
    "entities": Renamed("entities", "entities", "Topic of what a perception node found."),
    "e_stop": Renamed("e_stop", "e_stop", "Topic of the emergency button (std_msgs/Bool)."),
}


def generate_launch_description() -> LaunchDescription:
    """Return the agent with the robot's own names."""
    return robots_agent("arm.yaml", RENAMED)
