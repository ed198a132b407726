"""What is run, and what is kept of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol


@dataclass(frozen=True)
class EpisodeSpec:
    """One episode of a benchmark.

    Attributes:
        episode_id: Unique in the benchmark's split, e.g. `task/trial/0`.
        trajectory_id: What annotations of the same trajectory share; the unit of resampling.
        split: Split it belongs to.
    """

    episode_id: str
    trajectory_id: str
    split: str


class EpisodeStatus(StrEnum):
    """How an episode ended. Truncated (a limit ran out) and error count as failures."""

    SUCCESS = "success"
    FAILURE = "failure"
    TRUNCATED = "truncated"
    ERROR = "error"


@dataclass(frozen=True)
class EpisodeRecord:
    """One line of `episodes.jsonl`: small; per-step data goes to a sidecar.

    Attributes:
        spec: The episode.
        status: How it ended.
        instruction: The goal's words.
        goal_conditions_met: Conditions that hold at the end.
        goal_conditions_total: Conditions the task has.
        steps: Actions taken.
        failed_actions: Actions the environment refused.
        expert_steps: Length of the expert's solution, L* of the path-weighted metrics.
        measures: Further numbers of the benchmark, e.g. `navigation_error_m`.
        plans: Every plan the agent made, as text.
        corrections: Every correction it was given: text, time, kind.
        end_reason: Why it ended, in words.
        error: Traceback, where it raised.
        duration_s: Wall-clock seconds.
    """

    spec: EpisodeSpec
    status: EpisodeStatus
    instruction: str = ""
    goal_conditions_met: int = 0
    goal_conditions_total: int = 0
    steps: int = 0
    failed_actions: int = 0
    expert_steps: int = 0
    measures: Mapping[str, float] = field(default_factory=dict)
    plans: tuple[tuple[str, ...], ...] = ()
    corrections: tuple[Mapping[str, Any], ...] = ()
    end_reason: str = ""
    error: str | None = None
    duration_s: float = 0.0


class Metric(Protocol):
    """A metric as a ratio of sums, so that success rates and path-weighted sums both fit."""

    @property
    def name(self) -> str:
        """Name as published, e.g. `SR`."""

    def terms(self, record: EpisodeRecord) -> tuple[float, float]:
        """Return this episode's (numerator, denominator); the metric is sum over sum."""
