"""The live loop: a stop waits for nobody, ticks are counted, what is stale moves nothing.

Times are the clock's of the test wherever the loop's behaviour in time is asked about, so that the
tests do not depend on what else the machine does.
"""

import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pytest
from other_process_work import make_squares

from embodied.core.action import STOP, Action, VectorAction
from embodied.core.entity import Entity
from embodied.core.errors import ConfigError
from embodied.core.instruction import Instruction
from embodied.core.observation import Observation
from embodied.runtime.gate import Gate
from embodied.runtime.jobs import Beside, OtherProcess, OtherProcessError
from embodied.runtime.live import LiveLoop, LiveTimings

GO = VectorAction(np.ones(7, dtype=np.float32), "ee_velocity", "base", 20.0)
STILL = VectorAction(np.zeros(7, dtype=np.float32), "ee_velocity", "base", 20.0)
TASK = Instruction.from_text("go")


@dataclass
class Robot:
    """Remembers what it was told; its camera may stop."""

    stamps: Callable[[], float] = time.monotonic
    heard: list[str] = field(default_factory=list)
    entities: tuple[Entity, ...] = ()

    def observe(self) -> Observation:
        return Observation(stamp_s=self.stamps(), entities=self.entities)

    def command(self, action: Action) -> None:
        self.heard.append("go" if action is GO else "still")

    def halt(self) -> None:
        self.heard.append("halt")


@dataclass
class Agent:
    """Goes on for a number of steps; `at` runs something in the middle of a step."""

    steps: int = 10
    at: dict[int, Callable[[], None]] = field(default_factory=dict)
    taken: int = 0
    said: list[str] = field(default_factory=list)
    seen: list[tuple[Entity, ...]] = field(default_factory=list)

    def begin(self, instruction, *, skills=()) -> None:
        self.taken = 0

    def step(self, observation: Observation, now_s: float) -> Action:
        self.taken += 1
        self.seen.append(observation.entities)
        if self.taken in self.at:
            self.at[self.taken]()
        return STOP if self.taken > self.steps else GO

    def correct(self, text: str) -> None:
        self.said.append(text)

    def report(self):
        return {"taken": self.taken}


FAST = LiveTimings(rate_hz=200.0, stale_after_s=10.0, dead_after_s=10.0)


def test_it_steps_until_the_agent_is_done_and_leaves_the_robot_standing() -> None:
    robot, agent = Robot(), Agent(steps=5)
    end = LiveLoop(robot, agent, timings=FAST).run(TASK)
    assert end.reason == "done"
    assert robot.heard.count("go") == 5
    assert robot.heard[-1] == "halt"
    assert end.report == {"taken": 6}


def test_a_stop_is_heard_by_the_robot_before_the_agents_step_is_over() -> None:
    robot, order = Robot(), []
    agent = Agent(steps=1000)
    loop = LiveLoop(robot, agent, timings=FAST)

    def stopped_in_the_middle_of_a_step() -> None:
        other = threading.Thread(target=lambda: loop.correct("stop!"))
        other.start()
        other.join()
        order.extend(robot.heard[-1:])

    agent.at[3] = stopped_in_the_middle_of_a_step
    end = loop.run(TASK)
    assert order == ["halt"], "the robot stands while the agent still thinks"
    assert "go" not in robot.heard[robot.heard.index("halt") :]
    assert end.reason == "stopped"
    assert agent.said == ["stop!"]


def test_cancelling_ends_it_and_only_a_person_sets_it_going_again() -> None:
    robot, agent = Robot(), Agent(steps=1000)
    loop = LiveLoop(robot, agent, timings=FAST)
    agent.at[2] = loop.cancel
    assert loop.run(TASK).reason == "cancelled"
    before = robot.heard.count("go")
    assert loop.run(TASK).reason == "cancelled"
    assert robot.heard.count("go") == before
    loop.reset()
    agent.at.clear()
    agent.steps = 3
    assert loop.run(TASK).reason == "done"


def test_a_correction_does_not_wait_for_the_next_ticks_time() -> None:
    robot, agent = Robot(), Agent(steps=3)
    loop = LiveLoop(robot, agent, timings=LiveTimings(rate_hz=0.05, stale_after_s=1e3))
    heard = []

    def speak() -> None:
        time.sleep(0.05)  # between two ticks that are twenty seconds apart
        for _ in range(3):
            taken = agent.taken
            loop.correct("a bit to the left")
            until_s = time.monotonic() + 15.0
            while agent.taken == taken and time.monotonic() < until_s:
                time.sleep(0.001)
            heard.append(agent.taken > taken)

    other = threading.Thread(target=speak)
    agent.at[1] = other.start  # the first tick is on its way before anybody speaks
    end = loop.run(TASK)
    other.join()
    assert end.reason == "done"
    assert heard == [True, True, True]


def test_a_command_that_slips_past_a_stop_is_followed_by_a_halt() -> None:
    class Slow(Robot):
        def command(self, action: Action) -> None:
            gate.shut()  # somebody says stop while the command is on its way
            super().command(action)

    robot = Slow()
    gate = Gate(robot)
    assert not gate.command(GO)
    assert robot.heard == ["halt", "go", "halt"]
    assert not gate.command(GO)
    assert robot.heard[-1] == "halt"


def test_ticks_that_pass_while_one_runs_are_counted_as_missed() -> None:
    now = [0.0]
    robot, agent = Robot(stamps=lambda: now[0]), Agent(steps=4)

    def clock() -> float:
        now[0] += 0.0005  # every look at the clock costs a little, so that waiting ends
        return now[0]

    def long() -> None:
        now[0] += 0.26  # five periods of 50 ms pass, and a bit

    agent.at[2] = long
    end = LiveLoop(
        robot, agent, timings=LiveTimings(stale_after_s=10.0, dead_after_s=10.0), clock=clock
    ).run(TASK)
    assert end.counts.missed == 5
    assert end.counts.ticks == 5 + 5


def test_without_new_observations_it_is_held_still_until_they_come_back() -> None:
    now, held = [0.0], []

    def clock() -> float:
        now[0] += 0.012
        return now[0]

    def stamps() -> float:
        return min(now[0], 0.5) if now[0] < 2.0 else now[0]

    def hold(observation: Observation) -> Action:
        held.append(now[0])
        return STILL

    robot, agent = Robot(stamps=stamps), Agent(steps=30)
    timings = LiveTimings(stale_after_s=0.3, dead_after_s=10.0)
    end = LiveLoop(robot, agent, timings=timings, clock=clock, hold=hold).run(TASK)
    assert end.reason == "done"
    assert end.counts.stale == len(held) == robot.heard.count("still")
    assert 0.8 <= min(held) < 0.95
    assert 1.9 < max(held) <= 2.01


def test_a_step_that_hangs_is_noticed_by_the_watchdog() -> None:
    robot, agent = Robot(), Agent(steps=3)
    noticed = threading.Event()

    def hang() -> None:
        until_s = time.monotonic() + 20.0
        while "halt" not in robot.heard and time.monotonic() < until_s:
            time.sleep(0.005)
        if "halt" in robot.heard:
            noticed.set()

    agent.at[2] = hang
    end = LiveLoop(robot, agent, timings=LiveTimings(rate_hz=100.0, dead_after_s=0.05)).run(TASK)
    assert noticed.is_set()
    assert end.counts.dead == 1


def test_what_comes_of_a_step_that_hung_is_not_sent() -> None:
    now = [0.0]
    robot, agent = Robot(stamps=lambda: now[0]), Agent(steps=3)

    def clock() -> float:
        now[0] += 0.0005
        return now[0]

    def hang() -> None:
        now[0] += 30.0

    agent.at[2] = hang
    end = LiveLoop(
        robot, agent, timings=LiveTimings(stale_after_s=100.0, dead_after_s=0.5), clock=clock
    ).run(TASK)
    assert end.reason == "done"
    assert [each for each in robot.heard if each == "go"] == ["go"] * 2
    assert "halt" in robot.heard[1:-2]


def test_perception_beside_the_loop_delays_no_step_and_its_results_arrive() -> None:
    released = threading.Event()
    found = (Entity("block"),)

    def perceive(observation: Observation):
        released.wait(timeout=30.0)
        return found

    robot, agent = Robot(), Agent(steps=400)
    agent.at[20] = released.set
    agent.at[21] = lambda: None

    def enough() -> None:
        if found in agent.seen:
            agent.steps = agent.taken

    for step in range(22, 400):
        agent.at[step] = enough
    end = LiveLoop(robot, agent, timings=FAST, perceive=perceive).run(TASK)
    assert end.reason == "done"
    assert agent.seen[:20] == [()] * 20
    assert found in agent.seen


def test_what_perception_found_long_ago_is_left_out() -> None:
    robot = Robot()
    stamps = iter([0.0, *[float(n) for n in range(100, 400)]])
    robot.stamps = lambda: next(stamps)
    agent = Agent(steps=40)
    first = threading.Event()

    def perceive(observation: Observation):
        if first.is_set():
            threading.Event().wait(30.0)  # hangs for good on its second picture
        first.set()
        return (Entity("block"),)

    agent.at[1] = lambda: first.wait(10.0) and None
    LiveLoop(robot, agent, timings=FAST, perceive=perceive).run(TASK)
    assert set(agent.seen) == {()}


def test_only_the_newest_input_is_worked_on() -> None:
    release, worked = threading.Event(), []

    def work(number: int) -> int:
        release.wait(10.0)
        worked.append(number)
        return number

    beside = Beside(work)
    beside.offer(0)
    while beside._waiting:
        time.sleep(0.001)  # the first is begun
    for number in range(1, 6):
        last = beside.offer(number)
    release.set()
    until_s = time.monotonic() + 10.0
    while (newest := beside.newest()) is None or newest.revision != last:
        assert time.monotonic() < until_s
        time.sleep(0.001)
    assert worked == [0, 5]
    assert beside.dropped == 4
    beside.close()


def test_work_that_fails_says_how() -> None:
    def work(number: int) -> int:
        raise ValueError("the camera is upside down")

    beside = Beside(work)
    beside.offer(1)
    until_s = time.monotonic() + 10.0
    while (newest := beside.newest()) is None:
        assert time.monotonic() < until_s
        time.sleep(0.001)
    assert "upside down" in newest.error
    beside.close()


def test_work_in_another_process_comes_back_and_says_how_it_failed() -> None:
    squares = OtherProcess(make_squares)
    try:
        square, process = squares(7)
        assert square == 49
        assert process != os.getpid()
        with pytest.raises(OtherProcessError, match="no roots"):
            squares(-1)
        assert squares(3)[0] == 9, "an error ends one piece of work, not the process"
        with pytest.raises(OtherProcessError, match="has ended"):
            squares(13)
    finally:
        squares.close()


@pytest.mark.parametrize("name", ["rate_hz", "stale_after_s", "dead_after_s"])
def test_timings_are_above_zero(name: str) -> None:
    with pytest.raises(ConfigError, match=name):
        LiveTimings(**{name: 0.0})
