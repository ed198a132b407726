"""What one task has come to: what of it is left out is told."""

import io

from embodied.commands.talk import Lines
from embodied.core.instruction import Instruction
from embodied.core.plan import DONE, Cause, ObjectRef, Outcome, Plan, Status, Subgoal
from embodied.runtime.progress import Progress
from embodied.runtime.tracking import FINISH

TASK = Instruction.from_text("put the apple in the fridge", id="t")
FAILED = Outcome(Status.FAILED, Cause.NOT_FOUND, "found no Blinds")


def step(skill: str, category: str) -> Subgoal:
    return Subgoal(skill, {"object": ObjectRef(category)}, f"{skill.capitalize()} the {category}.")


def after(*new: Subgoal, failed: Subgoal, outcome: Outcome = FAILED) -> tuple[str, ...]:
    """Return what is left out once a plan of `new` takes the place of one that failed."""
    progress = Progress(TASK)
    progress.take(Plan(TASK, 0, (failed,)), revision=0, now_s=0.0)
    progress.ended(outcome)
    if outcome.status is not Status.DONE:
        progress.plan = None
    progress.take(Plan(TASK, 1, new), revision=1, now_s=1.0)
    return tuple(progress.record()["left_out"])


def test_what_failed_and_is_planned_no_more_is_left_out() -> None:
    opening, bringing = step("open", "Blinds"), step("pick", "Apple")
    assert after(bringing, failed=opening) == ("Open the Blinds: found no Blinds",)


def test_what_is_tried_again_or_otherwise_is_not() -> None:
    picking = step("pick", "Mug")
    assert after(picking, failed=picking) == ()
    assert after(step("pick", "Cup"), failed=picking) == ()
    assert after(step("open", "Fridge"), failed=picking, outcome=DONE) == ()
    assert after(picking, failed=Subgoal(FINISH, {})) == ()


def test_a_person_is_told() -> None:
    told = io.StringIO()
    left_out = ("Open the Blinds: found no Blinds",)
    Lines(io.StringIO(), told).rest({"end_reason": "", "left_out": left_out})
    assert told.getvalue() == "= done, but not: open the blinds: found no blinds\n"
