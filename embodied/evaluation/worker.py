"""Worker processes: each owns a session and runs the episodes it is handed, one at a time."""

import multiprocessing
import os
import signal
import threading
import traceback
from collections import deque
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any

from embodied.core.episode import EpisodeRecord, EpisodeSpec
from embodied.core.errors import ConfigError, EmbodiedError, UnavailableError
from embodied.evaluation.cores import threads_shared
from embodied.evaluation.session import SessionFactory, SessionRunner, error_record

_MAX_FAILED_STARTS = 3


class WorkerError(EmbodiedError):
    """A worker cannot work at all: the environment does not open, or a recorder cannot write."""


_REFUSALS: dict[str, type[EmbodiedError]] = {
    "misconfigured": ConfigError,
    "unanswered": UnavailableError,
    "failed": WorkerError,
}


def _serve(connection: Connection, factory: SessionFactory, seed: int) -> None:
    """Run in the worker: answer every episode with its record until told to end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    threading.Thread(target=die_with_parent, daemon=True).start()
    runner = SessionRunner(factory, seed=seed)
    try:
        runner.open()
        connection.send(("ready", None))
        while (spec := connection.recv()) is not None:
            connection.send(("record", runner.run(spec)))
    except (EOFError, BrokenPipeError):
        return
    except UnavailableError as error:
        connection.send(("unanswered", str(error)))
    except ConfigError as error:
        connection.send(("misconfigured", str(error)))
    except EmbodiedError as error:
        connection.send(("failed", str(error)))
    except Exception:
        connection.send(("failed", traceback.format_exc()))
    finally:
        runner.close()


def die_with_parent() -> None:
    """End this process when its parent has ended; for a thread of its own."""
    # After a kill -9 of the parent nobody wants the episode at hand; a restart would run it twice.
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


@dataclass
class _Worker:
    process: BaseProcess
    connection: Connection
    episode: EpisodeSpec | None = None
    ready: bool = False


class WorkerPool:
    """Hands episodes out to worker processes, dynamically, and collects their records.

    A worker that dies (out of memory, a crash in native code) costs the episode it had, which
    becomes an error record, and is replaced.

    Args:
        factory: Opens a session in each worker; picklable.
        workers: How many at most.
        seed: Seed of the run.
    """

    def __init__(self, factory: SessionFactory, *, workers: int, seed: int) -> None:
        self._factory = factory
        self._seed = seed
        self._count = workers
        # spawn: a fork would share GL contexts and threads with its parent
        self._context = multiprocessing.get_context("spawn")
        self._workers: list[_Worker] = []
        self._failed_starts = 0

    def run(self, episodes: Sequence[EpisodeSpec]) -> Generator[EpisodeRecord, None, None]:
        """Yield a record for every episode, in the order in which they end.

        Raises:
            ConfigError: If a session cannot open with its settings.
            WorkerError: If workers cannot start, or a recorder cannot write.
        """
        waiting = deque(episodes)
        try:
            while waiting or any(worker.episode for worker in self._workers):
                while len(self._workers) < min(self._count, len(waiting) + self._busy()):
                    self._start()
                for worker in list(self._workers):
                    if worker.ready and worker.episode is None:
                        self._hand_out(worker, waiting)
                yield from self._turn()
        finally:
            self._end()

    def _busy(self) -> int:
        return sum(worker.episode is not None for worker in self._workers)

    def _start(self) -> None:
        mine, theirs = self._context.Pipe()
        process = self._context.Process(
            target=_serve, args=(theirs, self._factory, self._seed), daemon=True
        )
        with threads_shared(self._count):
            process.start()
        theirs.close()
        self._workers.append(_Worker(process, mine))

    def _turn(self) -> Generator[EpisodeRecord, None, None]:
        waited: list[Any] = [worker.connection for worker in self._workers]
        wait(waited + [worker.process.sentinel for worker in self._workers])
        for worker in list(self._workers):
            if worker.connection.poll():
                try:
                    kind, content = worker.connection.recv()
                except (EOFError, ConnectionResetError):
                    yield from self._bury(worker)
                    continue
                if kind in _REFUSALS:
                    raise _REFUSALS[kind](content)
                if kind == "record":
                    worker.episode = None
                    yield content
                worker.ready = True
            elif not worker.process.is_alive():
                yield from self._bury(worker)

    def _hand_out(self, worker: _Worker, waiting: deque[EpisodeSpec]) -> None:
        if not waiting:
            return
        worker.episode = waiting.popleft()
        try:
            worker.connection.send(worker.episode)
        except BrokenPipeError:
            # It died between two episodes: this one has not begun, and goes to another worker.
            waiting.appendleft(worker.episode)
            worker.episode = None
            self._remove(worker)

    def _bury(self, worker: _Worker) -> Generator[EpisodeRecord, None, None]:
        worker.process.join()
        reason = _death(worker.process.exitcode)
        episode = worker.episode
        self._remove(worker)
        if episode is not None:
            yield error_record(episode, f"the worker process died: {reason}")
        elif not worker.ready:
            self._failed_starts += 1
            if self._failed_starts >= _MAX_FAILED_STARTS:
                raise WorkerError(
                    f"{self._failed_starts} worker processes died while they started, the last "
                    f"one {reason}. runner.workers=0 runs the episodes in this process instead."
                )

    def _remove(self, worker: _Worker) -> None:
        self._workers.remove(worker)
        worker.connection.close()

    def _end(self) -> None:
        for worker in self._workers:
            if worker.episode is None and worker.ready:
                try:
                    worker.connection.send(None)
                except OSError:
                    continue  # already gone
            else:
                worker.process.terminate()
        for worker in self._workers:
            worker.process.join(timeout=5)
            if worker.process.is_alive():
                worker.process.kill()
                worker.process.join()
            worker.connection.close()
        self._workers.clear()


def _death(exit_code: int | None) -> str:
    if exit_code is not None and exit_code < 0:
        name = signal.Signals(-exit_code).name
        hint = ", most often for want of memory (fewer runner.workers help)"
        return f"killed by {name}" + (hint if exit_code == -signal.SIGKILL else "")
    return f"exit code {exit_code}"


def run_inline(
    factory: SessionFactory, episodes: Sequence[EpisodeSpec], *, seed: int
) -> Generator[EpisodeRecord, None, None]:
    """Yield a record for every episode, run in this very process: for debuggers and profilers."""
    runner = SessionRunner(factory, seed=seed)
    try:
        for spec in episodes:
            yield runner.run(spec)
    finally:
        runner.close()
