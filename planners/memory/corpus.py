"""Questions asked with what is remembered, for the small language model."""

from collections.abc import Iterable, Iterator

import numpy as np

from embodied.core.annotated import AnnotatedTask
from embodied.core.instruction import Instruction
from embodied.core.protocols import PlanContext
from embodied.core.task_plans import subgoals_of
from planners.llm.plan_once.corpus import STEPS_SHARE, exchange
from planners.llm.types import Exchange
from planners.memory.insights import worked
from planners.memory.store import Memory, Remembered


class RecallExchanges:
    """Asks for plans as a planner with a memory does; what it remembers are the tasks before.

    Args:
        remembered: Tasks kept; when there are as many, it forgets them all and starts again.
        shown: Episodes brought to mind, as the memory in use has it.
    """

    def __init__(self, *, remembered: int = 600, shown: int = 2) -> None:
        self._remembered = remembered
        self._shown = shown
        self._memory = Memory(shown=shown)

    def __call__(
        self, tasks: Iterable[AnnotatedTask], rng: np.random.Generator
    ) -> Iterator[Exchange]:
        """Yield one question and answer a task, where an earlier one is like it.

        Args:
            tasks: Texts with the tasks they mean.
            rng: Draws whether the question carries directions.
        """
        for task in tasks:
            goal = task.instruction.text
            insights = self._memory.insights(goal)
            plan = subgoals_of(task.task)
            if len(self._memory) >= self._remembered:
                self._memory = Memory(shown=self._shown)
            self._memory.remember(Remembered(goal, (worked(goal, plan),), True))
            if insights:
                steps = task.instruction.steps if rng.random() < STEPS_SHARE else ()
                instruction = Instruction("", task.instruction.parts, steps)
                yield exchange(PlanContext(instruction, insights=insights), plan)
