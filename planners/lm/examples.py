"""Exchanges as token sequences, in batches of like length."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planners.llm.types import Exchange, Message
from planners.lm.tokenizer import END

IGNORED = -100
"""Label of tokens that are read but not learned to be said."""


@dataclass(frozen=True)
class Example:
    """One exchange in tokens.

    Attributes:
        tokens: int64 [N], question and answer, the end token included.
        answer_start: Index of the answer's first token.
    """

    tokens: NDArray[np.int64]
    answer_start: int


@dataclass(frozen=True)
class Batch:
    """Examples side by side, padded on the right.

    Attributes:
        tokens: int64 [B, N].
        attention: int64 [B, N], 1 where there is a token.
        labels: int64 [B, N], the token to be said at each place, `IGNORED` outside answers.
    """

    tokens: NDArray[np.int64]
    attention: NDArray[np.int64]
    labels: NDArray[np.int64]


def turns(messages: Sequence[Message]) -> list[dict[str, str]]:
    """Return messages as a chat template takes them; pictures are left out."""
    return [{"role": message.role, "content": message.text} for message in messages]


def encode(exchanges: Sequence[Exchange], tokenizer: Any, *, max_tokens: int) -> list[Example]:
    """Return exchanges in tokens; those longer than `max_tokens` are left out."""
    if not exchanges:
        return []
    questions = [
        tokenizer.apply_chat_template(
            turns(each.messages), tokenize=False, add_generation_prompt=True
        )
        for each in exchanges
    ]
    read = tokenizer(questions, add_special_tokens=False)["input_ids"]
    said = tokenizer([each.answer + END for each in exchanges], add_special_tokens=False)[
        "input_ids"
    ]
    return [
        Example(np.array(before + after, np.int64), len(before))
        for before, after in zip(read, said, strict=True)
        if len(before) + len(after) <= max_tokens
    ]


def batches(
    examples: Sequence[Example],
    rng: np.random.Generator,
    *,
    batch_tokens: int,
    pad: int,
    dropped_share: float = 0.0,
    kept: frozenset[int] = frozenset(),
) -> Iterator[Batch]:
    """Yield all examples once, in batches of like length and in random order.

    Args:
        examples: What is learned.
        rng: Draws order and dropped tokens.
        batch_tokens: Tokens a batch, padding included.
        pad: The padding token; it also stands for a dropped one.
        dropped_share: Share of the questions' tokens that cannot be read, so that the model leans
            on no single word.
        kept: Tokens that are never dropped.
    """
    jitter = rng.random(len(examples)) * 4.0
    order = np.argsort([len(each.tokens) for each in examples] + jitter, kind="stable")
    groups: list[list[Example]] = [[]]
    longest = 0
    for index in order:
        example = examples[index]
        longest = max(longest, _width(len(example.tokens)))
        if groups[-1] and longest * (len(groups[-1]) + 1) > batch_tokens:
            groups.append([])
            longest = _width(len(example.tokens))
        groups[-1].append(example)
    for number in rng.permutation(len(groups)):
        if groups[number]:
            yield _batch(groups[number], rng, pad, dropped_share, kept)


def _width(tokens: int) -> int:
    """Return a length rounded up to eight, so that fewer shapes occur."""
    return -8 * (-tokens // 8)


def _batch(
    group: Sequence[Example],
    rng: np.random.Generator,
    pad: int,
    dropped_share: float,
    kept: frozenset[int],
) -> Batch:
    width = _width(max(len(each.tokens) for each in group))
    tokens = np.full((len(group), width), pad, np.int64)
    attention = np.zeros_like(tokens)
    labels = np.full_like(tokens, IGNORED)
    for row, each in enumerate(group):
        count = len(each.tokens)
        tokens[row, :count] = each.tokens
        attention[row, :count] = 1
        # what is said at place i is token i + 1
        labels[row, each.answer_start - 1 : count - 1] = each.tokens[each.answer_start :]
    if dropped_share > 0.0:
        question = (np.cumsum(labels != IGNORED, axis=1) == 0) & (attention == 1)
        drop = (rng.random(tokens.shape) < dropped_share) & question
        tokens[drop & ~np.isin(tokens, list(kept))] = pad
    return Batch(tokens, attention, labels)
