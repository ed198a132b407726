"""What the launch files of real robots share: an agent that waits to be activated by a person."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from ament_index_python.packages import get_package_share_directory
from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import LifecycleNode


class Renamed(NamedTuple):
    """A name of the agent that a robot calls otherwise.

    Attributes:
        name: What the agent calls it (`embodied.runtime.robot.topics`).
        default: What the robot is taken to call it.
        text: What it is, one sentence.
    """

    name: str
    default: str
    text: str


def robots_agent(params: str, renamed: Mapping[str, Renamed]) -> LaunchDescription:
    """Return the agent of a real robot, neither configured nor active.

    Args:
        params: Name of the parameter file in `embodied_bringup/params`; the launch argument
            `params` names another one, read after it.
        renamed: Launch argument to the name that it changes.
    """
    shared = Path(get_package_share_directory("embodied_bringup")) / "params" / params
    return LaunchDescription(
        [
            DeclareLaunchArgument(
                "params",
                default_value=str(shared),
                description=f"Parameter file of this robot, read after {params}.",
            ),
            *(
                DeclareLaunchArgument(argument, default_value=each.default, description=each.text)
                for argument, each in renamed.items()
            ),
            LifecycleNode(
                package="embodied_ros",
                executable="agent",
                name="agent",
                namespace="",
                output="screen",
                parameters=[str(shared), LaunchConfiguration("params")],
                remappings=[
                    (each.name, LaunchConfiguration(argument)) for argument, each in renamed.items()
                ],
            ),
        ]
    )
