"""The simulated arm and its agent.

ros2 launch embodied_bringup sim.launch.py
ros2 action send_goal --feedback /follow_instruction embodied_msgs/action/FollowInstruction \
    "{instruction: 'put the red block in the bowl'}"
ros2 topic pub --once /correction embodied_msgs/msg/Correction "{text: 'a bit to the left'}"
"""

from pathlib import Path

from ament_index_python.packages import get_package_share_directory
from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node
from launch_ros.parameter_descriptions import ParameterValue

ARGUMENTS = {
    "things": ("['red block', 'bowl']", "What stands on the table, among others."),
    "seed": ("0", "Which of the tables that have them it is."),
    "planner": ("parsed", "Config of the planner."),
    "record": ("", "Folder for MCAP recordings; empty records nothing."),
}


def generate_launch_description() -> LaunchDescription:
    """Return the two nodes."""
    params = Path(get_package_share_directory("embodied_bringup")) / "params"
    said = {name: LaunchConfiguration(name) for name in ARGUMENTS}
    return LaunchDescription(
        [
            *(
                DeclareLaunchArgument(name, default_value=default, description=text)
                for name, (default, text) in ARGUMENTS.items()
            ),
            Node(
                package="embodied_ros",
                executable="sim_arm",
                output="screen",
                parameters=[
                    str(params / "sim.yaml"),
                    {
                        "things": ParameterValue(said["things"], value_type=list[str]),
                        "seed": ParameterValue(said["seed"], value_type=int),
                    },
                ],
            ),
            Node(
                package="embodied_ros",
                executable="agent",
                output="screen",
                parameters=[
                    str(params / "sim.yaml"),
                    {
                        "planner": ParameterValue(said["planner"], value_type=str),
                        "record": ParameterValue(said["record"], value_type=str),
                    },
                ],
                # Privileged: the simulator's own list of what stands on the table.
                remappings=[("entities", "privileged/entities")],
            ),
        ]
    )
