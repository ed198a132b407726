"""What is cut already needs no cutting."""

from collections.abc import Iterable, Sequence

from embodied.core.entity import Entity
from embodied.core.plan import ObjectRef, Subgoal
from embodied.core.task_plans import KNIVES, SLICED
from planners.symbolic.domain import bare


def without_cutting(subgoals: Sequence[Subgoal], entities: Iterable[Entity]) -> tuple[Subgoal, ...]:
    """Return a plan that cuts nothing to bring slices of it, where slices are seen.

    Who asks for the cutting itself gets it: only a knife that is taken up and laid down again for
    the sake of what follows is left out.

    Args:
        subgoals: The plan.
        entities: What is seen.
    """
    cut = {
        bare(each.category)
        for each in entities
        if each.category != bare(each.category) or each.states.get(SLICED)
    }
    plan = list(subgoals)
    for at in range(len(plan) - 3, -1, -1):
        taken, slicing, laid = plan[at : at + 3]
        thing = slicing.arguments.get("object")
        if (
            (taken.skill, slicing.skill, laid.skill) == ("pick", "slice", "place")
            and isinstance(thing, ObjectRef)
            and thing.category in cut
            and _is_knife(taken)
            and _is_knife(laid)
            and any(_brings_slice(step, thing.category) for step in plan[at + 3 :])
        ):
            del plan[at : at + 3]
    return tuple(plan)


def _is_knife(step: Subgoal) -> bool:
    value = step.arguments.get("object")
    return isinstance(value, ObjectRef) and value.category in KNIVES


def _brings_slice(step: Subgoal, category: str) -> bool:
    value = step.arguments.get("object")
    return (
        isinstance(value, ObjectRef) and value.category == category and SLICED in value.attributes
    )
