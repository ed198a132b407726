"""Models in this process: whatever their weights say, answers keep to the schema."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("llguidance")

from embodied.core.errors import ConfigError, PlanningError
from embodied.core.skills import SkillSpec
from planners.llm.local import LocalClient, _until_stop
from planners.llm.plan_schema import plan_model, to_subgoals
from planners.llm.types import LlmReply, LlmRequest, Message

SKILLS = (
    SkillSpec("pick", {"object": "object"}),
    SkillSpec("place", {"object": "object", "receptacle": "receptacle"}),
)
PLAN = plan_model(SKILLS, categories=("Mug", "Apple"), receptacles=("Desk",))
WORD = {
    "type": "object",
    "properties": {"word": {"enum": ["yes", "no"]}},
    "required": ["word"],
    "additionalProperties": False,
}


@pytest.fixture(scope="module")
def llm(tiny_model: Path) -> LocalClient:
    return LocalClient(tiny_model, device="cpu", batch=3, threads=1)


def asked(words: str, **settings: object) -> LlmRequest:
    return LlmRequest((Message.system("Plan."), Message.user(words)), **settings)  # type: ignore[arg-type]


def test_random_weights_give_valid_plans(llm: LocalClient) -> None:
    requests = [
        asked(f"Goal {n}", schema=PLAN.model_json_schema(), temperature=1.5, seed=n, max_tokens=400)
        for n in range(6)
    ]
    replies = llm.complete_many(requests)
    done = [reply for reply in replies if reply.finish == "stop"]
    assert done
    for reply in done:
        for step in to_subgoals(PLAN.model_validate_json(reply.text)):
            assert step.skill in ("pick", "place")


def test_batches_answer_as_single_requests_do(llm: LocalClient) -> None:
    requests = [asked("word " * n, schema=WORD) for n in (1, 30, 4, 12)]
    requests.insert(2, asked("another schema", schema={"enum": ["a", "b"]}))
    together = [reply.text for reply in llm.complete_many(requests)]
    assert together == [llm.complete(request).text for request in requests]
    assert together[2] in ('"a"', '"b"')


def test_free_text_and_schemas_share_a_batch(llm: LocalClient) -> None:
    free, held = llm.complete_many(
        [asked("x", max_tokens=30), asked("y", max_tokens=30, schema=WORD)]
    )
    assert held.text in ('{"word":"yes"}', '{"word":"no"}')
    assert free.usage.completion_tokens <= 30


def test_draws_are_repeated_by_their_seed(llm: LocalClient) -> None:
    one, two, three = (
        llm.complete(asked("x", temperature=1.0, seed=seed, max_tokens=12)).text
        for seed in (1, 1, 2)
    )
    assert one == two != three


def test_an_answer_that_is_cut_says_so(llm: LocalClient) -> None:
    reply = llm.complete(asked("x", schema=PLAN.model_json_schema(), max_tokens=3))
    assert (reply.finish, reply.usage.completion_tokens) == ("length", 3)


def test_a_question_longer_than_the_model_reads_has_no_answer(llm: LocalClient) -> None:
    with pytest.raises(PlanningError, match="512"):
        llm.complete(asked("mug " * 600))


def test_pictures_are_for_other_models(llm: LocalClient) -> None:
    seen = LlmRequest((Message.user("what?", np.zeros((2, 2, 3), np.uint8)),))
    with pytest.raises(ConfigError, match="no pictures"):
        llm.complete(seen)


def test_a_stream_says_what_the_answer_is(llm: LocalClient) -> None:
    request = asked("x", schema=WORD)
    *parts, reply = llm.stream(request)
    assert isinstance(reply, LlmReply)
    assert "".join(map(str, parts)) == reply.text == llm.complete(request).text


def test_tokens_are_counted(llm: LocalClient) -> None:
    before = llm.usage
    reply = llm.complete(asked("x", schema=WORD))
    spent = llm.usage - before
    assert spent.requests == 1
    assert spent.prompt_tokens == reply.usage.prompt_tokens > 3
    assert spent.completion_tokens > 0


@pytest.mark.parametrize(
    ("parts", "stops", "text"),
    [
        (["one", " two"], ["three"], "one two"),
        (["one E", "ND two"], ["END"], "one "),
        (["one EN"], ["END"], "one EN"),
        (["aSTOPb"], ["b", "STOP"], "a"),
    ],
)
def test_stop_strings_end_a_stream(parts: list[str], stops: list[str], text: str) -> None:
    assert "".join(_until_stop(parts, stops)) == text


def test_no_model_and_no_such_model(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"llm\.model"):
        LocalClient(None)
    with pytest.raises(ConfigError, match="Cannot load"):
        LocalClient(tmp_path / "nothing")
