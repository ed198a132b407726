"""Plans from the episode's own task: types, never ids."""

from typing import Any

from embodied.core.errors import PlanningError
from embodied.core.plan import Plan, Subgoal
from embodied.core.protocols import PlanContext
from embodied.core.task_plans import subgoals_of
from planners.ground_truth.remaining import remaining


class GroundTruthPlanner:
    """Privileged: told the task, it plans the subgoals that such a task takes."""

    def __init__(self) -> None:
        self._subgoals: tuple[Subgoal, ...] | None = None

    def bind(self, env: Any) -> None:
        """Take the task of the environment's present episode; nothing else is kept of it.

        Args:
            env: The environment. One whose tasks are not of ALFRED's kinds plans them itself
                (`true_plan()`).
        """
        task = env.episode.task
        if task is None:
            self._subgoals = None
        else:
            self._subgoals = env.true_plan() if hasattr(env, "true_plan") else subgoals_of(task)

    def plan(self, context: PlanContext) -> Plan:
        """Return what is left to do.

        Raises:
            PlanningError: If the episode does not tell its task.
        """
        if self._subgoals is None:
            raise PlanningError(
                "planner=ground_truth needs episodes that tell their task; test splits do not"
            )
        revision = context.current_plan.revision + 1 if context.current_plan else 0
        left = remaining(self._subgoals, context.history)
        return Plan(context.instruction, revision, left)
