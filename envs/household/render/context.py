"""One GL context a process, with the program and the textures that every scene shares."""

import os
import sys
from dataclasses import dataclass, field
from importlib import resources

import moderngl

from embodied.core.errors import ConfigError
from envs.household.render.textures import SIZE_PX, texture_layers

EGL_PACKAGES = "libegl1 libegl-mesa0 libgl1 libgl1-mesa-dri"


class GlUnavailableError(ConfigError):
    """There is no EGL, or it gives no context, or this process may not use it."""


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
            make = self.context.renderbuffer
            self.targets[size] = self.context.framebuffer(
                color_attachments=[
                    make(size, 4, dtype="f1"),
                    make(size, 1, dtype="f4"),
                    make(size, 1, dtype="i4"),
                ],
                depth_attachment=self.context.depth_renderbuffer(size),
            )
        return self.targets[size]


_made: dict[int, Gl] = {}


def gl_context() -> Gl:
    """Return this process's GL, made on first use.

    Raises:
        GlUnavailableError: If no EGL context can be had, or the process was forked from one that
            has drawn (the driver's threads do not live on in a child); the message says why and
            what to do.
    """
    pid = os.getpid()
    if _made and pid not in _made:
        raise GlUnavailableError(
            "This process was forked from one that had already drawn with GL, whose driver does "
            "not survive a fork; start workers with multiprocessing's `spawn`."
        )
    if pid not in _made:
        try:
            context = moderngl.create_context(standalone=True, backend="egl", require=430)
        except Exception as error:  # glcontext raises bare Exception
            raise GlUnavailableError(
                f"EGL gives no OpenGL 4.3 context ({error}). On Debian and Ubuntu: apt-get "
                f"install {EGL_PACKAGES}."
            ) from error
        if "llvmpipe" in context.info["GL_RENDERER"]:
            # Mesa draws on the CPU with an LLVM that triton's own, loaded after it, crashes into.
            # triton is of use on a GPU alone: torch does without where it cannot be imported.
            sys.modules.setdefault("triton", None)  # type: ignore[arg-type]
        files = resources.files("envs.household.render")
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
