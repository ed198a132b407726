"""Pictures from MuJoCo's own ray caster: no GL needed, exact, flat colours, slow.

Used where there is no EGL, and as the oracle the GL renderer is tested against.
"""

import mujoco
import numpy as np

from envs.tabletop.model import TabletopModel
from envs.tabletop.panda import SHOWN_GROUP
from envs.tabletop.render.camera import BACKGROUND, FAR_M, SUN, Frame, View


class RayRenderer:
    """Draws a model with `mj_multiRay`.

    Args:
        model: The scene.
    """

    def __init__(self, model: TabletopModel) -> None:
        self._model = model
        self._groups = np.zeros(6, dtype=np.uint8)
        self._groups[SHOWN_GROUP] = 1

    def render(self, data: mujoco.MjData, view: View, *, width_px: int, height_px: int) -> Frame:
        """Draw what a camera sees now."""
        model = self._model
        tan = np.tan(np.deg2rad(view.fov_deg) / 2.0)
        right = ((np.arange(width_px) + 0.5) / width_px * 2.0 - 1.0) * tan * width_px / height_px
        up = (1.0 - (np.arange(height_px) + 0.5) / height_px * 2.0) * tan
        u, v = np.meshgrid(right, up)
        rays = np.stack([u, v, np.ones_like(u)], axis=-1).reshape(-1, 3)
        length = np.linalg.norm(rays, axis=1)
        aims = rays @ view.axes
        unit = aims / length[:, None]
        count = len(rays)
        geom = np.full(count, -1, dtype=np.int32)
        distance, normal = np.zeros(count), np.zeros((count, 3))
        mujoco.mj_multiRay(
            model.mj, data, view.eye_m.reshape(3, 1), unit.reshape(-1, 1), self._groups,
            True, -1, geom, distance, normal.reshape(-1, 1), count, FAR_M,
        )  # fmt: skip
        hit = geom >= 0
        part = np.where(hit, geom, 0)
        depth = np.where(hit, distance / length, FAR_M).astype(np.float32)
        facing = np.where((normal * aims).sum(axis=1) > 0, -1.0, 1.0)
        light = 0.62 + 0.38 * np.clip((normal @ SUN) * facing * 0.5 + 0.5, 0, 1)
        linear = model.mj.geom_rgba[part, :3] ** 2 * light[:, None]
        rgb = np.where(hit[:, None], np.sqrt(np.clip(linear, 0, 1)) * 255, BACKGROUND)
        return Frame(
            rgb=rgb.astype(np.uint8).reshape(height_px, width_px, 3),
            depth_m=depth.reshape(height_px, width_px),
            ids=np.where(hit, model.thing_of_geom[part], 0)
            .astype(np.int32)
            .reshape(height_px, width_px),
        )

    def close(self) -> None:
        """Nothing to give back."""
