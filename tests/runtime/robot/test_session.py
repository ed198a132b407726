"""Goals on a robot that is fed like a real one: done, cancelled, preempted, stopped, starved."""

import contextlib
import threading
import time

import numpy as np
import pytest
from robot_recorder import ARM, Recorder, feed

from embodied.core.action import STOP, VectorAction
from embodied.core.errors import PlanningError
from embodied.core.instruction import Instruction
from embodied.runtime.robot.bridge import BridgedRobot
from embodied.runtime.robot.emergency import EmergencyStop
from embodied.runtime.robot.goals import Why
from embodied.runtime.robot.session import Session, SessionSettings

FORWARD = VectorAction(np.array([0.1, 0, 0, 0, 0, 0, 1], np.float32), "ee_velocity", "base", 20)
PATIENCE_S = 30.0


class Walker:
    """An agent that goes forward for some steps, and is done."""

    def __init__(self, steps=10**9, fails=None):
        self.steps, self.fails = steps, fails
        self.told, self.began, self.followed, self.taken = [], [], [], 0
        self.question = ""
        self.moving = threading.Event()

    def begin(self, instruction, *, skills=()):
        self.began.append(instruction.text)
        self.taken = 0

    def follow(self, instruction, *, skills=()):
        self.followed.append(instruction.text)
        self.taken = 0

    def step(self, observation, now_s):
        if self.fails:
            raise self.fails
        if self.taken >= self.steps:
            return STOP
        self.taken += 1
        self.moving.set()
        return FORWARD

    def correct(self, text):
        self.told.append(text)

    def answer(self, text):
        was, self.question = self.question, ""
        return bool(was)

    def report(self):
        done = self.taken >= self.steps
        return {
            "subgoal": "go forward",
            "subgoal_index": 1 if done else 0,
            "subgoal_count": 1,
            "motion": "move arm forward",
            "question": self.question,
        }


@contextlib.contextmanager
def a_session(agent, *, feeds=("image", "joints"), **settings):
    """A session whose sensors send by themselves, each on its list."""
    outlets, emergency = Recorder(), EmergencyStop()
    robot = BridgedRobot(ARM, outlets, emergency)
    robot.enable(True)
    given = {"ready_s": PATIENCE_S, "rate_hz": 100.0} | settings
    session = Session(robot, agent, emergency, settings=SessionSettings(**given))
    session.feeds, session.outlets, session.emergency = set(feeds), outlets, emergency
    over = threading.Event()

    def sensors():
        stamp_s = 1.0
        while not over.wait(0.01):
            stamp_s += 0.01
            feed(
                robot,
                stamp_s=stamp_s,
                image="image" in session.feeds,
                joints="joints" in session.feeds,
            )

    thread = threading.Thread(target=sensors)
    thread.start()
    try:
        yield session
    finally:
        over.set()
        thread.join()


class Goal:
    """A goal that runs on a thread of its own, as an action server runs it."""

    def __init__(self, session, name, text="go"):
        self.session, self.name, self.end = session, name, None
        session.accept(name)
        instruction = Instruction.from_text(text, id=name)
        self.thread = threading.Thread(target=lambda: self._run(instruction))
        self.thread.start()

    def _run(self, instruction):
        self.end = self.session.run(self.name, instruction)

    def result(self):
        self.thread.join(PATIENCE_S)
        assert self.end is not None, "the goal did not end"
        return self.end


def test_a_plan_carried_out_is_a_success():
    with a_session(Walker(steps=5)) as session:
        end = Goal(session, "a").result()
    assert (end.why, end.success) == (Why.DONE, True)
    assert len(session.outlets.of("twist")) == 5
    assert session.outlets.sent[-1][0] == "stop"


def test_cancelling_halts_in_the_very_call_and_ends_the_goal():
    agent = Walker()
    with a_session(agent) as session:
        goal = Goal(session, "a")
        agent.moving.wait(PATIENCE_S)
        session.cancel("a")
        sent = list(session.outlets.sent)
        end = goal.result()
    assert "stop" in [kind for kind, _ in sent[-2:]]
    assert end.why is Why.CANCELLED
    assert not end.success
    after = [kind for kind, _ in session.outlets.sent[len(sent) :]]
    assert after.count("twist") <= 1  # one that was on its way; the halt follows it
    assert session.outlets.sent[-1][0] == "stop"


def test_a_newer_goal_preempts_and_ends_the_old_task_as_a_person_would():
    agent = Walker()
    with a_session(agent) as session:
        old = Goal(session, "a", "go there")
        agent.moving.wait(PATIENCE_S)
        new = Goal(session, "b", "put the red block in the bowl")
        assert old.result().why is Why.PREEMPTED
        wait_until(lambda: session.book.active == "b")
        wait_until(lambda: agent.followed)
        session.cancel("b")
        new.result()
    assert agent.began == ["go there"]
    assert agent.followed == ["put the red block in the bowl"]


def test_after_a_stop_the_next_goal_may_be_to_go_on_and_after_a_success_it_begins_anew():
    agent = Walker()
    with a_session(agent) as session:
        goal = Goal(session, "a", "go there")
        agent.moving.wait(PATIENCE_S)
        session.correct("wait!")
        assert goal.result().why is Why.STOPPED
        agent.steps = 5
        assert Goal(session, "b", "go on").result().why is Why.DONE
        assert Goal(session, "c", "go back").result().why is Why.DONE
    assert agent.followed == ["go on"]
    assert agent.began == ["go there", "go back"]


def test_where_goals_are_rejected_the_second_is_told_why():
    agent = Walker()
    with a_session(agent, preempt="reject") as session:
        goal = Goal(session, "a")
        agent.moving.wait(PATIENCE_S)
        assert "another goal" in session.refusal("go elsewhere")
        session.cancel("a")
        goal.result()


def test_the_emergency_stop_ends_the_goal_and_refuses_the_next():
    agent = Walker()
    with a_session(agent) as session:
        goal = Goal(session, "a")
        agent.moving.wait(PATIENCE_S)
        session.emergency.button(True)
        assert goal.result().why is Why.EMERGENCY
        assert "emergency" in session.refusal("go on")
        session.emergency.button(False)
        assert session.emergency.release() == ""
        assert session.refusal("go on") == ""


def test_a_correction_reaches_the_agent_and_stop_ends_the_goal():
    agent = Walker()
    with a_session(agent) as session:
        assert session.correct("a bit left") == "no instruction is being carried out"
        goal = Goal(session, "a")
        agent.moving.wait(PATIENCE_S)
        assert session.correct("a bit left") == ""
        assert session.correct("stop!") == ""
        end = goal.result()
    assert agent.told == ["a bit left", "stop!"]
    assert (end.why, end.corrections) == (Why.STOPPED, 2)


def test_words_of_halting_halt_even_without_a_goal():
    with a_session(Walker()) as session:
        session.outlets.sent.clear()
        session.correct("stop")
        assert session.outlets.sent[0][0] == "stop"


def test_stop_means_the_goal_that_still_waits_for_its_sensors_too():
    agent = Walker()
    with a_session(agent, feeds=("joints",)) as session:
        goal = Goal(session, "a")
        wait_until(lambda: session.book.active == "a")
        assert session.correct("stop") == ""
        session.feeds.add("image")
        end = goal.result()
    assert end.why is Why.STOPPED
    assert not session.outlets.of("twist")


def test_stop_means_the_goal_that_waits_for_its_turn_too():
    agent = Walker()
    with a_session(agent) as session:
        old = Goal(session, "a", "go there")
        agent.moving.wait(PATIENCE_S)
        session.book.accept("b")  # accepted, and the old one has not come to rest yet
        session.correct("stop")
        old.result()
        assert session.run("b", Instruction.from_text("go elsewhere")).why is Why.STOPPED
        agent.moving.clear()
        third = Goal(session, "c", "and now go there")
        assert agent.moving.wait(PATIENCE_S), "a person's next task begins after a stop"
        session.cancel("c")
        third.result()
    assert agent.began == ["go there"]
    assert agent.followed == ["and now go there"]


@pytest.mark.parametrize("number", [0, 1, 7])
def test_stop_said_as_an_answer_halts_whichever_question_it_answers(number):
    agent = Walker()
    with a_session(agent) as session:
        goal = Goal(session, "a")
        agent.moving.wait(PATIENCE_S)
        agent.question = "Which block?"
        assert session.answer("stop it", number=number) == ""
        assert goal.result().why is Why.STOPPED


def test_stop_said_as_an_instruction_halts_and_is_no_task():
    agent = Walker()
    with a_session(agent, preempt="reject") as session:
        goal = Goal(session, "a")
        agent.moving.wait(PATIENCE_S)
        assert "no task" in session.refusal("please stop")
        assert goal.result().why is Why.STOPPED


def test_an_answer_to_a_question_that_is_gone_is_told():
    agent = Walker()
    with a_session(agent) as session:
        agent.question = "Which block?"
        assert session.answer("the red one", number=7) == "question 7 is not open any more"
        assert session.answer("the red one", number=1) == ""


def test_a_dead_camera_halts_and_after_a_while_the_goal_is_given_up():
    agent = Walker()
    with a_session(agent, give_up_s=0.3) as session:
        goal = Goal(session, "a")
        agent.moving.wait(PATIENCE_S)
        session.feeds.discard("image")
        end = goal.result()
    assert end.why is Why.STALE
    assert "front/image" in end.text


def test_a_camera_that_comes_back_in_time_is_forgiven():
    agent = Walker()
    with a_session(agent, give_up_s=PATIENCE_S) as session:
        goal = Goal(session, "a")
        agent.moving.wait(PATIENCE_S)
        session.feeds.discard("image")
        wait_until(lambda: session.feedback().text.startswith("standing still"))
        wait_until(lambda: session.outlets.sent[-1][0] == "stop")
        session.feeds.add("image")
        taken = agent.taken
        wait_until(lambda: agent.taken > taken)
        session.cancel("a")
        assert goal.result().why is Why.CANCELLED


def test_a_goal_without_sensors_never_begins():
    agent = Walker()
    with a_session(agent, feeds=(), ready_s=0.1) as session:
        end = Goal(session, "a").result()
    assert end.why is Why.STALE
    assert "nothing has come yet" in end.text
    assert agent.began == []


@pytest.mark.parametrize("error", [PlanningError("no plan for that"), RuntimeError("a bug")])
def test_an_agent_that_fails_ends_its_goal_and_not_the_node(error):
    with a_session(Walker(fails=error)) as session:
        end = Goal(session, "a").result()
        assert end.why is Why.FAILED
        assert str(error) in end.text
        assert session.outlets.sent[-1][0] == "stop"
        session._agent.fails = None
        session._agent.steps = 1
        assert Goal(session, "b").result().why is Why.DONE


def test_a_goal_takes_no_longer_than_it_may():
    with a_session(Walker(), max_duration_s=0.1) as session:
        assert Goal(session, "a").result().why is Why.TIME


def test_feedback_says_the_subgoal_and_the_motion():
    agent = Walker()
    with a_session(agent) as session:
        goal = Goal(session, "a")
        wait_until(lambda: session.feedback().subgoal)
        told = session.feedback()
        session.cancel("a")
        goal.result()
    assert (told.subgoal, told.subgoal_count, told.progress) == ("go forward", 1, 0.0)
    assert told.text == "move arm forward"


def test_questions_are_numbered_and_answered_once():
    agent = Walker()
    with a_session(agent) as session:
        assert session.question() == (0, "")
        agent.question = "Which block?"
        assert session.question() == (1, "Which block?")
        assert session.question() == (1, "Which block?")
        assert session.answer("the red one") == ""
        assert session.question() == (1, "")
        assert session.answer("the red one") == "no question is open"


def test_blank_words_are_refused():
    with a_session(Walker()) as session:
        assert session.refusal("  ")
        assert session.correct("  ")


def wait_until(holds):
    until = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < until, "it never came to be"
        time.sleep(0.005)


def test_between_goals_its_health_knows_of_transforms_that_come():
    emergency = EmergencyStop()
    robot = BridgedRobot(ARM, Recorder(), emergency)
    session = Session(robot, Walker(), emergency)
    robot.senses.transform("base_link", "tcp", (0.4, 0, 0.3), (0, 0, 0, 1), stamp_s=1.0)
    assert "tf of the hand" not in session.health(active=True).stale
    assert session.health(active=True).counts["tf of the hand"] == 1
