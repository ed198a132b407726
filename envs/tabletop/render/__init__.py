"""Pictures of the table: colour, depth in metres and ids of one camera at once."""

import warnings
from typing import Literal, Protocol

import mujoco

from embodied.core.errors import ConfigError
from envs.rendering import GlUnavailableError, egl_context
from envs.tabletop.model import TabletopModel
from envs.tabletop.render.camera import FAR_M, MOUNTS, Frame, View, view_of
from envs.tabletop.render.gl import GlRenderer
from envs.tabletop.render.rays import RayRenderer

__all__ = [
    "FAR_M", "MOUNTS", "Frame", "GlRenderer", "RayRenderer", "Renderer", "View", "make_renderer",
    "view_of",
]  # fmt: skip

Backend = Literal["auto", "gl", "rays"]


class Renderer(Protocol):
    """Draws one scene as it stands."""

    def render(self, data: mujoco.MjData, view: View, *, width_px: int, height_px: int) -> Frame:
        """Draw what a camera sees; the arrays are the caller's to keep."""

    def close(self) -> None:
        """Give back what it holds."""


def make_renderer(model: TabletopModel, *, backend: Backend = "auto") -> Renderer:
    """Make a renderer of a scene.

    Args:
        model: The scene.
        backend: `gl` draws through EGL; `rays` needs no GL and is far slower; `auto` takes the
            first, and the second with a warning where there is none.

    Raises:
        GlUnavailableError: If `gl` was asked for and cannot be had.
        ConfigError: If there is no such backend.
    """
    if backend not in ("auto", "gl", "rays"):
        raise ConfigError(f"no render backend {backend!r}; use auto, gl or rays")
    if backend != "rays":
        try:
            egl_context()
        except GlUnavailableError as error:
            if backend == "gl":
                raise
            warnings.warn(f"Drawing without GL, far slower. {error}", RuntimeWarning, stacklevel=2)
        else:
            return GlRenderer(model)
    return RayRenderer(model)
