"""The household as an executable that the `ai2thor` package starts: `python -m envs.thor.build`.

The package says in environment variables what it speaks and where, and appends Unity's arguments.
Version 2.1.0 is told by what it does not set.
"""

import argparse
import logging
import os
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from embodied.core.errors import ConfigError
from envs.thor.dialect import dialect
from envs.thor.fifo import serve_fifo
from envs.thor.rooms import installed_rooms
from envs.thor.simulator import Simulator
from envs.thor.wsgi import serve_http

ORPHANED_CHECK_S = 1.0


def parse(words: Sequence[str]) -> argparse.Namespace:
    """Read Unity's arguments and our own; those that mean nothing here are left alone."""
    parser = argparse.ArgumentParser(prog="python -m envs.thor.build", allow_abbrev=False)
    parser.add_argument("-screen-width", type=int, default=300)
    parser.add_argument("-screen-height", type=int, default=300)
    parser.add_argument("--data-root", default=os.environ.get("EMBODIED_DATA"))
    parser.add_argument("--scenes-fit", default="train")
    parser.add_argument("--scenes-approximate", action="store_true")
    parser.add_argument("--render-backend", default="auto", choices=["auto", "gl", "rays"])
    return parser.parse_known_args(words)[0]


def make_build(options: argparse.Namespace, *, version: str) -> Simulator:
    """Make the build that the arguments describe."""
    default = Path("~/.cache/embodied/data").expanduser()
    root = options.data_root or (default if default.is_dir() else None)
    rooms = installed_rooms(root, fit=options.scenes_fit, approximate=options.scenes_approximate)
    return Simulator(
        rooms=rooms,
        dialect=dialect(version),
        width_px=options.screen_width,
        height_px=options.screen_height,
        render_backend=options.render_backend,
    )


def leave_with_parent() -> None:
    """End this process when the one that started it has gone, whatever it is waiting for."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(ORPHANED_CHECK_S)
        os._exit(0)

    threading.Thread(target=watch, daemon=True, name="orphaned").start()


def serve(words: Sequence[str], environment: Mapping[str, str]) -> None:
    """Serve the client that the environment describes, until it goes.

    Raises:
        ConfigError: If the environment describes none.
    """
    options = parse(words)
    kind = environment.get("AI2THOR_SERVER_TYPE")
    version = "2.1.0" if kind is None else "5.0.0"
    if kind == "FIFO":
        build = make_build(options, version=version)
        try:
            serve_fifo(
                build,
                server_pipe=_named(environment, "AI2THOR_FIFO_SERVER_PIPE_PATH"),
                client_pipe=_named(environment, "AI2THOR_FIFO_CLIENT_PIPE_PATH"),
            )
        finally:
            build.close()
        return
    host, port = _named(environment, "AI2THOR_HOST"), _named(environment, "AI2THOR_PORT")
    build = make_build(options, version=version)
    try:
        serve_http(
            build,
            host=host,
            port=int(port),
            token=environment.get("AI2THOR_CLIENT_TOKEN", ""),
        )
    finally:
        build.close()


def _named(environment: Mapping[str, str], name: str) -> str:
    if not environment.get(name):
        raise ConfigError(
            f"{name} is not set: this program is started by the ai2thor package, "
            "`Controller(local_executable_path=...)`; docs/thor.md shows how."
        )
    return environment[name]


def main() -> int:
    """Serve the client that started this process."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    leave_with_parent()
    try:
        serve(sys.argv[1:], os.environ)
    except ConfigError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
