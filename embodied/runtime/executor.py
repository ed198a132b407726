"""Where planning jobs run: in lockstep with the loop, or beside it on a thread."""

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from embodied.core.plan import Plan


@dataclass(frozen=True)
class PlanResult:
    """What came of a planning job.

    Attributes:
        revision: The revision it was submitted with; the agent drops a result that is not of its
            latest one.
        plan: The plan, where the job succeeded.
        error: What the job raised, where it failed.
    """

    revision: int
    plan: Plan | None = None
    error: Exception | None = None


def _finish(work: Callable[[], Plan], revision: int) -> PlanResult:
    try:
        return PlanResult(revision, plan=work())
    except Exception as error:  # handed to the agent, which knows what a failed plan means
        return PlanResult(revision, error=error)


class PlanExecutor(Protocol):
    """Runs planning jobs; the agent submits, and polls at every step."""

    @property
    def lockstep(self) -> bool:
        """Whether a submitted job is finished by the time `submit` returns."""

    def submit(self, work: Callable[[], Plan], *, revision: int) -> None:
        """Start a job."""

    def poll(self) -> list[PlanResult]:
        """Return the jobs that finished since the last call. Never waits."""


class InlineExecutor:
    """Runs a job where it is submitted: reproducible, for benchmarks."""

    lockstep = True

    def __init__(self) -> None:
        self._finished: list[PlanResult] = []

    def submit(self, work: Callable[[], Plan], *, revision: int) -> None:
        """Run the job now."""
        self._finished.append(_finish(work, revision))

    def poll(self) -> list[PlanResult]:
        """Return the jobs run since the last call."""
        finished, self._finished = self._finished, []
        return finished


class ThreadExecutor:
    """Runs every job on a thread of its own, so that a slow plan delays neither loop nor successor.

    The threads are daemons: a planner that hangs does not keep the process alive.
    """

    lockstep = False

    def __init__(self) -> None:
        self._finished: queue.SimpleQueue[PlanResult] = queue.SimpleQueue()

    def submit(self, work: Callable[[], Plan], *, revision: int) -> None:
        """Start the job on a new thread."""
        threading.Thread(
            target=lambda: self._finished.put(_finish(work, revision)),
            name=f"plan-{revision}",
            daemon=True,
        ).start()

    def poll(self) -> list[PlanResult]:
        """Return the jobs that finished since the last call. Never waits."""
        finished: list[PlanResult] = []
        while True:
            try:
                finished.append(self._finished.get_nowait())
            except queue.Empty:
                return finished
