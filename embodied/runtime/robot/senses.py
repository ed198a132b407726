"""What came in last from a robot's sensors, and the observation that it makes."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embodied.core.arm import ArmState
from embodied.core.arrays import DepthImage, RgbImage
from embodied.core.entity import Entity
from embodied.core.errors import DataError
from embodied.core.geometry import Intrinsics, Pose
from embodied.core.observation import Observation
from embodied.runtime.robot.images import CameraModel
from embodied.runtime.robot.joints import read_joints
from embodied.runtime.robot.spec import RobotSpec
from embodied.runtime.robot.transforms import Transform, TransformTree
from embodied.runtime.robot.watching import Watch

BASE = "base"
"""The frame of an arm's observations and actions; tf knows it as `RobotSpec.base_frame`."""


@dataclass
class _Camera:
    image: RgbImage | None = None
    depth_m: DepthImage | None = None
    intrinsics: Intrinsics | None = None
    frame: str = ""


@dataclass
class _Latest:
    cameras: dict[str, _Camera]
    position_rad: NDArray[np.float64] | None = None
    velocity_rad_s: NDArray[np.float64] | None = None
    fingers_m: NDArray[np.float64] | None = None
    entities: tuple[Entity, ...] = ()


class Senses:
    """The newest of every source; put in and read from any thread.

    Args:
        spec: What the robot has.
        clock: Seconds, monotonic.
    """

    def __init__(self, spec: RobotSpec, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.spec = spec
        self.watch = Watch(spec.sources(), clock=clock)
        self.transforms = TransformTree()
        self._clock = clock
        self._in = threading.Lock()
        self._latest = _Latest({name: _Camera() for name in spec.cameras})
        self._last_stamp_s = 0.0
        self._hand: Transform | None = None
        self._body: Pose | None = None

    def image(self, camera: str, image: RgbImage, *, stamp_s: float, frame: str) -> None:
        """Take a picture in: uint8 [H, W, 3]."""
        with self._in:
            self._latest.cameras[camera].image = image
            self._latest.cameras[camera].frame = frame
        self.watch.saw(f"{camera}/image", stamp_s)

    def depth(self, camera: str, depth_m: DepthImage, *, stamp_s: float) -> None:
        """Take a depth picture in: float32 [H, W] metres."""
        with self._in:
            self._latest.cameras[camera].depth_m = depth_m
        self.watch.saw(f"{camera}/depth", stamp_s)

    def camera(self, camera: str, model: CameraModel) -> None:
        """Take a camera's intrinsics in."""
        with self._in:
            self._latest.cameras[camera].intrinsics = model.intrinsics

    def joints(
        self,
        names: Sequence[str],
        positions: Sequence[float],
        velocities: Sequence[float],
        *,
        stamp_s: float,
    ) -> None:
        """Take a joint_states message in, whichever joints it is about."""
        try:
            arm = read_joints(self.spec.joints, names, positions, velocities)
            fingers = read_joints(self.spec.gripper_joints, names, positions)
        except DataError as error:
            self.watch.spoiled("joint_states", str(error))
            return
        with self._in:
            if arm is not None:
                self._latest.position_rad = arm.position
                self._latest.velocity_rad_s = arm.velocity
            if fingers is not None:
                self._latest.fingers_m = fingers.position
        if arm is not None:
            self.watch.saw("joint_states", stamp_s)

    def entities(self, entities: Sequence[Entity], *, stamp_s: float) -> None:
        """Take a list of what was found in; positions in the base frame."""
        with self._in:
            self._latest.entities = tuple(entities)
        self.watch.saw("entities", stamp_s)

    def transform(
        self,
        parent: str,
        child: str,
        position_m: Sequence[float],
        quat_xyzw: Sequence[float],
        *,
        stamp_s: float = float("inf"),
    ) -> None:
        """Take a transform of tf or tf_static in; one with numbers that make none is left out."""
        came_s = stamp_s if stamp_s == float("inf") else self._clock()
        try:
            self.transforms.put(
                parent, child, position_m, quat_xyzw, stamp_s=stamp_s, came_s=came_s
            )
        except DataError as error:
            self.watch.spoiled("tf of the hand", str(error))

    def stale(self) -> dict[str, str]:
        """Return the sources that are stale, tf looked up anew, each with what is known of it."""
        self._place()
        return self.watch.stale()

    def missing(self) -> str:
        """Return what keeps the robot from acting, in words; empty where nothing does."""
        stale = self.stale()
        return "; ".join(f"{name}: {what}" for name, what in sorted(stale.items()))

    def observe(self) -> Observation:
        """Return the newest of every sense; its stamp stands still while a source is stale."""
        hand, body = self._place()
        if not self.watch.stale():
            self._last_stamp_s = self._clock()
        with self._in:
            latest = self._latest
            cameras = {
                name: _Camera(each.image, each.depth_m, each.intrinsics, each.frame)
                for name, each in latest.cameras.items()
            }
            position, velocity = latest.position_rad, latest.velocity_rad_s
            fingers, entities = latest.fingers_m, latest.entities
        state = None
        if position is not None and velocity is not None and hand is not None:
            state = ArmState(
                position,
                velocity,
                np.asarray(hand.position_m),
                np.asarray(hand.quat_xyzw),
                0.0 if fingers is None else float(fingers.sum()),
            ).vector
        return Observation(
            stamp_s=self._last_stamp_s,
            images={n: c.image for n, c in cameras.items() if c.image is not None},
            depth_m={n: c.depth_m for n, c in cameras.items() if c.depth_m is not None},
            intrinsics={n: c.intrinsics for n, c in cameras.items() if c.intrinsics is not None},
            camera_poses=self._camera_poses(cameras),
            state=state,
            pose=body,
            entities=entities,
        )

    def hand(self) -> Transform | None:
        """Return where the hand is in the base, as tf last told; None where it does not."""
        return self._found("tf of the hand", self.spec.base_frame, self.spec.ee_frame)

    def position_rad(self) -> NDArray[np.float64] | None:
        """Return the arm's joints, [7] in its own order, as they were last told."""
        with self._in:
            return self._latest.position_rad

    def _place(self) -> tuple[Transform | None, Pose | None]:
        """Look up hand and body in tf and tell the watch how fresh they are.

        What tf tells no longer is where it was last, until it counts as stale.
        """
        if self.spec.joints:
            hand = self.hand()
            if hand is not None:
                self._hand = hand
                self.watch.saw("tf of the hand", hand.stamp_s, came_s=hand.came_s)
        if self.spec.map_frame:
            found = self._found("tf of the base", self.spec.map_frame, self.spec.base_frame)
            if found is not None:
                self.watch.saw("tf of the base", found.stamp_s, came_s=found.came_s)
                self._body = Pose(found.position_m, found.quat_xyzw, frame=self.spec.map_frame)
        return self._hand, self._body

    def _found(self, name: str, target: str, frame: str) -> Transform | None:
        """Look a frame up; a tree that makes no sense says so and tells nothing."""
        try:
            return self.transforms.find(target, frame)
        except DataError as error:
            self.watch.spoiled(name, str(error))
            return None

    def _camera_poses(self, cameras: Mapping[str, _Camera]) -> dict[str, Pose]:
        root = self.spec.map_frame or self.spec.base_frame
        poses = {}
        for name, camera in cameras.items():
            found = self._found(f"{name}/image", root, camera.frame) if camera.frame else None
            if found is not None:
                frame = self.spec.map_frame or BASE
                poses[name] = Pose(found.position_m, found.quat_xyzw, frame=frame)
        return poses
