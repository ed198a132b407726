import pytest
from hypothesis import given
from hypothesis import strategies as st

from embodied.core import task as tasks
from embodied.core.plan import ObjectRef, Subgoal
from embodied.core.task import Task
from embodied.core.task_plans import ANOTHER, SLICED, subgoals_of, task_of

THINGS = st.sampled_from(["Apple", "Bread", "Mug", "Plate", "Knife", "ButterKnife", "Book"])
FOOD = st.sampled_from(["Apple", "Bread", "Lettuce", "Potato", "Tomato"])
PLACES = st.sampled_from(
    ["CounterTop", "Fridge", "Microwave", "SinkBasin", "DiningTable", "GarbageCan"]
)
VESSELS = st.sampled_from(["Pan", "Pot", "Bowl", "Cup", "Box"])
LAMPS = st.sampled_from(["DeskLamp", "FloorLamp"])


@st.composite
def all_tasks(draw: st.DrawFn) -> Task:
    """Every type, sliced or not, with the arguments that the type has."""
    task_type = draw(st.sampled_from(tasks.TASK_TYPES))
    sliced = draw(st.booleans())
    name = draw(FOOD if sliced else THINGS)
    if task_type == tasks.LOOK_IN_LIGHT:
        return Task(task_type, name, toggle=draw(LAMPS), sliced=sliced)
    mrecep = draw(VESSELS) if task_type == tasks.PICK_WITH_MOVABLE else ""
    return Task(task_type, name, parent=draw(PLACES), mrecep=mrecep, sliced=sliced)


@given(all_tasks())
def test_a_plan_amounts_to_the_task_it_was_made_for(task: Task) -> None:
    assert task_of(subgoals_of(task)) == task


def do(skill: str, thing: str, other: str = "", *, sliced: bool = False) -> Subgoal:
    reference = ObjectRef(thing, (SLICED,) if sliced else ())
    names = {"place": "receptacle", "look": "lamp", "heat": "receptacle"}
    return Subgoal(
        skill, {"object": reference} | ({names[skill]: ObjectRef(other)} if other else {})
    )


def test_two_apples_take_two_ways_and_the_second_is_another() -> None:
    steps = subgoals_of(Task(tasks.PICK_TWO, "Apple", parent="Fridge"))
    assert [step.skill for step in steps] == ["pick", "place", "pick", "place"]
    assert [ANOTHER in step.arguments["object"].attributes for step in steps] == [0, 0, 1, 1]


def test_a_slice_takes_a_knife_which_is_laid_down_first() -> None:
    steps = subgoals_of(Task(tasks.PICK_AND_PLACE, "Bread", parent="Fridge", sliced=True))
    assert [str(step) for step in steps] == [
        "pick(Knife)",
        "slice(Bread)",
        "place(Knife, CounterTop)",
        "pick(sliced Bread)",
        "place(sliced Bread, Fridge)",
    ]


@pytest.mark.parametrize(
    ("steps", "task"),
    [
        (
            [do("goto", "Mug"), do("pick", "Mug"), do("goto", "Desk"), do("place", "Mug", "Desk")],
            Task(tasks.PICK_AND_PLACE, "Mug", parent="Desk"),
        ),
        (
            [
                do("pick", "Potato"),
                do("open", "Microwave"),
                do("place", "Potato", "Microwave"),
                do("close", "Microwave"),
                do("toggle", "Microwave"),
                do("open", "Microwave"),
                do("pick", "Potato"),
                do("place", "Potato", "Fridge"),
            ],
            Task(tasks.PICK_HEAT, "Potato", parent="Fridge"),
        ),
        (
            [
                do("pick", "Cup"),
                do("place", "Cup", "SinkBasin"),
                do("toggle", "Faucet"),
                do("toggle", "Faucet"),
                do("pick", "Cup"),
                do("place", "Cup", "Cabinet"),
            ],
            Task(tasks.PICK_CLEAN, "Cup", parent="Cabinet"),
        ),
        (
            [
                do("pick", "Cup"),
                do("open", "Fridge"),
                do("place", "Cup", "Fridge"),
                do("close", "Fridge"),
                do("open", "Fridge"),
                do("pick", "Cup"),
                do("place", "Cup", "Cabinet"),
            ],
            Task(tasks.PICK_COOL, "Cup", parent="Cabinet"),
        ),
        (
            [
                do("pick", "Pan"),
                do("place", "Pan", "DiningTable"),
                do("pick", "Apple"),
                do("place", "Apple", "Pan"),
            ],
            Task(tasks.PICK_WITH_MOVABLE, "Apple", mrecep="Pan", parent="DiningTable"),
        ),
        (
            [
                do("pick", "ButterKnife"),
                do("slice", "Apple"),
                do("place", "ButterKnife", "SinkBasin"),
                do("pick", "AppleSliced"),
                do("place", "AppleSliced", "Plate"),
                do("pick", "Plate"),
                do("place", "Plate", "Fridge"),
            ],
            Task(tasks.PICK_WITH_MOVABLE, "Apple", mrecep="Plate", parent="Fridge", sliced=True),
        ),
        (
            [
                do("pick", "Apple"),
                do("place", "Apple", "SinkBasin"),
                do("pick", "Knife"),
                do("slice", "Apple"),
                do("place", "Knife", "SinkBasin"),
                do("pick", "Apple"),
                do("place", "Apple", "Fridge"),
            ],
            Task(tasks.PICK_AND_PLACE, "Apple", parent="Fridge", sliced=True),
        ),
        (
            [do("toggle", "FloorLamp"), do("pick", "Book")],
            Task(tasks.LOOK_IN_LIGHT, "Book", toggle="FloorLamp"),
        ),
        (
            [do("pick", "Book"), do("toggle", "DeskLamp")],
            Task(tasks.LOOK_IN_LIGHT, "Book", toggle="DeskLamp"),
        ),
    ],
)
def test_other_ways_to_say_the_same(steps: list[Subgoal], task: Task) -> None:
    assert task_of(steps) == task


@pytest.mark.parametrize(
    "steps",
    [
        [],
        [do("pick", "Mug")],
        [do("open", "Fridge")],
        [do("place", "Mug", "Desk"), do("place", "Book", "Bed")],
        [do("heat", "Mug", "Microwave")],
        [do("pick", "Knife"), do("slice", "Apple"), do("place", "Mug", "Desk")],
        [do("heat", "Apple", "Microwave"), do("place", "Mug", "Desk")],
    ],
)
def test_what_is_no_task_amounts_to_none(steps: list[Subgoal]) -> None:
    assert task_of(steps) is None
