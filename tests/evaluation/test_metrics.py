"""Metrics as ALFRED publishes them, and intervals that respect trajectories."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embodied.core.episode import EpisodeRecord, EpisodeSpec, EpisodeStatus
from embodied.core.errors import UnknownNameError
from embodied.evaluation.intervals import bootstrap_interval
from embodied.evaluation.metrics import METRICS, metrics_named, path_weight, ratio
from embodied.evaluation.summary import summarize

SUCCESS, FAILURE, ERROR = EpisodeStatus.SUCCESS, EpisodeStatus.FAILURE, EpisodeStatus.ERROR


def episode(
    status: EpisodeStatus = FAILURE,
    *,
    met: int = 0,
    total: int = 2,
    steps: int = 10,
    expert: int = 10,
    trajectory: str = "t/0",
    number: int = 0,
) -> EpisodeRecord:
    return EpisodeRecord(
        spec=EpisodeSpec(f"{trajectory}/{number}", trajectory, "valid_seen"),
        status=status,
        goal_conditions_met=met,
        goal_conditions_total=total,
        steps=steps,
        expert_steps=expert,
    )


ALFRED = ("SR", "GC", "PLW-SR", "PLW-GC")


def values(*records: EpisodeRecord) -> dict[str, float | None]:
    return {name: ratio(METRICS[name], records) for name in ALFRED}


def test_two_episodes_by_hand() -> None:
    # a success in twice the expert's 10 steps; half the goal in 30 of the expert's 30 steps
    got = values(episode(SUCCESS, met=2, steps=20, expert=10), episode(met=1, steps=30, expert=30))
    assert got == {
        "SR": pytest.approx(1 / 2),
        "GC": pytest.approx(3 / 4),
        "PLW-SR": pytest.approx((1 * 0.5 * 10) / 40),
        "PLW-GC": pytest.approx((1 * 0.5 * 10 + 0.5 * 1 * 30) / 40),
    }


def test_goal_conditions_are_summed_over_episodes_not_averaged() -> None:
    assert values(episode(met=1, total=1), episode(met=0, total=4))["GC"] == pytest.approx(1 / 5)


def test_an_agent_that_stops_at_once_divides_nothing_by_zero() -> None:
    assert path_weight(episode(steps=0, expert=0)) == 1.0
    assert values(episode(SUCCESS, met=2, steps=0, expert=7))["PLW-SR"] == pytest.approx(1.0)
    assert values(episode(steps=0, expert=0))["PLW-SR"] is None


def test_an_error_is_a_failure_in_every_denominator() -> None:
    good = episode(SUCCESS, met=2)
    early = episode(ERROR, total=0, steps=0, expert=0)  # raised before anything was known
    late = episode(ERROR, met=2, total=2, steps=5, expert=10)  # what it had met counts for nothing
    assert values(good, early) == {
        "SR": 1 / 2,
        "GC": pytest.approx(2 / 3),
        "PLW-SR": pytest.approx(10 / 11),
        "PLW-GC": pytest.approx(10 / 11),
    }
    assert values(good, late) == pytest.approx(dict.fromkeys(ALFRED, 1 / 2))


def test_a_limit_that_ran_out_is_a_failure() -> None:
    assert values(episode(EpisodeStatus.TRUNCATED))["SR"] == 0.0


def test_an_unknown_metric_is_answered_with_the_closest() -> None:
    with pytest.raises(UnknownNameError, match="PLW-SR"):
        metrics_named(["PLWSR"])


episodes = st.builds(
    episode,
    st.sampled_from(EpisodeStatus),
    met=st.integers(0, 2),
    steps=st.integers(0, 50),
    expert=st.integers(1, 50),
    trajectory=st.sampled_from(["a/0", "b/0", "c/1"]),
    number=st.integers(0, 999),
)


@given(st.lists(episodes, min_size=1, max_size=12))
def test_every_metric_is_a_fraction_and_no_path_weight_raises_one(records) -> None:
    got = values(*records)
    assert all(0.0 <= value <= 1.0 for value in got.values())
    for record in records:
        one = values(record)
        assert one["PLW-SR"] <= one["SR"]
        assert one["PLW-GC"] <= one["GC"]


@given(st.lists(episodes, min_size=1, max_size=8, unique_by=lambda record: record.spec), st.data())
def test_the_summary_does_not_depend_on_the_order_in_which_episodes_end(records, data) -> None:
    shuffled = data.draw(st.permutations(records))
    metrics = metrics_named(["SR", "PLW-GC"])
    first, second = (summarize(order, metrics=metrics, seed=1) for order in (records, shuffled))
    assert {**first, "timing": None} == {**second, "timing": None}


def test_annotations_of_one_trajectory_do_not_count_as_independent() -> None:
    def run(per_trajectory: int) -> list[EpisodeRecord]:
        return [
            episode(SUCCESS if number % 2 else FAILURE, trajectory=f"t/{number}", number=repeat)
            for number in range(40)
            for repeat in range(per_trajectory)
        ]

    metric = METRICS["SR"]
    once, thrice = (bootstrap_interval(metric, run(count), seed=5) for count in (1, 3))
    assert once == pytest.approx(thrice), "saying the same thing three times proves no more"
    low, high = once
    # the normal approximation of a share of 40 coin flips
    assert high - low == pytest.approx(2 * 1.96 * np.sqrt(0.25 / 40), rel=0.15)


def test_an_interval_of_nothing_is_none() -> None:
    assert bootstrap_interval(METRICS["SR"], [], seed=0) is None
    assert summarize([], metrics=metrics_named(["SR"]), seed=0)["metrics"] == {"SR": None}
