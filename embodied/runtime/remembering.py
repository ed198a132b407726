"""Planners that learn from one episode to the next."""

from typing import Protocol, runtime_checkable

from embodied.core.protocols import PlanContext


@runtime_checkable
class Remembering(Protocol):
    """A planner that is told how each episode went."""

    def ended(self, context: PlanContext) -> None:
        """Take in an episode that is over: its instruction, history and corrections."""
