"""Any planner, with a memory."""

from collections.abc import Mapping
from dataclasses import replace

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
        insights = self._memory.insights(context.instruction.text)
        return self._planner.plan(replace(context, insights=insights))

    def ended(self, context: PlanContext) -> None:
        """Remember an episode that is over; the agent calls it."""
        self._memory.add(context)

    def measures(self) -> Mapping[str, float]:
        """Return what the planner itself counts, for the records."""
        count = getattr(self._planner, "measures", None)
        return count() if count else {}


def with_memory(planner: Planner, memory: Memory | None = None) -> Planner:
    """Return the planner, with a memory where one is given: `memory=` of the configs."""
    return planner if memory is None else RememberingPlanner(planner, memory)
