"""What an agent sees at one step; what a benchmark hides never stands in it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from embodied.core.arrays import DepthImage, RgbImage, Vector
from embodied.core.entity import Entity
from embodied.core.geometry import Intrinsics, Pose
from embodied.core.panorama import Panorama

IMAGES = "observation.images."
DEPTH = "observation.depth."
STATE = "observation.state"
LAST_ACTION_SUCCESS = "observation.last_action_success"


@dataclass(frozen=True)
class Observation:
    """One step's senses.

    Attributes:
        stamp_s: Time of the observation on the environment's clock.
        images: Camera name to uint8 [H, W, 3] RGB.
        depth_m: Camera name to float32 [H, W] metres, planar z; empty where it is hidden.
        intrinsics: Camera name to its pinhole model.
        camera_poses: Camera name to where it is, where that is known: x right, y down, z ahead of
            the picture, in the pose's frame.
        state: float32 [N] proprioception, or None; an arm's is `ArmState.vector`.
        pose: The body's pose where the embodiment knows it.
        entities: What the world itself lists (panoramas, text worlds, privileged perception).
        text: What a text world says.
        panorama: Where it stands on a navigation graph, where the world is one.
        last_action_success: Whether the last action worked: the one bit agents get of a refusal.
    """

    stamp_s: float = 0.0
    images: Mapping[str, RgbImage] = field(default_factory=dict)
    depth_m: Mapping[str, DepthImage] = field(default_factory=dict)
    intrinsics: Mapping[str, Intrinsics] = field(default_factory=dict)
    camera_poses: Mapping[str, Pose] = field(default_factory=dict)
    state: Vector | None = None
    pose: Pose | None = None
    entities: tuple[Entity, ...] = ()
    text: str | None = None
    panorama: Panorama | None = None
    last_action_success: bool | None = None
