"""MCAP recordings that rosbag2, Foxglove and PlotJuggler open; written beside the control loop."""

import queue
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from embodied.core.errors import ConfigError

_SEPARATOR = "=" * 80
_TYPE = re.compile(r"^([A-Za-z]\w*(?:/(?:msg/)?[A-Za-z]\w*)?)(?:<=\d+)?(?:\[[^\]]*\])?\s+\w")
_PRIMITIVES = frozenset(
    [f"{kind}{bits}" for kind in ("int", "uint") for bits in (8, 16, 32, 64)]
    + ["bool", "byte", "char", "float32", "float64", "string", "wstring"]
)


def full_definition(name: str, read: Callable[[str], str]) -> str:
    """Return a message's definition with those of all it is made of, as MCAP's `ros2msg` wants it.

    Args:
        name: `package/msg/Name`.
        read: Returns the text of the .msg file of such a name.
    """
    order, texts = [name], {name: read(name)}
    for each in order:
        for inner in _types_in(texts[each], package=each.split("/", 1)[0]):
            if inner not in texts:
                texts[inner] = read(inner)
                order.append(inner)
    first, *others = order
    parts = [texts[first].rstrip()]
    for each in others:
        package, _, last = each.split("/")
        parts.append(f"{_SEPARATOR}\nMSG: {package}/{last}\n{texts[each].rstrip()}")
    return "\n".join(parts) + "\n"


def _types_in(text: str, *, package: str) -> list[str]:
    found = []
    for line in text.splitlines():
        match = _TYPE.match(line.split("#", 1)[0].strip())
        if match is None:
            continue
        name = match[1]
        if name in _PRIMITIVES:
            continue
        *owner, last = name.split("/")
        found.append(f"{owner[0] if owner else package}/msg/{last}")
    return found


@dataclass(frozen=True)
class _Message:
    topic: str
    type: str
    data: bytes
    stamp_ns: int


class McapRecorder:
    """Writes serialised messages to one MCAP file, from a thread of its own.

    `write` never waits: where the disk does not keep up messages are dropped and counted.

    Args:
        path: The file; its folder is made.
        definition: Returns `full_definition` of a type, asked once a type.
        most_waiting: Messages that may wait for the disk.

    Raises:
        ConfigError: If the `mcap` package is not installed, or the file is there already.
    """

    def __init__(
        self, path: str | Path, *, definition: Callable[[str], str], most_waiting: int = 500
    ) -> None:
        try:
            from mcap.writer import Writer
        except ImportError as error:
            raise ConfigError(
                'Recording needs the mcap package: pip install "embodied[ros]".'
            ) from error
        self.path = Path(path)
        if self.path.exists():
            raise ConfigError(f"{self.path} is there already; recordings are not overwritten.")
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._definition = definition
        self._waiting: queue.Queue[_Message | None] = queue.Queue(maxsize=most_waiting)
        self._file = self.path.open("wb")
        self._writer: Any = Writer(self._file)
        self._writer.start(profile="ros2", library="embodied")
        self._channels: dict[str, int] = {}
        self._schemas: dict[str, int] = {}
        self.dropped = 0
        self.written = 0
        self._failure: Exception | None = None
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="mcap", daemon=True)
        self._thread.start()

    def write(self, topic: str, type: str, data: bytes, stamp_ns: int) -> bool:
        """Queue a message; safe from any thread.

        Args:
            topic: Its topic.
            type: `package/msg/Name`.
            data: It in CDR, header included, as rclpy's `serialize_message` returns it.
            stamp_ns: When it came, nanoseconds since 1970.

        Returns:
            Whether it was taken.
        """
        if self._closed or self._failure is not None:
            self.dropped += 1
            return False
        try:
            self._waiting.put_nowait(_Message(topic, type, data, stamp_ns))
        except queue.Full:
            self.dropped += 1
            return False
        return True

    def close(self) -> None:
        """Write what waits and finish the file; a second call does nothing.

        Raises:
            Exception: What kept it from being written whole.
        """
        if self._closed:
            return
        self._closed = True
        self._waiting.put(None)
        self._thread.join()
        try:
            self._writer.finish()
        finally:
            self._file.close()
        if self._failure is not None:
            raise self._failure

    def _run(self) -> None:
        while (message := self._waiting.get()) is not None:
            if self._failure is not None:
                self.dropped += 1
                continue
            try:
                self._put(message)
            except Exception as error:  # told by `close`; the robot does not stop for a full disk
                self._failure = error
                self.dropped += 1

    def _put(self, message: _Message) -> None:
        if message.type not in self._schemas:
            self._schemas[message.type] = self._writer.register_schema(
                name=message.type,
                encoding="ros2msg",
                data=self._definition(message.type).encode(),
            )
        if message.topic not in self._channels:
            self._channels[message.topic] = self._writer.register_channel(
                topic=message.topic,
                message_encoding="cdr",
                schema_id=self._schemas[message.type],
            )
        self._writer.add_message(
            channel_id=self._channels[message.topic],
            log_time=message.stamp_ns,
            publish_time=message.stamp_ns,
            data=message.data,
        )
        self.written += 1
