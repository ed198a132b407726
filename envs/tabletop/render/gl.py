"""The GL renderer: one pass for the sun's shadows, one for colour, depth and ids together."""

import os
from dataclasses import dataclass, field
from importlib import resources

import moderngl
import mujoco
import numpy as np

from envs.rendering import egl_context, frame_targets
from envs.tabletop.model import TabletopModel
from envs.tabletop.render.bake import bake
from envs.tabletop.render.camera import BACKGROUND, FAR_M, NEAR_M, SUN, Frame, View

INSTANCE = np.dtype(
    [("row0", "f4", 4), ("row1", "f4", 4), ("row2", "f4", 4), ("colour", "f4", 4), ("id", "i4")]
)
SHADOW_PX, SHADOW_CENTRE_M, SHADOW_HALF_M = 448, np.array([0.35, 0.0, 0.2]), 0.95


@dataclass(eq=False)
class _Gl:
    """What all renderers of a process share."""

    context: moderngl.Context
    scene: moderngl.Program
    shadow: moderngl.Program
    shadow_map: moderngl.Texture
    shadow_target: moderngl.Framebuffer
    targets: dict[tuple[int, int], moderngl.Framebuffer] = field(default_factory=dict)

    def target(self, size: tuple[int, int]) -> moderngl.Framebuffer:
        if size not in self.targets:
            self.targets[size] = frame_targets(self.context, size)
        return self.targets[size]


_made: dict[int, _Gl] = {}


def _gl() -> _Gl:
    context = egl_context()
    pid = os.getpid()
    if pid not in _made:
        files = resources.files("envs.tabletop.render")
        read = {name: files.joinpath(name).read_text("utf-8")
                for name in ("scene.vert", "scene.frag", "shadow.vert")}  # fmt: skip
        with context:
            shadow_map = context.depth_texture((SHADOW_PX, SHADOW_PX))
            shadow_map.compare_func = "<="
            shadow_map.filter = (moderngl.LINEAR, moderngl.LINEAR)
            shadow_map.repeat_x = shadow_map.repeat_y = False
            _made[pid] = _Gl(
                context,
                context.program(
                    vertex_shader=read["scene.vert"], fragment_shader=read["scene.frag"]
                ),
                context.program(
                    vertex_shader=read["shadow.vert"],
                    fragment_shader="#version 430\nvoid main() {}",
                ),
                shadow_map,
                context.framebuffer(depth_attachment=shadow_map),
            )
    return _made[pid]


def _sun_clip() -> np.ndarray:
    """Return [4, 4], base frame to the sun's clip space."""
    ahead = -SUN
    right = np.cross(ahead, [0.0, 0.0, 1.0])
    right /= np.linalg.norm(right)
    axes = np.stack([right, np.cross(right, ahead), ahead]) / SHADOW_HALF_M
    clip = np.eye(4)
    clip[:3, :3] = axes
    clip[:3, 3] = -axes @ SHADOW_CENTRE_M
    return clip


class GlRenderer:
    """Draws a model through EGL.

    Args:
        model: The scene.
    """

    def __init__(self, model: TabletopModel) -> None:
        self._pid = os.getpid()
        self._gl = gl = _gl()
        self._baked = baked = bake(model.mj)
        self._rows = np.zeros(len(baked.geoms), dtype=INSTANCE)
        rgba = model.mj.geom_rgba[baked.geoms]
        self._rows["colour"][:, :3] = rgba[:, :3] ** 2  # the shader's gamma is 2
        self._rows["colour"][:, 3] = np.where(model.thing_of_geom[baked.geoms] == 0, 0.03, 0.16)
        self._rows["id"] = model.thing_of_geom[baked.geoms]
        commands = np.zeros((len(baked.geoms), 5), dtype=np.uint32)
        commands[:, 0], commands[:, 1], commands[:, 2] = baked.count, 1, baked.first
        commands[:, 4] = np.arange(len(baked.geoms))
        self._count = len(baked.geoms)
        self._lit_time_s = -1.0
        with gl.context as context:
            self._vertices = context.buffer(baked.vertices.tobytes())
            self._indices = context.buffer(baked.indices.tobytes())
            self._poses = context.buffer(reserve=self._rows.nbytes, dynamic=True)
            self._commands = context.buffer(commands.tobytes())
            pose = (self._poses, "4f4 4f4 4f4 4f4 1i4/i")
            self._scene = context.vertex_array(
                gl.scene,
                [
                    (self._vertices, "3f4 3f4", "in_position", "in_normal"),
                    (*pose, "in_row0", "in_row1", "in_row2", "in_colour", "in_id"),
                ],
                self._indices,
            )
            self._shadow = context.vertex_array(
                gl.shadow,
                [
                    (self._vertices, "3f4 12x", "in_position"),
                    (self._poses, "4f4 4f4 4f4 16x 4x/i", "in_row0", "in_row1", "in_row2"),
                ],
                self._indices,
            )
        self._sun_clip = _sun_clip().astype("f4").T.tobytes()

    def render(self, data: mujoco.MjData, view: View, *, width_px: int, height_px: int) -> Frame:
        """Draw what a camera sees now; the arrays are the caller's to keep."""
        gl = self._gl
        tan = np.tan(np.deg2rad(view.fov_deg) / 2.0)
        with gl.context as context:
            context.enable_only(moderngl.DEPTH_TEST | moderngl.CULL_FACE)
            context.front_face = "ccw"
            if data.time != self._lit_time_s:
                self._place(data)
                gl.shadow["sun_clip"].write(self._sun_clip)
                gl.shadow_target.use()
                gl.shadow_target.clear(depth=1.0)
                self._shadow.render_indirect(self._commands, count=self._count)
                self._lit_time_s = float(data.time)
            context.front_face = "cw"  # rows run downwards
            program = gl.scene
            program["eye"] = tuple(view.eye_m)
            program["axes"] = tuple(view.axes.ravel())
            program["lens"] = (
                height_px / (tan * width_px),
                -1.0 / tan,
                (FAR_M + NEAR_M) / (FAR_M - NEAR_M),
                -2.0 * FAR_M * NEAR_M / (FAR_M - NEAR_M),
            )
            program["sun"] = tuple(SUN)
            program["sun_clip"].write(self._sun_clip)
            program["shadows"] = 0
            gl.shadow_map.use(0)
            target = gl.target((width_px, height_px))
            target.use()
            target.clear(0.0, 0.0, 0.0, 0.0)
            self._scene.render_indirect(self._commands, count=self._count)
            rgb = np.empty((height_px, width_px, 3), dtype=np.uint8)
            depth_m = np.empty((height_px, width_px), dtype=np.float32)
            ids = np.empty((height_px, width_px), dtype=np.int32)
            target.read_into(rgb, components=3, attachment=0, alignment=1)
            target.read_into(depth_m, components=1, attachment=1, dtype="f4")
            target.read_into(ids, components=1, attachment=2, dtype="i4")
        nothing = depth_m == 0.0
        rgb[nothing], depth_m[nothing] = BACKGROUND, FAR_M
        return Frame(rgb, depth_m, ids)

    def _place(self, data: mujoco.MjData) -> None:
        turn = data.geom_xmat[self._baked.geoms].reshape(-1, 3, 3)
        place = data.geom_xpos[self._baked.geoms]
        for i in range(3):
            row = self._rows[f"row{i}"]
            row[:, :3], row[:, 3] = turn[:, i], place[:, i]
        self._poses.write(self._rows)

    def close(self) -> None:
        """Give the scene's buffers back to GL."""
        if self._scene is None:
            return
        with self._gl.context:
            for each in (self._scene, self._shadow, self._vertices, self._indices, self._poses,
                         self._commands):  # fmt: skip
                each.release()
        self._scene = None

    def __del__(self) -> None:
        # A renderer dropped without close would otherwise keep its buffers until the process ends.
        # In a forked child GL is the parent's: leave it alone.
        if getattr(self, "_scene", None) is not None and self._pid == os.getpid():
            self.close()
