"""What is named by itself takes the place of what the plan would take it for."""

import pytest

from embodied.core.correction import Correction, CorrectionKind
from embodied.core.errors import PlanningError
from embodied.core.instruction import Instruction
from embodied.core.protocols import PlanContext
from embodied.runtime.corrections import classify
from envs.household.skills import SKILLS
from planners.checked import CheckedPlanner
from planners.parsed.planner import ParsedPlanner


@pytest.fixture(scope="module")
def planner() -> CheckedPlanner:
    return CheckedPlanner(ParsedPlanner())


@pytest.mark.parametrize(
    ("asked", "said", "named"),
    [
        ("put the fork on the counter", "no, the spoon", ["Spoon", "Spoon", "CounterTop"]),
        ("put the fork on the desk", "no, the counter", ["Fork", "Fork", "CounterTop"]),
        ("put the fork on the desk", "sorry, I meant the counter", ["Fork", "Fork", "CounterTop"]),
        ("open the fridge", "no, the microwave", ["Microwave"]),
        ("look at the book under the lamp", "no, the floor lamp", ["Book", "Book", "FloorLamp"]),
    ],
)
def test_it_changes_what_it_can_stand_for(
    planner: CheckedPlanner, asked: str, said: str, named: list[str]
) -> None:
    correction = Correction(said, 1.0, CorrectionKind.TARGET)
    context = PlanContext(Instruction.from_text(asked), SKILLS, corrections=(correction,))
    plan = planner.plan(context)
    assert [value.category for step in plan.subgoals for value in step.arguments.values()] == named


@pytest.mark.parametrize(
    ("said", "kind", "beside"),
    [
        ("no, next to the laptop", "Bed", "laptop"),
        ("put it beside the lamp instead", "SideTable", "lamp"),
        ("no, by the toaster", "CounterTop", "toaster"),
    ],
)
def test_another_place_may_be_told_by_what_stands_there(
    planner: CheckedPlanner, said: str, kind: str, beside: str
) -> None:
    correction = Correction(said, 1.0, classify(said).kind)
    asked = Instruction.from_text("put the book on the sofa")
    *_, last = planner.plan(PlanContext(asked, SKILLS, corrections=(correction,))).subgoals
    where = last.arguments["receptacle"]
    assert (correction.kind, where.category) == (CorrectionKind.TARGET, kind)
    assert where.relation == f"where the {beside} is"


def test_an_objection_that_is_not_understood_is_no_reason_to_do_the_same_again(
    planner: CheckedPlanner,
) -> None:
    asked = Instruction.from_text("put the book on the sofa")
    said = (Correction("no, the flurb", 1.0, CorrectionKind.TARGET),)
    with pytest.raises(PlanningError, match="Not understood: 'no, the flurb'"):
        planner.plan(PlanContext(asked, SKILLS, corrections=said, objected=True))
