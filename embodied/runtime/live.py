"""The control loop of a robot: fixed rate, never late for a stop. Pure Python, no ROS."""

import dataclasses
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from embodied.core.action import STOP, Action, DiscreteAction
from embodied.core.correction import CorrectionKind
from embodied.core.entity import Entity
from embodied.core.errors import ConfigError
from embodied.core.instruction import Instruction
from embodied.core.observation import Observation
from embodied.core.protocols import Agent, Following
from embodied.core.skills import SkillSpec
from embodied.runtime.corrections import classify
from embodied.runtime.gate import Gate, Robot
from embodied.runtime.jobs import Beside

SWITCH_INTERVAL_S = 0.001
"""How long another Python thread may keep the loop waiting; Python's own default is 5 ms."""


Perceive = Callable[[Observation], Sequence[Entity]]
"""Finds things in an observation; may be slow, runs beside the loop."""


@dataclass(frozen=True)
class LiveTimings:
    """When the loop counts a tick as missed, an observation as stale, itself as dead.

    Raises:
        ConfigError: If a number is not above 0.

    Attributes:
        rate_hz: Ticks a second.
        stale_after_s: Without a new observation for so long the robot is held still.
        dead_after_s: Where a tick takes longer than this, a watchdog holds the robot still, and
            what comes of the tick is not sent.
        perception_after_s: What perception found is left out once it is older than this.
    """

    rate_hz: float = 20.0
    stale_after_s: float = 0.5
    dead_after_s: float = 0.5
    perception_after_s: float = 2.0

    def __post_init__(self) -> None:
        for each in dataclasses.fields(self):
            value = getattr(self, each.name)
            if not value > 0:
                raise ConfigError(f"{each.name} is {value!r}; give a number above 0.")


@dataclass
class LiveCounts:
    """What the loop counted.

    Attributes:
        ticks: Ticks that were due.
        missed: Of these, how many passed while an earlier one still ran.
        stale: Ticks at which the robot was held still for want of a new observation.
        dead: Times the watchdog held the robot still because a tick took too long.
        step_s: Seconds that each of the last ticks took, oldest first.
    """

    ticks: int = 0
    missed: int = 0
    stale: int = 0
    dead: int = 0
    step_s: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class LiveEnd:
    """How a live run ended.

    Attributes:
        reason: `done` (the agent stopped), `stopped` (someone said stop), `cancelled`, or `time`.
        duration_s: How long it took.
        counts: What was counted.
        report: The agent's last report.
    """

    reason: str
    duration_s: float
    counts: LiveCounts
    report: Mapping[str, Any]


MOST_TIMES = 20_000
"""Tick times that are kept."""


class LiveLoop:
    """Steps an agent at a fixed rate on a robot.

    Planning is the agent's, on a `ThreadExecutor`; perception runs beside the loop here. A stop
    from any thread halts the robot in that very thread, below the agent and without its step.

    Args:
        robot: The robot.
        agent: The agent, which never waits.
        hold: Returns the command that keeps still, for stale observations; None halts instead.
        perceive: Finds things in an observation; None where observations bring what there is.
        timings: Rate and limits.
        on_tick: Told of every tick: the observation, the action and the agent's report.
        clock: Seconds, monotonic.
    """

    def __init__(
        self,
        robot: Robot,
        agent: Agent,
        *,
        hold: Callable[[Observation], Action] | None = None,
        perceive: Perceive | None = None,
        timings: LiveTimings | None = None,
        on_tick: Callable[[Observation, Action, Mapping[str, Any]], None] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._robot = robot
        self._agent = agent
        self._hold = hold
        self._perceive = perceive
        self.timings = timings or LiveTimings()
        self._on_tick = on_tick
        self._clock = clock
        self.gate = Gate(robot)
        self.counts = LiveCounts()
        self._cancelled = threading.Event()
        self._stopped = threading.Event()
        self._ended = threading.Event()
        self._wake = threading.Event()
        self._said = False
        self._began_tick_s: float | None = None
        self._fresh_stamp_s: float | None = None
        self._fresh_at_s = 0.0

    @property
    def stopped(self) -> bool:
        """Whether somebody said stop since the last `reset`."""
        return self._stopped.is_set()

    def stop(self) -> None:
        """Halt the robot now and end the run; safe from any thread."""
        self.gate.shut()
        self._stopped.set()
        self._wake.set()

    def cancel(self) -> None:
        """End the run at once, the robot standing still; safe from any thread."""
        self.gate.shut()
        self._cancelled.set()
        self._wake.set()

    def correct(self, text: str) -> None:
        """Say something to the agent; words of halting stop the robot before the agent hears.

        The next tick does not wait for its time: it comes at once, and the ones after it follow a
        period apart.

        Raises:
            ValueError: If there are no words.
        """
        if classify(text).kind is CorrectionKind.STOP:
            self.stop()
        self._agent.correct(text)
        self._said = True
        self._wake.set()

    def run(
        self,
        instruction: Instruction,
        *,
        skills: Sequence[SkillSpec] = (),
        max_duration_s: float | None = None,
        left_off: bool = False,
    ) -> LiveEnd:
        """Carry out an instruction; return once it is over, the robot standing still.

        Args:
            instruction: What is asked.
            skills: What the robot can do.
            max_duration_s: How long it may take; None is no limit.
            left_off: Whether the task before was cut short: it is ended safely first, or "go on"
                takes it up again, where the agent can.
        """
        before_s = sys.getswitchinterval()
        sys.setswitchinterval(min(before_s, SWITCH_INTERVAL_S))
        self._ended.clear()
        self.counts = LiveCounts()
        watchdog = threading.Thread(target=self._watch, name="watchdog", daemon=True)
        beside: Beside[Observation, tuple[Observation, Sequence[Entity]]] | None = None
        if self._perceive is not None:
            perceive = self._perceive
            beside = Beside(lambda seen: (seen, perceive(seen)), name="perception")
        started_s = self._clock()
        try:
            agent = self._agent
            begin = agent.follow if left_off and isinstance(agent, Following) else agent.begin
            begin(instruction, skills=skills)
            watchdog.start()
            reason = self._loop(beside, started_s, max_duration_s)
        finally:
            self._ended.set()
            self._robot.halt()
            if beside is not None:
                beside.close()
            sys.setswitchinterval(before_s)
        return LiveEnd(reason, self._clock() - started_s, self.counts, dict(self._agent.report()))

    def reset(self) -> None:
        """Make ready for another run after a stop or a cancellation: a person's decision."""
        self._cancelled.clear()
        self._stopped.clear()
        self._fresh_stamp_s = None
        self.gate.open()

    def _loop(
        self,
        beside: Beside[Observation, tuple[Observation, Sequence[Entity]]] | None,
        started_s: float,
        max_duration_s: float | None,
    ) -> str:
        period_s = 1.0 / self.timings.rate_hz
        due_s = self._fresh_at_s = self._clock()
        while True:
            now_s = self._clock()
            if self._cancelled.is_set():
                return "cancelled"
            if self._stopped.is_set():
                return "stopped"
            if max_duration_s is not None and now_s - started_s >= max_duration_s:
                return "time"
            if self._said:
                self._said, due_s = False, min(due_s, now_s)
            if now_s < due_s:
                self._wake.wait(min(due_s - now_s, period_s))
                self._wake.clear()
                continue
            self._began_tick_s = now_s
            self.counts.ticks += 1
            over = self._tick(beside, now_s)
            self._began_tick_s = None
            self._time(self._clock() - now_s)
            if over:
                return "done" if not self._stopped.is_set() else "stopped"
            late = int((self._clock() - due_s) / period_s)
            self.counts.missed += late
            self.counts.ticks += late
            due_s += (late + 1) * period_s

    def _tick(
        self, beside: Beside[Observation, tuple[Observation, Sequence[Entity]]] | None, now_s: float
    ) -> bool:
        """Observe, step and command once; return whether the agent is done."""
        observation = self._robot.observe()
        if self._fresh_stamp_s is None or observation.stamp_s > self._fresh_stamp_s:
            self._fresh_stamp_s, self._fresh_at_s = observation.stamp_s, now_s
            if beside is not None:
                beside.offer(observation)
        elif now_s - self._fresh_at_s > self.timings.stale_after_s:
            self.counts.stale += 1
            if self._hold is None:
                self._robot.halt()
            else:
                self.gate.command(self._hold(observation))
            return False
        if beside is not None:
            observation = self._with_found(observation, beside)
        action = self._agent.step(observation, now_s)
        if isinstance(action, DiscreteAction) and action.name == STOP.name:
            return True
        if self._clock() - now_s > self.timings.dead_after_s:
            self._robot.halt()  # what it answers is about a world of long ago
        else:
            self.gate.command(action)
        if self._on_tick is not None:
            self._on_tick(observation, action, self._agent.report())
        return False

    def _with_found(
        self,
        observation: Observation,
        beside: Beside[Observation, tuple[Observation, Sequence[Entity]]],
    ) -> Observation:
        newest = beside.newest()
        if newest is None or newest.value is None:
            return observation
        seen, found = newest.value
        if observation.stamp_s - seen.stamp_s > self.timings.perception_after_s:
            return observation
        return dataclasses.replace(observation, entities=tuple(found))

    def _time(self, taken_s: float) -> None:
        if len(self.counts.step_s) < MOST_TIMES:
            self.counts.step_s.append(taken_s)

    def _watch(self) -> None:
        """Hold the robot still where a tick takes too long; the agent may be stuck in it."""
        held: float | None = None
        while not self._ended.wait(self.timings.dead_after_s / 4):
            began_s = self._began_tick_s
            if began_s is None or began_s == held:
                continue
            if self._clock() - began_s > self.timings.dead_after_s:
                held = began_s
                self.counts.dead += 1
                self._robot.halt()
