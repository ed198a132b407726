"""Plans are checked by what skills declare, and mended with little change."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from unified_planning.engines.plan_validator import SequentialPlanValidator
from unified_planning.plans import ActionInstance, SequentialPlan

from embodied.core.entity import Entity
from embodied.core.errors import PlanningError
from embodied.core.plan import DONE, ObjectRef, Subgoal
from embodied.core.skills import Condition, SkillSpec
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
from envs.household.skills import SKILLS
from planners.symbolic import FaultKind, check, repair
from planners.symbolic.domain import Domain, Step, symbol_of
from planners.symbolic.unified import pddl, problem

TASKS = (
    Task(PICK_AND_PLACE, "Mug", "Shelf"),
    Task(PICK_AND_PLACE, "Tomato", "Fridge", sliced=True),
    Task(PICK_TWO, "CD", "Desk"),
    Task(LOOK_IN_LIGHT, "Book", toggle="DeskLamp"),
    Task(PICK_HEAT, "Apple", "CounterTop", sliced=True),
    Task(PICK_COOL, "Bread", "DiningTable", sliced=True),
    Task(PICK_CLEAN, "Cloth", "Cabinet"),
    Task(PICK_WITH_MOVABLE, "Knife", "CounterTop", mrecep="Mug"),
    Task(PICK_WITH_MOVABLE, "Tomato", "SideTable", mrecep="Bowl", sliced=True),
)


def step(skill: str, **things: str | ObjectRef) -> Subgoal:
    return Subgoal(
        skill,
        {name: ObjectRef(v) if isinstance(v, str) else v for name, v in things.items()},
    )


def kinds(*subgoals: Subgoal, **more) -> list[FaultKind]:
    return [fault.kind for fault in check(subgoals, SKILLS, **more)]


@pytest.mark.parametrize("task", TASKS, ids=str)
def test_the_plan_of_a_task_has_no_fault(task):
    assert check(subgoals_of(task), SKILLS, goal=task) == []


@pytest.mark.parametrize(
    ("plan", "kind"),
    [
        ([step("fly", object="Mug")], FaultKind.UNKNOWN_SKILL),
        ([step("pick")], FaultKind.BAD_ARGUMENT),
        ([step("pick", object="Mug", lamp="DeskLamp")], FaultKind.BAD_ARGUMENT),
        ([Subgoal("pick", {"object": 3.0})], FaultKind.BAD_ARGUMENT),
        ([step("pick", object="Fridge")], FaultKind.WRONG_TYPE),
        ([step("open", object="Mug")], FaultKind.WRONG_TYPE),
        ([step("pick", object="Elephant")], FaultKind.WRONG_TYPE),
        (
            [step("pick", object="Pillow"), step("place", object="Pillow", receptacle="Mug")],
            FaultKind.DOES_NOT_FIT,
        ),
        ([step("place", object="Mug", receptacle="Shelf")], FaultKind.UNMET),
        ([step("pick", object="Mug"), step("pick", object="Cup")], FaultKind.UNMET),
        ([step("slice", object="Apple")], FaultKind.UNMET),
        ([step("pick", object=ObjectRef("Apple", ("sliced",)))], FaultKind.UNMET),
        ([step("pick", object="AppleSliced")], FaultKind.UNMET),
        ([step("heat", object="Apple", receptacle="Microwave")], FaultKind.UNMET),
        (
            [
                step("pick", object="Apple"),
                step("close", object="Fridge"),
                step("place", object="Apple", receptacle="Fridge"),
            ],
            FaultKind.UNMET,
        ),
    ],
)
def test_what_cannot_be_done_is_a_fault_of_its_kind(plan, kind):
    assert kinds(*plan) == [kind]


def test_a_fault_says_what_to_do():
    [fault] = check([step("place", object="Mug", receptacle="Shelf")], SKILLS)
    assert str(fault) == "place(Mug, Shelf) needs holding(Mug); the hand is empty."
    [fault] = check([step("pick", object="ButerKnife")], SKILLS)
    assert "Did you mean ButterKnife?" in str(fault)


def test_the_plan_of_one_task_is_a_fault_where_another_was_asked_for():
    asked = Task(PICK_AND_PLACE, "Mug", "Desk")
    plan = subgoals_of(TASKS[0])
    assert [fault.kind for fault in check(plan, SKILLS, goal=asked)] == [FaultKind.GOAL]


def test_history_says_what_is_in_the_hand():
    plan = subgoals_of(TASKS[0])
    assert kinds(plan[1]) == [FaultKind.UNMET]
    assert kinds(plan[1], history=[(plan[0], DONE)]) == []


def test_a_slice_that_was_seen_need_not_be_cut():
    slice_of = step("pick", object=ObjectRef("Apple", ("sliced",)))
    assert kinds(slice_of, entities=[Entity("AppleSliced")]) == []


def test_any_knife_will_do():
    with_other = (step("pick", object="ButterKnife"), step("slice", object="Apple"))
    assert kinds(*with_other) == []


def test_skills_that_contradict_each_other_are_refused():
    says_two = SkillSpec("hug", {"object": "object"}, requires=(Condition("holding", ("a", "b")),))
    with pytest.raises(PlanningError, match="one number of terms"):
        Domain([*SKILLS, says_two])
    unknown = SkillSpec("hug", {"object": "object"}, requires=(Condition("near", ("thing",)),))
    with pytest.raises(PlanningError, match="none of its arguments"):
        Domain([unknown])


STEPS = [
    step("pick", object="Apple"),
    step("pick", object="Knife"),
    step("slice", object="Apple"),
    step("place", object="Knife", receptacle="CounterTop"),
    step("place", object="Apple", receptacle="Fridge"),
    step("open", object="Fridge"),
    step("close", object="Fridge"),
    step("heat", object="Apple", receptacle="Microwave"),
]


@given(st.lists(st.sampled_from(STEPS), min_size=1, max_size=8))
@settings(deadline=None, max_examples=60)
def test_the_librarys_own_validator_agrees(plan):
    domain = Domain(SKILLS)
    names = ("Apple", "Knife", "ButterKnife", "CounterTop", "Fridge", "Microwave")
    made = problem(domain, names, ())
    steps = [domain.step(subgoal, "") for subgoal in plan]
    actions = SequentialPlan(
        [
            ActionInstance(made.action(s.skill), tuple(made.object(n) for n in s.symbols))
            for s in steps
            if isinstance(s, Step)
        ]
    )
    valid = SequentialPlanValidator().validate(made, actions)
    assert bool(valid) is (check(plan, SKILLS) == [])


def test_the_domain_is_pddl():
    domain, instance = pddl(Domain(SKILLS).problem(["Apple", "Knife", "Fridge"]))
    assert "(:action place" in domain
    assert "(holding ?object)" in domain
    assert "(:objects" in instance


@pytest.mark.parametrize("task", TASKS, ids=str)
def test_a_plan_without_fault_stays_as_it_is(task):
    plan = subgoals_of(task)
    assert repair(plan, SKILLS) == plan
    assert repair(plan, SKILLS, goal=task) == plan


@pytest.mark.parametrize("task", TASKS, ids=str)
def test_swapped_steps_are_put_right_from_the_plan_alone(task):
    plan = subgoals_of(task)
    for at in range(len(plan) - 1):
        swapped = (*plan[:at], plan[at + 1], plan[at], *plan[at + 2 :])
        assert repair(swapped, SKILLS) == plan


@given(st.sampled_from(TASKS), st.data())
@settings(deadline=None, max_examples=40)
def test_whatever_is_broken_what_comes_back_has_no_fault_and_meets_the_goal(task, data):
    plan = list(subgoals_of(task))
    for _ in range(data.draw(st.integers(1, 2))):
        at = data.draw(st.integers(0, len(plan) - 1))
        how = data.draw(st.sampled_from(["drop", "swap", "invent"]))
        if how == "drop" and len(plan) > 1:
            del plan[at]
        elif how == "swap":
            plan[at - 1], plan[at] = plan[at], plan[at - 1]
        else:
            plan.insert(at, data.draw(st.sampled_from(STEPS)))
    mended = repair(plan, SKILLS, goal=task)
    assert check(mended, SKILLS, goal=task) == []
    assert task_of(mended) == task


def test_mending_toward_a_goal_keeps_what_was_said_of_things():
    blue = ObjectRef("Mug", ("blue",), "next to the sink", "the blue mug")
    plan = (step("pick", object=blue),)
    mended = repair(plan, SKILLS, goal=TASKS[0])
    assert [str(s) for s in mended] == [
        "pick(blue Mug next to the sink)",
        "place(blue Mug next to the sink, Shelf)",
    ]


def test_types_are_respelled():
    plan = (step("pick", object="mug"), step("place", object="mug", receptacle="coffee table"))
    assert [str(s) for s in repair(plan, SKILLS)] == ["pick(Mug)", "place(Mug, CoffeeTable)"]


def test_what_goes_into_a_container_goes_in_before_it_is_shut():
    plan = (
        step("pick", object="Apple"),
        step("close", object="Fridge"),
        step("place", object="Apple", receptacle="Fridge"),
    )
    assert [str(s) for s in repair(plan, SKILLS)] == [
        "pick(Apple)",
        "place(Apple, Fridge)",
        "close(Fridge)",
    ]


def test_what_was_shut_before_is_opened():
    plan = (step("place", object="Apple", receptacle="Fridge"),)
    history = [(step("pick", object="Apple"), DONE), (step("close", object="Fridge"), DONE)]
    assert [str(s) for s in repair(plan, SKILLS, history=history)] == [
        "open(Fridge)",
        "place(Apple, Fridge)",
    ]


def test_what_cannot_be_mended_is_an_error_with_the_reason():
    with pytest.raises(PlanningError, match="no skill 'fly'"):
        repair((step("fly", object="Mug"),), SKILLS)


def test_another_of_its_kind_is_another_thing():
    assert symbol_of(ObjectRef("Mug", ("another",)), "") != symbol_of(ObjectRef("Mug"), "")
    second = replace(ObjectRef("Mug"), attributes=("another",))
    assert symbol_of(ObjectRef("Mug"), symbol_of(second, "")) == symbol_of(second, "")
