"""Every topic, action and service of the agent's node as data: name, type, quality and the reason.

Names are relative: launch files remap them to what a robot calls them. `{camera}` stands for each
camera's name. `docs/ros.md` prints this table, and a test holds the two together.
"""

from dataclasses import dataclass

RELIABLE, BEST_EFFORT = "reliable", "best_effort"
VOLATILE, TRANSIENT_LOCAL = "volatile", "transient_local"
IN, OUT, SERVES, CALLS = "in", "out", "serves", "calls"


@dataclass(frozen=True)
class Quality:
    """A quality of service.

    Attributes:
        reliability: `reliable` or `best_effort`.
        durability: `volatile` or `transient_local`.
        depth: Messages kept.
    """

    reliability: str
    durability: str
    depth: int


SENSOR = Quality(BEST_EFFORT, VOLATILE, 1)
STREAM = Quality(BEST_EFFORT, VOLATILE, 100)
LATCHED = Quality(RELIABLE, TRANSIENT_LOCAL, 100)
NEWEST = Quality(RELIABLE, VOLATILE, 1)
EVERY = Quality(RELIABLE, VOLATILE, 50)
KEPT = Quality(RELIABLE, TRANSIENT_LOCAL, 10)
ANY_SENDER = Quality(BEST_EFFORT, VOLATILE, 10)


@dataclass(frozen=True)
class Wire:
    """One topic, action or service.

    Attributes:
        name: Relative name; a leading slash makes it global.
        type: Interface, `package/kind/Name`.
        way: `in`, `out` (topics), `serves`, `calls` (actions and services), seen from the agent.
        reason: Why its quality is what it is, or what it is for.
        quality: Of a topic; actions and services have ROS's own.
    """

    name: str
    type: str
    way: str
    reason: str
    quality: Quality | None = None


AGENT_WIRES: tuple[Wire, ...] = (
    Wire(
        "{camera}/image", "sensor_msgs/msg/Image", IN,
        "Only the newest picture counts; a lost one is better than a late one, and best effort "
        "hears reliable and best-effort cameras alike.", SENSOR,
    ),
    Wire(
        "{camera}/depth", "sensor_msgs/msg/Image", IN,
        "As the picture, with which it is registered (same camera_info).", SENSOR,
    ),
    Wire(
        "{camera}/camera_info", "sensor_msgs/msg/CameraInfo", IN,
        "Drivers send it beside each picture, often best effort.", SENSOR,
    ),
    Wire(
        "joint_states", "sensor_msgs/msg/JointState", IN,
        "Only the newest counts; a resent old one would delay it.", SENSOR,
    ),
    Wire(
        "/tf", "tf2_msgs/msg/TFMessage", IN,
        "A message carries some frames only, so a hundred are kept; the next comes at once.",
        STREAM,
    ),
    Wire(
        "/tf_static", "tf2_msgs/msg/TFMessage", IN,
        "Sent once: late joiners need what was sent before they came.", LATCHED,
    ),
    Wire(
        "entities", "embodied_msgs/msg/Entities", IN,
        "What a perception node (or, privileged, the simulator) found; the newest look counts.",
        SENSOR,
    ),
    Wire(
        "correction", "embodied_msgs/msg/Correction", IN,
        "Every word counts and comes once: reliable, with room for many. Volatile: what was said "
        "before the agent was there is not meant for it.", EVERY,
    ),
    Wire(
        "answer", "embodied_msgs/msg/Answer", IN, "As corrections.", EVERY,
    ),
    Wire(
        "e_stop", "std_msgs/msg/Bool", IN,
        "Heard twice, reliable and best effort, so that no button is deaf for its quality; "
        "engaging twice does no harm.", EVERY,
    ),
    Wire(
        "question", "embodied_msgs/msg/Question", OUT,
        "Latched: who comes late still learns that an answer is waited for.", KEPT,
    ),
    Wire(
        "servo/twist", "geometry_msgs/msg/TwistStamped", OUT,
        "Reliable, since servo nodes subscribe reliable; depth 1, since an old velocity is wrong.",
        NEWEST,
    ),
    Wire(
        "emergency", "std_msgs/msg/Bool", OUT,
        "Latched: whether the agent's emergency stop is engaged, also for who comes late.", KEPT,
    ),
    Wire(
        "/diagnostics", "diagnostic_msgs/msg/DiagnosticArray", OUT,
        "As diagnostic_updater publishes it, so that aggregators match.", EVERY,
    ),
    Wire(
        "follow_instruction", "embodied_msgs/action/FollowInstruction", SERVES,
        "Instructions; feedback at 5 Hz, cancelled at once.",
    ),
    Wire(
        "release_e_stop", "std_srvs/srv/Trigger", SERVES,
        "Releases the emergency stop, once no button is pressed any more.",
    ),
    Wire(
        "arm_controller/follow_joint_trajectory", "control_msgs/action/FollowJointTrajectory",
        CALLS, "Joint positions and velocities, for ros2_control's joint_trajectory_controller.",
    ),
    Wire(
        "gripper_controller/gripper_cmd", "control_msgs/action/GripperCommand", CALLS,
        "Opening of the fingers in metres, sent when it changes.",
    ),
    Wire(
        "navigate_to_pose", "nav2_msgs/action/NavigateToPose", CALLS,
        "Where a mobile base is to drive; cancelled by halting.",
    ),
)  # fmt: skip


def wire(name: str) -> Wire:
    """Return the row of a name.

    Raises:
        KeyError: If there is none.
    """
    return {each.name: each for each in AGENT_WIRES}[name]
