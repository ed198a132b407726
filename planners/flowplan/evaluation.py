"""Logical evaluation: do the stages agree, and can the plan be carried out?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from embodied.core.plan import Subgoal
from embodied.core.protocols import PlanContext
from embodied.core.task import Task
from embodied.core.task_plans import task_of
from planners.flowplan.information import FIELDS, Information, information_of, task_from
from planners.symbolic import Fault, check

Votes = Sequence[tuple[Information, float]]
"""What each stage took the task to name, with the weight of its word."""


@dataclass(frozen=True)
class Verdict:
    """What the evaluation found.

    Attributes:
        information: What most of the stages took the task to name.
        doubts: Field to the values said for it, the likeliest first, where the best two are so
            close that the words have to be asked again.
        faults: What is wrong with the plan itself.
    """

    information: Information
    doubts: Mapping[str, tuple[str, ...]]
    faults: tuple[Fault, ...]

    @property
    def sound(self) -> bool:
        """Whether nothing is left to ask or to mend."""
        return not self.doubts and not self.faults


def evaluate(
    subgoals: Sequence[Subgoal], votes: Votes, context: PlanContext, *, margin: float
) -> Verdict:
    """Judge a plan by the stages' votes and by what the skills need.

    Args:
        subgoals: The plan.
        votes: What the stages took the task to name; at least one.
        context: The task.
        margin: Weight by which the best value of a field has to lead.
    """
    decided, doubts = tally(votes, margin=margin)
    goal = task_from(decided)
    faults = check(
        subgoals, context.skills, history=context.history, entities=context.entities, goal=goal
    )
    return Verdict(decided, doubts, tuple(faults))


def tally(votes: Votes, *, margin: float) -> tuple[Information, dict[str, tuple[str, ...]]]:
    """Count the votes field by field.

    Returns:
        The information with the best value of each field, and the fields that are in doubt.
    """
    decided: dict[str, object] = {}
    doubts: dict[str, tuple[str, ...]] = {}
    for field in FIELDS:
        weights: dict[object, float] = {}
        for information, weight in votes:
            value = getattr(information, field)
            weights[value] = weights.get(value, 0.0) + weight
        ranked = sorted(weights, key=lambda value: -weights[value])
        decided[field] = ranked[0]
        if len(ranked) > 1 and weights[ranked[0]] - weights[ranked[1]] < margin:
            doubts[field] = tuple(str(value) for value in ranked)
    cues = next((information.cues for information, _ in votes if information.cues), ())
    return Information(**decided, cues=cues), doubts


def vote_of(subgoals: Sequence[Subgoal] | None) -> Information | None:
    """Return what a plan takes the task to name; None where it amounts to none."""
    task: Task | None = task_of(subgoals) if subgoals else None
    return None if task is None else information_of(task)
