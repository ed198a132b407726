"""Confidence intervals by bootstrap over trajectories."""

from collections.abc import Sequence

import numpy as np

from embodied.core.episode import EpisodeRecord, Metric

_CHUNK = 1 << 22  # numbers drawn at once: 32 MB


def bootstrap_interval(
    metric: Metric,
    records: Sequence[EpisodeRecord],
    *,
    seed: int,
    level: float = 0.95,
    resamples: int = 10_000,
) -> tuple[float, float] | None:
    """Return a percentile bootstrap interval (Efron and Tibshirani 1993, chapter 13) of a metric.

    Whole trajectories are drawn, not episodes: annotations of one trajectory share its rooms and
    its solution and are not independent. The result depends on the records and the seed, not on
    the records' order.

    Args:
        metric: A ratio of sums.
        records: Episodes, in any order.
        seed: Seed of the draws.
        level: Coverage, in (0, 1).
        resamples: Draws.

    Returns:
        (low, high), or None where the metric has no value.
    """
    groups: dict[str, list[tuple[float, float]]] = {}
    for record in sorted(records, key=lambda record: record.spec.episode_id):
        groups.setdefault(record.spec.trajectory_id, []).append(metric.terms(record))
    if not groups:
        return None
    sums = np.array([np.sum(groups[name], axis=0) for name in sorted(groups)])  # [T, 2]
    if sums[:, 1].sum() == 0.0:
        return None
    count = len(sums)
    rng = np.random.default_rng(seed)
    share = np.full(count, 1.0 / count)
    values = []
    left = resamples
    while left > 0:
        draws = min(left, max(1, _CHUNK // count))
        drawn = rng.multinomial(count, share, size=draws) @ sums  # [draws, 2]
        known = drawn[:, 1] > 0.0
        values.append(drawn[known, 0] / drawn[known, 1])
        left -= draws
    tail = (1.0 - level) / 2.0
    low, high = np.quantile(np.concatenate(values), [tail, 1.0 - tail])
    return float(low), float(high)
