"""What is in the hand while a plan changes: what it is worth to it, and what it stands in for."""

from collections.abc import Sequence
from dataclasses import replace

from embodied.core.plan import ObjectRef, Subgoal
from embodied.core.task_plans import ANOTHER, KNIVES
from planners.corrections.changes import Change, Kind
from planners.corrections.colours import colours_of


def handles(step: Subgoal, thing: ObjectRef) -> bool:
    """Whether a step is done to a thing of this type."""
    value = step.arguments.get("object")
    return isinstance(value, ObjectRef) and value.category == thing.category


def not_of(thing: ObjectRef, plan: Sequence[Subgoal]) -> tuple[Subgoal, ...]:
    """Return what a plan does to things of other types."""
    return tuple(step for step in plan if not handles(step, thing))


def is_wrong(held: ObjectRef, change: Change) -> bool:
    """Whether what is in the hand is not what was meant, but another thing of its type."""
    said = change.thing
    if change.kind is not Kind.DETAIL or said is None or said.category != held.category:
        return False
    return change.rejects or ANOTHER in said.attributes


def taking(held: ObjectRef, plan: Sequence[Subgoal]) -> Subgoal:
    """Return the step that takes what a plan is about rather than what is in the hand."""
    things = (step.arguments.get("object") for step in plan if handles(step, held))
    same = (each for each in things if isinstance(each, ObjectRef))
    return Subgoal("pick", {"object": next(same, held)})


def other_knife(
    held: ObjectRef, change: Change, plan: Sequence[Subgoal]
) -> tuple[Subgoal, ...] | None:
    """Return a plan that cuts with another knife than the one in the hand.

    Returns:
        The plan, as if the hand were empty; None where no such knife was asked for.
    """
    knife = change.thing
    if knife is None or knife.category not in KNIVES or held.category not in KNIVES:
        return None
    chosen = change.kind in (Kind.DETAIL, Kind.OTHER_OBJECT)
    if not chosen or all(step.skill != "slice" for step in plan):
        return None
    laid = (
        replace(step, arguments={**step.arguments, "object": knife}, text="")
        if handles(step, held)
        else step
        for step in plan
    )
    return (Subgoal("pick", {"object": knife}), *laid)


def without_needless_picks(plan: Sequence[Subgoal], held: ObjectRef | None) -> tuple[Subgoal, ...]:
    """Return a plan that takes nothing up that it has in the hand already.

    Args:
        plan: What is ahead.
        held: What is in the hand before it.
    """
    found, hand = [], held and _told_apart(held)
    for subgoal in plan:
        value = subgoal.arguments.get("object")
        thing = _told_apart(value) if isinstance(value, ObjectRef) else None
        if subgoal.skill == "pick":
            if thing == hand:
                continue
            hand = thing
        elif subgoal.skill == "place":
            hand = None
        found.append(subgoal)
    return tuple(found)


def _told_apart(reference: ObjectRef) -> tuple[str, bool, frozenset[str]]:
    return reference.category, ANOTHER in reference.attributes, colours_of(reference)
