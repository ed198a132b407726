"""A picture of the whole room from above, its ceiling left off; for people."""

import numpy as np

from envs.household.model import SceneModel
from envs.household.render.camera import CameraPose, Frame
from envs.household.render.context import gl_context
from envs.household.render.gl import GlRenderer

FOV_DEG = 40.0


def render_topdown(
    model: SceneModel, *, width_px: int = 600, height_px: int = 600, tilt_deg: float = 90.0
) -> Frame:
    """Draw a scene from above.

    Args:
        model: The scene, as it stands.
        width_px: Width of the picture.
        height_px: Height of the picture.
        tilt_deg: 90 looks straight down; less looks in from low z, where the wall is left off.

    Raises:
        GlUnavailableError: If there is no EGL.
    """
    gl_context()
    model.update()
    (x0, z0), (x1, z1) = model.scene.floor.min_xz_m, model.scene.floor.max_xz_m
    tan = np.tan(np.deg2rad(FOV_DEG) / 2.0)
    wide = max((x1 - x0) * height_px / width_px, z1 - z0) * 1.12
    away = wide / 2.0 / tan + model.scene.floor.height_m * 0.6
    tilt = np.deg2rad(tilt_deg)
    eye = (
        (x0 + x1) / 2.0,
        float(away * np.sin(tilt)),
        (z0 + z1) / 2.0 - float(away * np.cos(tilt)),
    )
    renderer = GlRenderer(model, width_px, height_px, FOV_DEG)
    try:
        return renderer.render(CameraPose(eye, 0.0, tilt_deg), shown=model.seen_from_above())
    finally:
        renderer.close()
