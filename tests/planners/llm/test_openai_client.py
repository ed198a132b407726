"""Clients against a real server that behaves and misbehaves."""

import json
import threading
import time
from typing import Any

import numpy as np
import pytest
from llm_loopback import LoopbackServer, raw, refuses, says, send, streams

from embodied.core.errors import AccessError, ConfigError, PlanningError, UnavailableError
from planners.llm.openai_client import OpenAiClient
from planners.llm.types import LlmRequest, Message

ASKED = LlmRequest((Message.system("Plan."), Message.user("Goal: a cold apple")))
SCHEMA = {
    "type": "object",
    "properties": {"word": {"type": "string", "default": "", "title": "Word"}},
}


def client(server: LoopbackServer, **settings: Any) -> OpenAiClient:
    return OpenAiClient("m", base_url=server.url, **({"max_retries": 2} | settings))


def test_an_answer_comes_with_its_tokens_and_its_price(server: LoopbackServer) -> None:
    server.behaviours = [says("hello", prompt=2000, completion=1000)]
    llm = client(server, usd_per_million={"prompt": 1.0, "completion": 4.0})
    reply = llm.complete(ASKED)
    assert (reply.text, reply.finish) == ("hello", "stop")
    assert (reply.usage.prompt_tokens, reply.usage.completion_tokens) == (2000, 1000)
    assert reply.usage.cost_usd == pytest.approx(0.006)
    llm.complete(ASKED)
    assert llm.usage.requests == 2
    assert llm.usage.cost_usd == pytest.approx(0.012)
    assert llm.usage.measures()["llm_prompt_tokens"] == 4000.0


def test_what_is_asked_goes_over_the_wire_as_it_is(server: LoopbackServer) -> None:
    server.behaviours = [says("{}")]
    red = np.zeros((2, 3, 3), np.uint8)
    request = LlmRequest(
        (Message.system("Plan."), Message.user("what is this?", red)),
        schema=SCHEMA,
        max_tokens=77,
        temperature=0.25,
        seed=5,
        stop=("END",),
    )
    client(server, extra={"top_k": 1}).complete(request)
    [body] = server.bodies
    assert body["messages"][0] == {"role": "system", "content": "Plan."}
    text, picture = body["messages"][1]["content"]
    assert text == {"type": "text", "text": "what is this?"}
    assert picture["image_url"]["url"].startswith("data:image/png;base64,")
    sent = (body["max_tokens"], body["temperature"], body["seed"], body["stop"], body["top_k"])
    assert sent == (77, 0.25, 5, ["END"], 1)
    form = body["response_format"]["json_schema"]
    assert not form["strict"]
    assert form["schema"]["properties"]["word"] == {"type": "string"}


def test_the_strict_form_requires_every_field(server: LoopbackServer) -> None:
    server.behaviours = [says("{}")]
    request = LlmRequest(ASKED.messages, schema=SCHEMA)
    client(server, structured="strict").complete(request)
    form = server.bodies[0]["response_format"]["json_schema"]
    assert form["strict"]
    assert form["schema"]["required"] == ["word"]
    assert form["schema"]["additionalProperties"] is False


@pytest.mark.parametrize("structured", ["object", "none"])
def test_servers_without_schemas_are_told_in_words(server: LoopbackServer, structured: str) -> None:
    server.behaviours = [says("{}")]
    request = LlmRequest(ASKED.messages, schema=SCHEMA)
    client(server, structured=structured).complete(request)
    [body] = server.bodies
    assert '"word"' in body["messages"][0]["content"]
    formats = {"object": {"type": "json_object"}, "none": None}
    assert body.get("response_format") == formats[structured]


@pytest.mark.parametrize(
    "first",
    [
        refuses(500),
        refuses(503),
        refuses(429),
        refuses(408),
        raw(b'{"choices": [{"message": {"con', content_type="application/json"),
        raw(b'{"choices": [', length="5000"),
        raw(b"<html>gateway</html>"),
        raw(b"{}"),
    ],
    ids=["500", "503", "429", "408", "bad-json", "cut", "html", "no-choices"],
)
def test_errors_that_may_pass_are_asked_again(
    server: LoopbackServer, first: Any, no_waiting: list[float]
) -> None:
    server.behaviours = [first, says("hello")]
    assert client(server).complete(ASKED).text == "hello"
    assert len(server.bodies) == 2
    assert len(no_waiting) == 1


def test_the_server_says_how_long_to_wait(server: LoopbackServer, no_waiting: list[float]) -> None:
    server.behaviours = [
        refuses(429, Retry_After="7"),
        refuses(429, retry_after_ms="250"),
        says("hello"),
    ]
    assert client(server).complete(ASKED).text == "hello"
    assert no_waiting == [7.0, 0.25]


def test_a_wait_too_long_is_no_wait(server: LoopbackServer, no_waiting: list[float]) -> None:
    server.behaviours = [refuses(429, "quota", Retry_After="86400")]
    with pytest.raises(PlanningError, match=r"1 attempts: .*quota"):
        client(server, longest_wait_s=60.0).complete(ASKED)
    assert no_waiting == []


def test_pauses_grow_and_attempts_end(server: LoopbackServer, no_waiting: list[float]) -> None:
    server.behaviours = [refuses(500, "the server is on fire")]
    with pytest.raises(PlanningError, match=r"5 attempts: .*on fire"):
        client(server, max_retries=4).complete(ASKED)
    assert len(server.bodies) == 5
    assert all(0.0 <= pause_s <= 0.5 * 2**n for n, pause_s in enumerate(no_waiting))


def test_a_server_that_does_not_answer_is_given_up(
    server: LoopbackServer, no_waiting: list[float]
) -> None:
    over = threading.Event()
    server.behaviours = [lambda handler, body: over.wait(30.0)]
    try:
        with pytest.raises(PlanningError, match=r"gave no answer in 2 attempts.*[Tt]imed out"):
            client(server, timeout_s=0.1, max_retries=1).complete(ASKED)
    finally:
        over.set()


def test_nobody_there(no_waiting: list[float]) -> None:
    llm = OpenAiClient("m", base_url="http://127.0.0.1:9/v1", max_retries=1)
    with pytest.raises(PlanningError, match="no answer in 2 attempts"):
        llm.complete(ASKED)


@pytest.mark.parametrize(("status", "told"), [(401, "EMBODIED_TEST_KEY"), (404, "llm.model")])
def test_settings_that_are_wrong_are_said_at_once(
    server: LoopbackServer, monkeypatch: pytest.MonkeyPatch, status: int, told: str
) -> None:
    monkeypatch.setenv("EMBODIED_TEST_KEY", "sk-very-secret-123")
    server.behaviours = [refuses(status)]
    # a setting to mend, and nothing that was asked counts as answered
    assert issubclass(AccessError, ConfigError)
    assert issubclass(AccessError, UnavailableError)
    with pytest.raises(AccessError, match=told):
        client(server, key_variable="EMBODIED_TEST_KEY").complete(ASKED)
    assert len(server.bodies) == 1


def test_a_request_that_is_refused_says_why(server: LoopbackServer) -> None:
    server.behaviours = [refuses(400, "response_format is unknown")]
    with pytest.raises(PlanningError, match=r"response_format is unknown.*llm\.structured"):
        client(server).complete(ASKED)


def test_the_key_comes_from_the_environment_and_stands_nowhere_else(
    server: LoopbackServer, monkeypatch: pytest.MonkeyPatch, no_waiting: list[float]
) -> None:
    key = "sk-very-secret-123"
    monkeypatch.setenv("EMBODIED_TEST_KEY", key)
    server.behaviours = [says("hello"), refuses(500, f"bad key {key}"), refuses(400, f"no {key}")]
    llm = client(server, key_variable="EMBODIED_TEST_KEY", max_retries=0)
    llm.complete(ASKED)
    assert server.headers[0]["authorization"] == f"Bearer {key}"
    for _ in range(2):
        with pytest.raises(PlanningError) as caught:
            llm.complete(ASKED)
        assert key not in str(caught.value)
        assert "<EMBODIED_TEST_KEY>" in str(caught.value)
        assert caught.value.__cause__ is None
    assert key not in json.dumps(llm.identity) + llm.name


def test_a_missing_key_is_said_before_anything_is_asked(
    server: LoopbackServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("EMBODIED_TEST_KEY", raising=False)
    with pytest.raises(ConfigError, match="export EMBODIED_TEST_KEY="):
        client(server, key_variable="EMBODIED_TEST_KEY")


def test_a_password_in_the_address_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"llm\.base_url"):
        OpenAiClient("m", base_url="http://me:secret@localhost/v1")


def test_answers_come_in_order_and_side_by_side(server: LoopbackServer) -> None:
    def echo(handler: Any, body: dict[str, Any]) -> None:
        deadline = time.monotonic() + 5.0
        while server.most_at_once < 3 and time.monotonic() < deadline:
            time.sleep(0.005)
        says(body["messages"][0]["content"])(handler, body)

    server.behaviours = [echo]
    requests = [LlmRequest((Message.user(str(n)),)) for n in range(7)]
    replies = client(server, concurrency=3).complete_many(requests)
    assert [reply.text for reply in replies] == [str(n) for n in range(7)]
    assert server.most_at_once == 3


def test_a_stream_is_put_together(server: LoopbackServer) -> None:
    server.behaviours = [streams("hel", "lo")]
    reply = client(server, stream=True).complete(ASKED)
    assert (reply.text, reply.usage.prompt_tokens) == ("hello", 3)
    assert server.bodies[0]["stream"] is True


def test_a_cut_stream_is_no_answer(server: LoopbackServer, no_waiting: list[float]) -> None:
    server.behaviours = [streams('{"a": 1, ', whole=False), streams("hello")]
    assert client(server, stream=True).complete(ASKED).text == "hello"
    server.behaviours = [streams('{"a": 1, ', whole=False)]
    with pytest.raises(PlanningError, match="cut"):
        client(server, stream=True).complete(ASKED)


def test_an_error_in_the_middle_of_a_stream(
    server: LoopbackServer, no_waiting: list[float]
) -> None:
    def broken(handler: Any, body: dict[str, Any]) -> None:
        data = b'data: {"error": {"message": "out of memory", "code": 500}}\n\n'
        send(handler, 200, data, content_type="text/event-stream")

    server.behaviours = [broken, streams("hello")]
    assert client(server, stream=True).complete(ASKED).text == "hello"


def test_a_model_that_declines_has_no_plan(server: LoopbackServer) -> None:
    def declines(handler: Any, body: dict[str, Any]) -> None:
        message = {"role": "assistant", "content": None, "refusal": "I will not."}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        head = {"id": "1", "object": "chat.completion", "created": 1, "model": "m"}
        send(handler, 200, head | {"choices": [choice]})

    server.behaviours = [declines]
    with pytest.raises(PlanningError, match="I will not"):
        client(server).complete(ASKED)
