"""A supervised `ai2thor`: in a process of its own, watched, ended and started again as needed.

The package can wait for ever for a build that died or hangs, so it runs in a child process, through
`bridge.py`, and every wait on it has an end here. Child, build and their pipes go together: they
are one process group with one temporary folder.
"""

import contextlib
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from embodied.core.errors import ConfigError, EmbodiedError

BRIDGE = Path(__file__).with_name("bridge.py")
POLL_S = 0.05
END_S = 5.0


class ThorError(EmbodiedError):
    """The build or the package crashed, hung, or could not be started."""


class ThorRefusedError(EmbodiedError, ValueError):
    """The package or the build refuses a call: unknown action, missing or mistyped argument."""


@dataclass(frozen=True)
class LinkSettings:
    """What to start and how long to wait for it.

    Attributes:
        version: Of the `ai2thor` package.
        executable: Command of the build; None lets the package download its own.
        python: Interpreter of the environment that has the package.
        server: `fifo` or `wsgi` (2.1.0 has HTTP alone).
        width_px: Width of the window.
        height_px: Height of the window.
        x_display: X display of a build that draws on one; None for one that draws on none.
        initialization: Arguments of `Initialize` that 5.0.0 sends by itself on every reset.
        start_timeout_s: For the build to come up.
        step_timeout_s: For an answer.
        environment: Variables set besides.
    """

    version: str
    executable: str | None = None
    python: str = sys.executable
    server: str = "fifo"
    width_px: int = 300
    height_px: int = 300
    x_display: str | None = "0"
    initialization: Mapping[str, Any] = field(default_factory=dict)
    start_timeout_s: float = 300.0
    step_timeout_s: float = 100.0
    environment: Mapping[str, str] = field(default_factory=dict)


class Link:
    """One supervised `ai2thor`.

    Args:
        settings: What to start.

    Raises:
        ConfigError: If the executable or the interpreter cannot be run.
    """

    def __init__(self, settings: LinkSettings) -> None:
        _probe(settings)
        self._settings = settings
        self._process: subprocess.Popen[bytes] | None = None
        self._connection: Connection | None = None
        self._built = False
        self._folder: Path | None = None

    @property
    def running(self) -> bool:
        """Whether a build is up."""
        return self._process is not None

    @property
    def pid(self) -> int | None:
        """Process group of child and build, None while there is none."""
        return self._process.pid if self._process else None

    def start(self) -> dict[str, Any]:
        """Start package and build, ending what runs; returns the first event.

        Raises:
            ThorError: If they are not up in time.
        """
        self.stop()
        self._built = False
        settings = self._settings
        self._folder = Path(tempfile.mkdtemp(prefix="embodied-thor-"))
        environment = {**os.environ, **settings.environment, "TMPDIR": str(self._folder)}
        deadline = self._soon(settings.start_timeout_s)
        own, theirs = socket.socketpair()
        with theirs, (self._folder / "log").open("wb") as log:
            self._connection = Connection(own.detach())
            self._process = subprocess.Popen(
                [settings.python, str(BRIDGE), str(theirs.fileno()), settings.version],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        return self._ask(
            "start",
            deadline,
            executable=settings.executable,
            width=settings.width_px,
            height=settings.height_px,
            x_display=settings.x_display,
            server=settings.server,
            **settings.initialization,
        )

    def reset(self, scene: str) -> dict[str, Any]:
        """Load a scene, starting package and build where they are not up.

        Raises:
            ThorError: If there is no answer in time.
        """
        if not self.running:
            self.start()
        return self._ask("reset", self._soon(self._settings.start_timeout_s), scene=scene)

    def step(self, action: Mapping[str, Any]) -> dict[str, Any]:
        """Do one action.

        Raises:
            ThorError: If there is no answer in time; the build is ended then.
            ThorRefusedError: If the call is refused as such.
        """
        if not self.running:
            raise ThorError("No build is up: it crashed or was never started. Call reset().")
        return self._ask("step", self._soon(self._settings.step_timeout_s), action=dict(action))

    def stop(self) -> None:
        """End package and build and take their pipes away."""
        if self._connection is not None:
            with contextlib.suppress(OSError):
                self._connection.close()
            self._connection = None
        if self._process is not None:
            _end(self._process)
            self._process = None
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def __del__(self) -> None:
        with contextlib.suppress(Exception):
            self.stop()

    @staticmethod
    def _soon(seconds: float) -> float:
        return time.monotonic() + seconds

    def _ask(self, word: str, deadline: float, **arguments: Any) -> dict[str, Any]:
        assert self._connection is not None
        assert self._process is not None
        what = f"in {word} {arguments.get('action') or arguments.get('scene') or ''}".strip()
        # A child that stops in the middle of a message would hold us in it: at the deadline it is
        # killed, which ends the message.
        late = threading.Event()
        killer = threading.Timer(deadline - time.monotonic(), _kill, [self._process, late])
        killer.daemon = True
        killer.start()
        try:
            self._connection.send((word, arguments))
            while not self._connection.poll(POLL_S):
                if not late.is_set():
                    self._check_alive(what)
            kind, answer = self._connection.recv()
        except (EOFError, OSError) as error:
            if late.is_set():
                raise self._gone(f"did not answer in time {what}") from error
            raise self._gone(f"went away {what}") from error
        finally:
            killer.cancel()
        if kind == "refused":
            raise ThorRefusedError(answer)
        if kind == "failed":
            raise self._gone(f"failed {what}: {answer}")
        return answer

    def _check_alive(self, what: str) -> None:
        assert self._process is not None
        if self._process.poll() is not None:
            raise self._gone(f"ended with status {self._process.returncode} {what}")
        # The package waits for ever for a build that died before it opened its pipe.
        states = _children(self._process.pid)
        self._built = self._built or bool(states)
        if self._built and states is not None and set(states) <= {"Z"}:
            raise self._gone(f"lost its build {what}; what it said stands in ~/.ai2thor/log")

    def _gone(self, what: str) -> ThorError:
        """End everything; return the error with the last lines that were said."""
        said = ""
        if self._folder is not None and (self._folder / "log").exists():
            lines = (self._folder / "log").read_text("utf-8", "replace").splitlines()
            said = "".join(f"\n  {line}" for line in lines[-5:])
        self.stop()
        return ThorError(f"AI2-THOR {self._settings.version} {what}.{said}")


def _probe(settings: LinkSettings) -> None:
    """Find out now what would hang the package later: a build that cannot be run."""
    words = [settings.python]
    if settings.executable is not None:
        words.append(shlex.split(settings.executable)[0] if settings.executable.strip() else "")
    for word in words:
        if shutil.which(word) is None:
            raise ConfigError(
                f"{word!r} cannot be run: no such program, or it is not executable. Give the path "
                "of the build that lies inside its unpacked folder."
            )


def _children(pid: int) -> list[str] | None:
    """States of a process's children (Z: dead and not collected); None where nothing tells."""
    try:
        # The package may start the build from a thread, and each thread has children of its own.
        lists = [path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/children")]
    except OSError:
        return None
    if not lists:
        return None
    return [state for text in lists for child in text.split() if (state := _state(child))]


def _state(pid: str) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return ""


def _kill(process: subprocess.Popen[bytes], late: threading.Event) -> None:
    late.set()
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process group and collect it."""
    for signal_ in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal_)
        try:
            process.wait(END_S)
            break
        except subprocess.TimeoutExpired:
            continue
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)  # what of the group is left
