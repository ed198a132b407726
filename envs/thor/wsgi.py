"""THOR's protocol over HTTP: the build posts what it sees, the reply is the next action.

One connection is kept for good. The body is multipart, spelled as Unity's client spells it: a line
break before the first boundary, and `Content-disposition`.
"""

import http.client
import json
import uuid

from envs.thor.messages import LARGEST_ACTION_BYTES, plain, read_action
from envs.thor.simulator import Reply, Simulator

PATH = "/train"


def encode(reply: Reply, *, token: str, boundary: str) -> bytes:
    """Write a reply as a multipart body."""
    metadata = json.dumps(reply.metadata, default=plain, separators=(",", ":"))
    parts: list[bytes] = []
    for name, text in (("metadata", metadata), ("token", token)):
        parts += [_head(boundary, f'name="{name}"', "text/plain; charset=utf-8"), text.encode()]
    for name, raw in reply.images():
        words = f'name="{name}"; filename="{name}.raw"'
        parts += [_head(boundary, words, "application/octet-stream"), raw]
    return b"".join([*parts, f"\r\n--{boundary}--\r\n".encode()])


def _head(boundary: str, words: str, kind: str) -> bytes:
    return (
        f"\r\n--{boundary}\r\n"
        f"Content-disposition: form-data; {words}\r\n"
        f"Content-Type: {kind}\r\n\r\n"
    ).encode()


def serve_http(
    build: Simulator, *, host: str, port: int, token: str, timeout_s: float | None = None
) -> None:
    """Post what is seen to a client and do what it answers, until it goes.

    Args:
        build: What sees and acts.
        host: Where the client listens.
        port: And its port.
        token: What tells the client that this is the build it started.
        timeout_s: How long to wait for an action; None waits for good.
    """
    connection = http.client.HTTPConnection(host, port, timeout=timeout_s)
    reply = build.hello()
    try:
        while True:
            boundary = uuid.uuid4().hex
            connection.request(
                "POST",
                PATH,
                encode(reply, token=token, boundary=boundary),
                {"Content-Type": f"multipart/form-data; boundary={boundary}"},
            )
            response = connection.getresponse()
            body = response.read(LARGEST_ACTION_BYTES + 1)
            if response.status != http.client.OK:
                return  # a client that has another build, or is going
            if len(body) > LARGEST_ACTION_BYTES:
                while response.read(2**16):
                    pass
                body = b""
            reply = build.answer(read_action(body))
    except (OSError, http.client.HTTPException):
        return
    finally:
        connection.close()
