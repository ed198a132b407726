"""What is cut already needs no cutting."""

from collections.abc import Collection, Iterable, Sequence

from embodied.core.entity import Entity
from embodied.core.plan import ObjectRef, Subgoal
from embodied.core.task_plans import KNIVES, SLICED
from planners.symbolic.domain import bare


def cut_types(entities: Iterable[Entity], steps: Iterable[Subgoal] = ()) -> frozenset[str]:
    """Return the types of which slices are seen, or that steps cut.

    Args:
        entities: What is seen.
        steps: What was or will be done before.
    """
    seen = {
        bare(each.category)
        for each in entities
        if each.category != bare(each.category) or each.states.get(SLICED)
    }
    things = (step.arguments.get("object") for step in steps if step.skill == "slice")
    return frozenset(seen | {each.category for each in things if isinstance(each, ObjectRef)})


def without_cutting(subgoals: Sequence[Subgoal], cut: Collection[str]) -> tuple[Subgoal, ...]:
    """Return a plan that cuts nothing of these types only to bring slices of it.

    Who asks for the cutting itself gets it: only a knife that is taken up and laid down again for
    the sake of what follows is left out.

    Args:
        subgoals: The plan.
        cut: Types that are cut already, see `cut_types`.
    """
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
