"""Runs the `ai2thor` package of its own environment for a process that lives in another.

Started as a script by `link.py`, with the Python of whichever environment has the version wanted;
so it imports nothing of this project, only the standard library, numpy and ai2thor. In come words
with their arguments, out go events, or why there is none.
"""

import sys
from multiprocessing.connection import Connection


def main():
    """Answer until the other side goes."""
    connection, version = Connection(int(sys.argv[1])), sys.argv[2]
    side = {"2.1.0": Thor21, "5.0.0": Thor50}[version]()
    words = {"start": side.start, "reset": side.reset, "step": side.step}
    while True:
        try:
            word, arguments = connection.recv()
        except (EOFError, OSError):
            break
        if word == "stop":
            break
        try:
            answer = ("event", parts_of(words[word](**arguments)))
        except ValueError as error:  # the package's own word for a call it refuses
            answer = ("refused", str(error))
        except BaseException as error:
            answer = ("failed", f"{type(error).__name__}: {error}")
        connection.send(answer)
    side.stop()


def parts_of(event):
    """What the other side needs of an event, as plain values and contiguous arrays."""
    import numpy

    def whole(image):
        return None if image is None else numpy.ascontiguousarray(image)

    return {
        "metadata": event.metadata,
        "frame": whole(event.frame),
        "depth": whole(event.depth_frame),
        "ids": whole(event.instance_segmentation_frame),
    }


class Thor:
    """What both versions do alike."""

    def __init__(self):
        self.controller = None

    def reset(self, scene):
        """Load a scene; 5.0.0 initialises it as it was started, 2.1.0 does not."""
        return self.controller.reset(scene)

    def step(self, action):
        """Do one action."""
        return self.controller.step(action)

    def stop(self):
        """End the build."""
        if self.controller is not None:
            self.controller.stop()


class Thor50(Thor):
    """ai2thor 5.0.0."""

    def start(self, executable, width, height, x_display, server, **initialization):
        """Start a build, the package's own download where none is given."""
        from ai2thor.controller import Controller
        from ai2thor.fifo_server import FifoServer
        from ai2thor.wsgi_server import WsgiServer

        self.controller = Controller(
            local_executable_path=executable,
            width=width,
            height=height,
            x_display="0" if x_display is None else x_display,  # it insists on one
            server_class={"fifo": FifoServer, "wsgi": WsgiServer}[server],
            server_timeout=3600.0,  # the other side keeps the time
            **initialization,
        )
        return self.controller.last_event


class Thor21(Thor):
    """ai2thor 2.1.0, as ALFRED's environment starts it."""

    def start(self, executable, width, height, x_display, server, **initialization):
        """Start a build, the package's own download where none is given."""
        from ai2thor.controller import Controller

        self.controller = Controller(quality="MediumCloseFitShadows")
        self.controller.local_executable_path = executable
        if x_display is None:  # a build that draws on none: ours
            self.controller.check_x_display = lambda display: None
            x_display = "0"
        return self.controller.start(
            x_display=x_display, player_screen_width=width, player_screen_height=height
        )


if __name__ == "__main__":
    main()
