"""One EGL context a process, which every built-in world draws through."""

import os
import sys

import moderngl

from embodied.core.errors import ConfigError

EGL_PACKAGES = "libegl1 libegl-mesa0 libgl1 libgl1-mesa-dri"


class GlUnavailableError(ConfigError):
    """There is no EGL, or it gives no context, or this process may not use it."""


_made: dict[int, moderngl.Context] = {}


def egl_context() -> moderngl.Context:
    """Return this process's context, made on first use.

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
        _made[pid] = context
    return _made[pid]


def frame_targets(context: moderngl.Context, size_px: tuple[int, int]) -> moderngl.Framebuffer:
    """Return what one pass draws into, (width, height) pixels: colour, depth in metres, ids."""
    make = context.renderbuffer
    return context.framebuffer(
        color_attachments=[
            make(size_px, 4, dtype="f1"),
            make(size_px, 1, dtype="f4"),
            make(size_px, 1, dtype="i4"),
        ],
        depth_attachment=context.depth_renderbuffer(size_px),
    )
