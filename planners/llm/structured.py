"""Answers of a declared form: schema out, checked JSON back, repaired at most twice."""

import json
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from embodied.core.errors import PlanningError
from planners.llm.types import LlmClient, LlmReply, LlmRequest, Message

AnswerT = TypeVar("AnswerT", bound=BaseModel)

MAX_SHOWN_ERRORS = 6
"""Errors fed back at once: a model that wrote nonsense would else be drowned in them."""

MAX_SHOWN_CUT = 200
"""Characters shown again of an answer that ran on: all of it would fill a small model's window."""


def ask(
    client: LlmClient,
    messages: Sequence[Message],
    answer: type[AnswerT],
    *,
    max_repairs: int = 2,
    check: Callable[[AnswerT], list[str]] | None = None,
    max_tokens: int = 768,
    temperature: float = 0.0,
    seed: int | None = None,
) -> AnswerT:
    """Ask for an answer of a declared form.

    An answer that is no JSON, does not fit or fails the check is sent back with what is wrong.

    Args:
        client: The model.
        messages: The conversation so far.
        answer: The form; its JSON schema goes to the model.
        max_repairs: Further attempts after the first, each with the errors of the one before.
        check: What is wrong with an answer that fits, one sentence each; empty if nothing.
        max_tokens: Longest answer.
        temperature: 0 takes the most likely answer.
        seed: Seed of the draws.

    Raises:
        PlanningError: If no attempt was right; `raw` keeps the last answer as it came.
    """
    [found] = ask_many(
        client,
        [messages],
        answer,
        max_repairs=max_repairs,
        check=check,
        max_tokens=max_tokens,
        temperature=temperature,
        seed=seed,
    )
    if isinstance(found, PlanningError):
        raise found
    return found


def ask_many(
    client: LlmClient,
    conversations: Sequence[Sequence[Message]],
    answer: type[AnswerT],
    *,
    max_repairs: int = 2,
    check: Callable[[AnswerT], list[str]] | None = None,
    max_tokens: int = 768,
    temperature: float = 0.0,
    seed: int | None = None,
) -> list[AnswerT | PlanningError]:
    """Ask several questions at once, as `ask` does for one.

    Returns:
        For each conversation its answer, or the error that `ask` would have raised.
    """
    schema = _schema(answer)
    talks = [tuple(messages) for messages in conversations]
    found: list[AnswerT | PlanningError | None] = [None] * len(talks)
    open_ones = list(range(len(talks)))
    for attempt in range(max_repairs + 1):
        requests = [
            LlmRequest(
                messages=talks[index],
                schema=schema,
                max_tokens=max_tokens,
                temperature=temperature,
                seed=seed,
            )
            for index in open_ones
        ]
        still_open = []
        replies = _replies(client, requests)
        for index, reply in zip(open_ones, replies, strict=True):
            if isinstance(reply, PlanningError):
                found[index] = reply
                continue
            parsed, wrong = _read(reply.text, reply.finish, answer, check)
            if parsed is not None:
                found[index] = parsed
                continue
            if attempt == max_repairs:
                found[index] = PlanningError(
                    f"{client.name} gave no valid answer in {max_repairs + 1} attempts: "
                    + "; ".join(wrong),
                    raw=reply.text,
                )
                continue
            said = reply.text if reply.finish == "stop" else reply.text[:MAX_SHOWN_CUT] + " ..."
            talks[index] = (*talks[index], Message.assistant(said), repair(wrong))
            still_open.append(index)
        open_ones = still_open
        if not open_ones:
            break
    return [item for item in found if item is not None]


@lru_cache(maxsize=64)
def _schema(answer: type[BaseModel]) -> dict[str, Any]:
    """Return a form's schema; pydantic takes milliseconds to write that of a plan."""
    return answer.model_json_schema()


def _replies(client: LlmClient, requests: Sequence[LlmRequest]) -> list[LlmReply | PlanningError]:
    """Return the replies; where one question cannot be answered, the others are all the same."""
    try:
        return list(client.complete_many(requests))
    except PlanningError as error:
        if len(requests) == 1:
            return [error]
    return [reply for request in requests for reply in _replies(client, [request])]


def repair(wrong: Sequence[str]) -> Message:
    """Return the message that sends an answer back with what is wrong with it."""
    listed = "\n".join(f"- {sentence}" for sentence in wrong)
    return Message.user(f"That answer is not right:\n{listed}\nAnswer again, with JSON only.")


def answer_text(answer: BaseModel) -> str:
    """Write an answer as the training corpora do: compact JSON, what is at its default left out."""
    return json.dumps(
        answer.model_dump(mode="json", exclude_defaults=True),
        separators=(",", ":"),
        ensure_ascii=False,
    )


def _read(
    text: str,
    finish: str,
    answer: type[AnswerT],
    check: Callable[[AnswerT], list[str]] | None,
) -> tuple[AnswerT | None, list[str]]:
    if finish == "length":
        return None, ["the answer was cut off because it is too long; be shorter"]
    try:
        parsed = answer.model_validate_json(_without_fence(text))
    except ValidationError as error:
        return None, [_sentence(item) for item in error.errors()[:MAX_SHOWN_ERRORS]]
    wrong = check(parsed) if check else []
    return (None, wrong[:MAX_SHOWN_ERRORS]) if wrong else (parsed, [])


def _sentence(item: object) -> str:
    assert isinstance(item, dict)
    where = ".".join(str(part) for part in item["loc"])
    return f"{where}: {item['msg']}" if where else str(item["msg"])


def _without_fence(text: str) -> str:
    """Take the JSON out of a Markdown fence, which models without a grammar like to put round."""
    stripped = text.strip()
    if stripped.startswith("```") and stripped.endswith("```"):
        stripped = stripped[3:-3].strip()
        stripped = stripped.removeprefix("json").lstrip()
    return stripped
