"""`embodied serve thor`: our household as a build that the `ai2thor` package starts or waits for.

The package says in environment variables what it speaks and where, and appends Unity's arguments.
Version 2.1.0 is told by what it does not set. Without those variables a client is looked for at a
host and port, where `Controller(start_unity=False, port=...)` waits.
"""

import argparse
import os
import socket
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from embodied.core.errors import ConfigError
from envs.thor.dialect import dialect
from envs.thor.fifo import serve_fifo
from envs.thor.rooms import installed_rooms
from envs.thor.simulator import Simulator
from envs.thor.wsgi import serve_http

ORPHANED_CHECK_S = 1.0
KNOCK_S = 0.2
OLD, NEW = "2.1.0", "5.0.0"


@dataclass(frozen=True)
class ThorServer:
    """A build for one client.

    Attributes:
        data_root: Where benchmark files lie; ALFRED's floor plans are there if its files are.
        scenes_fit: What they are fitted from.
        scenes_approximate: Whether rooms that nothing is fitted from are made up.
        render_backend: See `envs.household.render.make_renderer`.
        version: Of a client that is looked for; one that starts us says its own.
        host: Where it waits.
        port: And at which port; None where a client starts us.
        arguments: Unity's, as the package appends them.
    """

    data_root: str | None = None
    scenes_fit: str = "train"
    scenes_approximate: bool = False
    render_backend: str = "auto"
    version: str = NEW
    host: str = "127.0.0.1"
    port: int | None = None
    arguments: Sequence[str] = ()

    def serve(self) -> None:
        """Serve the client until it goes.

        Raises:
            ConfigError: If there is no client to serve.
        """
        self.serve_for(os.environ)

    def serve_for(self, environment: Mapping[str, str]) -> None:
        """Serve the client that an environment describes; see `serve`."""
        kind = environment.get("AI2THOR_SERVER_TYPE")
        if kind == "FIFO":
            pipes = {
                "server_pipe": _named(environment, "AI2THOR_FIFO_SERVER_PIPE_PATH"),
                "client_pipe": _named(environment, "AI2THOR_FIFO_CLIENT_PIPE_PATH"),
            }
            leave_with_parent()
            build = self.make(NEW)
            try:
                serve_fifo(build, **pipes)
            finally:
                build.close()
            return
        if environment.get("AI2THOR_PORT"):
            version = OLD if kind is None else NEW
            host, port = _named(environment, "AI2THOR_HOST"), int(environment["AI2THOR_PORT"])
            leave_with_parent()
        elif self.port is not None:
            version, host, port = self.version, self.host, self.port
            print(f"Looking for a client of ai2thor {version} at {host}:{port} ...", flush=True)
            _knock(host, port)
        else:
            raise ConfigError(
                "There is no client to serve. Give this command to the ai2thor package, "
                "Controller(local_executable_path='embodied serve thor'), or start "
                "Controller(start_unity=False, port=8200) and name its port: server.port=8200."
            )
        build = self.make(version)
        try:
            serve_http(
                build, host=host, port=port, token=environment.get("AI2THOR_CLIENT_TOKEN", "")
            )
        finally:
            build.close()

    def make(self, version: str) -> Simulator:
        """Make the build."""
        window = _window(self.arguments)
        root = self.data_root if self.data_root and Path(self.data_root).is_dir() else None
        return Simulator(
            rooms=installed_rooms(root, fit=self.scenes_fit, approximate=self.scenes_approximate),
            dialect=dialect(version),
            width_px=window.screen_width,
            height_px=window.screen_height,
            render_backend=self.render_backend,
        )


def _window(words: Sequence[str]) -> argparse.Namespace:
    """Read Unity's arguments; those that mean nothing here are left alone."""
    parser = argparse.ArgumentParser(allow_abbrev=False, add_help=False, exit_on_error=False)
    parser.add_argument("-screen-width", type=int, default=300)
    parser.add_argument("-screen-height", type=int, default=300)
    try:
        return parser.parse_known_args(list(words))[0]
    except (argparse.ArgumentError, SystemExit) as error:
        raise ConfigError(f"Cannot read the window's size: {error}") from error


def _named(environment: Mapping[str, str], name: str) -> str:
    if not environment.get(name):
        raise ConfigError(f"The client has not set {name}.")
    return environment[name]


def _knock(host: str, port: int) -> None:
    """Wait until somebody listens."""
    while True:
        try:
            socket.create_connection((host, port), timeout=KNOCK_S).close()
            return
        except OSError:
            time.sleep(KNOCK_S)


def leave_with_parent() -> None:
    """End this process when the one that started it has gone, whatever it is waiting for."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(ORPHANED_CHECK_S)
        os._exit(0)

    threading.Thread(target=watch, daemon=True, name="orphaned").start()
