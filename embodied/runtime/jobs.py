"""Work beside a control loop: the newest input is worked on, older ones are dropped."""

import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

Given = TypeVar("Given")
Made = TypeVar("Made")


@dataclass(frozen=True)
class JobResult(Generic[Made]):
    """What came of a job.

    Attributes:
        revision: Number of the input it was made from; they count upwards.
        value: What was made, where the job succeeded.
        error: The traceback, where it failed.
    """

    revision: int
    value: Made | None = None
    error: str = ""


class Beside(Generic[Given, Made]):
    """Runs one function on a thread of its own, always on the newest input there is.

    Neither `offer` nor `newest` waits. An input offered while the function works takes the place
    of one that waits. The thread is a daemon: work that hangs does not keep the process alive.

    Args:
        work: The function; a call of native code or to another process lets the loop run on.
        name: Of the thread.
    """

    def __init__(self, work: Callable[[Given], Made], *, name: str = "beside") -> None:
        self._work = work
        self._change = threading.Condition()
        self._waiting: list[tuple[int, Given]] = []
        self._newest: JobResult[Made] | None = None
        self._revision = 0
        self._closed = False
        self.dropped = 0
        threading.Thread(target=self._run, name=name, daemon=True).start()

    def offer(self, given: Given) -> int:
        """Hand in an input; return its number."""
        with self._change:
            self._revision += 1
            self.dropped += len(self._waiting)
            self._waiting = [(self._revision, given)]
            self._change.notify()
            return self._revision

    def newest(self) -> JobResult[Made] | None:
        """Return the newest result, None before there is one."""
        return self._newest

    def close(self) -> None:
        """End the thread once it is done with what it has begun."""
        with self._change:
            self._closed = True
            self._waiting = []
            self._change.notify()

    def _run(self) -> None:
        while True:
            with self._change:
                self._change.wait_for(lambda: bool(self._waiting) or self._closed)
                if self._closed:
                    return
                revision, given = self._waiting.pop()
            try:
                result: JobResult[Made] = JobResult(revision, value=self._work(given))
            except Exception:
                result = JobResult(revision, error=traceback.format_exc())
            self._newest = result
