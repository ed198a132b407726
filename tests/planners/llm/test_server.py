"""`embodied serve llm`: a model over HTTP, asked by the client that asks every other server."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import BaseModel

from embodied.core.errors import ConfigError, PlanningError
from planners.llm.openai_client import OpenAiClient
from planners.llm.scripted import ScriptedClient
from planners.llm.server import LlmServer, application
from planners.llm.structured import ask
from planners.llm.types import LlmClient, LlmReply, LlmRequest, Message

uvicorn = pytest.importorskip("uvicorn")
openai = pytest.importorskip("openai")


class Word(BaseModel):
    word: str


class Served:
    """A model served on a port of loopback, in a thread."""

    def __init__(self, client: LlmClient, **settings: Any) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}/v1"
        config = uvicorn.Config(application(client, **settings), log_level="critical")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],))

    def __enter__(self) -> "Served":
        self._thread.start()
        while not self._server.started:
            time.sleep(0.005)
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join()

    def asks(self, **settings: Any) -> OpenAiClient:
        return OpenAiClient("scripted", base_url=self.url, max_retries=0, **settings)

    def post(self, body: bytes) -> tuple[int, dict[str, Any]]:
        import urllib.error
        import urllib.request

        request = urllib.request.Request(f"{self.url}/chat/completions", data=body)
        try:
            with urllib.request.urlopen(request) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)


ASKED = LlmRequest((Message.system("Plan."), Message.user("hello")))


@pytest.fixture
def model() -> ScriptedClient:
    return ScriptedClient(lambda request: f"{request.messages[-1].text}!")


@pytest.fixture
def served(model: ScriptedClient) -> Iterator[Served]:
    with Served(model) as one:
        yield one


def test_a_chat_is_answered_and_counted(served: Served) -> None:
    reply = served.asks().complete(ASKED)
    assert (reply.text, reply.finish) == ("hello!", "stop")
    assert (reply.usage.prompt_tokens, reply.usage.completion_tokens) == (2, 1)


def test_the_model_is_listed(served: Served) -> None:
    library = openai.OpenAI(base_url=served.url, api_key="none")
    assert [each.id for each in library.models.list().data] == ["scripted"]


@pytest.mark.parametrize("stream", [False, True])
def test_everything_asked_arrives(served: Served, model: ScriptedClient, stream: bool) -> None:
    picture = np.arange(24, dtype=np.uint8).reshape(2, 4, 3)
    request = LlmRequest(
        (Message.system("Plan."), Message.user("see", picture)),
        schema=Word.model_json_schema(),
        max_tokens=7,
        temperature=0.5,
        seed=3,
        stop=("END",),
    )
    assert served.asks(stream=stream).complete(request).text == "see!"
    [came] = model.requests
    assert (came.max_tokens, came.temperature, came.seed, came.stop) == (7, 0.5, 3, ("END",))
    assert came.schema is not None
    assert came.schema["properties"] == {"word": {"type": "string"}}
    assert np.array_equal(came.messages[1].pieces[1].image, picture)  # type: ignore[union-attr]


def test_a_stream_comes_in_parts_and_ends_with_its_counts(served: Served) -> None:
    library = openai.OpenAI(base_url=served.url, api_key="none")
    parts = list(
        library.chat.completions.create(
            model="scripted",
            messages=[{"role": "user", "content": "hello"}],
            stream=True,
            stream_options={"include_usage": True},
        )
    )
    assert "".join(c.delta.content or "" for part in parts for c in part.choices) == "hello!"
    assert parts[-2].choices[0].finish_reason == "stop"
    assert parts[-1].usage.completion_tokens == 1


def test_who_comes_while_the_model_works_is_answered_in_one_batch() -> None:
    class Slow(ScriptedClient):
        def __init__(self) -> None:
            super().__init__(lambda request: request.messages[-1].text)
            self.batches: list[int] = []
            self.begun, self.go_on = threading.Event(), threading.Event()

        def complete_many(self, requests: Any) -> list[LlmReply]:
            self.batches.append(len(requests))
            self.begun.set()
            self.go_on.wait(30.0)
            return super().complete_many(requests)

    model = Slow()
    with Served(model) as served, ThreadPoolExecutor(6) as pool:
        llm = served.asks()
        requests = [LlmRequest((Message.user(str(n)),)) for n in range(6)]
        first = pool.submit(llm.complete, requests[0])
        model.begun.wait(30.0)
        rest = [pool.submit(llm.complete, each) for each in requests[1:]]
        time.sleep(0.3)  # they are on their way; however late, each is answered
        model.go_on.set()
        assert [each.result().text for each in [first, *rest]] == list("012345")
    assert model.batches[0] == 1
    assert sum(model.batches) == 6


def test_one_bad_request_fails_alone() -> None:
    def answer(request: LlmRequest) -> str:
        if request.messages[-1].text == "bad":
            raise PlanningError("nothing to be said")
        return "good"

    with Served(ScriptedClient(answer)) as served, ThreadPoolExecutor(4) as pool:
        llm = served.asks()
        words = ["good", "bad", "good", "good"]
        jobs = [pool.submit(llm.complete, LlmRequest((Message.user(word),))) for word in words]
        for word, job in zip(words, jobs, strict=True):
            if word == "bad":
                with pytest.raises(PlanningError, match="nothing to be said"):
                    job.result()
            else:
                assert job.result().text == "good"


@pytest.mark.parametrize(
    ("body", "status", "told"),
    [
        (b"{", 400, "JSON"),
        (b"{}", 400, "messages"),
        (b'{"messages": []}', 400, "messages"),
        (b'{"messages": [{"role": "king", "content": "x"}]}', 400, "role"),
        (b'{"messages": [{"role": "user", "content": "x"}], "max_tokens": 0}', 400, "max_tokens"),
        (b'{"messages": [{"role": "user", "content": "x"}], "model": "gpt"}', 404, "scripted"),
        (
            b'{"messages": [{"role": "user", "content": "x"}],'
            b'"response_format": {"type": "json_schema"}}',
            400,
            "json_schema",
        ),
        (
            b'{"messages": [{"role": "user", "content": [{"type": "image_url",'
            b'"image_url": {"url": "http://127.0.0.1/a.png"}}]}]}',
            400,
            "data:image",
        ),
        (b'{"messages": "' + b"x" * 2000 + b'"}', 413, "bytes"),
    ],
)
def test_requests_that_cannot_be_answered(
    model: ScriptedClient, body: bytes, status: int, told: str
) -> None:
    with Served(model, max_body_bytes=1000) as served:
        found, answer = served.post(body)
    assert found == status
    assert told in answer["error"]["message"]
    assert model.requests == []


def test_a_local_model_is_held_to_the_schema_over_http(tiny_model: Path) -> None:
    pytest.importorskip("llguidance")
    from planners.llm.local import LocalClient

    class Verdict(BaseModel):
        done: bool

    local = LocalClient(tiny_model, name="scripted", device="cpu", threads=1)
    with Served(local) as served:
        for stream in (False, True):
            verdict = ask(served.asks(stream=stream), ASKED.messages, Verdict, max_repairs=0)
            assert verdict.done in (True, False)


def test_a_port_that_is_taken(model: ScriptedClient) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        pytest.raises(ConfigError, match=r"server\.port=0"),
    ):
        LlmServer(model, port=taken.getsockname()[1]).serve()
