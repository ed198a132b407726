"""One GL context a process, with the program and the textures that every scene shares."""

import os
from dataclasses import dataclass, field
from importlib import resources

import moderngl

from envs.household.render.textures import SIZE_PX, texture_layers
from envs.rendering import GlUnavailableError, egl_context, frame_targets

__all__ = ["Gl", "GlUnavailableError", "gl_context"]


@dataclass(eq=False)
class Gl:
    """A process's GL: the context and what all its renderers share."""

    context: moderngl.Context
    program: moderngl.Program
    textures: moderngl.TextureArray
    targets: dict[tuple[int, int], moderngl.Framebuffer] = field(default_factory=dict)

    def target(self, width_px: int, height_px: int) -> moderngl.Framebuffer:
        """Return the render targets of a size (colour, depth in metres, ids), made on first use."""
        size = (width_px, height_px)
        if size not in self.targets:
            self.targets[size] = frame_targets(self.context, size)
        return self.targets[size]


_made: dict[int, Gl] = {}


def gl_context() -> Gl:
    """Return this process's GL, made on first use.

    Raises:
        GlUnavailableError: If no EGL context can be had (`envs.rendering.egl_context`).
    """
    context = egl_context()
    pid = os.getpid()
    if pid not in _made:
        files = resources.files("envs.household.render")
        with context:  # another world may have drawn, and left it behind
            program = context.program(
                vertex_shader=files.joinpath("scene.vert").read_text("utf-8"),
                fragment_shader=files.joinpath("scene.frag").read_text("utf-8"),
            )
            layers = texture_layers()
            textures = context.texture_array((SIZE_PX, SIZE_PX, len(layers)), 4, layers.tobytes())
            textures.build_mipmaps()
            textures.filter = (moderngl.LINEAR_MIPMAP_NEAREST, moderngl.LINEAR)
        _made[pid] = Gl(context, program, textures)
    return _made[pid]
