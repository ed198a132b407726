"""An agent on a robot, goal after goal: accept, run, preempt, cancel, correct, stop."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from embodied.core.action import Action
from embodied.core.correction import CorrectionKind
from embodied.core.instruction import Instruction
from embodied.core.observation import Observation
from embodied.core.protocols import Agent
from embodied.core.skills import SkillSpec
from embodied.runtime.corrections import classify
from embodied.runtime.dangers import must_halt
from embodied.runtime.live import LiveCounts, LiveEnd, LiveLoop, LiveTimings, Perceive
from embodied.runtime.robot.bridge import BridgedRobot
from embodied.runtime.robot.diagnostics import Health
from embodied.runtime.robot.emergency import EmergencyStop
from embodied.runtime.robot.goals import Feedback, GoalBook, GoalEnd, Why


@runtime_checkable
class Asking(Protocol):
    """An agent that asks back."""

    @property
    def question(self) -> str:
        """The question that is open, or nothing."""

    def answer(self, text: str) -> bool:
        """Answer it; return whether one was open."""


@dataclass(frozen=True)
class SessionSettings:
    """How goals are dealt with.

    Attributes:
        rate_hz: Control steps a second.
        preempt: What a newer goal does to the one under way: `replace` or `reject`.
        ready_s: How long a goal waits for the sensors at its beginning.
        give_up_s: How long sensors may be stale before the goal is given up; the robot stands
            still from the moment they are.
        max_duration_s: How long a goal may take; 0 is no limit.
    """

    rate_hz: float = 20.0
    preempt: str = "replace"
    ready_s: float = 5.0
    give_up_s: float = 10.0
    max_duration_s: float = 0.0


SUPERVISED_EVERY_S = 0.05
CUT_SHORT = (Why.STOPPED, Why.CANCELLED, Why.PREEMPTED, Why.EMERGENCY, Why.STALE, Why.TIME)
"""Ends that leave a task half done, with a thing in the hand, say."""
TURN_TIMEOUT_S = 10.0
"""How long a goal waits for the one before to come to rest."""


class Session:
    """Carries goals out one after another; every method but `run` returns at once.

    Args:
        robot: The robot.
        agent: Its agent, which never waits.
        emergency: The latch that also halts the robot.
        skills: What the robot can do.
        settings: How goals are dealt with.
        perceive: Finds things in observations, beside the loop; None where they bring them along.
        watch: Told of every control step, for recordings.
        clock: Seconds, monotonic.
    """

    def __init__(
        self,
        robot: BridgedRobot,
        agent: Agent,
        emergency: EmergencyStop,
        *,
        skills: Sequence[SkillSpec] = (),
        settings: SessionSettings | None = None,
        perceive: Perceive | None = None,
        watch: Callable[[Observation, Action, Mapping[str, Any]], None] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.settings = settings or SessionSettings()
        self._robot = robot
        self._agent = agent
        self._emergency = emergency
        self._skills = tuple(skills)
        self._perceive = perceive
        self._watch = watch
        self._clock = clock
        self.book = GoalBook(preempt=self.settings.preempt)
        self._lock = threading.Lock()
        self._loop: LiveLoop | None = None
        self._report: Mapping[str, Any] = {}
        self._last = LiveCounts()
        self._instruction = ""
        self._left_off = False
        self._corrections = 0
        self._questions: tuple[int, str] = (0, "")
        self._deaf = emergency.listen(self._on_emergency)

    # --- from any thread -----------------------------------------------------------------------

    def refusal(self, text: str) -> str:
        """Return why an instruction would be refused now; empty where it would be accepted.

        Words of halting are no task: they halt, and end whatever goal there is.
        """
        if not text.strip():
            return "the instruction has no words"
        if must_halt(text):
            self.correct(text)
            return "words of halting are no task; what was under way was stopped"
        if self._emergency.engaged:
            return f"emergency stop: {self._emergency.reason}; release it first"
        return self.book.refusal()

    def accept(self, name: str) -> None:
        """Enter a goal; one that runs is halted in this very thread."""
        if self.book.accept(name) is not None:
            self._cancel_loop()

    def cancel(self, name: str) -> None:
        """End a goal; the robot is halted in this very thread."""
        if self.book.end(name, Why.CANCELLED, "cancelled by its client"):
            self._cancel_loop()

    def correct(self, text: str) -> str:
        """Say something to the agent; words of halting halt the robot, whatever else is going on.

        Returns:
            Why nothing will come of it; empty where something may.
        """
        if not text.strip():
            return "a correction needs words"
        waited = False
        if classify(text).kind is CorrectionKind.STOP:
            self._robot.halt()
            # Every goal is meant: one that waits for its turn or for the sensors must not begin.
            waited = self.book.open_count > 0
            self.book.end_all(Why.STOPPED, "a person said stop")
        with self._lock:
            loop = self._loop
        if loop is None:
            return "" if waited else "no instruction is being carried out"
        self._corrections += 1
        loop.correct(text)
        return ""

    def answer(self, text: str, *, number: int = 0) -> str:
        """Answer the agent's question; see `correct` for what is returned.

        Words that stop or replace are no answers: they are heard as what they are.

        Args:
            text: The words.
            number: Which question they answer; 0 means the newest.
        """
        if classify(text).kind in (CorrectionKind.STOP, CorrectionKind.REPLACE):
            return self.correct(text)
        newest, asked = self.question()
        if number and (number != newest or not asked):
            return f"question {number} is not open any more"
        if isinstance(self._agent, Asking) and text.strip() and self._agent.answer(text):
            return ""
        return "no question is open"

    def question(self) -> tuple[int, str]:
        """Return the number of the newest question, and its text while it is open."""
        asked = self._agent.question if isinstance(self._agent, Asking) else ""
        with self._lock:
            number, before = self._questions
            if asked and asked != before:
                number += 1
            self._questions = (number, asked)
            return self._questions

    def shut_down(self, text: str) -> None:
        """End every goal and halt."""
        self.book.end_all(Why.STOPPED, text)
        self._cancel_loop()
        self._robot.halt()

    def close(self, text: str) -> None:
        """End every goal, halt, and let go of the emergency stop, which outlives this session."""
        self.shut_down(text)
        self._deaf()

    def feedback(self) -> Feedback:
        """Return what a client is told now."""
        report = self._report
        index, count = int(report.get("subgoal_index", 0)), int(report.get("subgoal_count", 0))
        subgoal = str(report.get("subgoal", ""))
        waits = self._robot.senses.missing()
        text = (
            f"standing still: {waits}"
            if waits
            else str(report.get("question") or report.get("motion") or subgoal or "planning")
        )
        return Feedback(subgoal, index, count, index / count if count else 0.0, text)

    def health(self, *, active: bool, recording: str = "", dropped: int = 0) -> Health:
        """Return what diagnostics are made of."""
        with self._lock:
            counts = self._loop.counts if self._loop is not None else self._last
            goal = self._instruction if self._loop is not None else ""
        return Health(
            active=active,
            stale=self._robot.senses.stale(),
            counts=self._robot.senses.watch.counts(),
            emergency=self._emergency.reason,
            goal=goal,
            ticks=counts.ticks,
            missed=counts.missed,
            stale_ticks=counts.stale,
            dead=counts.dead,
            refused=self._robot.refused,
            last_refusal=self._robot.last_refusal,
            recording=recording,
            dropped=dropped,
        )

    def _on_emergency(self, reason: str) -> None:
        self.book.end_all(Why.EMERGENCY, f"emergency stop: {reason}")
        self._cancel_loop()

    def _cancel_loop(self) -> None:
        with self._lock:
            loop = self._loop
        if loop is not None:
            loop.cancel()

    # --- on the goal's own thread --------------------------------------------------------------

    def run(self, name: str, instruction: Instruction) -> GoalEnd:
        """Carry an accepted goal out; returns once it has ended and the robot stands still."""
        started_s = self._clock()
        try:
            if not self.book.turn_of(name, timeout_s=TURN_TIMEOUT_S):
                why, text = self.book.ending(name) or (
                    Why.FAILED,
                    "the goal before did not come to rest",
                )
                return GoalEnd(why, text, self._clock() - started_s)
            why, text, corrections = self._carry_out(name, instruction)
            return GoalEnd(why, text, self._clock() - started_s, corrections)
        finally:
            self.book.close(name)

    def _carry_out(self, name: str, instruction: Instruction) -> tuple[Why, str, int]:
        self._report = {}
        waits = self._wait_ready(name)
        if waits:
            return Why.STALE, f"did not begin: {waits}", 0
        loop = LiveLoop(
            self._robot,
            self._agent,
            perceive=self._perceive,
            timings=LiveTimings(rate_hz=self.settings.rate_hz, stale_after_s=SUPERVISED_EVERY_S),
            on_tick=self._on_tick,
            clock=self._clock,
        )
        with self._lock:
            self._loop, self._instruction, self._corrections = loop, instruction.text, 0
        over = threading.Event()
        supervisor = threading.Thread(
            target=self._supervise, args=(name, over), name="supervisor", daemon=True
        )
        try:
            if self.book.ending(name) is not None or self._emergency.engaged:
                loop.cancel()
            supervisor.start()
            end = loop.run(
                instruction,
                skills=self._skills,
                max_duration_s=self.settings.max_duration_s or None,
                left_off=self._left_off,
            )
            why, text = self._judge(name, end)
        except Exception as error:  # an agent that fails must not take the node with it
            why, text = Why.FAILED, f"{type(error).__name__}: {error}"
        finally:
            over.set()
            with self._lock:
                self._loop, self._last = None, loop.counts
            self._robot.halt()
        self._left_off = why in CUT_SHORT
        return why, text, self._corrections

    def _wait_ready(self, name: str) -> str:
        until_s = self._clock() + self.settings.ready_s
        while waits := self._robot.senses.missing():
            if self._clock() >= until_s:
                return waits
            if self.book.ending(name) is not None:
                return ""  # the loop is cancelled before its first step
            time.sleep(SUPERVISED_EVERY_S)
        return ""

    def _judge(self, name: str, end: LiveEnd) -> tuple[Why, str]:
        asked = self.book.ending(name)
        if end.reason == "cancelled":
            if asked is not None:
                return asked
            return Why.EMERGENCY, f"emergency stop: {self._emergency.reason}"
        if end.reason == "stopped":
            return Why.STOPPED, "a person said stop"
        if end.reason == "time":
            return Why.TIME, f"not done after {self.settings.max_duration_s:g} s"
        report = end.report
        index, count = int(report.get("subgoal_index", 0)), int(report.get("subgoal_count", 0))
        text = str(report.get("end_reason", ""))
        if count and index >= count:
            return Why.DONE, text or "the plan is carried out"
        return Why.FAILED, text or "the agent stopped before the plan was carried out"

    def _on_tick(self, observation: Observation, action: Action, report: Mapping[str, Any]) -> None:
        self._report = report
        if self._watch is not None:
            self._watch(observation, action, report)

    def _supervise(self, name: str, over: threading.Event) -> None:
        """Give the goal up where the sensors stay away; halt at once when they go."""
        since_s: float | None = None
        while not over.wait(SUPERVISED_EVERY_S):
            waits = self._robot.senses.missing()
            if not waits:
                since_s = None
                continue
            now_s = self._clock()
            if since_s is None:
                since_s = now_s
                self._robot.halt()
            elif now_s - since_s > self.settings.give_up_s:
                self.book.end(name, Why.STALE, f"gave up: {waits}")
                self._cancel_loop()
                return
