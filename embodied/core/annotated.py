"""Words that people gave to known tasks: what planners are trained on and scored by."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from embodied.core.instruction import Instruction
from embodied.core.plan import Subgoal
from embodied.core.task import Task


@dataclass(frozen=True)
class AnnotatedTask:
    """One person's words for a task, with the task and the plan they were written for.

    Attributes:
        instruction: Goal and steps; its id is `trajectory_id/number`.
        task: What is meant.
        plan: The recorded subgoals, walking included, in the vocabulary of
            `embodied.core.task_plans`; the last `NoOp` is left out.
        aligned: Whether step i of the instruction is about subgoal i of the plan.
        split: Whence it comes.
        trajectory_id: `task/trial`; annotations of one trajectory are not independent.
    """

    instruction: Instruction
    task: Task
    plan: tuple[Subgoal, ...]
    aligned: bool
    split: str
    trajectory_id: str


class AnnotatedSource(Protocol):
    """Where annotated texts come from: what `benchmark.texts` of a config makes."""

    def annotated(self, *, split: str) -> Sequence[AnnotatedTask]:
        """Return a split's texts in their fixed order.

        Raises:
            EmbodiedError: If the split does not exist, is not here, or publishes no tasks.
        """
