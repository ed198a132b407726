"""ALFRED's and R2R's metrics, each a ratio of two sums over episodes.

Path-weighted forms follow ALFRED's published evaluation (`models/eval/eval_task.py` of
askforalfred/alfred): an episode's score times L*/max(L, L*), weighted by L*, the number of the
expert's low-level actions; L is the number of the agent's actions, its stop not counted.

R2R's are means of what its environment measured; `envs/r2r/metrics.py` names the papers. An episode
in error scores nothing; how far it came counts in TL and NE, which are metres, where that is known.

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


def _share(measure: str) -> Callable[[EpisodeRecord], _Terms]:
    """Mean of a measure in [0, 1]: nothing for an error, left out where goals are hidden."""

    def terms(record: EpisodeRecord) -> _Terms:
        failed = record.status is EpisodeStatus.ERROR
        value = 0.0 if failed else record.measures.get(measure, 0.0)
        return value, record.measures.get(SCORED, 1.0)

    return terms


def _metres(measure: str) -> Callable[[EpisodeRecord], _Terms]:
    """Mean of a length over the episodes that have it."""

    def terms(record: EpisodeRecord) -> _Terms:
        return record.measures.get(measure, 0.0), float(measure in record.measures)

    return terms


@dataclass(frozen=True)
class RatioMetric:
    """A metric given by the two terms an episode adds to its sums.

    Attributes:
        name: Name as published.
        of: Takes a record to (numerator, denominator).
        meaning: One line for reports.
        unit: `%` for shares, `m` for metres.
    """

    name: str
    of: Callable[[EpisodeRecord], _Terms]
    meaning: str = ""
    unit: str = "%"

    def terms(self, record: EpisodeRecord) -> tuple[float, float]:
        """Return this episode's (numerator, denominator)."""
        return self.of(record)


METRICS: dict[str, RatioMetric] = {
    metric.name: metric
    for metric in (
        RatioMetric("SR", _success_terms, "episodes whose goal holds at the end"),
        RatioMetric("GC", _goal_terms, "goal conditions met, of all there are"),
        RatioMetric("PLW-SR", _weighted(success), "SR, weighted by path length"),
        RatioMetric("PLW-GC", _weighted(goal_share), "GC, weighted by path length"),
        RatioMetric("TL", _metres("trajectory_length_m"), "length of the way taken", "m"),
        RatioMetric("NE", _metres("navigation_error_m"), "way left to the goal at the end", "m"),
        RatioMetric("OSR", _share("oracle_success"), "episodes that came near the goal at all"),
        RatioMetric("SPL", _share("spl"), "SR, weighted by path length"),
        RatioMetric("nDTW", _share("ndtw"), "likeness of path and reference, by time warping"),
        RatioMetric("SDTW", _share("sdtw"), "nDTW of successes"),
        RatioMetric("exact", _share("exact"), "plans right in all the task has, but the lamp"),
        RatioMetric("exact_with_toggle", _share("exact_with_toggle"), "exact, and the lamp"),
        RatioMetric("task_type", _share("task_type"), "plans of the right type of task"),
        RatioMetric("object", _share("object"), "plans about the right object"),
        RatioMetric("sliced", _share("sliced"), "plans right about cutting"),
        RatioMetric("parent", _share("parent"), "plans that end in the right receptacle"),
        RatioMetric("mrecep", _share("mrecep"), "plans with the right vessel, or none"),
        RatioMetric("toggle", _share("toggle"), "plans with the right lamp, or none"),
        RatioMetric("sequence", _share("sequence"), "plans that are the recorded one"),
        RatioMetric("valid", _share("valid"), "plans that the declared skills can carry out"),
        RatioMetric("CLS", _share("cls"), "coverage of the reference, weighted by length"),
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
