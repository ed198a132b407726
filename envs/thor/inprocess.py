"""`ai2thor`'s own Controller with our household in the same process: no build, no pipe.

    from envs.thor.inprocess import Controller

    controller = Controller(scene="FloorPlan1", gridSize=0.25)
    event = controller.step("MoveAhead")

Everything but the transport is the package's: its checks, its Event class, its errors.
"""

from collections import defaultdict
from pathlib import Path
from typing import Any

from embodied.core.errors import ConfigError
from envs.thor.dialect import dialect
from envs.thor.rooms import installed_rooms
from envs.thor.simulator import Reply, Simulator

try:
    import ai2thor.controller
    import ai2thor.server
except ImportError as error:
    raise ConfigError('This needs the ai2thor package: pip install "embodied[thor]"') from error

DATA = Path("~/.cache/embodied/data")


class DirectServer(ai2thor.server.Server):
    """The package's end of the wire, without the wire.

    Args:
        build: What answers.
        width: Of the window, pixels.
        height: Of the window, pixels.
        options: Those of `ai2thor.server.Server`.
    """

    server_type = "DIRECT"

    def __init__(self, build: Simulator, width: int, height: int, **options: Any) -> None:
        super().__init__(width, height, timeout=None, **options)
        self.build = build
        self._reply: Reply = build.hello()

    def start(self) -> None:
        """Nothing is to be started."""
        self.started = True

    def send(self, action: dict[str, Any]) -> None:
        """Do an action; `receive` has what came of it."""
        if "sequenceId" in action:
            self.sequence_id = action["sequenceId"]
        else:
            self.sequence_id += 1
            action["sequenceId"] = self.sequence_id
        self._reply = self.build.answer(action)

    def receive(self, timeout: float | None = None) -> Any:
        """Return the event of the last action, in the package's own class."""
        files: dict[str, list[bytes]] = defaultdict(list)
        for name, raw in self._reply.images():
            files[name].append(raw)
        return self.create_event(self._reply.metadata, files)

    def stop(self) -> None:
        """Let go of the household."""
        self.build.close()


class Controller(ai2thor.controller.Controller):
    """`ai2thor.controller.Controller` over our household; takes all of its arguments.

    Args:
        data_root: Where benchmark files lie; ALFRED's floor plans are there if its files are.
        scenes_fit: What they are fitted from.
        scenes_approximate: Whether rooms that nothing is fitted from are made up.
        options: Those of `ai2thor.controller.Controller`.
    """

    def __init__(
        self,
        *,
        data_root: str | Path | None = None,
        scenes_fit: str = "train",
        scenes_approximate: bool = False,
        **options: Any,
    ) -> None:
        default = DATA.expanduser()
        self._rooms = installed_rooms(
            data_root or (default if default.is_dir() else None),
            fit=scenes_fit,
            approximate=scenes_approximate,
        )
        super().__init__(start_unity=False, **options)

    def start(self, *, width: int = 300, height: int = 300, **options: Any) -> Any:
        """Put a household up; called by the package."""
        build = Simulator(
            rooms=self._rooms, dialect=dialect("5.0.0"), width_px=width, height_px=height
        )
        self.server = DirectServer(
            build,
            width,
            height,
            depth_format=self.depth_format,
            add_depth_noise=self.add_depth_noise,
        )
        self.server.start()
        self.last_event = self.server.receive()
        return self.last_event

    def stop(self) -> None:
        """Let go of the household."""
        if self.server is not None:
            self.server.stop()
            self.server = None
