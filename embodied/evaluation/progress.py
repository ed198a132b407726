"""How a run is going: a bar where there is a terminal, plain lines where there is none."""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from embodied.core.episode import EpisodeRecord, EpisodeStatus
from embodied.evaluation.metrics import SCORED

_LINE_EVERY_S = 15.0


class Reporter(Protocol):
    """Takes note of every record."""

    def note(self, record: EpisodeRecord) -> None:
        """Show that an episode ended."""


class _Tally:
    """Running SR over the whole run, where goals are known; episodes a minute over this start."""

    def __init__(self, before: Iterable[EpisodeRecord], total: int) -> None:
        records = list(before)
        self.total = total
        self.done = len(records)
        self._won = sum(record.status is EpisodeStatus.SUCCESS for record in records)
        self._errors = sum(record.status is EpisodeStatus.ERROR for record in records)
        self._scored = any(record.measures.get(SCORED, 1.0) for record in records)
        self._at_start = self.done
        self._started_s = time.monotonic()

    def add(self, record: EpisodeRecord) -> None:
        self.done += 1
        self._won += record.status is EpisodeStatus.SUCCESS
        self._scored |= bool(record.measures.get(SCORED, 1.0))
        self._errors += record.status is EpisodeStatus.ERROR

    def __str__(self) -> str:
        rate = (self.done - self._at_start) / max(time.monotonic() - self._started_s, 1e-9) * 60.0
        share = 100.0 * self._won / self.done if self.done else 0.0
        errors = f"  {self._errors} in error" if self._errors else ""
        won = f"SR {share:5.1f} %  " if self._scored or not self.done else ""
        return f"{won}{rate:5.1f} episodes/min{errors}"


class _Bar:
    def __init__(self, progress: Progress, tally: _Tally) -> None:
        self._progress = progress
        self._tally = tally
        self._task = progress.add_task(
            "", total=tally.total, completed=tally.done, state=str(tally)
        )

    def note(self, record: EpisodeRecord) -> None:
        self._tally.add(record)
        self._progress.update(self._task, completed=self._tally.done, state=str(self._tally))


class _Lines:
    def __init__(self, console: Console, tally: _Tally) -> None:
        self._console = console
        self._tally = tally
        self._said_s = time.monotonic()

    def note(self, record: EpisodeRecord) -> None:
        self._tally.add(record)
        now_s = time.monotonic()
        if now_s - self._said_s >= _LINE_EVERY_S or self._tally.done == self._tally.total:
            self._said_s = now_s
            self._console.print(f"{self._tally.done}/{self._tally.total}  {self._tally}")


@contextmanager
def show_progress(
    console: Console, *, total: int, before: Iterable[EpisodeRecord]
) -> Iterator[Reporter]:
    """Show a run's progress while the block lasts.

    Args:
        console: Where to.
        total: Episodes of the run.
        before: Records that were there already.
    """
    tally = _Tally(before, total)
    if not console.is_terminal:
        yield _Lines(console, tally)
        return
    columns = (
        BarColumn(bar_width=None),
        MofNCompleteColumn(),
        TextColumn("{task.fields[state]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console) as progress:
        yield _Bar(progress, tally)
