"""Views besides the agent's own: third-party cameras, and the room from above."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from envs.household.metadata import vector
from envs.household.model import SceneModel
from envs.household.render import CameraPose, Frame, GlRenderer, Renderer, make_renderer

FROM_ABOVE_FOV_DEG = 40.0

Vec = Mapping[str, float]


@dataclass(frozen=True)
class ThirdCamera:
    """One camera that no agent carries.

    Attributes:
        position: x, y, z in metres.
        rotation: Euler angles in degrees; z, a camera on its side, is not drawn.
        fov_deg: Vertical field of view.
    """

    position: Vec
    rotation: Vec
    fov_deg: float = 90.0

    @property
    def pose(self) -> CameraPose:
        """Where it is and looks."""
        x, y, z = (self.position[axis] for axis in "xyz")
        return CameraPose((x, y, z), self.rotation["y"], self.rotation["x"])

    def metadata(self, number: int) -> dict[str, Any]:
        """What the wire says of it."""
        return {
            "thirdPartyCameraId": number,
            "position": dict(self.position),
            "rotation": dict(self.rotation),
            "fieldOfView": self.fov_deg,
        }


@dataclass
class CameraCrew:
    """The third-party cameras of one scene, with a renderer for each field of view."""

    cameras: list[ThirdCamera] = field(default_factory=list)
    _renderers: dict[tuple[float, int, int], Renderer] = field(default_factory=dict)

    def change(self, number: int, **fields: Any) -> None:
        """Change fields of one camera."""
        self.cameras[number] = replace(self.cameras[number], **fields)

    def listed(self) -> list[dict[str, Any]]:
        """What the wire says of them."""
        return [camera.metadata(number) for number, camera in enumerate(self.cameras)]

    def frames(self, model: SceneModel, *, width_px: int, height_px: int) -> list[Frame]:
        """Draw what each of them sees."""
        return [self._draw(model, camera, width_px, height_px) for camera in self.cameras]

    def drop_renderers(self) -> None:
        """Draw anew from here on, at whatever size."""
        for renderer in self._renderers.values():
            renderer.close()
        self._renderers.clear()

    def close(self) -> None:
        """Take all cameras down."""
        self.drop_renderers()
        self.cameras.clear()

    def _draw(self, model: SceneModel, camera: ThirdCamera, width: int, height: int) -> Frame:
        renderer = self._renderer(model, camera.fov_deg, width, height)
        above = camera.position["y"] >= model.scene.floor.height_m
        if above and isinstance(renderer, GlRenderer):
            return renderer.render(camera.pose, shown=model.seen_from_above())
        return renderer.render(camera.pose)

    def _renderer(self, model: SceneModel, fov_deg: float, width: int, height: int) -> Renderer:
        key = (fov_deg, width, height)
        if key not in self._renderers:
            self._renderers[key] = make_renderer(
                model, width_px=width, height_px=height, fov_deg=fov_deg
            )
        return self._renderers[key]


def map_view(model: SceneModel) -> dict[str, Any]:
    """Camera properties from which the whole room is seen from above.

    `AddThirdPartyCamera` takes them as they are. THOR's own are of an orthographic camera; this
    world draws in perspective, so they are of one that hangs high with a narrow field of view.
    """
    (x0, z0), (x1, z1) = model.scene.floor.min_xz_m, model.scene.floor.max_xz_m
    span = max(x1 - x0, z1 - z0) * 1.1
    away = span / 2.0 / math.tan(math.radians(FROM_ABOVE_FOV_DEG / 2.0))
    height = away + model.scene.floor.height_m * 0.6
    return {
        "position": vector(((x0 + x1) / 2.0, height, (z0 + z1) / 2.0)),
        "rotation": vector((90.0, 0.0, 0.0)),
        "orthographic": False,
        "orthographicSize": span / 2.0,
        "fieldOfView": FROM_ABOVE_FOV_DEG,
    }
