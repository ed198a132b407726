"""PET's Track: says whether the current sub-task is done (section 3.3 of the paper)."""

from collections.abc import Mapping, Sequence

from embodied.core.errors import PlanningError
from embodied.core.plan import Subgoal
from planners.llm.structured import ask
from planners.llm.types import LlmClient
from planners.pet.prompts import Turn, Verdict, track

MAX_TOKENS = 16


class LlmTracker:
    """Asks a language model after each command whether the step is done.

    Args:
        llm: The model.
    """

    def __init__(self, llm: LlmClient) -> None:
        self._llm = llm

    def done(self, step: Subgoal, turns: Sequence[tuple[str, str]]) -> bool | None:
        """Return whether a step is done after the last turn; None if the model gave no answer.

        Args:
            step: The step.
            turns: The episode's commands, each with the world's answer, oldest first.
        """
        *before, last = (Turn(command, answer) for command, answer in turns)
        try:
            verdict = ask(self._llm, track(step, before, last), Verdict, max_tokens=MAX_TOKENS)
        except PlanningError:
            return None
        return verdict.done

    def measures(self) -> Mapping[str, float]:
        """Return the model's running totals, for the records."""
        return self._llm.usage.measures()
