"""Left off and taken up again: "wait!", "go on", and one task after another in the same world."""

from dataclasses import replace

import pytest

from embodied.core.action import STOP
from embodied.core.instruction import Instruction
from embodied.core.observation import Observation
from embodied.core.plan import DONE, ObjectRef, Plan, Subgoal
from embodied.core.protocols import PlanContext
from embodied.runtime.agent import PlanningAgent
from embodied.runtime.resuming import asks_to_go_on
from tests.runtime.test_talk import Arm, Words, act, agent_of


class Rested(Arm):
    """An arm that can leave off."""

    interrupts = tasks = 0

    def interrupt(self) -> None:
        self.interrupts += 1

    def next_task(self) -> None:
        self.tasks += 1


@pytest.mark.parametrize(
    "said",
    ["go on", "Okay, continue please.", "you can carry on now", "resume", "it's fine, go ahead",
     "sorry, false alarm, keep going", "finish what you were doing", "as you were"],
)  # fmt: skip
def test_words_that_ask_for_nothing_but_to_go_on(said: str) -> None:
    assert asks_to_go_on(said)


@pytest.mark.parametrize(
    "said", ["go on and open the door", "continue to the kitchen", "keep the mug", "go", "on", ""]
)
def test_words_that_ask_for_more_are_a_task(said: str) -> None:
    assert not asks_to_go_on(said)


def test_after_a_stop_go_on_takes_up_the_subgoal_that_was_left_off() -> None:
    arm = Rested()
    agent = agent_of(arm)
    assert act(agent, 5) == ["a", "a", "a", "b", "b"]
    agent.correct("wait!")
    assert act(agent, 2, 5.0) == [STOP.name, STOP.name]
    agent.follow(Instruction.from_text("okay, go on"))
    assert act(agent, 4, 7.0) == ["b", "b", "b", STOP.name]
    assert arm.begun == ["a", "b", "b"]
    assert agent.report()["end_reason"] == "the plan is carried out"
    assert agent.report()["instruction"] == "a b"


def test_a_stop_and_another_task_leave_what_the_policy_knows() -> None:
    arm = Rested()
    agent = agent_of(arm)
    act(agent, 1)
    before = arm.resets
    agent.correct("stop")
    agent.follow(Instruction.from_text("c"))
    assert act(agent, 4, 1.0) == ["c", "c", "c", STOP.name]
    assert arm.resets == before
    assert (arm.interrupts, arm.tasks) == (0, 1), "it had not heard the stop before the next task"


def test_a_policy_that_cannot_leave_off_is_reset() -> None:
    arm = Arm()
    agent = agent_of(arm)
    act(agent, 1)
    before = arm.resets
    agent.correct("stop")
    act(agent, 1, 1.0)
    assert arm.resets > before


def test_a_task_that_was_left_off_is_settled_before_another_one_and_a_finished_one_is_not() -> None:
    arm = Rested(holds=True)
    agent = agent_of(arm, "a")
    assert act(agent, 4) == ["a", "a", "a", STOP.name]
    agent.follow(Instruction.from_text("b"))
    assert act(agent, 1, 4.0) == ["b"]
    agent.correct("stop")
    act(agent, 1, 5.0)
    agent.follow(Instruction.from_text("c"))
    assert act(agent, 4, 6.0) == ["down", "down", "down", "c"]


def test_who_objects_to_what_was_done_gets_the_same_task_done_otherwise() -> None:
    agent = agent_of(Rested(), "a b")
    assert act(agent, 7)[-1] == STOP.name
    agent.follow(Instruction.from_text("no, the c"))
    assert act(agent, 7, 7.0) == ["c", "c", "c", "b", "b", "b", STOP.name]
    assert agent.report()["instruction"] == "a b"
    agent.follow(Instruction.from_text("put it on the d"))
    assert act(agent, 1, 14.0) == ["put"], "what objects to nothing is a task of its own"


class Homely(Rested):
    """An arm that knows where it took things from."""

    def homes(self) -> dict[str, str]:
        return {"Mug": "on the shelf"}


class Steps:
    """One step for a whole instruction, about a mug."""

    def plan(self, context: PlanContext) -> Plan:
        step = Subgoal("a", {"object": ObjectRef("Mug")}, context.instruction.text)
        return Plan(context.instruction, 0, (step,))


def test_put_it_back_in_the_middle_replaces_the_task_by_one_with_the_place_spelled_out() -> None:
    agent = PlanningAgent(planner=Steps(), policy=Homely(), stop=STOP)
    agent.begin(Instruction.from_text("wash the mug"))
    act(agent, 1)
    agent.correct("no, put it back")
    act(agent, 1, 1.0)
    assert agent.report()["instruction"] == "put the mug back on the shelf"
    (said,) = agent.report()["corrections"]
    assert said["kind"] == "replace"


def test_words_that_made_no_plan_leave_what_was_done_to_be_objected_to() -> None:
    agent = agent_of(Rested(), "a b")
    act(agent, 7)
    agent.follow(Instruction.from_text("no, the gibberish"))
    assert act(agent, 1, 7.0) == [STOP.name]
    assert "Not understood" in agent.report()["end_reason"]
    agent.follow(Instruction.from_text("no, the c"))
    assert act(agent, 7, 8.0) == ["c", "c", "c", "b", "b", "b", STOP.name]


def test_go_on_with_nothing_left_off_is_planned_for_like_any_words() -> None:
    agent = agent_of(Rested(), "a")
    act(agent, 4)
    agent.follow(Instruction.from_text("go on"))
    assert act(agent, 1, 4.0) == ["go"]


def test_go_on_said_while_it_goes_on_changes_nothing() -> None:
    agent = agent_of(Rested())
    act(agent, 1)
    agent.correct("go on")
    assert act(agent, 2, 1.0) == ["a", "a"]
    (said,) = agent.report()["corrections"]
    assert said["effect"] == "goes on"
    assert len(agent.report()["plans"]) == 1


def test_words_that_make_no_plan_end_in_words_and_the_next_task_is_taken() -> None:
    agent = PlanningAgent(Words(), Rested())
    agent.begin(Instruction.from_text("a"))
    act(agent, 4)
    agent.follow(Instruction.from_text("vague"))
    assert act(agent, 1, 4.0) == [STOP.name]
    assert agent.report()["end_reason"] == "plan: vague"
    agent.follow(Instruction.from_text("b"))
    assert act(agent, 1, 5.0) == ["b"]


class Remembers:
    """A planner that is told how episodes ended."""

    def __init__(self) -> None:
        self.ends: list[str] = []

    def plan(self, context: PlanContext) -> Plan:
        return Plan(context.instruction, 0, (Subgoal("say", text=context.instruction.text),))

    def ended(self, context: PlanContext) -> None:
        assert all(outcome is DONE for _, outcome in context.history)
        self.ends.append(context.instruction.text)


def test_each_task_is_remembered_by_itself() -> None:
    planner = Remembers()
    agent = PlanningAgent(planner, Rested())
    agent.begin(Instruction.from_text("a"))
    act(agent, 4)
    agent.follow(Instruction.from_text("b"))
    act(agent, 4, 4.0)
    agent.begin(Instruction.from_text("c"))
    assert planner.ends == ["a", "b"]
    assert agent.step(Observation(), 9.0).name == "c"


def test_words_that_made_no_plan_settle_nothing_and_leave_it_what_it_was() -> None:
    arm = Rested(holds=True)
    mug = Subgoal("say", {"object": ObjectRef("mug")}, text="mug")

    class Named(Words):
        def plan(self, context: PlanContext) -> Plan:
            plan = super().plan(context)
            return replace(plan, subgoals=(mug,)) if "mug" in context.instruction.text else plan

    agent = PlanningAgent(Named(), arm)
    agent.begin(Instruction.from_text("mug"))
    act(agent, 4)
    agent.follow(Instruction.from_text("vague"))
    assert act(agent, 1, 4.0) == [STOP.name]
    agent.follow(Instruction.from_text("say it"))
    assert act(agent, 1, 5.0) == ["mug"]
    assert agent.report()["instruction"] == "say the mug"
