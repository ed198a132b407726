"""What is told by how things are to be, and what goes next to what."""

import pytest
from spoken_sentences import matches

from embodied.core.instruction import Instruction
from embodied.core.protocols import PlanContext
from embodied.language.wishes import as_deeds
from envs.household.skills import SKILLS
from planners.parsed.planner import ParsedPlanner
from planners.parsed.refusals import Refused

WISHES = [
    ("the potato should be hot and on the plate", "heat the potato and put it on the plate"),
    ("I want my potato cooked and on a plate", "heat my potato and put it on a plate"),
    ("make sure that the mug is clean", "wash the mug"),
    ("see to it that the mug is in the cabinet", "put the mug in the cabinet"),
    ("the tomato must be cold", "cool the tomato"),
    ("have the tomato washed, sliced and put in the bowl",
     "wash the tomato and slice it and put it in the bowl"),
    ("make sure the fridge is closed", "make sure the fridge is closed"),
    ("put the hot potato on the plate", "put the hot potato on the plate"),
]  # fmt: skip

PLANS = [
    ("the potato should be hot and on the plate",
     "pick Potato; heat Potato Microwave; place Potato Plate"),
    ("could I get a hot potato on a plate?",
     "pick Potato; heat Potato Microwave; place Potato Plate"),
    ("make sure the mug is clean", "pick Mug; clean Mug SinkBasin"),
    ("mug -> sink", "pick Mug; place Mug SinkBasin"),
    ("lay the book on the desk by the lamp", "pick Book; place Book Desk"),
    ("put the apple on the table next to the plate", "pick Apple; place Apple DiningTable"),
    ("put the apple on the table with the plate", "pick Apple; place Apple DiningTable"),
    ("put the fork together with the knife on the table",
     "pick Fork; place Fork DiningTable; pick Knife; place Knife DiningTable"),
    ("put the plate with the apple on the table",
     "pick Apple; place Apple Plate; pick Plate; place Plate DiningTable"),
    ("examine the book by the lamp", "pick Book; look Book DeskLamp"),
]  # fmt: skip

SLICES = [
    ("slice the bread and put two slices on the plate", ["Plate", "Plate"]),
    ("slice the bread and put both slices on the plate", ["Plate", "Plate"]),
    ("slice the apple and put three slices on the plate", ["Plate"] * 3),
    ("slice the bread and put a slice on the plate and another in the fridge",
     ["Plate", "Fridge"]),
    ("slice the bread, put one slice on the plate and one in the fridge", ["Plate", "Fridge"]),
]  # fmt: skip


@pytest.fixture(scope="module")
def planner() -> ParsedPlanner:
    return ParsedPlanner()


@pytest.mark.parametrize(("wish", "deeds"), WISHES)
def test_a_wish_is_what_has_to_be_done_for_it(wish: str, deeds: str) -> None:
    assert as_deeds(wish) == deeds


@pytest.mark.parametrize(("said", "expected"), PLANS)
def test_wishes_and_neighbours_are_planned(
    planner: ParsedPlanner, said: str, expected: str
) -> None:
    plan = planner.plan(PlanContext(Instruction.from_text(said), SKILLS))
    assert matches(plan.subgoals, expected)


@pytest.mark.parametrize(
    "said",
    [
        "put the toilet paper in the fridge",
        "put the laptop in the sink",
        "put the tomato in the drawer",
        "put the apple on the bed",
    ],
)
def test_a_place_that_takes_no_such_thing_is_refused_and_not_replaced(
    planner: ParsedPlanner, said: str
) -> None:
    with pytest.raises(Refused, match="It could go to"):
        planner.plan(PlanContext(Instruction.from_text(said), SKILLS))


@pytest.mark.parametrize(("said", "places"), SLICES)
def test_each_slice_goes_where_it_is_said_to(
    planner: ParsedPlanner, said: str, places: list[str]
) -> None:
    plan = planner.plan(PlanContext(Instruction.from_text(said), SKILLS))
    ends = [
        (getattr(step.arguments["object"], "category", ""), step.arguments["receptacle"])
        for step in plan.subgoals
        if step.skill == "place"
    ]
    slices = [getattr(place, "category", "") for thing, place in ends if thing != "Knife"]
    assert slices == places
    assert all(thing in ("Knife", "Bread", "Apple") for thing, _ in ends)
