"""The parameters of the agent's node as data; a test holds `docs/ros.md` to them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from embodied.core.errors import ConfigError
from embodied.runtime.robot.commands import Limits
from embodied.runtime.robot.session import SessionSettings
from embodied.runtime.robot.spec import RobotSpec

Value: TypeAlias = bool | int | float | str | list[str]


@dataclass(frozen=True)
class Parameter:
    """One parameter.

    Attributes:
        name: Its name.
        default: Its default; a list with one empty text stands for an empty list, which ROS
            parameters cannot tell the type of.
        text: What it is, one sentence.
    """

    name: str
    default: Value
    text: str


PANDA_JOINTS = [f"panda_joint{number}" for number in range(1, 8)]

PARAMETERS: tuple[Parameter, ...] = (
    Parameter("planner", "parsed", "Hydra config of the planner (`configs/planner`)."),
    Parameter("policy", "arm_skills", "Hydra config of the policy (`configs/policy`)."),
    Parameter("overrides", [""], "Further Hydra settings, as on the command line: `llm=ollama`."),
    Parameter("movable", ["block"], "Types of things that the arm may pick up and push."),
    Parameter("receptacles", ["bowl", "drawer"], "Types that things are put in or on."),
    Parameter("openable", ["drawer"], "Types with a handle."),
    Parameter("ask", True, "Whether the agent asks back where words can be read in two ways."),
    Parameter("patience_s", 30.0, "How long it waits for an answer before its best guess."),
    Parameter("speaker_frame", "robot", "Whose left is meant: `robot` or `speaker`."),
    Parameter("cameras", ["front", "wrist"], "Cameras; each is a namespace of topics."),
    Parameter("depth", True, "Whether every camera has a registered depth image."),
    Parameter("joints", PANDA_JOINTS, "The arm's seven joints in order; one empty text: no arm."),
    Parameter(
        "gripper_joints",
        ["panda_finger_joint1", "panda_finger_joint2"],
        "Finger joints whose positions add up to the opening.",
    ),
    Parameter("base_frame", "base", "The arm's base (or the mobile base) in tf."),
    Parameter("ee_frame", "tcp", "The point between the fingertips in tf."),
    Parameter("map_frame", "", "Frame of a mobile base's pose; empty for a fixed arm."),
    Parameter("entities", True, "Whether the topic `entities` has to be fresh for it to act."),
    Parameter("rate_hz", 20.0, "Control steps a second."),
    Parameter("preempt", "replace", "What a newer goal does: `replace` the old one, or `reject`."),
    Parameter("ready_s", 5.0, "How long a goal waits for the sensors when it begins."),
    Parameter("give_up_s", 10.0, "How long sensors may be stale before the goal is given up."),
    Parameter("max_duration_s", 0.0, "How long a goal may take; 0 is no limit."),
    Parameter("image_stale_s", 0.5, "Age at which a picture is stale: the robot stands still."),
    Parameter("joints_stale_s", 0.2, "Age at which joint states are."),
    Parameter("tf_stale_s", 0.5, "Age at which the hand's (or the base's) transform is."),
    Parameter("entities_stale_s", 1.0, "Age at which a list of entities is."),
    Parameter("linear_m_s", 0.25, "Speed of the hand at most."),
    Parameter("angular_rad_s", 1.0, "Turning speed of the hand at most."),
    Parameter("joint_rad_s", 1.0, "Speed of any joint at most."),
    Parameter("gripper_m", 0.08, "Widest opening of the fingers."),
    Parameter("effort_n", 20.0, "Force of the fingers at most."),
    Parameter(
        "horizon_s",
        0.2,
        "How long a joint velocity lasts without a newer one; a joint position takes no less.",
    ),
    Parameter("pose_gain_per_s", 4.0, "Share of the way to a commanded pose a second."),
    Parameter(
        "e_stop_heartbeat_s",
        0.0,
        "Age of the newest `e_stop` message at which the stop is engaged; 0 asks for no heartbeat.",
    ),
    Parameter("feedback_hz", 5.0, "Feedback and questions a second."),
    Parameter("record", "", "Folder for MCAP recordings, one a goal; empty records nothing."),
    Parameter("record_images", False, "Whether pictures are recorded, too."),
    Parameter("autostart", False, "Configure and activate without being asked to."),
)


def defaults() -> dict[str, Value]:
    """Return every parameter with its default."""
    return {each.name: each.default for each in PARAMETERS}


def coerced(each: Parameter, value: Any) -> Value:
    """Return a parameter's value in the type of its default: `10` is a number of seconds, too.

    Raises:
        ConfigError: If it is of another kind, or a number that is below 0 or not finite.
    """
    default = each.default
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if isinstance(default, float) and number:
        # NaN is above and below nothing: a limit or a heartbeat of NaN would not hold at all.
        rate = each.name.endswith("_hz")
        if not 0 <= value < float("inf") or (rate and value == 0):
            least = "above 0" if rate else "from 0 on"
            raise ConfigError(f"Parameter {each.name} is {value!r}; give a number {least}.")
        return float(value)
    if isinstance(default, list):
        given = [] if not isinstance(value, list | tuple) else list(value)
        if value == [] or (given and all(isinstance(item, str) for item in given)):
            return given
    elif type(value) is type(default):
        return value
    raise ConfigError(
        f"Parameter {each.name} is {value!r}; it takes a {type(default).__name__} "
        f"such as {default!r}."
    )


def listed(value: Any) -> tuple[str, ...]:
    """Return a list parameter without the empty texts that stand for nothing."""
    return tuple(str(item) for item in value if str(item))


def robot_spec(values: Mapping[str, Any]) -> RobotSpec:
    """Return what the parameters say of the robot.

    Raises:
        ConfigError: If they contradict each other.
    """
    return RobotSpec(
        cameras=listed(values["cameras"]),
        depth=bool(values["depth"]),
        joints=listed(values["joints"]),
        gripper_joints=listed(values["gripper_joints"]),
        entities=bool(values["entities"]),
        limits=Limits(**_those(values, Limits)),
        **_those(
            values, RobotSpec, but=("cameras", "depth", "joints", "gripper_joints", "entities")
        ),
    )


def session_settings(values: Mapping[str, Any]) -> SessionSettings:
    """Return what the parameters say of goals."""
    return SessionSettings(**_those(values, SessionSettings))


def _those(values: Mapping[str, Any], kind: Any, *, but: tuple[str, ...] = ()) -> dict[str, Any]:
    return {
        name: values[name]
        for name in kind.__dataclass_fields__
        if name in values and name not in but
    }
