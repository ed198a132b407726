"""The two wires: what is written can be read, and rubbish takes nothing down."""

import io
import json
import os
import threading
from pathlib import Path

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from envs.thor import fifo, wsgi
from envs.thor.messages import LARGEST_ACTION_BYTES, read_action
from envs.thor.simulator import Reply, Simulator

REPLY = Reply(
    {"agents": [{"sceneName": "Küche"}], "sequenceId": 3},
    (("image", lambda: b"\1\2"), ("image_ids", lambda: b"\3")),
)


def parts(message: bytes) -> list[tuple[int, bytes]]:
    stream, found = io.BytesIO(message), []
    while header := stream.read(fifo.HEADER.size):
        kind, length = fifo.HEADER.unpack(header)
        found.append((kind, stream.read(length)))
    return found


def whole(reply: Reply) -> bytes:
    return b"".join(head + body for head, body in fifo.encode(reply))


def test_a_reply_is_metadata_images_and_an_end() -> None:
    (kind, metadata), *rest = parts(whole(REPLY))
    assert kind == fifo.METADATA
    assert msgpack.unpackb(metadata) == REPLY.metadata
    assert rest == [(4, b"\1\2"), (9, b"\3"), (fifo.END, b"")]


def message(body: bytes, kind: int = fifo.ACTION) -> bytes:
    return fifo.HEADER.pack(kind, len(body)) + body + fifo.END_MARK


@given(st.dictionaries(st.text(), st.integers() | st.text() | st.lists(st.floats(allow_nan=False))))
def test_an_action_arrives_as_it_was_sent(action: dict) -> None:
    assert fifo.read_message(io.BytesIO(message(json.dumps(action).encode())).read) == action


@given(st.binary())
def test_a_body_that_is_no_json_is_no_action(body: bytes) -> None:
    try:
        json.loads(body)
    except ValueError:
        assert fifo.read_message(io.BytesIO(message(body)).read) is None


@given(st.binary(max_size=200))
def test_a_torn_stream_ends_and_does_not_hang(stream: bytes) -> None:
    reader = io.BytesIO(stream)

    def read_all() -> None:
        while True:
            fifo.read_message(reader.read)

    with pytest.raises(fifo.Gone):
        read_all()


@pytest.mark.parametrize("action", ["\ud800", "Pass"])
def test_what_msgpack_cannot_hold_takes_nothing_down(strict: Simulator, action: str) -> None:
    reply = strict.answer({"action": action, "sequenceId": 2**70, "objectId": "\udfff"})
    assert msgpack.unpackb(fifo.pack(reply.metadata))["sequenceId"] == 0


def test_deep_nesting_is_no_action() -> None:
    assert read_action(b"[" * 100_000) is None


def test_what_is_too_long_is_skipped_in_pieces() -> None:
    asked = []

    def read(count: int) -> bytes:
        asked.append(count)
        return stream.read(count)

    long = fifo.HEADER.pack(fifo.ACTION, LARGEST_ACTION_BYTES + 1)
    stream = io.BytesIO(long + b"x" * (LARGEST_ACTION_BYTES + 1) + message(b'{"action": "Pass"}'))
    assert fifo.read_message(read) == {"action": "Pass"}
    assert max(asked) <= fifo.PIPE_BYTES


def test_nobody_at_the_other_end_is_noticed(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(fifo.Gone):
        fifo.open_to_write(str(tmp_path / "pipe"), wait_s=0.1)
    with pytest.raises(fifo.Gone):
        fifo.open_to_read(str(tmp_path / "pipe"), wait_s=0.1)
    with pytest.raises(fifo.Gone):
        fifo.open_to_read(str(tmp_path / "none"), wait_s=0.1)


def test_a_client_over_pipes_is_served_until_it_goes(strict: Simulator, tmp_path: Path) -> None:
    server, client = tmp_path / "server", tmp_path / "client"
    for path in (server, client):
        os.mkfifo(path)
    serving = threading.Thread(
        target=fifo.serve_fifo,
        args=(strict,),
        kwargs={"server_pipe": str(server), "client_pipe": str(client)},
    )
    # The household's renderer belongs to the thread that made it, so the client has the other one.
    seen = []

    def talk() -> None:
        with server.open("rb", buffering=0) as out, client.open("wb", buffering=0) as into:
            for body in (b'{"action": "Pass", "sequenceId": 1}', b"rubbish", b"[1, 2]"):
                seen.append(read_reply(out))
                into.write(message(body))
            seen.append(read_reply(out))

    talking = threading.Thread(target=talk)
    talking.start()
    serving.run()
    talking.join(20)
    assert [m["sequenceId"] for m in seen] == [0, 1, 0, 0]
    assert [m["agents"][0]["lastActionSuccess"] for m in seen] == [True, True, False, False]


def read_reply(out: io.RawIOBase) -> dict:
    metadata = None
    while True:
        kind, length = fifo.HEADER.unpack(exactly(out, fifo.HEADER.size))
        if kind == fifo.END:
            return metadata
        body = exactly(out, length)
        if kind == fifo.METADATA:
            metadata = msgpack.unpackb(body)


def exactly(out: io.RawIOBase, count: int) -> bytes:
    body = b""
    while len(body) < count:
        body += out.read(count - len(body))
    return body


def test_the_multipart_body_is_spelled_as_unity_spells_it() -> None:
    body = wsgi.encode(REPLY, token="t", boundary="B")
    assert body.startswith(b"\r\n--B\r\nContent-disposition: form-data; ")
    assert body.endswith(b"\r\n--B--\r\n")
    assert b'name="image"; filename=' in body
    assert json.dumps("Küche").encode() in body or "Küche".encode() in body
