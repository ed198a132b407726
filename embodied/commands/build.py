"""Build many things in parallel, going on where an interrupted build was."""

import signal
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Protocol

from embodied.commands.evaluate import worker_count
from embodied.commands.settings import compose, print_config
from embodied.core.errors import EmbodiedError
from embodied.evaluation.cores import threads_shared
from embodied.evaluation.worker import die_with_parent

FAILED, INTERRUPTED = 1, 130

LINE_EVERY_S = 15.0

Result = Mapping[str, Any]
"""How one thing went: `name`, `error` (empty where there was none), `line` to show."""


class Builder(Protocol):
    """Builds things by name; picklable, and finds what it has built before."""

    @property
    def title(self) -> str:
        """What is built, in a word or two."""

    def names(self) -> Sequence[str]:
        """What there is to build."""

    def prepare(self) -> None:
        """Do what has to be done once before anything is built."""

    def build(self, name: str) -> Result:
        """Build one thing, if it is not there already."""

    def finish(self, results: Sequence[Result]) -> Sequence[Path]:
        """Write down what was built; return the files to look at."""


class WorkerLostError(EmbodiedError):
    """A process of the build died, most likely for want of memory."""


def run_builder(root: str, words: Sequence[str]) -> int:
    """Build what a configuration describes and return the exit code.

    Args:
        root: Name of the configuration, which has a `builder` and a `runner`.
        words: `key=value` words of the command line.

    Raises:
        EmbodiedError: If settings are wrong, the data is not there, or a process died.
    """
    from rich.console import Console

    from embodied.evaluation.configured import make

    config = compose(root, [word for word in words if word != "--config"])
    if "--config" in words:
        print_config(config)
        return 0
    console = Console(stderr=True)
    builder: Builder = make(config["builder"], what="builder")
    names = list(builder.names())
    workers = worker_count(config["runner"]["workers"], episodes=len(names))
    started_s = time.perf_counter()
    try:
        with console.status(f"{builder.title}: preparing"):
            builder.prepare()
        results = list(_shown(builder, names, workers, console))
    except KeyboardInterrupt:
        console.print("Interrupted: what is built is kept. The same command goes on from there.")
        return INTERRUPTED
    order = {name: number for number, name in enumerate(names)}
    results.sort(key=lambda result: order[result["name"]])
    files = builder.finish(results)
    failed = [result for result in results if result["error"]]
    for result in failed:
        print(f"Not built: {result['name']}: {result['error']}")
    print(
        f"{builder.title}: {len(results) - len(failed)} of {len(results)} built in "
        f"{time.perf_counter() - started_s:.0f} s"
    )
    for path in files:
        print(path)
    return FAILED if failed else 0


def _shown(builder: Builder, names: Sequence[str], workers: int, console: Any) -> Iterator[Result]:
    """Build everything, with a bar on a terminal and plain lines elsewhere."""
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    results = _built(builder, names, workers)
    if not console.is_terminal:
        said_s = time.monotonic()
        for count, result in enumerate(results, start=1):
            yield result
            if time.monotonic() - said_s >= LINE_EVERY_S or count == len(names):
                said_s = time.monotonic()
                console.print(f"{count}/{len(names)}  {result['name']}: {result['line']}")
        return
    columns = (
        BarColumn(bar_width=None),
        MofNCompleteColumn(),
        TextColumn("{task.description}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("", total=len(names))
        for result in results:
            yield result
            said = f"{result['name']}: {result['line']}"
            progress.update(task, advance=1, description=said)


def _built(builder: Builder, names: Sequence[str], workers: int) -> Iterator[Result]:
    if workers == 0:
        yield from map(builder.build, names)
        return
    with ExitStack() as stack:
        stack.enter_context(threads_shared(workers))
        pool = ProcessPoolExecutor(
            workers, mp_context=get_context("spawn"), initializer=_begin_worker
        )
        # Left early, nothing that has not begun is begun; what runs ends on its own.
        stack.callback(pool.shutdown, wait=True, cancel_futures=True)
        waiting: set[Future[Result]] = {pool.submit(builder.build, name) for name in names}
        try:
            while waiting:
                done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                yield from (future.result() for future in done)
        except BrokenProcessPool as error:
            raise WorkerLostError(
                "a process of the build died, most likely for want of memory. What is built is "
                "kept: the same command with a smaller runner.workers goes on from there."
            ) from error


def _begin_worker() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    threading.Thread(target=die_with_parent, daemon=True).start()
