"""What a robot has, as its owner describes it."""

from dataclasses import dataclass, field

from embodied.core.arm import JOINTS
from embodied.core.errors import ConfigError
from embodied.runtime.robot.commands import Limits


@dataclass(frozen=True)
class RobotSpec:
    """What a robot has and how old its news may be.

    Raises:
        ConfigError: If it is an arm of another kind, or a number makes no sense.

    Attributes:
        cameras: Names of the cameras that must send.
        depth: Whether each of them has a depth image.
        joints: The arm's joints in the agent's order; none for a bare base.
        gripper_joints: Finger joints whose positions add up to the opening.
        base_frame: The arm's base in tf.
        ee_frame: The point between the fingertips in tf.
        map_frame: The frame a mobile base's pose is wanted in; empty for a fixed arm.
        entities: Whether lists of what was found must come in.
        image_stale_s: Age at which a picture is too old to act on.
        joints_stale_s: Age at which joint states are.
        tf_stale_s: Age at which the hand's transform is.
        entities_stale_s: Age at which a list of entities is.
        limits: What commands may ask at most.
        horizon_s: How long a joint velocity lasts without a newer one, and the least that a joint
            position takes.
        pose_gain_per_s: Share of the way to a commanded pose a second.
    """

    cameras: tuple[str, ...] = ()
    depth: bool = True
    joints: tuple[str, ...] = ()
    gripper_joints: tuple[str, ...] = ()
    base_frame: str = "base"
    ee_frame: str = "tcp"
    map_frame: str = ""
    entities: bool = False
    image_stale_s: float = 0.5
    joints_stale_s: float = 0.2
    tf_stale_s: float = 0.5
    entities_stale_s: float = 1.0
    limits: Limits = field(default_factory=Limits)
    horizon_s: float = 0.2
    pose_gain_per_s: float = 4.0

    def __post_init__(self) -> None:
        for name in ("horizon_s", "pose_gain_per_s"):
            if not 0 < getattr(self, name) < float("inf"):
                raise ConfigError(f"{name} is {getattr(self, name)!r}; give a number above 0.")
        if self.joints and len(self.joints) != JOINTS:
            raise ConfigError(
                f"{len(self.joints)} joints are named; the agent knows arms of {JOINTS}. "
                "Name none for a base without an arm."
            )

    def sources(self) -> dict[str, float]:
        """Return what must be fresh for the robot to move, each with its limit in seconds."""
        limits: dict[str, float] = {}
        for camera in self.cameras:
            limits[f"{camera}/image"] = self.image_stale_s
            if self.depth:
                limits[f"{camera}/depth"] = self.image_stale_s
        if self.joints:
            limits["joint_states"] = self.joints_stale_s
            limits["tf of the hand"] = self.tf_stale_s
        if self.map_frame:
            limits["tf of the base"] = self.tf_stale_s
        if self.entities:
            limits["entities"] = self.entities_stale_s
        return limits
