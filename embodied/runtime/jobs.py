"""Work beside a control loop: the newest input is worked on, older ones are dropped."""

import multiprocessing
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any, Generic, TypeVar

from embodied.core.errors import EmbodiedError

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


class OtherProcessError(EmbodiedError):
    """Work in another process failed or the process ended; the message holds its traceback."""


def _serve(connection: Connection, make: Callable[[], Callable[[Any], Any]]) -> None:
    """Run in the process: make the function, then answer every input with what it returns."""
    try:
        work = make()
        while True:
            given = connection.recv()
            try:
                answer: tuple[bool, Any] = (True, work(given))
            except Exception:
                answer = (False, traceback.format_exc())
            connection.send(answer)
    except (EOFError, OSError, KeyboardInterrupt):
        return
    except Exception:
        connection.send((False, traceback.format_exc()))


class OtherProcess(Generic[Given, Made]):
    """A function that runs in a process of its own, so that its Python code delays no loop here.

    Calling it waits, without keeping the interpreter: give it to `Beside`, or call it in a planner.
    Inputs and results are pickled.

    Args:
        make: Makes the function in the other process; picklable, so a module-level function.
    """

    def __init__(self, make: Callable[[], Callable[[Given], Made]]) -> None:
        context = multiprocessing.get_context("spawn")
        self._mine, theirs = context.Pipe()
        self._lock = threading.Lock()
        self._process = context.Process(target=_serve, args=(theirs, make), daemon=True)
        self._process.start()
        theirs.close()

    def __call__(self, given: Given) -> Made:
        """Return what the function makes of an input.

        Raises:
            OtherProcessError: If it raised, or the process is gone.
        """
        with self._lock:
            try:
                self._mine.send(given)
                good, value = self._mine.recv()
            except (EOFError, OSError) as error:
                raise OtherProcessError(
                    f"the process beside the loop has ended, exit code {self._process.exitcode}"
                ) from error
        if not good:
            raise OtherProcessError(f"work in another process failed:\n{value}")
        made: Made = value
        return made

    def close(self) -> None:
        """End the process."""
        self._mine.close()
        self._process.join(timeout=2.0)
        if self._process.is_alive():
            self._process.terminate()
            self._process.join()
