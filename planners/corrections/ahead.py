"""What a plan at hand is about."""

from collections.abc import Sequence

from embodied.core.plan import ObjectRef, Subgoal
from embodied.core.task_plans import KNIVES


def types_of(plan: Sequence[Subgoal]) -> tuple[str, ...]:
    """Return the types that a plan names, in its order."""
    return tuple(
        value.category
        for subgoal in plan
        for value in subgoal.arguments.values()
        if isinstance(value, ObjectRef)
    )


def first_thing(plan: Sequence[Subgoal]) -> ObjectRef | None:
    """Return the first thing that a plan handles, knives aside."""
    things = (step.arguments.get("object") for step in plan)
    return next((t for t in things if isinstance(t, ObjectRef) and t.category not in KNIVES), None)
