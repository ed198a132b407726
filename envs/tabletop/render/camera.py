"""Where a camera is, and what it returns."""

from dataclasses import dataclass

import mujoco
import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from embodied.core.errors import UnknownNameError
from embodied.core.geometry import Pose

Floats = NDArray[np.float64]
NEAR_M, FAR_M = 0.02, 8.0
SUN = np.array([0.35, 0.45, 0.82]) / np.linalg.norm([0.35, 0.45, 0.82])
"""Where light comes from."""
BACKGROUND = (212, 217, 222)
"""sRGB of where nothing is."""


@dataclass(frozen=True, eq=False)
class View:
    """A camera in the base frame.

    Attributes:
        eye_m: [3].
        axes: [3, 3], rows point right, up and ahead.
        fov_deg: Vertical field of view.
    """

    eye_m: Floats
    axes: Floats
    fov_deg: float

    @property
    def pose(self) -> Pose:
        """Its pose as cameras' poses are given: x right, y down, z ahead."""
        matrix = np.stack([self.axes[0], -self.axes[1], self.axes[2]], axis=1)
        quat = Rotation.from_matrix(matrix).as_quat()
        return Pose(tuple(map(float, self.eye_m)), tuple(map(float, quat)), frame="base")


@dataclass(frozen=True)
class Frame:
    """One picture.

    Attributes:
        rgb: uint8 [H, W, 3].
        depth_m: float32 [H, W], distance along the camera's axis (planar); `FAR_M` where nothing
            is.
        ids: int32 [H, W], 1 + index of the thing seen (`model.things`); 0 for table and room.
    """

    rgb: NDArray[np.uint8]
    depth_m: NDArray[np.float32]
    ids: NDArray[np.int32]


@dataclass(frozen=True)
class Mount:
    """Where a camera is fixed.

    Attributes:
        body: Name of the body it rides on; empty stands in the room.
        eye_m: Where, in the body's frame.
        target_m: What it looks at, in the same frame.
        up: Which way the picture's top points, in the same frame.
        fov_deg: Vertical field of view.
    """

    body: str
    eye_m: tuple[float, float, float]
    target_m: tuple[float, float, float]
    up: tuple[float, float, float]
    fov_deg: float


MOUNTS = {
    "front": Mount("", (1.36, 0.0, 0.86), (0.36, 0.0, 0.17), (0.0, 0.0, 1.0), 46.0),
    "wrist": Mount("hand", (0.075, 0.0, 0.03), (0.035, 0.0, 0.15), (1.0, 0.0, 0.0), 75.0),
    "side": Mount("", (0.62, 1.25, 0.75), (0.36, 0.0, 0.16), (0.0, 0.0, 1.0), 45.0),
}
"""Cameras by name. `front` looks at the robot, as a person across the table does."""


def view_of(name: str, model: mujoco.MjModel, data: mujoco.MjData) -> View:
    """Return where a camera is now.

    Raises:
        UnknownNameError: If there is no such camera.
    """
    if name not in MOUNTS:
        raise UnknownNameError("camera", name, MOUNTS)
    mount = MOUNTS[name]
    eye, target, up = (np.array(each) for each in (mount.eye_m, mount.target_m, mount.up))
    ahead = (target - eye) / np.linalg.norm(target - eye)
    right = np.cross(ahead, up)
    right /= np.linalg.norm(right)
    axes = np.stack([right, np.cross(right, ahead), ahead])
    if mount.body:
        body = model.body(mount.body).id
        turn = data.xmat[body].reshape(3, 3)
        eye, axes = data.xpos[body] + turn @ eye, axes @ turn.T
    return View(eye, axes, mount.fov_deg)
