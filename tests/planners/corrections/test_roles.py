"""What is named by itself takes the place of what the plan would take it for."""

import pytest

from embodied.core.correction import Correction, CorrectionKind
from embodied.core.instruction import Instruction
from embodied.core.protocols import PlanContext
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
