"""What is left of a plan, from how its steps have ended."""

from collections.abc import Sequence

from embodied.core.plan import Cause, Outcome, Status, Subgoal


def remaining(
    subgoals: Sequence[Subgoal], history: Sequence[tuple[Subgoal, Outcome]]
) -> tuple[Subgoal, ...]:
    """Return the subgoals still to be done, so that what was done stays done.

    The history is followed along the plan. Where a step failed because the hand was empty, the
    plan goes back to the last step that fills it.

    Args:
        subgoals: The whole plan.
        history: Subgoals tried and how they ended, oldest first.
    """
    at = 0
    for subgoal, outcome in history:
        if at >= len(subgoals) or subgoal != subgoals[at]:
            continue
        if outcome.status is Status.DONE:
            at += 1
        elif outcome.cause is Cause.HAND_EMPTY:
            at = max((n for n in range(at) if subgoals[n].skill == "pick"), default=at)
    return tuple(subgoals[at:])
