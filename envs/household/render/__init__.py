"""Pictures of a household: colour, depth in metres and instance ids of one camera at once."""

import warnings
from typing import Literal, Protocol

from embodied.core.errors import ConfigError
from envs.household.model import SceneModel
from envs.household.render.camera import CameraPose, Frame
from envs.household.render.context import GlUnavailableError, gl_context
from envs.household.render.gl import GlRenderer
from envs.household.render.rays import RayRenderer
from envs.household.render.topdown import render_topdown

__all__ = [
    "CameraPose", "Frame", "GlRenderer", "GlUnavailableError", "RayRenderer", "Renderer",
    "make_renderer", "render_topdown",
]  # fmt: skip

Backend = Literal["auto", "gl", "rays"]


class Renderer(Protocol):
    """Draws one scene as it stands."""

    def render(self, camera: CameraPose) -> Frame:
        """Draw what a camera sees; the arrays are the caller's to keep."""

    def close(self) -> None:
        """Give back what it holds."""


def make_renderer(
    model: SceneModel,
    *,
    width_px: int = 300,
    height_px: int = 300,
    fov_deg: float = 60.0,
    backend: Backend = "auto",
) -> Renderer:
    """Make a renderer of a scene.

    Args:
        model: The scene; the renderer follows every change of it.
        width_px: Width of the pictures.
        height_px: Height of the pictures.
        fov_deg: Vertical field of view.
        backend: `gl` draws through EGL; `rays` needs no GL and is some fifty times slower;
            `auto` takes the first, and the second with a warning where there is none.

    Raises:
        GlUnavailableError: If `gl` was asked for and cannot be had.
        ConfigError: If the size, field of view or backend makes no sense.
    """
    if width_px < 1 or height_px < 1 or not 1.0 <= fov_deg <= 170.0:
        raise ConfigError(
            f"cannot draw {width_px}x{height_px} pixels at a field of view of {fov_deg} degrees"
        )
    if backend not in ("auto", "gl", "rays"):
        raise ConfigError(f"no render backend {backend!r}; use auto, gl or rays")
    if backend != "rays":
        try:
            gl_context()
        except GlUnavailableError as error:
            if backend == "gl":
                raise
            warnings.warn(
                f"Drawing without GL, some fifty times slower. {error}",
                RuntimeWarning,
                stacklevel=2,
            )
        else:
            return GlRenderer(model, width_px, height_px, fov_deg)
    return RayRenderer(model, width_px, height_px, fov_deg)
