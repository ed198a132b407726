"""`planner=zero_shot`: free words, translated step by step."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embodied.core.errors import PlanningError
from embodied.core.plan import Plan, Subgoal
from embodied.core.protocols import PlanContext
from embodied.language.sentences import Embed, sentence_encoder
from planners.llm.plan_once.prompt import history_lines, task_lines
from planners.llm.types import LlmClient, LlmRequest
from planners.wording import in_words
from planners.zero_shot.admissible import Course, admissible
from planners.zero_shot.examples import EXAMPLES, Example, nearest
from planners.zero_shot.prompt import DONE, next_step

MAX_STEP_TOKENS = 32
MAX_KEPT = 50_000
"""Sentences whose vectors are kept in memory: 75 MB."""


@dataclass(frozen=True)
class Candidate:
    """A step as it was said, and what it was taken for.

    Attributes:
        said: The model's words.
        step: The nearest admissible step; None where the model said that nothing is left.
        score: Cosine of the two, plus the weighted share of samples that said the same.
    """

    said: str
    step: Subgoal | None
    score: float


class ZeroShotPlanner:
    """Has a language model say steps in its own words, and takes the nearest that can be done.

    Args:
        llm: The model.
        embed: Sentences to unit vectors; None takes all-MiniLM-L6-v2.
        examples: Worked examples to choose from; None takes those that come along.
        shown: Examples shown with each question.
        samples: How often the next step is asked for; 1 asks for the likeliest.
        temperature: Of the samples, where there are several.
        agreement_weight: What a sample gains by being said by all: the paper weighs likelihood so.
        cut_off: Least score of a step; below it the plan ends there.
        max_steps: Longest plan.

    Raises:
        ConfigError: If the sentence embedding is not installed.
    """

    def __init__(
        self,
        llm: LlmClient,
        *,
        embed: Embed | None = None,
        examples: Sequence[Example] | None = None,
        shown: int = 1,
        samples: int = 4,
        temperature: float = 0.5,
        agreement_weight: float = 0.3,
        cut_off: float = 0.55,
        max_steps: int = 20,
    ) -> None:
        self._llm = llm
        self._embed = embed or sentence_encoder()
        self._examples = tuple(EXAMPLES if examples is None else examples)
        self._shown = min(shown, len(self._examples))
        self._samples = samples
        self._temperature = temperature if samples > 1 else 0.0
        self._agreement_weight = agreement_weight
        self._cut_off = cut_off
        self._max_steps = max_steps
        self._vectors: dict[str, NDArray[np.float32]] = {}

    def plan(self, context: PlanContext) -> Plan:
        """Return the translated steps.

        Raises:
            PlanningError: If the first step already is like nothing that can be done.
        """
        skills = {skill.name: skill for skill in context.skills}
        examples = self._chosen(context.instruction.text)
        task = task_lines(context.instruction) + history_lines(context.history)
        task += [f"Said: {said.text}" for said in context.corrections]
        steps: list[Subgoal] = []
        course = Course()
        while len(steps) < self._max_steps:
            possible = admissible(context.skills, course)
            best = self._next(task, steps, examples, possible)
            if best.step is None or best.score < self._cut_off:
                if not steps:
                    raise PlanningError(
                        f"{self._llm.name} named no first step that can be done: {best.said!r}",
                        raw=best.said,
                    )
                break
            steps.append(best.step)
            course = course.after(best.step, skills[best.step.skill])
        return Plan(context.instruction, 0, tuple(steps))

    def measures(self) -> Mapping[str, float]:
        """Return the model's running totals, for the records."""
        return self._llm.usage.measures()

    def _chosen(self, words: str) -> list[Example]:
        if not self._shown:
            return []
        vectors = self._of([words, *(example.words for example in self._examples)])
        scores = vectors[1:] @ vectors[0]
        return nearest(self._examples, scores.tolist(), self._shown)

    def _next(
        self,
        task: Sequence[str],
        steps: Sequence[Subgoal],
        examples: Sequence[Example],
        possible: Sequence[Subgoal],
    ) -> Candidate:
        messages = next_step(task, in_words(steps), examples)
        requests = [
            LlmRequest(
                messages,
                max_tokens=MAX_STEP_TOKENS,
                temperature=self._temperature,
                seed=seed,
                stop=("\n",),
            )
            for seed in range(self._samples)
        ]
        said = [_tidy(reply.text) for reply in self._llm.complete_many(requests)]
        if not steps:  # something is to be done; samples that say otherwise do not count
            said = [words for words in said if words not in ("", DONE)] or said
        return self._best(said, possible)

    def _best(self, said: Sequence[str], possible: Sequence[Subgoal]) -> Candidate:
        """Return the sample of the highest score, with its nearest step."""
        found = []
        wordings = in_words(possible)
        vectors = self._of(wordings) if wordings else None
        for words, count in Counter(said).items():
            gain = self._agreement_weight * count / len(said)
            if not words or words == DONE:
                found.append(Candidate(words, None, 1.0 + gain))
            elif vectors is not None:
                cosines = vectors @ self._of([words])[0]
                near = int(np.argmax(cosines))
                found.append(Candidate(words, possible[near], float(cosines[near]) + gain))
        return max(found, key=lambda one: one.score, default=Candidate("", None, 0.0))

    def _of(self, sentences: Sequence[str]) -> NDArray[np.float32]:
        """Return the vectors of sentences, float32 [N, D]; what is known is not computed again."""
        new = [each for each in dict.fromkeys(sentences) if each not in self._vectors]
        if len(self._vectors) + len(new) > MAX_KEPT:
            self._vectors.clear()
            new = list(dict.fromkeys(sentences))
        if new:
            self._vectors.update(zip(new, self._embed(new), strict=True))
        return np.stack([self._vectors[each] for each in sentences])


def _tidy(said: str) -> str:
    """Return a sentence without number, quotes and full stop, as steps are written here."""
    words = said.strip().split("\n")[0].strip()
    head, dot, rest = words.partition(". ")
    if dot and head.isdigit():
        words = rest
    return words.strip(" .\"'").lower()
