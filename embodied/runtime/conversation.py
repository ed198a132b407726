"""One world and one task after another: what is said while nothing is done is the next task."""

import queue
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from embodied.core.action import STOP, Action, DiscreteAction
from embodied.core.episode import EpisodeRecord, EpisodeSpec, EpisodeStatus
from embodied.core.errors import PlanningError
from embodied.core.instruction import Instruction
from embodied.core.protocols import Agent, EpisodeEnv, Following, Privileged, Step, Subscriber
from embodied.runtime.dangers import must_halt
from embodied.runtime.episode import GymEnv, Limits
from embodied.runtime.remarks import asks_nothing, wonders

GOODBYES = frozenset(["bye", "goodbye", "quit", "exit", "that's all", "that is all"])
STILL = "standing still"
WAITING = "nothing is being done; say what to do"


class Conversation:
    """Carries out what a person says, one task after another, in a world that is never set up anew.

    While a task is being carried out, what is said is a correction; while the agent asks, it is
    the answer, and nothing moves until it is given; else it is the next task.

    Args:
        env: The environment, wrapped or not; `env.unwrapped` is an `EpisodeEnv` that takes an
            instruction.
        agent: The agent. One that is `Following` keeps what it knows from task to task.
        spec: The episode whose room it is.
        subscribers: Told of one long episode: its begin, every step, its end.
        limits: What ends it all beyond the environment's own limits.
        rest: Told, with the agent's report, whenever nothing is being done any more.
        asks: Told whenever the agent's question has to be answered before it goes on.
    """

    def __init__(
        self,
        env: GymEnv,
        agent: Agent,
        spec: EpisodeSpec,
        subscribers: Sequence[Subscriber] = (),
        *,
        limits: Limits | None = None,
        rest: Callable[[Mapping[str, Any]], None] = lambda report: None,
        asks: Callable[[str], None] = lambda question: None,
    ) -> None:
        self._env, self._agent, self._spec = env, agent, spec
        self._world: EpisodeEnv = env.unwrapped
        self._subscribers = tuple(subscribers)
        self._limits = limits or Limits()
        self._rest, self._asks = rest, asks
        self._lock = threading.Lock()
        self._waiting: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._busy = self._asking = self._halted = False
        self._newest: list[str] = []
        self._raw: Any = None
        self._started_s, self._steps, self._tasks = 0.0, 0, 0

    def hear(self, text: str, *, task: bool = False) -> None:
        """Take what a person says; safe from any thread.

        Args:
            text: The words; blank ones are passed over.
            task: Whether they wait for their turn even where a task is being carried out, as the
                lines of a file do.
        """
        if not text.strip():
            return
        with self._lock:
            if task or self._asking or not self._busy:
                # a task that is on its way to begin must not begin after a stop
                self._halted |= not task and must_halt(text)
                self._waiting.put(text)
            else:
                self._agent.correct(text)
                self._newest.append(text)

    def close(self) -> None:
        """Say that nobody is going to say anything more; safe from any thread."""
        self._waiting.put(None)

    def run(self, first: str, *, seed: int | None = None) -> EpisodeRecord:
        """Set the world up, carry out `first` and whatever is said next; return when all is said.

        Args:
            first: The first task.
            seed: Of the world.

        Returns:
            The record of it all; nobody knows here what was meant, so nothing counts as success.
        """
        self._started_s, self._steps, self._tasks = time.perf_counter(), 0, 0
        options = {"episode_id": self._spec.episode_id, "instruction": first}
        self._raw, info = self._env.reset(seed=seed, options=options)
        for each in self._subscribers:
            each.on_begin(self._spec, info["instruction"])
        if isinstance(self._agent, Privileged):
            self._agent.bind(self._world)
        plans: list[tuple[str, ...]] = []
        corrections: list[Mapping[str, Any]] = []
        reason, words = "", first
        try:
            while words:
                over, refused = self._carry_out(words)
                report = self._agent.report()
                plans += report.get("plans", ())
                corrections += report.get("corrections", ())
                reason = over or refused or str(report.get("end_reason", ""))
                self._rest({**report, "end_reason": reason})
                words = "" if over else self._next()
        finally:
            record = EpisodeRecord(
                spec=self._spec,
                status=EpisodeStatus.FAILURE,
                instruction=first,
                plans=tuple(plans),
                corrections=tuple(corrections),
                end_reason=reason,
                duration_s=time.perf_counter() - self._started_s,
                # what the room's own episode would have had as its goal is none here
                **{**self._world.outcome(), "goal_conditions_met": 0, "goal_conditions_total": 0},
            )
            for each in self._subscribers:
                each.on_end(record)
        return record

    def _carry_out(self, words: str) -> tuple[str, str]:
        """Carry a task out; return why the world has ended, and why there was no plan, if so."""
        agent = self._agent
        begin = agent.follow if self._tasks and isinstance(agent, Following) else agent.begin
        with self._lock:
            if self._halted:
                return "", STILL
            begin(Instruction.from_text(words, id=f"said/{self._tasks}"), skills=self._world.skills)
            self._tasks += 1
            self._busy = True
        try:
            return self._go_on(), ""
        except PlanningError as error:
            return "", f"plan: {error}"
        finally:
            with self._lock:
                self._busy = False
                # said when it was over already, and heard by nobody
                for text in self._newest:
                    self._waiting.put(text)
                self._newest.clear()

    def _go_on(self) -> str:
        """Step until the agent stops, or return why the world has ended."""
        while True:
            self._answered()
            with self._lock:
                self._newest.clear()
            observation = self._world.decode_observation(self._raw)
            action = self._agent.step(observation, observation.stamp_s)
            if _stops(action):
                # the world as the task leaves it, which no further action shows
                self._tell(Step(observation, action, {}, self._agent.report()))
                return ""
            encoded = self._world.encode_action(action)
            self._raw, _, terminated, truncated, info = self._env.step(encoded)
            self._tell(Step(observation, action, info, self._agent.report()))
            self._steps += 1
            if terminated or truncated:
                return "a limit of the environment ran out"
            if over := self._over():
                return over

    def _tell(self, step: Step) -> None:
        for each in self._subscribers:
            each.on_step(step)

    def _over(self) -> str:
        most, longest_s = self._limits.max_steps, self._limits.max_duration_s
        if most is not None and self._steps >= most:
            return f"limit of {most} steps"
        if longest_s is not None and time.perf_counter() - self._started_s >= longest_s:
            return f"limit of {longest_s:g} s"
        return ""

    def _answered(self) -> None:
        """Wait while a question is open; where nobody is there to answer, the task is left off."""
        with self._lock:
            question = str(self._agent.report().get("question", ""))
            self._asking = bool(question)
        if not question:
            return
        self._asks(question)
        answer = self._waiting.get()
        if answer is None:
            self._waiting.put(None)
        with self._lock:
            self._asking = self._halted = False
            self._agent.correct("stop" if answer is None else answer)

    def _next(self) -> str:
        """Return the next task; nothing where there is none."""
        while True:
            said = self._waiting.get()
            if said is None or said.lower().strip(" .!") in GOODBYES:
                return ""
            if must_halt(said):
                self._halted = False
                self._rest({"end_reason": STILL})
                continue
            if asks_nothing(said) or wonders(said):
                self._rest({"end_reason": WAITING})
                continue
            return said


def _stops(action: Action) -> bool:
    return isinstance(action, DiscreteAction) and action.name == STOP.name
