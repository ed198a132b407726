"""Which goal acts: accepted, preempted by a newer one, cancelled, ended; and what is told of it."""

import threading
from dataclasses import dataclass
from enum import StrEnum

from embodied.core.errors import ConfigError


class Why(StrEnum):
    """Why a goal ended; the constants of FollowInstruction's result."""

    DONE = "done"
    STOPPED = "stopped"
    CANCELLED = "cancelled"
    PREEMPTED = "preempted"
    EMERGENCY = "emergency"
    STALE = "stale"
    TIME = "time"
    FAILED = "failed"


class Preempt(StrEnum):
    """What a newer goal does to the one under way."""

    REPLACE = "replace"
    REJECT = "reject"


@dataclass(frozen=True)
class Feedback:
    """What a goal's client is told while it runs; the fields of FollowInstruction's feedback."""

    subgoal: str = ""
    subgoal_index: int = 0
    subgoal_count: int = 0
    progress: float = 0.0
    text: str = ""


@dataclass(frozen=True)
class GoalEnd:
    """How a goal ended; the fields of FollowInstruction's result."""

    why: Why
    text: str
    duration_s: float
    corrections: int = 0

    @property
    def success(self) -> bool:
        """Whether the plan was carried out."""
        return self.why is Why.DONE


@dataclass
class _Goal:
    number: int
    why: Why | None = None
    text: str = ""
    running: bool = False


class GoalBook:
    """Every goal from its acceptance to its end; at most one runs, and the newest waits for it.

    Goals are named by whoever brings them, in ROS by their UUID. Every method is safe from any
    thread, and none waits but `turn_of`.

    Args:
        preempt: What a newer goal does to the one under way: `replace` or `reject`.

    Raises:
        ConfigError: If it is neither.
    """

    def __init__(self, *, preempt: str = Preempt.REPLACE) -> None:
        if preempt not in list(Preempt):
            raise ConfigError(f"preempt is {preempt!r}; give one of: {', '.join(Preempt)}.")
        self._preempt = Preempt(preempt)
        self._changed = threading.Condition()
        self._goals: dict[str, _Goal] = {}
        self._count = 0

    @property
    def active(self) -> str | None:
        """The goal that runs."""
        with self._changed:
            return next((name for name, goal in self._goals.items() if goal.running), None)

    @property
    def open_count(self) -> int:
        """How many goals are accepted and not ended."""
        with self._changed:
            return len(self._goals)

    def refusal(self) -> str:
        """Return why a goal would be refused now; empty where it would be accepted."""
        with self._changed:
            busy = self._preempt is Preempt.REJECT and bool(self._goals)
        return "another goal is under way, and the parameter preempt is reject" if busy else ""

    def accept(self, name: str) -> str | None:
        """Enter a goal; those before it are to end.

        Returns:
            The goal that runs and has to be stopped now, if one does.
        """
        with self._changed:
            self._count += 1
            for goal in self._goals.values():
                if goal.why is None:
                    goal.why, goal.text = Why.PREEMPTED, "a newer goal took over"
            self._goals[name] = _Goal(self._count)
            self._changed.notify_all()
            return next((name for name, goal in self._goals.items() if goal.running), None)

    def end(self, name: str, why: Why, text: str) -> bool:
        """Say that a goal is to end; the first reason counts.

        Returns:
            Whether it runs, so that whoever asks has to stop the robot.
        """
        with self._changed:
            goal = self._goals.get(name)
            if goal is None:
                return False
            if goal.why is None:
                goal.why, goal.text = why, text
            self._changed.notify_all()
            return goal.running

    def end_all(self, why: Why, text: str) -> None:
        """Say so of every goal."""
        with self._changed:
            names = list(self._goals)
        for name in names:
            self.end(name, why, text)

    def ending(self, name: str) -> tuple[Why, str] | None:
        """Return why a goal is to end, and in words; None while it may go on."""
        with self._changed:
            goal = self._goals.get(name)
            return None if goal is None or goal.why is None else (goal.why, goal.text)

    def turn_of(self, name: str, *, timeout_s: float) -> bool:
        """Wait until no other goal runs, then let this one; return whether it may.

        A goal that is to end before its turn came may not, nor one that is not known.
        """
        with self._changed:
            self._changed.wait_for(
                lambda: self._lost(name) or not any(g.running for g in self._goals.values()),
                timeout=timeout_s,
            )
            if self._lost(name) or any(goal.running for goal in self._goals.values()):
                return False
            self._goals[name].running = True
            return True

    def close(self, name: str) -> None:
        """Forget a goal that has ended; the next may run."""
        with self._changed:
            self._goals.pop(name, None)
            self._changed.notify_all()

    def _lost(self, name: str) -> bool:
        return name not in self._goals or self._goals[name].why is not None
