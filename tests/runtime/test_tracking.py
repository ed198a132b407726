"""The agent tells its state, gives up under a cause, and hands the world to privileged planners."""

from collections.abc import Mapping
from typing import Any

from embodied.core.action import STOP, DiscreteAction
from embodied.core.instruction import Instruction
from embodied.core.observation import Observation
from embodied.core.plan import DONE, RUNNING, Cause, Outcome, Plan, Status, Subgoal
from embodied.core.protocols import PlanContext
from embodied.runtime.agent import PlanningAgent
from embodied.runtime.tracking import CAUSES, cause_of, remembered

STEPS = (Subgoal("pick", text="Pick up the mug."), Subgoal("place", text="Put it down."))
CLOSED_LIST = {
    "plan",
    "not found",
    "wrong instance",
    "navigation",
    "refused",
    "budget",
    "error",
}


class Planner:
    """Plans what is not done yet; notes what it was bound to."""

    def __init__(self) -> None:
        self.world: Any = None

    def bind(self, env: Any) -> None:
        self.world = env

    def plan(self, context: PlanContext) -> Plan:
        done = sum(outcome.status is Status.DONE for _, outcome in context.history)
        return Plan(context.instruction, 0, STEPS[done:])


class Policy:
    """Ends each subgoal as told, after one action."""

    def __init__(self, *outcomes: Outcome) -> None:
        self._left = list(outcomes)
        self._acted = False

    def reset(self) -> None:
        self._acted = False

    def begin(self, subgoal: Subgoal) -> None:
        self._acted = False

    def act(self, observation: Observation) -> tuple[DiscreteAction | None, Outcome]:
        if not self._acted:
            self._acted = True
            return DiscreteAction("MoveAhead"), RUNNING
        return None, self._left.pop(0)

    def report(self) -> Mapping[str, Any]:
        return {"doing": "look for a mug"}

    def state_text(self) -> str:
        return "a map"


LOST = Outcome(Status.FAILED, Cause.NOT_FOUND, "found no mug")


def run(policy: Policy, planner: Planner | None = None) -> PlanningAgent:
    agent = PlanningAgent(planner or Planner(), policy, max_tries=2)
    agent.begin(Instruction.from_text("put the mug down"))
    for _ in range(20):
        if agent.step(Observation(), 0.0) == STOP:
            break
    return agent


def test_the_state_shows_plan_place_in_it_failures_and_what_the_policy_tells() -> None:
    agent = run(Policy(DONE, LOST, DONE))
    text = agent.state_text()
    assert "asked: put the mug down" in text
    assert "not_found found no mug" in text
    assert "a map" in text
    assert agent.report()["doing"] == "look for a mug"


def test_what_failed_is_tried_again_and_then_given_up_under_a_cause() -> None:
    agent = run(Policy(DONE, LOST, LOST))
    reason = agent.report()["end_reason"]
    assert reason.startswith("not found: gave up")
    assert "found no mug" in reason


def test_every_cause_is_one_of_the_closed_list() -> None:
    assert set(CAUSES.values()) < CLOSED_LIST
    for cause in Cause:
        assert cause_of(Outcome(Status.FAILED, cause)) in CLOSED_LIST


def test_only_failures_are_remembered() -> None:
    assert remembered([(STEPS[0], DONE)]) == []
    assert len(remembered([(STEPS[0], LOST)] * 9)) == 4


def test_a_planner_that_reads_the_world_is_given_it() -> None:
    planner, world = Planner(), object()
    agent = PlanningAgent(planner, Policy())
    agent.bind(world)
    assert planner.world is world
