"""Pictures from MuJoCo's own ray caster: no GL needed, exact, flat colours, slow.

Used where there is no EGL, and as the oracle the GL renderer is tested against.
"""

import mujoco
import numpy as np

from envs.household.compile import SHOWN_GROUP
from envs.household.model import SceneModel
from envs.household.render.camera import FAR_M, CameraPose, Frame, pixel_rays
from envs.household.render.materials import material

SUN = np.array([0.35, -0.45, 0.82]) / np.linalg.norm([0.35, -0.45, 0.82])


class RayRenderer:
    """Draws a scene with `mj_multiRay`.

    Args:
        model: The scene.
        width_px: Width of the picture.
        height_px: Height of the picture.
        fov_deg: Vertical field of view.
    """

    def __init__(self, model: SceneModel, width_px: int, height_px: int, fov_deg: float) -> None:
        self.model, self.shape = model, (height_px, width_px)
        self._rays = pixel_rays(width_px, height_px, fov_deg).reshape(-1, 3)
        self._length = np.linalg.norm(self._rays, axis=1)
        self._colours = np.array([part.colour for part in model.table.parts])
        self._glows = np.array([material(part.material).glows for part in model.table.parts])
        self._groups = np.zeros(6, dtype=np.uint8)
        self._groups[SHOWN_GROUP] = 1

    def render(self, camera: CameraPose) -> Frame:
        """Draw what a camera sees now."""
        model = self.model
        model.update()
        count = len(self._rays)
        aims = self._rays @ camera.axes()
        unit = aims / self._length[:, None]
        geom = np.full(count, -1, dtype=np.int32)
        distance = np.zeros(count)
        normal = np.zeros((count, 3))
        mujoco.mj_multiRay(
            model.mj, model.data, camera.eye().reshape(3, 1), unit.reshape(-1, 1), self._groups,
            True, -1, geom, distance, normal.reshape(-1, 1), count, FAR_M,
        )  # fmt: skip
        hit = geom >= 0
        part = np.where(hit, geom, 0)
        depth = np.where(hit, distance / self._length, FAR_M).astype(np.float32)
        ids = np.where(hit, model.table.owner[part] + 1, 0).astype(np.int32)
        facing = np.where((normal * aims).sum(axis=1) > 0, -1.0, 1.0)
        light = 0.62 + 0.38 * np.clip((normal @ SUN) * facing * 0.5 + 0.5, 0, 1)
        light = np.where(self._glows[part], 1.0, light)
        rgb = np.sqrt(np.clip(self._colours[part] * light[:, None], 0, 1)) * 255 * hit[:, None]
        return Frame(
            rgb=rgb.astype(np.uint8).reshape(*self.shape, 3),
            depth_m=depth.reshape(self.shape),
            ids=ids.reshape(self.shape),
        )

    def close(self) -> None:
        """Nothing to give back."""
