"""The plan of the true task: types alone, and what was done stays done."""

from types import SimpleNamespace

import pytest

from embodied.core.errors import PlanningError
from embodied.core.instruction import Instruction
from embodied.core.plan import DONE, Cause, ObjectRef, Outcome, Status
from embodied.core.protocols import PlanContext
from embodied.core.task import PICK_HEAT, Task
from embodied.core.task_plans import subgoals_of
from planners.ground_truth.planner import GroundTruthPlanner
from planners.ground_truth.remaining import remaining

TASK = Task(PICK_HEAT, "Mug", "Cabinet")
STEPS = subgoals_of(TASK)
ASKED = Instruction.from_text("whatever is said")


def bound(task: Task | None) -> GroundTruthPlanner:
    planner = GroundTruthPlanner()
    planner.bind(SimpleNamespace(episode=SimpleNamespace(task=task)))
    return planner


def test_it_plans_the_task_by_types() -> None:
    plan = bound(TASK).plan(PlanContext(ASKED))
    assert plan.subgoals == STEPS
    for step in plan.subgoals:
        assert all(isinstance(each, ObjectRef) for each in step.arguments.values())
        assert all("|" not in each.category for each in step.arguments.values())


def test_what_was_done_stays_done() -> None:
    lost = Outcome(Status.FAILED, Cause.NOT_FOUND)
    assert remaining(STEPS, [(STEPS[0], DONE), (STEPS[1], lost)]) == STEPS[1:]


def test_with_an_empty_hand_it_goes_back_to_taking() -> None:
    dropped = Outcome(Status.FAILED, Cause.HAND_EMPTY)
    history = [(STEPS[0], DONE), (STEPS[1], DONE), (STEPS[2], dropped)]
    assert remaining(STEPS, history) == STEPS


def test_a_split_that_hides_its_tasks_is_refused() -> None:
    with pytest.raises(PlanningError, match="test splits"):
        bound(None).plan(PlanContext(ASKED))
