"""A goal read again: what the room allows, and what to try after something was done in vain."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embodied.core.entity import Entity
from embodied.core.errors import PlanningError
from embodied.core.instruction import Instruction
from embodied.core.plan import DONE, Cause, ObjectRef, Outcome, Plan, Status, Subgoal
from embodied.core.protocols import PlanContext
from embodied.core.skills import SkillSpec
from embodied.core.task import (
    LOOK_IN_LIGHT,
    PICK_AND_PLACE,
    PICK_CLEAN,
    PICK_COOL,
    PICK_HEAT,
    PICK_TWO,
    PICK_WITH_MOVABLE,
    Task,
)
from embodied.core.task_plans import subgoals_of, task_of
from planners.parsed.slots import SLOTS, TaskTable, values_of
from planners.rereading import with_rereading
from planners.rereading.planner import RereadingPlanner, carried_on
from planners.rereading.ranking import Ranking, Reading
from planners.rereading.room import allowed

ON = {place: frozenset({"Mug", "Cup", "Book"}) for place in ("Desk", "Shelf", "Bed")}
SKILLS = (
    SkillSpec(
        "pick", {"object": "object"}, categories={"object": frozenset({"Mug", "Cup", "Book"})}
    ),
    SkillSpec("place", {"object": "object", "receptacle": "receptacle"}, fits=ON),
    SkillSpec(
        "heat",
        {"object": "object", "receptacle": "receptacle"},
        fits={"Microwave": frozenset({"Mug", "Cup"})},
    ),
    SkillSpec("look", {"object": "object", "lamp": "object"}),
)
NOT_DONE = (
    Subgoal("finish", {"attempt": 0.0}),
    Outcome(Status.FAILED, Cause.NO_EFFECT, "not done"),
)


def put(thing: str, place: str) -> Task:
    return Task(PICK_AND_PLACE, thing, parent=place)


class Told:
    """Plans one task, whatever is said."""

    def __init__(self, task: Task | None) -> None:
        self.task = task

    def plan(self, context: PlanContext) -> Plan:
        if self.task is None:
            raise PlanningError("not understood")
        return Plan(context.instruction, 0, subgoals_of(self.task))


class Ranked:
    """Ranks tasks as it was told to: (task, score) from the likeliest on."""

    def __init__(self, *pairs: tuple[Task, float]) -> None:
        self.pairs = pairs

    def readings(self, goal, steps=(), *, allowed, most):
        return [Reading(task, score) for task, score in self.pairs if allowed(task)][:most]


def context(*seen: str, history=()) -> PlanContext:
    return PlanContext(
        Instruction.from_text("put it away"),
        SKILLS,
        tuple(Entity(name) for name in seen),
        tuple(history),
    )


def done(task: Task) -> list[tuple[Subgoal, Outcome]]:
    return [(step, DONE) for step in subgoals_of(task)]


def test_a_plan_that_the_room_allows_is_kept() -> None:
    planner = RereadingPlanner(Told(put("Mug", "Desk")), ranking=Ranked((put("Cup", "Shelf"), 0.0)))
    plan = planner.plan(context("Desk", "Shelf"))
    assert task_of(plan.subgoals) == put("Mug", "Desk")


@pytest.mark.parametrize("told", [put("Mug", "Bed"), put("Pillow", "Desk"), None])
def test_a_plan_that_it_does_not_allow_is_read_again(told: Task | None) -> None:
    ranked = Ranked((put("Mug", "Bed"), 0.0), (put("Mug", "Shelf"), -1.0))
    plan = RereadingPlanner(Told(told), ranking=ranked).plan(context("Desk", "Shelf"))
    assert task_of(plan.subgoals) == put("Mug", "Shelf")


def test_without_a_reading_the_planner_has_the_say() -> None:
    with pytest.raises(PlanningError, match="not understood"):
        RereadingPlanner(Told(None), ranking=Ranked()).plan(context("Desk"))
    plan = RereadingPlanner(Told(put("Mug", "Bed")), ranking=Ranked()).plan(context("Desk"))
    assert task_of(plan.subgoals) == put("Mug", "Bed")


def test_where_rooms_are_not_listed_it_does_nothing() -> None:
    told = Told(put("Mug", "Bed"))
    assert with_rereading(told, rooms_are_listed=False) is told
    assert isinstance(with_rereading(told, rooms_are_listed=True), RereadingPlanner)


def test_after_a_plan_in_vain_the_next_reading_is_tried_with_the_same_thing() -> None:
    first, second = put("Mug", "Desk"), put("Mug", "Shelf")
    ranked = Ranked((first, 0.0), (second, -30.0), (put("Cup", "Desk"), -40.0))
    planner = RereadingPlanner(Told(first), ranking=ranked)
    planner.plan(context("Desk", "Shelf"))
    history = [*done(first), NOT_DONE]
    plan = planner.plan(context("Desk", "Shelf", history=history))
    assert task_of(plan.subgoals) == second
    assert plan.subgoals[0].arguments["object"] == ObjectRef("Mug", relation="on the Desk")
    history += [(step, DONE) for step in plan.subgoals]
    plan = planner.plan(context("Desk", "Shelf", history=[*history, NOT_DONE]))
    assert task_of(plan.subgoals) == put("Cup", "Desk")
    plan = planner.plan(context("Desk", "Shelf", history=[*history, NOT_DONE]))
    assert plan.subgoals == ()


def missing(thing: str) -> tuple[Subgoal, Outcome]:
    step = Subgoal("pick", {"object": ObjectRef(thing)})
    return step, Outcome(Status.FAILED, Cause.NOT_FOUND, "nowhere")


def test_a_thing_not_found_is_taken_for_one_that_was_seen() -> None:
    ranked = Ranked(
        (put("Mug", "Desk"), 0.0), (put("Book", "Desk"), -1.0), (put("Cup", "Desk"), -2.0)
    )
    planner = RereadingPlanner(Told(put("Mug", "Desk")), ranking=ranked)
    planner.plan(context("Desk"))
    plan = planner.plan(context("Desk", "Cup", history=[missing("Mug")]))
    assert task_of(plan.subgoals) == put("Cup", "Desk")


def test_an_unlikely_one_only_after_the_search_has_gone_everywhere() -> None:
    ranked = Ranked((put("Mug", "Desk"), 0.0), (put("Cup", "Desk"), -20.0))
    planner = RereadingPlanner(Told(put("Mug", "Desk")), ranking=ranked)
    planner.plan(context("Desk"))
    once = planner.plan(context("Desk", "Cup", history=[missing("Mug")]))
    assert task_of(once.subgoals) == put("Mug", "Desk")
    twice = planner.plan(context("Desk", "Cup", history=[missing("Mug"), missing("Mug")]))
    assert task_of(twice.subgoals) == put("Cup", "Desk")


def test_a_reading_is_carried_on_though_the_planner_makes_nothing_of_the_words() -> None:
    planner = RereadingPlanner(Told(None), ranking=Ranked((put("Mug", "Desk"), 0.0)))
    planner.plan(context("Desk"))
    plan = planner.plan(context("Desk", history=[missing("Mug")]))
    assert task_of(plan.subgoals) == put("Mug", "Desk")


def test_a_new_episode_forgets_what_was_tried() -> None:
    ranked = Ranked((put("Mug", "Desk"), 0.0))
    planner = RereadingPlanner(Told(None), ranking=ranked)
    for _ in range(2):
        assert task_of(planner.plan(context("Desk")).subgoals) == put("Mug", "Desk")


@pytest.mark.parametrize(
    ("task", "is_allowed"),
    [
        (put("Mug", "Desk"), True),
        (put("Mug", "Bed"), False),  # not there
        (put("Pillow", "Desk"), False),  # no skill takes it
        (Task(PICK_HEAT, "Mug", parent="Desk"), False),  # no microwave
        (Task(PICK_CLEAN, "Mug", parent="Desk"), False),  # no such skill
        (Task(PICK_AND_PLACE, "Mug", parent="Desk", sliced=True), False),
        (Task(PICK_WITH_MOVABLE, "Book", parent="Desk", mrecep="Mug"), False),
        (Task(LOOK_IN_LIGHT, "Mug", toggle="DeskLamp"), True),
        (Task(LOOK_IN_LIGHT, "Mug"), True),
    ],
)
def test_what_a_room_allows(task: Task, is_allowed: bool) -> None:
    assert allowed(task, SKILLS, {"Desk", "Shelf"}) is is_allowed


def test_what_was_done_to_a_thing_is_not_done_again() -> None:
    first = Task(PICK_HEAT, "Mug", parent="Desk")
    steps = carried_on(Task(PICK_HEAT, "Mug", parent="Shelf"), done(first))
    assert [step.skill for step in steps] == ["pick", "place"]
    steps = carried_on(Task(PICK_COOL, "Mug", parent="Shelf"), done(first))
    assert [step.skill for step in steps] == ["pick", "cool", "place"]


def test_one_that_lies_right_is_one_of_two() -> None:
    two = Task(PICK_TWO, "Mug", parent="Desk")
    assert carried_on(two, done(put("Mug", "Desk"))) == subgoals_of(two)[2:]
    assert len(carried_on(two, done(put("Mug", "Shelf")))) == 4
    assert carried_on(two, []) == subgoals_of(two)


tasks = st.builds(put, st.sampled_from(["Mug", "Cup"]), st.sampled_from(["Desk", "Shelf", "Bed"]))


@given(st.lists(tasks, min_size=1, max_size=6, unique=True))
def test_the_shipped_order_is_by_score_and_only_of_what_is_allowed(known: list[Task]) -> None:
    table = TaskTable.of(known)
    rng = np.random.default_rng(len(known))
    scores = [np.log(rng.dirichlet(np.ones(len(table.values[slot])))) for slot in SLOTS]
    reader = SimpleNamespace(
        ensemble=SimpleNamespace(table=table, scores=lambda sentences: (scores, 0.0))
    )
    found = Ranking(reader).readings("words", allowed=lambda task: task.object == "Mug", most=9)
    assert [each.score for each in found] == sorted((each.score for each in found), reverse=True)
    assert len({values_of(each.task) for each in found}) == len(found)
    assert all(each.task.object == "Mug" for each in found)
    # every place is tried with every thing, seen together in training or not
    places = {task.parent for task in known}
    assert {each.task.parent for each in found} in (places, set())
