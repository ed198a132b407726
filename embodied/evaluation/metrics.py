"""ALFRED's metrics, each a ratio of two sums over episodes.

Path-weighted forms follow ALFRED's published evaluation (`models/eval/eval_task.py` of
askforalfred/alfred): an episode's score times L*/max(L, L*), weighted by L*, the number of the
expert's low-level actions; L is the number of the agent's actions, its stop not counted.

Where an episode raised before its conditions or its L* were known, it stands with one condition and
one step, unmet: a failure never leaves a denominator.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from embodied.core.episode import EpisodeRecord, EpisodeStatus, Metric
from embodied.core.errors import UnknownNameError

_Terms = tuple[float, float]

SCORED = "scored"
"""Measure that is 0 where a split publishes no goals: the episode is no success, and no failure."""


def success(record: EpisodeRecord) -> float:
    """Return 1 for a success; truncated and error count as failures."""
    return float(record.status is EpisodeStatus.SUCCESS)


def goal_share(record: EpisodeRecord) -> float:
    """Return the share of goal conditions met, in [0, 1]; an error has met none."""
    if record.status is EpisodeStatus.ERROR or record.goal_conditions_total == 0:
        return 0.0
    return record.goal_conditions_met / record.goal_conditions_total


def path_weight(record: EpisodeRecord) -> float:
    """Return L*/max(L, L*), in [0, 1]; 1 for an agent that stops at once, never a division by 0."""
    longest = max(record.steps, record.expert_steps)
    return record.expert_steps / longest if longest else 1.0


def _expert_steps(record: EpisodeRecord) -> float:
    unknown = record.status is EpisodeStatus.ERROR and record.expert_steps == 0
    return 1.0 if unknown else float(record.expert_steps)


def _success_terms(record: EpisodeRecord) -> tuple[float, float]:
    return success(record), record.measures.get(SCORED, 1.0)


def _goal_terms(record: EpisodeRecord) -> tuple[float, float]:
    total = record.goal_conditions_total
    if record.status is EpisodeStatus.ERROR:
        return 0.0, float(max(total, 1))
    return float(record.goal_conditions_met), float(total)


def _weighted(share: Callable[[EpisodeRecord], float]) -> Callable[[EpisodeRecord], _Terms]:
    def terms(record: EpisodeRecord) -> tuple[float, float]:
        length = _expert_steps(record)
        return share(record) * path_weight(record) * length, length

    return terms


@dataclass(frozen=True)
class RatioMetric:
    """A metric given by the two terms an episode adds to its sums.

    Attributes:
        name: Name as published.
        of: Takes a record to (numerator, denominator).
        meaning: One line for reports.
    """

    name: str
    of: Callable[[EpisodeRecord], _Terms]
    meaning: str = ""

    def terms(self, record: EpisodeRecord) -> tuple[float, float]:
        """Return this episode's (numerator, denominator)."""
        return self.of(record)


METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        RatioMetric("SR", _success_terms, "episodes whose goal holds at the end"),
        RatioMetric("GC", _goal_terms, "goal conditions met, of all there are"),
        RatioMetric("PLW-SR", _weighted(success), "SR, weighted by path length"),
        RatioMetric("PLW-GC", _weighted(goal_share), "GC, weighted by path length"),
    )
}


def metrics_named(names: Iterable[str]) -> tuple[Metric, ...]:
    """Look metrics up by their published names.

    Raises:
        UnknownNameError: If there is none of that name.
    """
    wanted = tuple(names)
    for name in wanted:
        if name not in METRICS:
            raise UnknownNameError("metric", name, METRICS)
    return tuple(METRICS[name] for name in wanted)


def ratio(metric: Metric, records: Sequence[EpisodeRecord]) -> float | None:
    """Return a metric over episodes, or None where its denominator is zero."""
    terms = [metric.terms(record) for record in records]
    denominator = sum(term[1] for term in terms)
    return sum(term[0] for term in terms) / denominator if denominator else None
