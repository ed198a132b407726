"""A run from list of episodes to summary; killed and started again, it goes on where it was."""

import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import closing
from typing import Any

from rich.console import Console

from embodied.core.episode import EpisodeRecord, EpisodeSpec, Metric
from embodied.evaluation.progress import show_progress
from embodied.evaluation.session import SessionFactory
from embodied.evaluation.store import RunStore
from embodied.evaluation.summary import summarize
from embodied.evaluation.worker import WorkerPool, run_inline


def run_evaluation(
    store: RunStore,
    episodes: Sequence[EpisodeSpec],
    factory: SessionFactory,
    *,
    metrics: Sequence[Metric],
    seed: int,
    workers: int,
    console: Console,
    about: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Run every episode that the store does not hold yet, and write the summary.

    Args:
        store: The run's folder, open.
        episodes: All episodes of the run.
        factory: Opens sessions; picklable where there are workers.
        metrics: What to compute.
        seed: Seed of the run; an episode's own seed derives from it and the episode's id.
        workers: Processes; 0 runs in this one.
        console: Where progress is shown.
        about: Names that lead the summary.

    Returns:
        The summary, as written.

    Raises:
        WorkerError: If no worker can start, or a recorder cannot write.
        UnavailableError: If a server that the agent asks does not answer.
        StorageError: If a record or the summary cannot be written.
    """
    started_s = time.monotonic()
    known = {record.spec.episode_id for record in store.records}
    left = [spec for spec in episodes if spec.episode_id not in known]
    # closed at once where anything raises, so that no worker outlives the run
    with (
        show_progress(console, total=len(episodes), before=store.records) as reporter,
        closing(_records(factory, left, workers=workers, seed=seed)) as ended,
    ):
        for record in ended:
            store.append(record)
            reporter.note(record)
    asked = {spec.episode_id for spec in episodes}
    summary = summarize(
        [record for record in store.records if record.spec.episode_id in asked],
        metrics=metrics,
        seed=seed,
        about=about,
        wall_s=time.monotonic() - started_s,
    )
    store.write_summary(summary)
    return summary


def _records(
    factory: SessionFactory, episodes: Sequence[EpisodeSpec], *, workers: int, seed: int
) -> Generator[EpisodeRecord, None, None]:
    if workers == 0:
        return run_inline(factory, episodes, seed=seed)
    return WorkerPool(factory, workers=workers, seed=seed).run(episodes)
