"""The planning agent: it never waits, drops what is stale, and does as it is told."""

import threading
from dataclasses import dataclass, field

import pytest

from embodied.core.action import STOP, Action, DiscreteAction
from embodied.core.correction import CorrectionKind
from embodied.core.errors import ConfigError, PlanningError
from embodied.core.instruction import Instruction
from embodied.core.observation import Observation
from embodied.core.plan import DONE, RUNNING, Cause, Outcome, Plan, Status, Subgoal
from embodied.core.protocols import PlanContext
from embodied.runtime.agent import PlanningAgent
from embodied.runtime.executor import PlanResult, ThreadExecutor

FAILED = Outcome(Status.FAILED, Cause.NOT_FOUND, "no mug anywhere")
IDLE = DiscreteAction("Idle")


@dataclass
class Words:
    """Plans one subgoal a word; remembers what it was asked."""

    contexts: list[PlanContext] = field(default_factory=list)
    refuse: str = ""

    def plan(self, context: PlanContext) -> Plan:
        self.contexts.append(context)
        said = [c.text for c in context.corrections if c.kind is CorrectionKind.AMEND]
        if self.refuse and any(self.refuse in text for text in said):
            raise PlanningError(f"cannot make sense of {said[-1]!r}")
        words = [*context.instruction.text.split(), *said]
        return Plan(context.instruction, 0, tuple(Subgoal("say", text=word) for word in words))


@dataclass
class Queueing:
    """Acts `per_subgoal` times on each subgoal, from a queue filled at its begin, as chunks are."""

    per_subgoal: int = 2
    fails: tuple[str, ...] = ()
    queue: list[str] = field(default_factory=list)
    resets: int = 0

    def reset(self) -> None:
        self.queue.clear()
        self.resets += 1

    def begin(self, subgoal: Subgoal) -> None:
        self.subgoal = subgoal.text
        self.queue = [f"{subgoal.text}{number}" for number in range(self.per_subgoal)]

    def act(self, observation: Observation) -> tuple[Action | None, Outcome]:
        if self.subgoal in self.fails:
            return None, FAILED
        return (DiscreteAction(self.queue.pop(0)), RUNNING) if self.queue else (None, DONE)


@dataclass
class Later:
    """An executor whose jobs end when the test says so."""

    lockstep = False
    jobs: list[tuple[int, object]] = field(default_factory=list)
    results: list[PlanResult] = field(default_factory=list)

    def submit(self, work, *, revision: int) -> None:
        self.jobs.append((revision, work))

    def finish(self, number: int) -> None:
        revision, work = self.jobs[number]
        self.results.append(PlanResult(revision, plan=work()))

    def poll(self) -> list[PlanResult]:
        results, self.results = self.results, []
        return results


def begun(agent: PlanningAgent, text: str = "a b") -> PlanningAgent:
    agent.begin(Instruction.from_text(text, id="test"))
    return agent


def act(agent: PlanningAgent, steps: int, start: int = 0) -> list[str]:
    return [agent.step(Observation(), float(start + step)).name for step in range(steps)]


def test_subgoals_are_carried_out_in_order_and_then_it_stops() -> None:
    agent = begun(PlanningAgent(Words(), Queueing()))
    assert act(agent, 6) == ["a0", "a1", "b0", "b1", "Stop", "Stop"]
    assert agent.report()["plans"] == (("a", "b"),)
    assert agent.report()["end_reason"] == "the plan is carried out"


def test_stop_acts_at_the_very_next_step_and_for_good() -> None:
    policy = Queueing()
    agent = begun(PlanningAgent(Words(), policy))
    act(agent, 1)
    agent.correct("stop!")
    assert agent.halted
    agent.correct("also say c")
    agent.correct("forget it, say d")
    assert act(agent, 3, start=1) == ["Stop"] * 3
    assert policy.queue == [], "nothing queued is left to act later"
    assert agent.report()["end_reason"] == "a person said stop"


def test_a_new_episode_ends_the_halt_and_forgets_what_was_said() -> None:
    agent = begun(PlanningAgent(Words(), Queueing()))
    agent.correct("stop")
    act(agent, 1)
    agent.correct("also c")
    assert act(begun(agent, "z"), 2) == ["z0", "z1"]
    assert agent.report()["corrections"] == ()


def test_replace_acts_at_the_next_step_and_drops_queued_actions() -> None:
    planner = Words()
    agent = begun(PlanningAgent(planner, Queueing(per_subgoal=50)))
    act(agent, 1)
    agent.correct("forget it, x y")
    assert act(agent, 2, start=1) == ["x0", "x1"]
    assert planner.contexts[-1].instruction.text == "x y"
    assert planner.contexts[-1].current_plan is None
    (said,) = agent.report()["corrections"]
    assert (said["text"], said["stamp_s"], said["kind"]) == ("forget it, x y", 0.0, "replace")
    assert (said["subgoal"], said["effect"], said["effect_s"]) == ("a", "plan: x; y", 1.0)
    assert agent.report()["plans"] == (("a", "b"), ("x", "y"))


def test_an_amendment_is_planned_with_the_plan_at_hand() -> None:
    planner = Words()
    agent = begun(PlanningAgent(planner, Queueing()))
    act(agent, 1)
    agent.correct("c")
    act(agent, 1, start=1)
    context = planner.contexts[-1]
    assert [correction.text for correction in context.corrections] == ["c"]
    assert [str(subgoal) for subgoal in context.current_plan.subgoals] == ["a", "b"]
    assert agent.report()["plans"][-1] == ("a", "b", "c")


def test_an_amendment_no_plan_can_be_made_of_leaves_the_task_standing() -> None:
    agent = begun(PlanningAgent(Words(refuse="gibberish"), Queueing()))
    act(agent, 1)
    agent.correct("gibberish")
    assert act(agent, 4, start=1) == ["a1", "b0", "b1", "Stop"]
    (said,) = agent.report()["corrections"]
    assert "cannot make sense of 'gibberish'" in said["not_understood"]


def test_a_failed_subgoal_is_planned_anew_with_its_history_then_given_up() -> None:
    planner = Words()
    agent = begun(PlanningAgent(planner, Queueing(fails=("b",)), max_replans=2))
    assert act(agent, 7) == ["a0", "a1", "a0", "a1", "a0", "a1", "Stop"]
    assert len(planner.contexts) == 3
    history = planner.contexts[-1].history
    assert [(str(subgoal), outcome.status) for subgoal, outcome in history] == [
        ("a", Status.DONE),
        ("b", Status.FAILED),
    ] * 2
    assert "no mug anywhere" in agent.report()["end_reason"]


def test_a_plan_that_cannot_be_made_raises() -> None:
    class Silent:
        def plan(self, context: PlanContext) -> Plan:
            raise PlanningError("the server is down", raw="502")

    with pytest.raises(PlanningError, match="server is down"):
        act(begun(PlanningAgent(Silent(), Queueing())), 1)


def test_without_a_plan_it_idles_and_a_stale_plan_is_dropped() -> None:
    later = Later()
    agent = begun(PlanningAgent(Words(), Queueing(), executor=later, idle=IDLE))
    assert act(agent, 2) == ["Idle", "Idle"]
    agent.correct("forget it, x")
    assert act(agent, 1, start=2) == ["Idle"]
    later.finish(0)  # the plan of the instruction that was dropped
    assert act(agent, 1, start=3) == ["Idle"]
    later.finish(1)
    assert act(agent, 3, start=4) == ["x0", "x1", "Stop"]
    assert agent.report()["plans"] == (("x",),)


def test_while_an_amendment_is_planned_the_plan_at_hand_goes_on() -> None:
    later = Later()
    agent = begun(PlanningAgent(Words(), Queueing(), executor=later, idle=IDLE))
    act(agent, 1)
    later.finish(0)
    assert act(agent, 1) == ["a0"]
    agent.correct("c")
    assert act(agent, 3) == ["a1", "b0", "b1"]
    assert act(agent, 1) == ["Idle"], "done with the old plan, the new one may still add to it"
    later.finish(1)
    assert act(agent, 1) == ["a0"]


def test_a_planner_that_hangs_delays_no_step() -> None:
    released, asked = threading.Event(), threading.Event()

    class Hanging(Words):
        def plan(self, context: PlanContext) -> Plan:
            asked.set()
            released.wait(timeout=30.0)
            return super().plan(context)

    agent = begun(PlanningAgent(Hanging(), Queueing(), executor=ThreadExecutor(), idle=IDLE))
    assert act(agent, 3) == ["Idle"] * 3
    assert asked.wait(timeout=10.0)
    released.set()
    names = iter(lambda: agent.step(Observation(), 0.0).name, None)
    assert next(name for name in names if name != "Idle") == "a0"


def test_planning_beside_the_loop_needs_something_to_do_meanwhile() -> None:
    with pytest.raises(ConfigError, match="idle"):
        PlanningAgent(Words(), Queueing(), executor=ThreadExecutor())


def test_the_stop_action_is_the_embodiments_own() -> None:
    halt = DiscreteAction("Halt")
    agent = begun(PlanningAgent(Words(), Queueing(), stop=halt))
    agent.correct("stop")
    assert agent.step(Observation(), 0.0) is halt
    assert halt != STOP
