"""Taking a route instruction apart into sub-tasks, without a language model.

The manner is A2Nav's (Chen et al., "A2Nav: Action-Aware Zero-Shot Robot Navigation", 2023, section
3.2): every sub-task has an action demand and a landmark. There an LLM takes the instruction apart;
here a reader of verbs and prepositions does, with the tables of `lexicon`. Every word belongs to
exactly one step.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from embodied.core.plan import ObjectRef
from planners.routes import lexicon as lex
from planners.routes.landmarks import landmark_of
from planners.routes.reader import Draft, Reader, Token

_WORD = re.compile(r"[A-Za-z0-9]+(?:['’][A-Za-z]+)?")


@dataclass(frozen=True)
class RouteStep:
    """One sub-task of a route.

    Attributes:
        demand: One of `lexicon.DEMANDS`.
        landmark: What it is about, or None.
        direction: `left`, `right`, `around`, `straight`, `up` or `down`, or nothing.
        text: Its words as they were written.
        first_word: Number of its first word in `words_of(instruction)`.
        last_word: Number of the word after its last one.
    """

    demand: str
    landmark: ObjectRef | None
    direction: str
    text: str
    first_word: int
    last_word: int


def words_of(text: str) -> list[str]:
    """Return the words that spans of steps count: runs of letters and digits, lower case."""
    return [match.group().lower().replace("’", "'") for match in _WORD.finditer(text)]


def parse_route(text: str) -> tuple[RouteStep, ...]:
    """Take an instruction apart.

    Args:
        text: The instruction.

    Returns:
        Its steps in the order in which they are to be done; their word spans cover the text
        without overlap. Nothing for a text without words.
    """
    tokens = _tokens(text)
    if not tokens:
        return ()
    drafts = Reader(tokens).read()
    steps = []
    for number, draft in enumerate(drafts):
        last = drafts[number + 1].first if number + 1 < len(drafts) else len(tokens)
        steps.append((draft, _finish(draft, last, tokens, text)))
    return _in_order(steps)


def _tokens(text: str) -> list[Token]:
    matches = list(_WORD.finditer(text))
    found = []
    for number, match in enumerate(matches):
        end = matches[number + 1].start() if number + 1 < len(matches) else len(text)
        gap = text[match.end() : end]
        found.append(
            Token(
                match.group().lower().replace("’", "'"),
                match.start(),
                match.end(),
                any(mark in gap for mark in ",;:.!?"),
                any(mark in gap for mark in ".!?") or "\n" in gap,
            )
        )
    return found


def _finish(draft: Draft, last: int, tokens: Sequence[Token], text: str) -> RouteStep:
    words = [token.word for token in tokens]
    landmark = landmark_of(words, max(draft.key, draft.first), last, tokens)
    return RouteStep(
        demand=draft.demand,
        landmark=landmark,
        direction=draft.direction,
        text=text[tokens[draft.first].start : tokens[last - 1].end],
        first_word=draft.first,
        last_word=last,
    )


def _in_order(steps: Sequence[tuple[Draft, RouteStep]]) -> tuple[RouteStep, ...]:
    """Put what a stop waits for before it: "stop once you enter the room"."""
    ordered: list[tuple[Draft, RouteStep]] = []
    for draft, step in steps:
        stop = ordered[-1] if ordered else None
        if (
            stop is not None
            and draft.condition
            and stop[1].demand == lex.STOP_AT
            and stop[0].sentence == draft.sentence
        ):
            ordered.insert(-1, (draft, step))
        else:
            ordered.append((draft, step))
    return tuple(step for _, step in ordered)
