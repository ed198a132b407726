"""The GL renderer: one pass draws colour, depth and ids into three targets.

All groups go out in one indirect draw, nearest first, so that what is hidden costs little; glass
follows in a second, farthest first, blended in colour and solid in depth and ids.
"""

import os

import moderngl
import numpy as np

from envs.household.model import SceneModel
from envs.household.render.bake import bake, height_map
from envs.household.render.camera import FAR_M, NEAR_M, CameraPose, Frame
from envs.household.render.context import gl_context

INSTANCE = np.dtype([("row0", "f4", 4), ("row1", "f4", 4), ("row2", "f4", 4), ("id", "i4")])


class GlRenderer:
    """Draws a scene through EGL; the context, program and textures are the process's.

    Args:
        model: The scene.
        width_px: Width of the picture.
        height_px: Height of the picture.
        fov_deg: Vertical field of view.
    """

    def __init__(self, model: SceneModel, width_px: int, height_px: int, fov_deg: float) -> None:
        self.model = model
        self._pid = os.getpid()
        self._size = (width_px, height_px)
        self._gl = gl = gl_context()
        self._baked = baked = bake(model.table, self._loose_parts())
        tan = np.tan(np.deg2rad(fov_deg) / 2.0)
        self._tan = np.array([tan * width_px / height_px, tan])
        self._lens = (
            1.0 / self._tan[0],
            -1.0 / self._tan[1],
            (FAR_M + NEAR_M) / (FAR_M - NEAR_M),
            -2.0 * FAR_M * NEAR_M / (FAR_M - NEAR_M),
        )
        self._room_group = model.table.slot_owner[baked.slot] < 0
        self._instances = np.zeros(len(baked.slot), dtype=INSTANCE)
        self._instances["id"] = model.table.slot_owner[baked.slot] + 1
        self._centre = np.zeros((len(baked.slot), 3))
        self._revision = -1
        shades = height_map(model)
        self._shade_map = (*shades.scale, *shades.bias)
        with gl.context as context:
            self._vertices = context.buffer(baked.vertices.tobytes())
            self._indices = context.buffer(baked.indices.tobytes())
            self._poses = context.buffer(reserve=self._instances.nbytes, dynamic=True)
            self._commands = context.buffer(reserve=20 * len(baked.slot), dynamic=True)
            rows, columns = shades.heights.shape
            self._heights = context.texture(
                (columns, rows), 1, shades.heights.tobytes(), dtype="f4"
            )
            self._heights.repeat_x = self._heights.repeat_y = False
            self._array = context.vertex_array(
                gl.program,
                [
                    (self._vertices, "3f4 3f1 1x1 2f2 4f1 4u1", "in_position", "in_normal",
                     "in_uv", "in_colour", "in_surface"),
                    (self._poses, "4f4 4f4 4f4 1i4/i", "in_row0", "in_row1", "in_row2", "in_id"),
                ],
                self._indices,
            )  # fmt: skip

    def render(self, camera: CameraPose, *, shown: np.ndarray | None = None) -> Frame:
        """Draw what a camera sees now.

        Args:
            camera: Where it stands.
            shown: [P], parts to draw instead of those of the scene's state.
        """
        model, baked = self.model, self._baked
        model.update()
        if self._revision != model.revision:
            self._place()
        eye, axes = camera.eye(), camera.axes()
        drawn = (model.drawn if shown is None else shown)[baked.part]
        distance, seen = self._in_view(eye, axes)
        seen &= drawn
        solid = np.flatnonzero(seen & ~baked.translucent)
        solid = solid[np.argsort(distance[solid])]
        glass = np.flatnonzero(seen & baked.translucent)
        glass = glass[np.argsort(-distance[glass])]
        with self._gl.context as context:
            framebuffer = self._gl.target(*self._size)
            program = self._gl.program
            program["eye"] = tuple(eye)
            program["axes"] = tuple(axes.ravel())
            program["lens"] = self._lens
            (x0, z0), (x1, z1) = model.scene.floor.min_xz_m, model.scene.floor.max_xz_m
            height = model.scene.floor.height_m
            program["room"] = (x0, z0, x1, z1)
            program["lamp"] = ((x0 + x1) / 2, (z0 + z1) / 2, height - 0.25, height)
            program["shade_map"] = self._shade_map
            program["layers"], program["heights"] = 0, 1
            self._gl.textures.use(0)
            self._heights.use(1)
            if self._revision != model.revision:
                self._poses.write(self._instances)
                self._revision = model.revision
            framebuffer.use()
            framebuffer.clear(0.0, 0.0, 0.0, 1.0)
            self._commands.write(self._command_rows(np.concatenate([solid, glass])))
            context.enable_only(moderngl.DEPTH_TEST | moderngl.CULL_FACE)
            context.front_face = "cw"  # rows run downwards
            self._array.render_indirect(self._commands, count=len(solid))
            if len(glass):
                context.enable(moderngl.BLEND)
                context.blend_func = moderngl.DEFAULT_BLENDING
                self._array.render_indirect(self._commands, count=len(glass), first=len(solid))
            # GL packs RGBA to RGB faster than numpy does, and writes straight into what is kept.
            width, height = self._size
            rgb = np.empty((height, width, 3), dtype=np.uint8)
            depth_m = np.empty((height, width), dtype=np.float32)
            ids = np.empty((height, width), dtype=np.int32)
            framebuffer.read_into(rgb, components=3, attachment=0)
            framebuffer.read_into(depth_m, components=1, attachment=1, dtype="f4")
            framebuffer.read_into(ids, components=1, attachment=2, dtype="i4")
        depth_m[depth_m == 0.0] = FAR_M
        return Frame(rgb=rgb, depth_m=depth_m, ids=ids)

    def _loose_parts(self) -> np.ndarray:
        specs = [self.model.spec(object_id) for object_id in self.model.object_ids]
        loose = np.array([spec.info.can("pickupable") for spec in specs] + [False])
        return loose[self.model.table.owner]  # row -1: the room

    def _place(self) -> None:
        slots = self._baked.slot
        # Swapping y and z on both sides turns THOR's rotations and places into MuJoCo's.
        turn = self.model.slot_rotation[slots][:, [0, 2, 1]][:, :, [0, 2, 1]]
        place = self.model.slot_position_m[slots][:, [0, 2, 1]]
        for i in range(3):
            row = self._instances[f"row{i}"]
            row[:, :3], row[:, 3] = turn[:, i], place[:, i]
        self._centre = np.einsum("gij,gj->gi", turn, self._baked.centre) + place

    def _in_view(self, eye: np.ndarray, axes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return how near each group comes, [G], and whether its sphere is in view, [G]."""
        view = (self._centre - eye) @ axes.T
        radius = self._baked.radius
        reach = radius[:, None] * np.sqrt(1.0 + self._tan**2)
        inside = np.abs(view[:, :2]) <= view[:, 2:] * self._tan + reach
        seen = inside.all(axis=1) & (view[:, 2] > -radius)
        distance = np.sqrt(np.einsum("gi,gi->g", view, view)) - radius
        return np.where(self._room_group, FAR_M, distance), seen | self._room_group

    def _command_rows(self, groups: np.ndarray) -> bytes:
        rows = np.zeros((len(groups), 5), dtype=np.uint32)
        rows[:, 0], rows[:, 1] = self._baked.count[groups], 1
        rows[:, 2], rows[:, 4] = self._baked.first[groups], groups
        return rows.tobytes()

    def close(self) -> None:
        """Give the scene's buffers back to GL."""
        if self._array is None:
            return
        with self._gl.context:
            for each in (self._array, self._vertices, self._indices, self._poses, self._commands,
                         self._heights):  # fmt: skip
                each.release()
        self._array = None

    def __del__(self) -> None:
        # A renderer dropped without close would otherwise keep its buffers until the process ends.
        # In a forked child GL is the parent's: leave it alone.
        if getattr(self, "_array", None) is not None and self._pid == os.getpid():
            self.close()
