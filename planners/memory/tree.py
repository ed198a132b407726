"""An episode as a tree: goal, attempts, steps, and how each ended."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from embodied.core.plan import Outcome, Status, Subgoal
from embodied.core.protocols import PlanContext


@dataclass(frozen=True)
class Step:
    """A step that was tried: a leaf.

    Attributes:
        subgoal: What was to be done.
        outcome: How it ended.
    """

    subgoal: Subgoal
    outcome: Outcome

    @property
    def done(self) -> bool:
        """Whether it was done."""
        return self.outcome.status is Status.DONE


@dataclass(frozen=True)
class Attempt:
    """Steps up to the first that failed, or to the end."""

    steps: tuple[Step, ...]

    @property
    def failed(self) -> Step | None:
        """The step it broke off at; None where every step was done."""
        return None if not self.steps or self.steps[-1].done else self.steps[-1]


@dataclass(frozen=True)
class TaskTree:
    """An episode.

    Attributes:
        goal: What was asked, in words.
        attempts: What was tried, in order; each but the last ended in a failure.
        corrections: What people said meanwhile.
    """

    goal: str
    attempts: tuple[Attempt, ...]
    corrections: tuple[str, ...] = ()

    @classmethod
    def of(cls, context: PlanContext) -> "TaskTree":
        """Build the tree of an episode from its history."""
        said = tuple(correction.text for correction in context.corrections)
        return cls(context.instruction.text, tuple(_attempts(context.history)), said)

    @property
    def succeeded(self) -> bool:
        """Whether the last attempt came to its end, as far as the agent itself can tell."""
        return bool(self.attempts) and self.attempts[-1].failed is None

    def done(self) -> tuple[Subgoal, ...]:
        """Return the steps that were done, over all attempts, in order."""
        return tuple(step.subgoal for each in self.attempts for step in each.steps if step.done)

    def failures(self) -> Iterator[tuple[Step, tuple[Subgoal, ...]]]:
        """Yield each step that failed, with what was done after it."""
        for number, attempt in enumerate(self.attempts):
            if attempt.failed is not None:
                later = TaskTree(self.goal, self.attempts[number + 1 :])
                yield attempt.failed, later.done()

    def text(self) -> str:
        """Return the tree as indented lines, for prompts and people."""
        lines = [f"goal: {self.goal}", *(f"  said: {words}" for words in self.corrections)]
        for number, attempt in enumerate(self.attempts, 1):
            lines.append(f"  attempt {number}")
            lines += [f"    {_line(step)}" for step in attempt.steps]
        return "\n".join(lines)


def _attempts(history: Sequence[tuple[Subgoal, Outcome]]) -> Iterator[Attempt]:
    steps: list[Step] = []
    for subgoal, outcome in history:
        steps.append(Step(subgoal, outcome))
        if outcome.status is not Status.DONE:
            yield Attempt(tuple(steps))
            steps = []
    if steps:
        yield Attempt(tuple(steps))


def _line(step: Step) -> str:
    if step.done:
        return f"done: {step.subgoal}"
    why = step.outcome.evidence or step.outcome.cause.value.replace("_", " ")
    return f"failed: {step.subgoal}: {why}"
