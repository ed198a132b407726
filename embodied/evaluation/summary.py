"""The summary of a run, computed from its records alone."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from embodied.core.episode import EpisodeRecord, EpisodeStatus, Metric
from embodied.evaluation.intervals import bootstrap_interval
from embodied.evaluation.metrics import ratio
from embodied.evaluation.session import PEAK_MEMORY
from embodied.runtime.tracking import FAILURES, blamed


def summarize(
    records: Sequence[EpisodeRecord],
    *,
    metrics: Sequence[Metric],
    seed: int,
    about: Mapping[str, Any] | None = None,
    wall_s: float | None = None,
) -> dict[str, Any]:
    """Return what `summary.json` holds.

    Everything but `timing` depends on the records and the seed alone, in whatever order the
    episodes ended: a run that was killed and one that was not have the same summary.

    Args:
        records: Every episode of the run.
        metrics: What to compute.
        seed: Seed of the bootstrap.
        about: Names to put first: benchmark, split, agent, label.
        wall_s: Seconds since the run was (last) started.
    """
    ordered = sorted(records, key=lambda record: record.spec.episode_id)
    statuses = Counter(record.status for record in ordered)
    intervals = {m.name: bootstrap_interval(m, ordered, seed=seed) for m in metrics}
    busy_s = sum(record.duration_s for record in ordered)
    steps = sum(record.steps for record in ordered)
    return {
        **(about or {}),
        "n": len(ordered),
        "n_error": statuses[EpisodeStatus.ERROR],
        "metrics": {metric.name: ratio(metric, ordered) for metric in metrics},
        "intervals_95": {name: pair and list(pair) for name, pair in intervals.items()},
        "causes": _causes(ordered),
        "status": {status.value: statuses[status] for status in EpisodeStatus},
        "n_trajectories": len({record.spec.trajectory_id for record in ordered}),
        "steps": steps,
        "failed_actions": sum(record.failed_actions for record in ordered),
        "timing": {
            "wall_s": wall_s,
            "episodes_s": busy_s,
            "mean_episode_s": busy_s / len(ordered) if ordered else None,
            "steps_per_s": steps / busy_s if busy_s else None,
            PEAK_MEMORY: max((r.measures.get(PEAK_MEMORY, 0.0) for r in ordered), default=None),
        },
    }


def _causes(records: Sequence[EpisodeRecord]) -> dict[str, int]:
    """Count what failures are blamed on, of the closed list; what nobody named stands as `-`."""
    named = Counter(
        "error" if record.status is EpisodeStatus.ERROR else blamed(record.end_reason) or "-"
        for record in records
        if record.status is not EpisodeStatus.SUCCESS
    )
    return {cause: named[cause] for cause in (*FAILURES, "-") if named[cause]}
