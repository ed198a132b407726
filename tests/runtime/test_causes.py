"""What a failure is put down to: a closed list, at the beginning of the reason."""

import pytest

from embodied.core.episode import EpisodeRecord, EpisodeSpec, EpisodeStatus
from embodied.core.plan import Cause, Outcome, Status
from embodied.evaluation.summary import summarize
from embodied.runtime.tracking import FAILURES, blamed, cause_of, likelier


@pytest.mark.parametrize("cause", [cause for cause in Cause if cause is not Cause.NONE])
def test_every_cause_of_an_outcome_is_counted_under_one_of_the_list(cause: Cause) -> None:
    assert cause_of(Outcome(Status.FAILED, cause)) in FAILURES


def test_a_reason_is_counted_under_the_words_it_begins_with() -> None:
    assert blamed("not found: gave up after 2 new plans") == "not found"
    assert blamed("the plan is carried out") == ""
    assert blamed("notfound: no such thing") == ""


def test_the_summary_counts_failures_by_cause_and_says_where_none_is_named() -> None:
    def record(number: int, status: EpisodeStatus, reason: str) -> EpisodeRecord:
        spec = EpisodeSpec(f"{number}/0/0", f"{number}/0", "drawn")
        return EpisodeRecord(spec=spec, status=status, end_reason=reason)

    records = [
        record(0, EpisodeStatus.SUCCESS, "plan: never mind"),
        record(1, EpisodeStatus.FAILURE, "plan: the plan is carried out"),
        record(2, EpisodeStatus.TRUNCATED, "navigation: a limit of the environment ran out"),
        record(3, EpisodeStatus.TRUNCATED, "navigation: a limit of the environment ran out"),
        record(4, EpisodeStatus.ERROR, "ValueError: plan: odd"),
        record(5, EpisodeStatus.FAILURE, "the plan is carried out"),
    ]
    causes = summarize(records, metrics=(), seed=0)["causes"]
    assert causes == {"plan": 1, "navigation": 2, "error": 1, "-": 1}


@pytest.mark.parametrize(
    ("cause", "confidence", "named"),
    [
        ("not found", 0.99, "not found"),
        ("not found", 0.6, "plan"),
        ("not found", None, "not found"),
        ("navigation", 0.8, "plan"),
        ("error", 0.2, "error"),
        ("", 0.2, ""),
    ],
)
def test_a_plan_that_was_doubted_is_blamed_rather_than_what_went_wrong_last(
    cause: str, confidence: float | None, named: str
) -> None:
    assert likelier(cause, confidence) == named
