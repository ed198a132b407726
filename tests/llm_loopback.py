"""A real HTTP server on loopback that behaves and misbehaves as model servers do."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = Callable[[BaseHTTPRequestHandler, dict[str, Any]], None]


@dataclass
class LoopbackServer:
    """A real HTTP server whose answers are behaviours, one a request; the last one stays."""

    behaviours: list[Answer] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    url: str = ""

    def __post_init__(self) -> None:
        self.lock = threading.Lock()

    def next(self) -> Answer:
        with self.lock:
            return self.behaviours.pop(0) if len(self.behaviours) > 1 else self.behaviours[0]


def send(handler: BaseHTTPRequestHandler, status: int, body: Any, **headers: str) -> None:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    handler.send_response(status)
    handler.send_header("Content-Type", headers.pop("content_type", "application/json"))
    handler.send_header("Content-Length", headers.pop("length", str(len(data))))
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(data)


def says(text: str, *, prompt: int = 11, completion: int = 5, finish: str = "stop") -> Answer:
    """Answer as a model's server does."""

    def answer(handler: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
        choice = {
            "index": 0,
            "message": {"role": "assistant", "content": text},
            "finish_reason": finish,
        }
        usage = {
            "prompt_tokens": prompt,
            "completion_tokens": completion,
            "total_tokens": prompt + completion,
        }
        head = {"id": "1", "object": "chat.completion", "created": 1, "model": body["model"]}
        send(handler, 200, head | {"choices": [choice], "usage": usage})

    return answer


def refuses(status: int, message: str = "no", **headers: str) -> Answer:
    def answer(handler: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
        send(handler, status, {"error": {"message": message, "type": "x"}}, **headers)

    return answer


def raw(body: bytes, **headers: str) -> Answer:
    """Answer 200 with these bytes, whatever they are."""
    return lambda handler, _: send(handler, 200, body, **headers)


def streams(*texts: str, whole: bool = True) -> Answer:
    """Answer part by part; where it is not whole the connection ends in the middle."""

    def event(content: str, finish: str | None = None) -> bytes:
        choice = {"index": 0, "delta": {"content": content}, "finish_reason": finish}
        chunk = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
        return f"data: {json.dumps(chunk | {'choices': [choice]})}\n\n".encode()

    def answer(handler: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "text/event-stream")
        handler.end_headers()
        for text in texts:
            handler.wfile.write(event(text))
        if whole:
            handler.wfile.write(event("", "stop"))
            usage = {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}
            chunk = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
            last = chunk | {"choices": [], "usage": usage}
            handler.wfile.write(f"data: {json.dumps(last)}\n\ndata: [DONE]\n\n".encode())

    return answer


@contextmanager
def loopback_server() -> Iterator[LoopbackServer]:
    loopback = LoopbackServer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            body = json.loads(self.rfile.read(length))
            with loopback.lock:
                loopback.bodies.append(body)
                loopback.headers.append(
                    {name.lower(): value for name, value in self.headers.items()}
                )
                loopback.at_once += 1
                loopback.most_at_once = max(loopback.most_at_once, loopback.at_once)
            try:
                loopback.next()(self, body)
            except (BrokenPipeError, ConnectionResetError):
                pass  # the client has given up waiting
            finally:
                with loopback.lock:
                    loopback.at_once -= 1

        def log_message(self, *_: Any) -> None:
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    loopback.url = f"http://127.0.0.1:{http.server_address[1]}/v1"
    try:
        yield loopback
    finally:
        http.shutdown()
        http.server_close()
        thread.join()
