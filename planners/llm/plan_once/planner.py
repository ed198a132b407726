"""`planner=asked_once`: one question, one plan."""

from collections.abc import Iterable, Mapping

from embodied.core.plan import Plan
from embodied.core.protocols import PlanContext
from planners.llm.plan_once.prompt import question, system
from planners.llm.plan_schema import plan_model, to_subgoals
from planners.llm.structured import ask
from planners.llm.types import LlmClient


class AskedOncePlanner:
    """Asks a language model for the whole plan at once.

    Args:
        llm: The model.
        categories: Types that there are; None takes all that the skills declare.
        max_repairs: Attempts to mend a malformed answer.
    """

    def __init__(
        self,
        llm: LlmClient,
        *,
        categories: Iterable[str] | None = None,
        max_repairs: int = 2,
    ) -> None:
        self._llm = llm
        self._categories = None if categories is None else tuple(categories)
        self._max_repairs = max_repairs

    def plan(self, context: PlanContext) -> Plan:
        """Return the model's plan.

        Raises:
            PlanningError: If it gave no valid one; `raw` keeps its last answer.
        """
        model = plan_model(context.skills, categories=self._categories)
        messages = (system(context.skills, self._categories), question(context))
        answer = ask(self._llm, messages, model, max_repairs=self._max_repairs)
        return Plan(context.instruction, 0, to_subgoals(answer))

    def measures(self) -> Mapping[str, float]:
        """Return the model's running totals, for the records."""
        return self._llm.usage.measures()
