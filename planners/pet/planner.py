"""PET's Plan: a language model turns the task into sub-tasks (section 3.1 of the paper).

What differs from the paper: the answer is held to a schema of the declared skills where the paper
reads sentences; the examples in the prompt are one for each kind of task, where the paper picks
five of train by RoBERTa similarity; Eliminate (3.2) sees the types of things, not each by itself,
and what it leaves out is looked into last instead of never; what carries the sub-tasks out is
`policy=text`, where the paper trains an attention network by imitation (3.4). After a failure the
model is asked again and told what happened, and after a plan in vain other answers
are drawn, neither of which the paper does.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from embodied.core.plan import Cause, Plan, Subgoal
from embodied.core.protocols import PlanContext
from planners.llm.plan_once.prompt import question, system
from planners.llm.plan_schema import plan_model, to_subgoals
from planners.llm.structured import ask
from planners.llm.types import LlmClient

FINISH = "finish"
"""Skill of the subgoal that fails where a plan was carried out and the task is not done."""


class PetPlanner:
    """Asks a language model for the sub-tasks of a task.

    Args:
        llm: The model.
        categories: Types that things may have; None lets any word stand.
        max_repairs: Attempts to mend a malformed answer.
        draws: Answers drawn at most for another plan than those carried out in vain.
        temperature: What they are drawn at.
    """

    def __init__(
        self,
        llm: LlmClient,
        *,
        categories: Iterable[str] | None = None,
        max_repairs: int = 2,
        draws: int = 6,
        temperature: float = 1.0,
    ) -> None:
        self._llm = llm
        self._draws = draws
        self._temperature = temperature
        self._tried: list[tuple[Subgoal, ...]] = []
        self._categories = None if categories is None else tuple(categories)
        self._max_repairs = max_repairs

    def plan(self, context: PlanContext) -> Plan:
        """Return the model's plan; one without steps where it has no other left to try.

        Raises:
            PlanningError: If it gave no valid one; `raw` keeps its last answer.
        """
        if not context.history:
            self._tried = []
        subgoals = self._asked(context) if not context.history else self._after(context)
        self._tried.append(subgoals)
        return Plan(context.instruction, 0, subgoals)

    def _after(self, context: PlanContext) -> tuple[Subgoal, ...]:
        """Plan after a failure: another plan, if this one was in vain, else what the model says."""
        step, outcome = context.history[-1]
        if step.skill == FINISH:
            return self._another(context)
        if outcome.cause is Cause.NOT_FOUND:
            return self._another(context) or self._asked(context)
        return self._asked(context)

    def _asked(self, context: PlanContext, **drawn: Any) -> tuple[Subgoal, ...]:
        model = plan_model(context.skills, categories=self._categories)
        messages = (system(context.skills, self._categories), question(context))
        answer = ask(self._llm, messages, model, max_repairs=self._max_repairs, **drawn)
        return to_subgoals(answer)

    def _another(self, context: PlanContext) -> tuple[Subgoal, ...]:
        """Draw answers to the bare task until one was not tried; nothing if none is."""
        bare = replace(context, history=(), current_plan=None)
        for number in range(self._draws):
            seed = len(self._tried) * self._draws + number
            subgoals = self._asked(bare, temperature=self._temperature, seed=seed)
            if subgoals not in self._tried:
                return subgoals
        return ()

    def measures(self) -> Mapping[str, float]:
        """Return the model's running totals, for the records."""
        return self._llm.usage.measures()
