"""Any planner, with a memory."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from embodied.core.errors import PlanningError
from embodied.core.plan import Plan
from embodied.core.protocols import PlanContext, Planner
from planners.memory.store import Memory


class RememberingPlanner:
    """Tells a planner what earlier episodes taught, and remembers how each episode went.

    Args:
        planner: Makes the plans; what is brought to mind stands in its context's `insights`.
        memory: What is remembered.
    """

    def __init__(self, planner: Planner, memory: Memory) -> None:
        self._planner = planner
        self._memory = memory

    def plan(self, context: PlanContext) -> Plan:
        """Return the planner's plan, made with what the task brings to mind.

        Raises:
            PlanningError: If the planner makes none.
        """
        return self._planner.plan(self._reminded(context))

    def plan_many(self, contexts: Sequence[PlanContext]) -> list[Plan | PlanningError]:
        """Plan several tasks, together where the planner can."""
        reminded = [self._reminded(context) for context in contexts]
        many = getattr(self._planner, "plan_many", None)
        if many is not None:
            made: list[Plan | PlanningError] = many(reminded)
            return made
        return [self._tried(context) for context in reminded]

    def ended(self, context: PlanContext) -> None:
        """Remember an episode that is over; the agent calls it."""
        self._memory.add(context)

    def _reminded(self, context: PlanContext) -> PlanContext:
        return replace(context, insights=self._memory.insights(context.instruction.text))

    def _tried(self, context: PlanContext) -> Plan | PlanningError:
        try:
            return self._planner.plan(context)
        except PlanningError as error:
            return error

    def measures(self) -> Mapping[str, float]:
        """Return what the planner itself counts, for the records."""
        count = getattr(self._planner, "measures", None)
        return count() if count else {}


def with_memory(planner: Planner, memory: Memory | None = None) -> Planner:
    """Return the planner, with a memory where one is given: `memory=` of the configs."""
    return planner if memory is None else RememberingPlanner(planner, memory)
