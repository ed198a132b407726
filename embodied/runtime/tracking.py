"""How the steps of a plan have ended, for people and for the table of causes."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

from embodied.core.plan import Cause, Outcome, Status, Subgoal

CAUSES: Mapping[Cause, str] = {
    Cause.NOT_FOUND: "not found",
    Cause.NOT_VISIBLE: "navigation",
    Cause.NOT_REACHABLE: "navigation",
    Cause.BLOCKED: "navigation",
    Cause.REFUSED: "refused",
    Cause.NO_EFFECT: "wrong instance",
    Cause.NO_SPACE: "refused",
    Cause.CLOSED: "refused",
    Cause.HAND_FULL: "plan",
    Cause.HAND_EMPTY: "plan",
    Cause.NOT_UNDERSTOOD: "plan",
    Cause.BUDGET: "budget",
}
"""Cause of an outcome to the cause an episode's failure is counted under; others are errors."""

FAILURES = (
    "plan",
    "not found",
    "wrong instance",
    "navigation",
    "refused",
    "budget",
    "error",
)
"""What an episode's failure is counted under: the closed list. Reasons begin with one of these."""


DOUBTED = ("not found", "navigation", "refused", "budget")
"""Failures that a wrong plan leads to as well; the others show themselves what they are."""
RIGHT_PLANS_FAIL = 0.05
"""How often a plan that is right ends in any one of the other failures, at most."""

_INNER = ("_planner", "planner")
"""Where a planner that wraps another one keeps it."""

FINISH = "finish"
"""Skill of the subgoal that fails where a plan was carried out and the task is not done."""


def not_finished() -> Outcome:
    """Return how `finish` fails."""
    why = "the plan is carried out, but the task is not done"
    return Outcome(Status.FAILED, Cause.NO_EFFECT, why)


@runtime_checkable
class Told(Protocol):
    """A policy that tells what it believes and does."""

    def report(self) -> Mapping[str, Any]:
        """Return what the agent's report adds."""

    def state_text(self) -> str:
        """Return beliefs and doings as text, half a screen."""


def explanation_of(planner: Any) -> Any:
    """Return what a planner, or one that it wraps, says of its last plan; None for nothing."""
    while planner is not None:
        found = getattr(planner, "explanation", None)
        if found is not None:
            return found
        planner = next((getattr(planner, name) for name in _INNER if hasattr(planner, name)), None)
    return None


def confidence_of(planner: Any) -> float | None:
    """Return how likely a planner holds its last plan to be what was meant, where it says so."""
    confidence = getattr(explanation_of(planner), "confidence", None)
    return None if confidence is None else float(confidence)


def blamed(reason: str) -> str:
    """Return the cause that a failure's reason begins with, empty where it begins with none."""
    cause = reason.partition(":")[0]
    return cause if cause in FAILURES else ""


def cause_of(outcome: Outcome) -> str:
    """Return what an outcome's failure is counted under."""
    return CAUSES.get(outcome.cause, "error")


def likelier(cause: str, confidence: float | None) -> str:
    """Return what a failure is likelier due to: what went wrong last, or a plan that was wrong.

    Args:
        cause: What it is counted under by what went wrong last.
        confidence: How sure the planner was of its plan; None where it does not say.
    """
    if cause not in DOUBTED or confidence is None:
        return cause
    return "plan" if 1.0 - confidence > confidence * RIGHT_PLANS_FAIL else cause


def remembered(history: Sequence[tuple[Subgoal, Outcome]], *, most: int = 4) -> list[str]:
    """Return the last failures as lines."""
    failures = [(each, outcome) for each, outcome in history if outcome.status is not Status.DONE]
    return [
        f" ! {each}: {outcome.cause.value} {outcome.evidence}".rstrip()
        for each, outcome in failures[-most:]
    ]
