"""Plans from the episode's own task: types, never ids."""

from typing import Any

from embodied.core.errors import PlanningError
from embodied.core.plan import Plan
from embodied.core.protocols import PlanContext
from embodied.core.task import Task
from embodied.core.task_plans import subgoals_of
from planners.ground_truth.remaining import remaining


class GroundTruthPlanner:
    """Privileged: told the task, it plans the subgoals that such a task takes."""

    def __init__(self) -> None:
        self._task: Task | None = None

    def bind(self, env: Any) -> None:
        """Take the task of the environment's present episode; nothing else is kept of it."""
        self._task = env.episode.task

    def plan(self, context: PlanContext) -> Plan:
        """Return what is left to do.

        Raises:
            PlanningError: If the episode does not tell its task.
        """
        if self._task is None:
            raise PlanningError(
                "planner=ground_truth needs episodes that tell their task; test splits do not"
            )
        revision = context.current_plan.revision + 1 if context.current_plan else 0
        left = remaining(subgoals_of(self._task), context.history)
        return Plan(context.instruction, revision, left)
