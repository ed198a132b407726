"""The cameras of an environment: what they draw, and what is known of them."""

from collections.abc import Mapping, Sequence
from typing import Any

import gymnasium
import numpy as np

from embodied.core.errors import UnknownNameError
from embodied.core.geometry import Intrinsics, Pose
from embodied.core.observation import DEPTH, IMAGES
from envs.tabletop.render import FAR_M, MOUNTS, Backend, Frame, Renderer, make_renderer, view_of
from envs.tabletop.world import TabletopWorld


class Eyes:
    """Draws worlds through cameras, all of them in one size.

    Args:
        cameras: Which of `render.MOUNTS` an observation shows.
        width_px: Width of the pictures.
        height_px: Height of the pictures.
        backend: `auto`, `gl` or `rays`.

    Raises:
        UnknownNameError: If there is no camera of a name.
    """

    def __init__(
        self, cameras: Sequence[str], *, width_px: int, height_px: int, backend: Backend
    ) -> None:
        for name in cameras:
            if name not in MOUNTS:
                raise UnknownNameError("camera", name, MOUNTS)
        self.cameras = tuple(cameras)
        self._width_px, self._height_px = width_px, height_px
        self._backend: Backend = backend
        self._renderer: Renderer | None = None

    def spaces(self) -> dict[str, gymnasium.Space[Any]]:
        """Return the part of an observation space that pictures are."""
        shape = (self._height_px, self._width_px)
        spaces: dict[str, gymnasium.Space[Any]] = {}
        for name in self.cameras:
            spaces[IMAGES + name] = gymnasium.spaces.Box(0, 255, (*shape, 3), np.uint8)
            spaces[DEPTH + name] = gymnasium.spaces.Box(0.0, FAR_M, shape, np.float32)
        return spaces

    def draw(self, world: TabletopWorld, camera: str) -> Frame:
        """Draw what a camera sees; `close` goes before another world's first picture."""
        if self._renderer is None:
            self._renderer = make_renderer(world.model, backend=self._backend)
        view = view_of(camera, world.model.mj, world.data)
        return self._renderer.render(
            world.data, view, width_px=self._width_px, height_px=self._height_px
        )

    def observation(self, world: TabletopWorld) -> dict[str, Any]:
        """Return the part of an observation that pictures are."""
        drawn: dict[str, Any] = {}
        for name in self.cameras:
            frame = self.draw(world, name)
            drawn[IMAGES + name], drawn[DEPTH + name] = frame.rgb, frame.depth_m
        return drawn

    def decoded(self, observation: Mapping[str, Any], world: TabletopWorld) -> dict[str, Any]:
        """Return pictures, intrinsics and poses now, as keyword arguments of `Observation`."""
        intrinsics: dict[str, Intrinsics] = {}
        poses: dict[str, Pose] = {}
        for name in self.cameras:
            view = view_of(name, world.model.mj, world.data)
            poses[name] = view.pose
            intrinsics[name] = Intrinsics.from_vertical_fov(
                width_px=self._width_px, height_px=self._height_px, fov_deg=view.fov_deg
            )
        return {
            "images": {name: observation[IMAGES + name] for name in self.cameras},
            "depth_m": {name: observation[DEPTH + name] for name in self.cameras},
            "intrinsics": intrinsics,
            "camera_poses": poses,
        }

    def close(self) -> None:
        """Give back what drawing holds."""
        if self._renderer is not None:
            self._renderer.close()
            self._renderer = None
