"""What is said between a person and the agent, and what came of it."""

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from embodied.core.correction import Correction
from embodied.core.observation import Observation


class About(StrEnum):
    """What a question is about, and so what its answer is good for."""

    INSTANCE = "instance"
    PLACE = "place"
    TASK = "task"
    CORRECTION = "correction"


@dataclass(frozen=True)
class Answer:
    """What was answered to a question.

    Attributes:
        about: What the question was about.
        text: The words; empty where nobody answered in time.
        question: What was asked.
    """

    about: About
    text: str = ""
    question: str = ""


@dataclass
class Asked:
    """A question that was put, as it goes into the record."""

    question: str
    about: About
    asked_s: float
    answer: str = ""
    answered_s: float | None = None


class Dialogue:
    """At most one open question; answers come from any thread, nobody ever waits.

    Args:
        ask: Whether anybody is there to be asked.
        patience_s: How long a question stays open, on the agent's clock.
    """

    def __init__(self, *, ask: bool = False, patience_s: float = 60.0) -> None:
        self.asks = ask
        self._patience_s = patience_s
        self._lock = threading.Lock()
        self.forget()

    def forget(self) -> None:
        """Begin anew."""
        with self._lock:
            self._log: list[Asked] = []
            self._open = False
            self._given: str | None = None

    @property
    def question(self) -> str:
        """The open question, or nothing."""
        with self._lock:
            return self._log[-1].question if self._open else ""

    def pose(self, question: str, about: About, now_s: float) -> bool:
        """Ask, unless nobody is there, a question is open, or this one was put before.

        Returns:
            Whether it was asked.
        """
        with self._lock:
            if not self.asks or self._open or any(q.question == question for q in self._log):
                return False
            self._log.append(Asked(question, about, now_s))
            self._open, self._given = True, None
            return True

    def answer(self, text: str) -> bool:
        """Answer the open question; return whether there was one."""
        with self._lock:
            if not self._open or self._given is not None:
                return False
            self._given = text.strip()
            return True

    def take(self, now_s: float) -> Answer | None:
        """Return the answer once there is one, or once nobody will answer any more."""
        with self._lock:
            if not self._open:
                return None
            asked = self._log[-1]
            if self._given is None and now_s - asked.asked_s < self._patience_s:
                return None
            self._open = False
            asked.answer, asked.answered_s = self._given or "", now_s
            return Answer(asked.about, asked.answer, asked.question)

    def drop(self) -> None:
        """Withdraw the open question: it is of no interest any more."""
        with self._lock:
            self._open = False

    def record(self) -> tuple[Mapping[str, Any], ...]:
        """Return every question with its answer."""
        with self._lock:
            return tuple(
                {
                    "question": each.question,
                    "about": each.about.value,
                    "asked_s": each.asked_s,
                    "answer": each.answer,
                    "answered_s": each.answered_s,
                }
                for each in self._log
            )


_NO_MATTER = re.compile(
    r"^(?:any(?: one)?(?: of them)?|either(?: one)?|it (?:does not|doesn't|doesnt) matter|"
    r"(?:does not|doesn't) matter|you choose|whichever(?: you like)?|i don't (?:care|know)|no idea)"
    r"[\s.!]*$",
    re.I,
)
_PREPOSITION = r"(?:in|on|under|behind|beside|by|near|next to|left of|right of|to the|at|inside)"


def as_target(answer: str) -> str:
    """Return an answer as words that say which one is meant: `red` as `the red one`.

    Args:
        answer: What was answered to which, or where.

    Returns:
        The words; empty where the answer leaves the choice to the agent.
    """
    words = answer.strip(" .!?").replace("’", "'")
    if not words or _NO_MATTER.match(words):
        return ""
    where = re.match(
        rf"^(?:(?:it's|it is|they are|that's|try|look|i left it|i put it)\s+)?"
        rf"(?P<where>{_PREPOSITION}\s.+)$",
        words,
        re.I,
    )
    if where:
        return f"the one {where['where']}"
    if re.search(r"\bones?\b", words, re.I) or re.match(r"(?:the|a|an|that|my|not)\s", words, re.I):
        return words
    return f"the {words} one" if len(words.split()) <= 2 else words


@dataclass
class Told:
    """A correction with the state it was said in and what came of it: a line for training.

    Attributes:
        correction: The words, when, and of which kind.
        subgoal: What the agent was about.
        subgoal_index: Which step of its plan that was.
        motion: The language motion it made, where its policy names it.
        state: Proprioception at that time.
        effect: What came of the words.
        effect_s: When, on the agent's clock.
        not_understood: Why nothing did.
    """

    correction: Correction
    subgoal: str
    subgoal_index: int
    motion: str = ""
    state: tuple[float, ...] = ()
    effect: str = ""
    effect_s: float | None = None
    not_understood: str = ""


@dataclass
class CorrectionLog:
    """Every correction of an episode."""

    told: list[Told] = field(default_factory=list)

    def add(
        self,
        correction: Correction,
        observation: Observation,
        *,
        subgoal: str,
        index: int,
        motion: str,
    ) -> Told:
        """Take a correction in, with the state it was said in."""
        state = () if observation.state is None else tuple(map(float, observation.state))
        self.told.append(Told(correction, subgoal, index, motion, state))
        return self.told[-1]

    def waiting(self) -> list[Told]:
        """Return what has had no effect yet."""
        return [each for each in self.told if not (each.effect or each.not_understood)]

    def take_effect(self, effect: str, now_s: float) -> None:
        """Say what came of everything that has had no effect yet."""
        for each in self.waiting():
            each.effect, each.effect_s = effect, now_s

    def record(self) -> tuple[Mapping[str, Any], ...]:
        """Return the lines for the episode's record."""
        return tuple(
            {
                "text": each.correction.text,
                "stamp_s": each.correction.stamp_s,
                "kind": each.correction.kind.value,
                "subgoal": each.subgoal,
                "subgoal_index": each.subgoal_index,
                "motion": each.motion,
                "asked_motion": str(each.correction.motion or ""),
                "state": list(each.state),
                "effect": each.effect,
                "effect_s": each.effect_s,
            }
            | ({"not_understood": each.not_understood} if each.not_understood else {})
            for each in self.told
        )
