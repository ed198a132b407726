"""Corrections of five kinds in the loop, and one question at a time that nobody waits for."""

from dataclasses import dataclass, field

import pytest

from embodied.core.action import STOP, Action, DiscreteAction
from embodied.core.correction import Correction
from embodied.core.errors import ConfigError, PlanningError
from embodied.core.instruction import Instruction
from embodied.core.observation import Observation
from embodied.core.plan import DONE, RUNNING, Cause, Outcome, Plan, Status, Subgoal
from embodied.core.protocols import PlanContext
from embodied.runtime.agent import PlanningAgent
from embodied.runtime.corrections import WHERE_INSTEAD
from embodied.runtime.executor import PlanResult
from embodied.runtime.remarks import asks_nothing, wonders
from embodied.runtime.talk import About, Dialogue, as_target

WHICH = Outcome(Status.RUNNING, Cause.AMBIGUOUS, question="Which one?")


@dataclass
class Words:
    """Plans a subgoal a word; a target correction replaces the first word by its last."""

    contexts: list[PlanContext] = field(default_factory=list)

    def plan(self, context: PlanContext) -> Plan:
        self.contexts.append(context)
        words = context.instruction.text.split()
        if words == ["vague"]:
            error = PlanningError("vague")
            error.question = "What should I do?"
            raise error
        done = [each.text for each, how in context.history if how.status is Status.DONE]
        for said in context.corrections:
            last = said.text.split()[-1]
            if last == "gibberish":
                raise PlanningError("Not understood.")
            words = [last, *words[1:]] if said.kind.value == "target" else [*words, last]
        return Plan(
            context.instruction, 0, tuple(Subgoal("say", text=w) for w in words if w not in done)
        )


@dataclass
class Arm:
    """Three steps a subgoal; takes motions; has to be told what to do to keep still."""

    steps: int = 3
    left: int = 0
    doubts: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    holds: bool = False
    begun: list[str] = field(default_factory=list)
    moved: list[Correction] = field(default_factory=list)
    resets: int = 0

    def reset(self) -> None:
        self.resets += 1

    def begin(self, subgoal: Subgoal) -> None:
        self.begun.append(str(subgoal))
        self.subgoal, self.left = str(subgoal), self.steps

    def act(self, observation: Observation) -> tuple[Action | None, Outcome]:
        if self.subgoal in self.lost:
            return None, Outcome(Status.FAILED, Cause.NOT_FOUND, f"found no {self.subgoal}")
        if not self.left:
            return None, DONE
        self.left -= 1
        doubt = WHICH if self.subgoal in self.doubts else RUNNING
        return DiscreteAction(self.subgoal), doubt

    def correct(self, correction: Correction) -> bool:
        self.moved.append(correction)
        return True

    def hold(self, observation: Observation) -> Action:
        return DiscreteAction("hold")

    def settling(self, observation: Observation) -> tuple[Subgoal, ...]:
        return (Subgoal("put_down", text="down"),) if self.holds else ()

    def report(self):
        return {"motion": "move arm down"}

    def state_text(self) -> str:
        return ""


@dataclass
class Later:
    """An executor whose jobs end when the test says so."""

    lockstep = False
    jobs: list = field(default_factory=list)
    results: list[PlanResult] = field(default_factory=list)

    def submit(self, work, *, revision: int) -> None:
        self.jobs.append((revision, work))

    def finish(self) -> None:
        revision, work = self.jobs.pop(0)
        self.results.append(PlanResult(revision, plan=work()))

    def poll(self) -> list[PlanResult]:
        results, self.results = self.results, []
        return results


def agent_of(arm: Arm, text: str = "a b", **settings) -> PlanningAgent:
    agent = PlanningAgent(Words(), arm, **settings)
    agent.begin(Instruction.from_text(text, id="t"))
    return agent


def act(agent: PlanningAgent, steps: int, start: float = 0.0) -> list[str]:
    return [agent.step(Observation(), start + step).name for step in range(steps)]


def test_a_motion_goes_to_the_policy_and_the_plan_goes_on() -> None:
    arm = Arm()
    agent = agent_of(arm)
    act(agent, 1)
    agent.correct("a bit to the left")
    assert act(agent, 2, 1.0) == ["a", "a"]
    assert str(arm.moved[0].motion) == "move arm left"
    (said,) = agent.report()["corrections"]
    assert (said["kind"], said["subgoal"], said["effect"]) == ("motion", "a", "move arm left")
    assert (said["motion"], said["asked_motion"]) == ("move arm down", "move arm left")
    assert len(agent.report()["plans"]) == 1


def test_after_a_target_it_keeps_still_until_the_plan_has_it() -> None:
    later = Later()
    agent = agent_of(Arm(), executor=later)
    act(agent, 1)
    later.finish()
    assert act(agent, 1) == ["a"]
    agent.correct("no, the c")
    assert act(agent, 2) == ["hold", "hold"]
    later.finish()
    assert act(agent, 1) == ["c"]


def test_after_an_amendment_it_goes_on_and_begins_nothing_anew() -> None:
    later, arm = Later(), Arm()
    agent = agent_of(arm, executor=later)
    act(agent, 1)
    later.finish()
    act(agent, 1)
    agent.correct("also c")
    assert act(agent, 1) == ["a"]
    later.finish()
    assert act(agent, 1) == ["a"]
    assert arm.begun == ["a"], "what is under way and still meant goes on where it is"
    assert agent.report()["plans"][-1] == ("a", "b", "c")


def test_a_replaced_task_is_ended_safely_before_the_new_one_begins() -> None:
    arm = Arm(holds=True)
    agent = agent_of(arm)
    act(agent, 1)
    agent.correct("forget it, x")
    assert act(agent, 5, 1.0) == ["down", "down", "down", "x", "x"]
    assert arm.resets == 1, "what the policy knows of the world is not forgotten with the task"


def test_putting_down_does_not_wait_for_the_new_plan() -> None:
    later, arm = Later(), Arm(holds=True)
    agent = agent_of(arm, executor=later)
    act(agent, 1)
    later.finish()
    act(agent, 1)
    agent.correct("forget it, x")
    assert act(agent, 4) == ["down", "down", "down", "hold"]
    later.finish()
    assert act(agent, 1) == ["x"]


def test_a_doubt_is_asked_once_and_the_answer_chooses() -> None:
    arm = Arm(doubts=("a",))
    agent = agent_of(arm, ask=True)
    assert act(agent, 3) == ["hold"] * 3
    assert agent.question == "Which one?"
    assert agent.answer("the c one")
    assert not agent.answer("the a one")
    assert act(agent, 2, 3.0) == ["one", "one"]
    (asked,) = agent.report()["questions"]
    assert (asked["question"], asked["answer"], asked["about"]) == (
        "Which one?",
        "the c one",
        "instance",
    )


def test_where_nobody_is_asked_the_doubt_costs_nothing() -> None:
    agent = agent_of(Arm(doubts=("a",)))
    assert act(agent, 3) == ["a"] * 3
    assert agent.report()["questions"] == ()


@pytest.mark.parametrize("answer", ["stop", "no, wait", "forget it"])
def test_who_answers_with_stop_is_heard(answer: str) -> None:
    agent = agent_of(Arm(doubts=("a",)), ask=True)
    act(agent, 3)
    assert agent.question
    agent.answer(answer)
    assert agent.halted
    assert act(agent, 1) == [STOP.name]


@pytest.mark.parametrize("answer", ["any", "it doesn't matter", "whichever you like"])
def test_an_answer_that_leaves_the_choice_is_taken_so(answer: str) -> None:
    agent = agent_of(Arm(doubts=("a",)), ask=True)
    act(agent, 1)
    agent.answer(answer)
    assert act(agent, 2, 1.0) == ["a", "a"]


def test_a_question_nobody_answers_is_given_up() -> None:
    agent = agent_of(Arm(doubts=("a",)), ask=True, patience_s=5.0)
    assert act(agent, 8)[-3:] == ["a", "a", "b"]
    assert agent.report()["questions"][0]["answer"] == ""


def test_what_is_not_to_be_found_is_asked_for() -> None:
    arm = Arm(lost=("a",))
    agent = agent_of(arm, ask=True)
    assert act(agent, 1) == ["hold"]
    assert agent.question == "I cannot find the a. Where is it?"
    agent.correct("it's in the fridge")  # said as a correction: it is the answer
    assert act(agent, 1, 1.0) == ["fridge"]


def test_without_an_answer_it_is_tried_as_before() -> None:
    agent = agent_of(Arm(lost=("a",)), ask=True, patience_s=2.0, max_replans=1)
    act(agent, 4)
    assert agent.report()["end_reason"].startswith("not found")


def test_words_that_can_be_read_in_two_ways_are_asked_back() -> None:
    arm = Arm()
    agent = agent_of(arm, ask=True)
    act(agent, 1)
    agent.correct("move a bit")
    assert act(agent, 1, 1.0) == ["hold"]
    assert agent.question.startswith("Which way")
    agent.correct("to the left")
    act(agent, 2, 2.0)
    assert str(arm.moved[0].motion) == "move arm left"


@pytest.mark.parametrize(
    "said", ["thanks!", "good job, robot", "that's great", "hello", "yes, that one"]
)
def test_thanks_change_nothing(said: str) -> None:
    agent = agent_of(Arm())
    act(agent, 1)
    agent.correct(said)
    assert act(agent, 6, 1.0) == ["a", "a", "b", "b", "b", STOP.name]
    (told,) = agent.report()["corrections"]
    assert told["effect"] == "nothing to be changed"


@pytest.mark.parametrize(
    "said",
    ["what are you doing?", "where are you going", "what's the plan?", "which one do you take?"],
)
def test_who_wonders_is_told_what_is_done_and_what_comes(said: str) -> None:
    agent = agent_of(Arm())
    act(agent, 1)
    agent.correct(said)
    assert act(agent, 1, 1.0) == ["a"]
    (told,) = agent.report()["corrections"]
    assert told["effect"] == "now: a; then: b"


def test_keep_going_without_a_motion_to_repeat_goes_on() -> None:
    agent = agent_of(Arm(), ask=True)
    act(agent, 1)
    agent.correct("keep going")
    assert act(agent, 2, 1.0) == ["a", "a"]
    assert agent.report()["corrections"][0]["effect"] == "goes on"
    assert not agent.question


@pytest.mark.parametrize(
    "said",
    [
        "what are you doing? put it in the drawer",
        "what are you doing, take the red one",
        "do you see the red block? take that",
        "good, now the red one",
        "thanks, and the spoon",
    ],
)
def test_what_is_asked_for_after_a_question_or_thanks_is_not_lost(said: str) -> None:
    assert not wonders(said)
    assert not asks_nothing(said)


def test_where_nobody_says_where_else_it_is_not_put_there() -> None:
    agent = agent_of(Arm(), ask=False)
    act(agent, 1)
    agent.correct("not there")
    act(agent, 1, 1.0)
    refused, kept = agent.report()["corrections"]
    assert refused["not_understood"] == WHERE_INSTEAD
    assert kept["text"] == "keep it"
    asking = agent_of(Arm(), ask=True)
    act(asking, 1)
    asking.correct("not there")
    assert act(asking, 2, 1.0) == ["hold", "hold"]
    assert asking.question == WHERE_INSTEAD


def test_a_stop_ends_a_question_too() -> None:
    agent = agent_of(Arm(doubts=("a",)), ask=True)
    act(agent, 1)
    agent.correct("stop")
    assert act(agent, 1, 1.0) == ["Stop"]


def test_another_task_withdraws_the_question() -> None:
    agent = agent_of(Arm(doubts=("a",)), ask=True)
    act(agent, 1)
    agent.correct("forget it, x")
    assert act(agent, 1, 1.0) == ["x"]
    assert agent.question == ""


def test_a_planner_that_has_to_know_more_is_answered_with_a_sentence() -> None:
    agent = agent_of(Arm(), "vague", ask=True)
    assert act(agent, 2) == ["hold", "hold"]
    agent.answer("x y z")
    assert act(agent, 1, 2.0) == ["x"]


def test_where_nobody_answers_the_planner_it_ends_in_words() -> None:
    agent = agent_of(Arm(), "vague", ask=True, patience_s=1.0)
    assert act(agent, 3)[-1] == "Stop"
    assert "nobody said" in agent.report()["end_reason"]


def test_asking_needs_something_to_do_meanwhile() -> None:
    class Still:
        def reset(self) -> None: ...

        def begin(self, subgoal: Subgoal) -> None: ...

        def act(self, observation: Observation) -> tuple[Action | None, Outcome]:
            return None, DONE

    with pytest.raises(ConfigError, match="idle"):
        PlanningAgent(Words(), Still(), ask=True)


def test_only_one_question_is_open() -> None:
    dialogue = Dialogue(ask=True, patience_s=10.0)
    assert dialogue.pose("Which?", About.INSTANCE, 0.0)
    assert not dialogue.pose("Where?", About.PLACE, 0.0)
    assert dialogue.take(1.0) is None
    dialogue.answer("that")
    assert dialogue.take(1.0).text == "that"
    assert not dialogue.pose("Which?", About.INSTANCE, 2.0), "the same is not asked twice"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("red", "the red one"),
        ("the red one", "the red one"),
        ("in the fridge", "the one in the fridge"),
        ("It's on the left.", "the one on the left"),
        ("the mug on the desk", "the mug on the desk"),
        ("either", ""),
        ("", ""),
    ],
)
def test_answers_are_read_as_choices(answer: str, words: str) -> None:
    assert as_target(answer) == words


def test_what_was_not_understood_does_not_spoil_what_is_said_next() -> None:
    agent = agent_of(Arm())
    act(agent, 1)
    agent.correct("no, the gibberish")
    act(agent, 1, 1.0)
    agent.correct("no, the c")
    assert act(agent, 1, 2.0) == ["c"]
    first, second = agent.report()["corrections"]
    assert first["not_understood"] == "Not understood."
    assert second["effect"] == "plan: c; b"


def test_of_two_things_said_at_once_the_one_that_makes_sense_counts() -> None:
    agent = agent_of(Arm())
    act(agent, 1)
    agent.correct("no, the gibberish")
    agent.correct("no, the c")
    assert act(agent, 2, 1.0)[-1] == "c"


def test_another_task_that_makes_no_sense_ends_it_in_words_with_nothing_in_the_hand() -> None:
    agent = agent_of(Arm(holds=True))
    act(agent, 1)
    agent.correct("forget it, vague")
    assert act(agent, 5, 1.0) == ["down", "down", "down", "Stop", "Stop"]
    assert agent.report()["end_reason"].startswith("plan:")
    assert agent.report()["corrections"][0]["not_understood"]


def test_nothing_but_nonsense_leaves_the_task_standing() -> None:
    agent = agent_of(Arm())
    act(agent, 1)
    for _ in range(3):
        agent.correct("no, the gibberish")
    assert act(agent, 5, 1.0) == ["a", "a", "b", "b", "b"]
    assert all(said["not_understood"] for said in agent.report()["corrections"])
