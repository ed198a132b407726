"""From where a frame was seen, and how far its depth can be trusted."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embodied.mapping.camera import PosedCamera
from embodied.mapping.pose import GridPose


@dataclass(frozen=True, eq=False)
class View:
    """One frame's circumstances.

    Attributes:
        camera: The camera.
        pose: Where it is.
        frame: Number of the frame.
        noise: By what share depth is off; 0 where it is exact.
    """

    camera: PosedCamera
    pose: GridPose
    frame: int
    noise: float = 0.0

    @property
    def rough(self) -> bool:
        """Whether depth is off by more than a little."""
        return self.noise > 0.0

    @property
    def eye_m(self) -> NDArray[np.float64]:
        """Where the camera is, map frame [3]."""
        return np.array([*self.pose.xy_m, self.camera.eye_height_m])
