"""What people say in the middle of a task, of every kind, and what is then still ahead."""

import pytest

from embodied.core.correction import Correction, CorrectionKind
from embodied.core.errors import PlanningError
from embodied.core.instruction import Instruction
from embodied.core.plan import DONE
from embodied.core.protocols import PlanContext
from embodied.runtime.corrections import classify
from envs.household.skills import SKILLS
from envs.tabletop.tasks import SKILLS as TABLETOP
from planners.checked import CheckedPlanner
from planners.parsed.planner import ParsedPlanner

APPLE = "put an apple in the fridge"
"""pick(Apple), place(Apple, Fridge)"""


@pytest.fixture(scope="module")
def planner() -> CheckedPlanner:
    return CheckedPlanner(ParsedPlanner())


def ahead(
    planner: CheckedPlanner, task: str, done: int, said: str, skills: tuple = SKILLS
) -> list[str]:
    context = PlanContext(Instruction.from_text(task), skills)
    plan = planner.plan(context)
    history = tuple((step, DONE) for step in plan.subgoals[:done])
    kind = classify(said).kind
    assert kind in (CorrectionKind.AMEND, CorrectionKind.TARGET), kind
    correction = Correction(said, 1.0, kind)
    context = PlanContext(
        *(context.instruction, skills, (), history, (correction,)), current_plan=plan
    )
    return [
        f"{step.skill}({', '.join(str(value) for value in step.arguments.values())})"
        for step in planner.plan(context).subgoals
    ]


@pytest.mark.parametrize(
    ("task", "done", "said", "left"),
    [
        # how many
        ("put two mugs in the sink", 1, "just one is enough", ["place(Mug, SinkBasin)"]),
        ("put two mugs in the sink", 2, "one is enough", []),
        ("put two mugs in the sink", 1, "only one", ["place(Mug, SinkBasin)"]),
        (
            *("put a mug in the sink", 1, "make it two"),
            ["place(Mug, SinkBasin)", "pick(another Mug)", "place(another Mug, SinkBasin)"],
        ),
        (
            *("put a mug in the sink", 1, "make it three"),
            [
                "place(Mug, SinkBasin)",
                *["pick(another Mug)", "place(another Mug, SinkBasin)"] * 2,
            ],
        ),
        (
            *("put two mugs in the sink", 0, "make it three"),
            [
                *["pick(Mug)", "place(Mug, SinkBasin)"],
                *["pick(another Mug)", "place(another Mug, SinkBasin)"] * 2,
            ],
        ),
        (
            *("put the plate on the counter and the apple in the fridge", 0, "vice versa"),
            [
                *["pick(Plate)", "place(Plate, Fridge)"],
                *["pick(Apple)", "place(Apple, CounterTop)"],
            ],
        ),
        (
            *("slice the bread and put a slice on the plate", 3, "and one in the fridge"),
            [
                *["pick(sliced Bread)", "place(sliced Bread, Plate)"],
                *["pick(sliced another Bread)", "place(sliced another Bread, Fridge)"],
            ],
        ),
        # what is so already
        ("put a clean mug in the cabinet", 1, "that's clean enough", ["place(Mug, Cabinet)"]),
        ("put a hot potato in the fridge", 1, "it's already hot", ["place(Potato, Fridge)"]),
        # not at all
        (APPLE, 1, "actually keep it", []),
        (APPLE, 1, "hold on to it", []),
        (APPLE, 1, "give it to me", []),
        (APPLE, 1, "actually, I need it here", []),
        (APPLE, 1, "don't put it in the fridge", []),
        (APPLE, 0, "don't put the apple in the fridge", ["pick(Apple)"]),
        (APPLE, 0, "leave it", []),
        (APPLE, 1, "leave the apple there", ["place(Apple, CounterTop)"]),
        # somewhere else
        (APPLE, 1, "throw it away", ["place(Apple, GarbageCan)"]),
        (APPLE, 1, "no, throw it in the trash", ["place(Apple, GarbageCan)"]),
        (APPLE, 1, "what are you doing? put it in the sink", ["place(Apple, SinkBasin)"]),
        (APPLE, 1, "I said the table", ["place(Apple, DiningTable)"]),
        (APPLE, 1, "don't put it in the fridge, put it in the sink", ["place(Apple, SinkBasin)"]),
        (APPLE, 0, "I wanted the potato", ["pick(Potato)", "place(Potato, Fridge)"]),
        (APPLE, 1, "the apple should be on the counter", ["place(Apple, CounterTop)"]),
        (APPLE, 1, "can it go on the counter?", ["place(Apple, CounterTop)"]),
        (APPLE, 1, "the fridge is full, use the counter", ["place(Apple, CounterTop)"]),
        (APPLE, 0, "a tomato instead of the apple", ["pick(Tomato)", "place(Tomato, Fridge)"]),
        (APPLE, 0, "there is no apple, take a tomato", ["pick(Tomato)", "place(Tomato, Fridge)"]),
        (APPLE, 0, "let's do the tomato instead", ["pick(Tomato)", "place(Tomato, Fridge)"]),
        (
            *(APPLE, 1, "that's a tomato"),
            ["place(Apple, CounterTop)", "pick(another Apple)", "place(another Apple, Fridge)"],
        ),
        # what it is to be like, and all that is to be done with it
        (APPLE, 1, "make sure it's clean", ["clean(Apple, SinkBasin)", "place(Apple, Fridge)"]),
        (
            *(APPLE, 1, "it should be washed and on the counter"),
            ["clean(Apple, SinkBasin)", "place(Apple, CounterTop)"],
        ),
        (
            *(APPLE, 1, "wash it and put it on the counter"),
            ["clean(Apple, SinkBasin)", "place(Apple, CounterTop)"],
        ),
        (
            *(APPLE, 0, "it should be sliced"),
            [
                *["pick(Knife)", "slice(Apple)", "place(Knife, CounterTop)"],
                *["pick(sliced Apple)", "place(sliced Apple, Fridge)"],
            ],
        ),
        (
            *("put a hot potato on the plate", 2, "it's still cold"),
            ["heat(Potato, Microwave)", "place(Potato, Plate)"],
        ),
        (
            *("put a hot potato on the plate", 2, "it's not clean"),
            ["clean(Potato, SinkBasin)", "place(Potato, Plate)"],
        ),
        (APPLE, 1, "just leave it on the counter", ["place(Apple, CounterTop)"]),
        (
            *("put the potato on the plate", 1, "use the bowl instead of the plate"),
            ["place(Potato, Bowl)"],
        ),
        (
            *("put the potato on the plate", 1, "in a bowl would be better"),
            ["place(Potato, Bowl)"],
        ),
        # where it is as the robot stands
        (
            *(APPLE, 0, "it's behind you"),
            ["turn(around, 180.0)", "pick(Apple)", "place(Apple, Fridge)"],
        ),
        (
            *(APPLE, 0, "the apple is on your left"),
            ["turn(left, 90.0)", "pick(Apple)", "place(Apple, Fridge)"],
        ),
        # several more
        (
            *(APPLE, 1, "one more apple please"),
            ["place(Apple, Fridge)", "pick(another Apple)", "place(another Apple, Fridge)"],
        ),
        (
            *(APPLE, 1, "and a tomato and an egg"),
            [
                *["place(Apple, Fridge)", "pick(Tomato)", "place(Tomato, Fridge)"],
                *["pick(Egg)", "place(Egg, Fridge)"],
            ],
        ),
        # on the way, and afterwards
        (APPLE, 1, "open the fridge", ["open(Fridge)", "place(Apple, Fridge)"]),
        (APPLE, 1, "turn on the light", ["toggle(on LightSwitch)", "place(Apple, Fridge)"]),
        (APPLE, 1, "and turn on the microwave", ["place(Apple, Fridge)", "toggle(on Microwave)"]),
        (
            *(APPLE, 1, "and wash it while you're at it"),
            ["clean(Apple, SinkBasin)", "place(Apple, Fridge)"],
        ),
        (APPLE, 1, "close it when you're done", ["place(Apple, Fridge)", "close(Fridge)"]),
        (
            *("put a mug in the microwave", 1, "turn it on afterwards"),
            ["place(Mug, Microwave)", "toggle(on Microwave)"],
        ),
        (APPLE, 1, "do the potato next",
         ["place(Apple, Fridge)", "pick(Potato)", "place(Potato, Fridge)"]),
        ("open the fridge", 0, "close it again", ["close(Fridge)"]),
        # said in more words, or in fewer
        *(
            ("put a clean mug on the table", 1, said,
             ["clean(Mug, SinkBasin)", "place(Mug, CounterTop)"])
            for said in ("make it the counter", "change the table to the counter", "counter",
                         "the counter is better", "rather the counter", "how about the counter?")
        ),
        ("put a mug in the sink", 0, "a bowl would be better",
         ["pick(Bowl)", "place(Bowl, SinkBasin)"]),
        # left out
        ("put a clean mug on the table", 1, "forget about cleaning", ["place(Mug, DiningTable)"]),
        ("put a clean mug on the table", 1, "skip that", ["place(Mug, DiningTable)"]),
        ("put a clean mug on the table", 1, "forget the mug", ["place(Mug, CounterTop)"]),
        # another one
        *(
            ("put a mug in the sink", 1, said,
             ["place(Mug, CounterTop)", "pick(another Mug)", "place(another Mug, SinkBasin)"])
            for said in ("that's not a mug", "that's a cup, not a mug", "that one is broken",
                         "it's too small")
        ),
        # where it is
        *(
            ("put a mug in the sink", 0, said,
             ["pick(Mug in the cabinet)", "place(Mug, SinkBasin)"])
            for said in ("you'll find it in the cabinet", "mugs are in the cabinet",
                         "look in the cabinet", "try the cabinet")
        ),
        # before it goes where it goes, unless that was said otherwise
        ("put a mug on the counter", 1, "and wash it",
         ["clean(Mug, SinkBasin)", "place(Mug, CounterTop)"]),
        ("put a mug on the counter", 1, "heat it too",
         ["heat(Mug, Microwave)", "place(Mug, CounterTop)"]),
        ("put a mug on the counter", 1, "then heat it",
         ["place(Mug, CounterTop)", "pick(Mug)", "heat(Mug, Microwave)"]),
        ("put a mug in the sink", 1, "then put it in the cabinet when it's clean",
         ["place(Mug, SinkBasin)", "pick(Mug)", "place(Mug, Cabinet)"]),
        # two things in one breath
        ("put a mug in the sink", 0, "put it on the counter and then wash the plate",
         ["pick(Mug)", "place(Mug, CounterTop)", "pick(Plate)", "clean(Plate, SinkBasin)"]),
        ("put a mug in the sink", 0, "take the cup, then open the fridge",
         ["pick(Cup)", "place(Cup, SinkBasin)", "open(Fridge)"]),
        ("put a mug in the sink", 1, "left sink", ["place(Mug, left SinkBasin)"]),
        ("put a mug in the sink", 0, "there's one in the cabinet",
         ["pick(Mug in the cabinet)", "place(Mug, SinkBasin)"]),
        ("put a mug in the sink", 1, "the spoon and the fork too",
         ["place(Mug, SinkBasin)", "pick(Spoon)", "place(Spoon, SinkBasin)",
          "pick(Fork)", "place(Fork, SinkBasin)"]),
        # slices after all, or not
        ("put a slice of tomato in the fridge", 0, "no need to slice it",
         ["pick(Tomato)", "place(Tomato, Fridge)"]),
        ("slice the tomato", 1, "and the apple", ["slice(Tomato)", "slice(Apple)"]),
        # which one, and where
        ("put a mug in the sink", 0, "take the mug in the cabinet",
         ["pick(Mug in the cabinet)", "place(Mug in the cabinet, SinkBasin)"]),
        ("put a mug in the sink", 1, "put it in the cabinet next to the fridge",
         ["place(Mug, Cabinet next to the fridge)"]),
        ("put a book on the desk", 1, "no, on the table", ["place(Book, DiningTable)"]),
        ("put an egg in the fridge", 0, "the egg is already in the fridge", []),
        ("turn on the lamp", 0, "no, the other lamp", ["toggle(on another Lamp)"]),
        ("put two mugs in the sink", 1, "do the same with the bowl",
         ["place(Mug, SinkBasin)", "pick(another Mug)", "place(another Mug, SinkBasin)",
          "pick(Bowl)", "place(Bowl, SinkBasin)"]),
        # another tool
        ("slice the tomato", 0, "the other knife", ["pick(another Knife)", "slice(Tomato)"]),
        (
            *("slice the tomato", 1, "use the other knife"),
            ["place(Knife, CounterTop)", "pick(another Knife)", "slice(Tomato)"],
        ),
        (
            *("put a slice of tomato in the fridge", 1, "use the butter knife"),
            ["place(Knife, CounterTop)", "pick(ButterKnife)", "slice(Tomato)",
             "place(ButterKnife, CounterTop)", "pick(sliced Tomato)",
             "place(sliced Tomato, Fridge)"],
        ),
        # a slice of what is being cut
        (
            *("slice the tomato", 1, "and put a slice on the plate"),
            ["slice(Tomato)", "place(Knife, CounterTop)", "pick(sliced Tomato)",
             "place(sliced Tomato, Plate)"],
        ),
    ],
)  # fmt: skip
def test_the_rest_of_a_household_task_is_what_was_meant(
    planner: CheckedPlanner, task: str, done: int, said: str, left: list[str]
) -> None:
    assert ahead(planner, task, done, said) == left


@pytest.mark.parametrize(
    ("task", "said", "left"),
    [
        ("put the red block in the bowl", "and the blue one",
         ["place(red block, bowl, in)", "pick(blue block)", "place(blue block, bowl, in)"]),
        ("put the red block in the bowl", "do the same with the green block",
         ["place(red block, bowl, in)", "pick(green block)", "place(green block, bowl, in)"]),
        ("put the red block on the blue block", "not on the blue one, on the green one",
         ["place(red block, green block, on)"]),
        ("put the red block in the bowl", "put it down there", ["put_down()"]),
        ("put the red block in the bowl", "on second thoughts, leave it on the table",
         ["put_down()"]),
        ("put the red block in the bowl", "not in it, next to it",
         ["place(red block, bowl, next to)"]),
        ("put the red block in the bowl", "then stack the blue one on it",
         ["place(red block, bowl, in)", "pick(blue block)", "place(blue block, red block, on)"]),
        ("put the red block in the bowl", "stack it on the blue block",
         ["place(red block, blue block, on)"]),
        ("put the red block in the bowl", "that's a blue block",
         ["pick(red another block)", "place(red another block, bowl, in)"]),
        ("put the red block in the bowl", "it's on your left", None),
        ("put the red block in the bowl", "don't put it in the bowl", []),
        ("put the red block in the bowl", "it's behind the bowl", None),
        ("put the red block in the bowl", "don't touch the blue block", None),
    ],
)  # fmt: skip
def test_the_rest_of_a_task_of_the_arm_is_what_was_meant(
    planner: CheckedPlanner, task: str, said: str, left: list[str] | None
) -> None:
    if left is None:
        with pytest.raises(PlanningError, match="Not understood"):
            ahead(planner, task, 1, said, TABLETOP)
    else:
        assert ahead(planner, task, 1, said, TABLETOP) == left


def test_another_thing_first_is_the_same_with_it_before(planner: CheckedPlanner) -> None:
    before = ["pick(blue block)", "place(blue block, bowl, in)"]
    then = ["pick(red block)", "place(red block, bowl, in)"]
    task = "put the red block in the bowl"
    for said in ("do the blue one first", "the blue one first, then the red one"):
        assert ahead(planner, task, 0, said, TABLETOP) == [*before, *then]


def test_who_says_what_is_done_anyway_is_told_so(planner: CheckedPlanner) -> None:
    with pytest.raises(PlanningError, match="is being done so already"):
        ahead(planner, "put a book on the table", 1, "on the table")


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("peel it", "no skill to peel"),
        ("does it fit?", "I answer no questions while I work"),
        ("and a fork", "Fork does not go with Fridge"),
        ("does it fit in there?", "I answer no questions while I work"),
    ],
)
def test_what_is_not_taken_up_is_told_why(planner: CheckedPlanner, said: str, why: str) -> None:
    with pytest.raises(PlanningError, match=why):
        ahead(planner, APPLE, 1, said)


def test_a_thing_is_not_laid_on_what_is_to_be_washed(planner: CheckedPlanner) -> None:
    left = ahead(planner, APPLE, 1, "bring me the tomato too and then wash the plate")
    assert left[-2:] == ["pick(Plate)", "clean(Plate, SinkBasin)"]
    assert "place(Tomato, Plate)" not in left


def test_what_is_asked_for_is_not_done_twice(planner: CheckedPlanner) -> None:
    with pytest.raises(PlanningError, match="being done so already"):
        ahead(planner, "put a hot potato on the plate", 1, "microwave it for one minute")
