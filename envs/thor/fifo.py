"""THOR's protocol over two named pipes: a header (type, length), a body, and an end mark.

The build speaks first. From the build: metadata as msgpack, then raw images, then the end. To the
build: an action as JSON, then the end.
"""

import contextlib
import errno
import fcntl
import os
import select
import struct
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgpack

from envs.thor.messages import LARGEST_ACTION_BYTES, plain, read_action
from envs.thor.objects import PackedList
from envs.thor.simulator import Reply, Simulator

HEADER = struct.Struct("!BI")
METADATA, ACTION, END = 1, 2, 255
IMAGE_TYPES = {
    "image": 4,
    "image_depth": 5,
    "image_normals": 6,
    "image_classes": 8,
    "image_ids": 9,
    "image-thirdParty-camera": 10,
    "image_thirdParty_depth": 12,
    "image_thirdParty_normals": 13,
    "image_thirdParty_image_ids": 14,
    "image_thirdParty_classes": 15,
}
END_MARK = HEADER.pack(END, 0)
PIPE_BYTES = 2**20
CHUNK_BYTES = 2**16
POLL_S = 0.02


class Gone(Exception):  # noqa: N818 - the ordinary end of a build's life
    """The client has gone."""


def encode(reply: Reply) -> Iterator[tuple[bytes, bytes]]:
    """Write a reply as one message, piece by piece: header and body of each."""
    body = pack(reply.metadata)
    yield HEADER.pack(METADATA, len(body)), body
    for name, raw in reply.images():
        yield HEADER.pack(IMAGE_TYPES[name], len(raw)), raw
    yield END_MARK, b""


def pack(message: Mapping[str, Any]) -> bytes:
    """Write metadata as msgpack; lists that are packed already are put in as they are."""
    packer = msgpack.Packer(default=plain, unicode_errors="replace")
    agents = message["agents"]
    parts = [packer.pack_map_header(len(message))]
    for name, value in message.items():
        parts.append(packer.pack(name))
        if value is agents:
            parts.append(packer.pack_array_header(len(agents)))
            parts += [part for agent in agents for part in _fields(packer, agent)]
        else:
            parts.append(packer.pack(value))
    return b"".join(parts)


def _fields(packer: msgpack.Packer, agent: Mapping[str, Any]) -> Iterator[bytes]:
    yield packer.pack_map_header(len(agent))
    for name, value in agent.items():
        yield packer.pack(name)
        yield value.pack() if isinstance(value, PackedList) else packer.pack(value)


def read_message(read: Callable[[int], bytes]) -> Any:
    """Read one message and return its action, None where it holds none that can be read.

    Args:
        read: Returns at least one and at most so many bytes; none at the end of the stream.

    Raises:
        Gone: If the stream ends.
    """
    action = None
    while True:
        kind, length = HEADER.unpack(_exactly(read, HEADER.size))
        if kind == END:
            return action
        if length > LARGEST_ACTION_BYTES or kind != ACTION:
            _skip(read, length)
            continue
        action = read_action(_exactly(read, length))


def _exactly(read: Callable[[int], bytes], count: int) -> bytes:
    parts = []
    while count:
        part = read(min(count, PIPE_BYTES))
        if not part:
            raise Gone
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


def _skip(read: Callable[[int], bytes], count: int) -> None:
    while count:
        part = read(min(count, CHUNK_BYTES))
        if not part:
            raise Gone
        count -= len(part)


def open_to_write(path: str, *, wait_s: float) -> int:
    """Open a pipe for writing once somebody reads it, without hanging where nobody ever does.

    Raises:
        Gone: If nobody does in time, or the pipe is taken away.
    """
    deadline = time.monotonic() + wait_s
    while True:
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
            break
        except OSError as error:
            if error.errno != errno.ENXIO or time.monotonic() > deadline:
                raise Gone from error
            time.sleep(POLL_S)
    os.set_blocking(descriptor, True)
    return descriptor


def open_to_read(path: str, *, wait_s: float) -> int:
    """Open a pipe for reading once somebody writes to it.

    Raises:
        Gone: If nobody does in time, or the pipe is taken away.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except OSError as error:
        raise Gone from error
    os.set_blocking(descriptor, True)
    if not select.select([descriptor], [], [], wait_s)[0]:
        os.close(descriptor)
        raise Gone
    return descriptor


def serve_fifo(
    build: Simulator, *, server_pipe: str, client_pipe: str, start_wait_s: float = 300.0
) -> None:
    """Answer one client until it goes.

    Args:
        build: What answers.
        server_pipe: Path of the pipe that the client reads.
        client_pipe: Path of the pipe that the client writes.
        start_wait_s: How long to wait for the client to open its ends.
    """
    with contextlib.ExitStack() as stack:
        try:
            out = open_to_write(server_pipe, wait_s=start_wait_s)
            stack.callback(os.close, out)
            widen(out)
            _write(out, build.hello())
            into = open_to_read(client_pipe, wait_s=start_wait_s)
            stack.callback(os.close, into)
            widen(into)
            while True:
                action = read_message(lambda count: os.read(into, count))
                _write(out, build.answer(action))
        except (Gone, BrokenPipeError):
            return


def widen(descriptor: int) -> None:
    """Let a pipe hold a whole message; where that is not allowed it is only slower."""
    with contextlib.suppress(OSError, AttributeError):
        fcntl.fcntl(descriptor, fcntl.F_SETPIPE_SZ, PIPE_BYTES)


def _write(descriptor: int, reply: Reply) -> None:
    # The client reads the metadata, which takes it longest, while the images are still written.
    for head, body in encode(reply):
        written = os.writev(descriptor, (head, body))
        view = memoryview(head + body if written < len(head) else body)
        view = view[written if written < len(head) else written - len(head) :]
        while view:
            view = view[os.write(descriptor, view) :]
