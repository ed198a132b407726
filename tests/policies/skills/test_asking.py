"""Which of two things is meant is asked where the words cannot tell; one waits looking about."""

import sys
from pathlib import Path

import pytest

from embodied.core.action import DiscreteAction
from embodied.core.instruction import Instruction
from embodied.core.plan import Cause, ObjectRef, Plan, Status, Subgoal
from embodied.core.protocols import PlanContext
from embodied.runtime.agent import PlanningAgent
from planners.checked import CheckedPlanner
from policies.skills.policy import SkillPolicy

sys.path.insert(0, str(Path(__file__).parents[2]))
from box_world import Box, BoxWorld, box_at

from envs.household.skills import SKILLS


class Pick:
    """Plans to pick up what is said."""

    def __init__(self, reference: ObjectRef) -> None:
        self._reference = reference

    def plan(self, context: PlanContext) -> Plan:
        """Return one step."""
        step = Subgoal("pick", {"object": self._reference})
        return Plan(context.instruction, 0, (step,))


def two_mugs() -> tuple[Box, Box, BoxWorld]:
    """A mug on a table ahead, one on a desk behind."""
    one, other = (box_at("Mug", 0.0, y, 0.7, (0.1, 0.1, 0.12), solid=False) for y in (1.6, -1.6))
    table = box_at("DiningTable", 0.0, 1.7, 0.0, (1.6, 0.6, 0.7))
    desk = box_at("Desk", 0.0, -1.7, 0.0, (1.6, 0.6, 0.7))
    return one, other, BoxWorld([table, desk, one, other])


def seen_both(world: BoxWorld, policy: SkillPolicy):
    """Let a policy's map take in all sides; return what is seen last."""
    scene = policy.body.map
    observation = world.look()
    scene.observe(observation)
    for _ in range(4):
        observation = world.act(DiscreteAction("RotateRight"))
        scene.observe(observation, "RotateRight")
    return observation


def asking(reference: ObjectRef, *, ask: bool = True) -> tuple[PlanningAgent, SkillPolicy]:
    policy = SkillPolicy()
    agent = PlanningAgent(CheckedPlanner(Pick(reference)), policy, ask=ask)
    agent.begin(Instruction.from_text("take the mug"), skills=SKILLS)
    return agent, policy


def run(agent: PlanningAgent, world: BoxWorld, observation, answer: str = "") -> str:
    """Step until the hand is full; return what was asked meanwhile."""
    asked = ""
    while world.held is None:
        assert world.steps < 80, world.log
        observation = world.act(agent.step(observation, float(world.steps)))
        if agent.question:
            asked = agent.question
            assert agent.answer(answer)
    return asked


def test_which_of_two_is_asked_and_the_answer_heeded() -> None:
    _, behind, world = two_mugs()
    agent, policy = asking(ObjectRef("Mug", phrase="the mug"))
    asked = run(agent, world, seen_both(world, policy), "on the desk")
    assert asked.startswith("I see 2 that may be the mug: ")
    assert "on the desk" in asked
    assert world.held is behind


@pytest.mark.parametrize("phrase", ["a mug", "mugs", ""])
def test_where_any_will_do_nobody_is_asked(phrase: str) -> None:
    *_, world = two_mugs()
    agent, policy = asking(ObjectRef("Mug", phrase=phrase))
    assert run(agent, world, seen_both(world, policy)) == ""


def test_words_that_tell_leave_nothing_to_ask() -> None:
    _, behind, world = two_mugs()
    agent, policy = asking(ObjectRef("Mug", (), "on the desk", "the mug"))
    assert run(agent, world, seen_both(world, policy)) == ""
    assert world.held is behind


def test_who_may_not_ask_takes_the_likeliest() -> None:
    *_, world = two_mugs()
    agent, policy = asking(ObjectRef("Mug", phrase="the mug"), ask=False)
    assert run(agent, world, seen_both(world, policy)) == ""


def test_a_rest_looks_aside_and_ends_as_it_began() -> None:
    one, _, world = two_mugs()
    policy = SkillPolicy()
    policy.begin(Subgoal("pick", {"object": ObjectRef("Mug")}))
    observation = world.look()
    outcome = None
    for number in range(80):
        if number in (2, 3, 4, 7):
            action = policy.hold(observation)
            assert action.name in ("RotateLeft", "RotateRight")
        else:
            action, outcome = policy.act(observation)
        if action is None:
            break
        observation = world.act(action)
    assert not [each for each in world.log if "refused" in each]
    assert outcome is not None
    assert (outcome.status, outcome.cause) == (Status.DONE, Cause.NONE)
    assert world.held is one


def test_a_refusal_before_a_rest_is_not_forgotten() -> None:
    *_, world = two_mugs()
    policy = SkillPolicy()
    policy.begin(Subgoal("pick", {"object": ObjectRef("Mug")}))
    observation = world.look()
    action, _ = policy.act(observation)
    while action is not None and action.name != "PickupObject":
        observation = world.act(action)
        action, _ = policy.act(observation)
    assert action is not None
    world.ok = False  # the hand slips
    observation = world.look()
    observation = world.act(policy.hold(observation))
    back, _ = policy.act(observation)
    assert back is not None
    assert back.name == "RotateLeft"
    policy.act(world.act(back))
    assert policy.body.failures == 1
