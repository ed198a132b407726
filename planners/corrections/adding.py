"""What is done besides: first, on the way, before a thing goes where it goes, or afterwards."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from embodied.core.errors import PlanningError
from embodied.core.naming import spoken
from embodied.core.plan import ObjectRef, Subgoal
from embodied.core.task import PICK_AND_PLACE, Task
from embodied.core.task_plans import ANOTHER, DEVICE_OF, KNIVES, SLICED, subgoals_of, task_of
from planners.corrections.ahead import first_thing
from planners.corrections.changes import Change, Kind
from planners.corrections.colours import COLOURS
from planners.corrections.edits import each_reference, is_second, meant_instead, resaid
from planners.corrections.hand import handles, not_of

AT_ONCE = frozenset(["open", "close", "toggle"])
"""Skills that are quickly done on the way, with whatever is in the hand."""
_OPPOSITES = {"open": "close", "close": "open"}
_SLICE = re.compile(
    r"\b((?:a|the|one|that|another|both|two|three|four|some) (?:slices?|pieces?))\b(?! of\b)"
)
IN_PLACE = AT_ONCE | {"slice", "goto", "look"}
"""Skills that are done to a thing where it is."""
PlanText = Callable[[str], tuple[Subgoal, ...]]
"""Plans something said in passing; raises `PlanningError` where it makes no sense."""


class DoneAnyway(PlanningError):  # noqa: N818 - no error of anybody's
    """What is asked for is planned already."""


def added(plan: Sequence[Subgoal], change: Change, plan_text: PlanText) -> tuple[Subgoal, ...]:
    """Return a plan with more in it.

    Args:
        plan: What is still ahead.
        change: What to do besides, and when.
        plan_text: Plans what was said.

    Raises:
        PlanningError: If what was said makes no sense, or is about nothing at hand.
    """
    if change.kind is Kind.RETOLD:
        more = _planned(change.text, plan, plan_text)
        return (*more, *not_of(first_thing(plan) or ObjectRef(""), plan))
    if change.thing is not None:
        more = _likewise(plan, change.thing) * change.count
        return (*plan, *more) if change.kind is Kind.ALSO else (*more, *plan)
    more = _planned(change.text, plan, plan_text)
    if change.kind is Kind.ALSO and not _before_it_goes(change, plan, more):
        return (*plan, *more)
    if sliced := _sliced(plan, more):
        return sliced
    until = "place" if change.kind is Kind.ALSO else change.skill
    at = next((k for k, each in enumerate(plan) if each.skill == until), 0)
    if change.any_time:
        plan = _contradicted(plan, more)
    return (*plan[:at], *more, *plan[at:])


def timed(change: Change, plan: Sequence[Subgoal], plan_text: PlanText) -> Change:
    """Return when to do what was asked without a word of when: on the way, or afterwards.

    What says all of what is to be done with the thing at hand takes the place of that: "wash it and
    put it on the table".

    Args:
        change: What was asked.
        plan: What is still ahead.
        plan_text: As in `fold`.

    Raises:
        DoneAnyway: If it is planned already.
        PlanningError: If it makes no sense.
    """
    more = _planned(change.text, plan, plan_text)
    if _is_done_anyway(more, plan):
        raise DoneAnyway("It is being done so already.")
    if _tells_to_the_end(more, plan):
        return replace(change, kind=Kind.RETOLD)
    on_the_way = all(each.skill in AT_ONCE for each in more)
    return replace(change, kind=Kind.FIRST if on_the_way else Kind.ALSO, any_time=True)


def _is_done_anyway(more: Sequence[Subgoal], plan: Sequence[Subgoal]) -> bool:
    """Whether all that is asked changes a thing as it is going to be changed already."""
    deeds = [each for each in more if each.skill != "pick"]
    changes = bool(deeds) and all(each.skill in (*DEVICE_OF, "slice") for each in deeds)
    things = [each.arguments.get("object") for each in deeds]
    return changes and all(
        any(step.skill == each.skill and handles(step, thing) for step in plan)
        for each, thing in zip(deeds, things, strict=True)
        if isinstance(thing, ObjectRef)
    )


def _tells_to_the_end(more: Sequence[Subgoal], plan: Sequence[Subgoal]) -> bool:
    """Whether steps change the thing at hand and bring it somewhere, and do nothing besides."""
    thing, skills = first_thing(plan), {each.skill for each in more}
    about = [each for each in more if not any(handles(each, ObjectRef(knife)) for knife in KNIVES)]
    ends = bool(about) and about[-1].skill == "place"
    changes = skills & {*DEVICE_OF, "slice"}
    return bool(thing and ends and changes) and all(handles(each, thing) for each in about)


def _before_it_goes(change: Change, plan: Sequence[Subgoal], more: Sequence[Subgoal]) -> bool:
    """Whether it is to be done with a thing before that goes where it goes: `and wash it`."""
    thing = _at_hand(more)
    if thing is None or not change.any_time:
        return False
    changed = {each.skill for each in more} <= {"pick", *DEVICE_OF}
    ends = any(each.skill == "place" and handles(each, thing) for each in plan)
    return changed and ends and all(handles(each, thing) for each in more)


def _contradicted(plan: Sequence[Subgoal], more: Sequence[Subgoal]) -> tuple[Subgoal, ...]:
    """Return a plan without opening what is to be closed, or closing what is to be opened."""
    undone = {
        (_OPPOSITES[each.skill], value.category)
        for each in more
        for value in each.arguments.values()
        if each.skill in _OPPOSITES and isinstance(value, ObjectRef)
    }
    return tuple(
        each
        for each in plan
        if not any(
            (each.skill, value.category) in undone
            for value in each.arguments.values()
            if isinstance(value, ObjectRef)
        )
    )


def _likewise(plan: Sequence[Subgoal], thing: ObjectRef) -> tuple[Subgoal, ...]:
    """Return the steps that do with a further thing what is done with the one at hand.

    Raises:
        PlanningError: If nothing is at hand.
    """
    one = meant_instead(plan, thing)
    if one is None:
        raise PlanningError(f"Nothing is being done that the {spoken(thing.category)} could join.")
    every = tuple(step for step in plan if handles(step, one))
    meant = tuple(step for step in every if not is_second(step)) or _to_its_end(every)
    if meant[0].skill != "pick" and meant[0].skill not in IN_PLACE:
        meant = (Subgoal("pick", {"object": one}), *meant)
    further = thing
    if (thing.category, thing.attributes) == (one.category, one.attributes):
        further = replace(thing, attributes=(*thing.attributes, ANOTHER))

    def edit(name: str, value: ObjectRef, subgoal: Subgoal) -> ObjectRef:
        return further if value.category == one.category else value

    cut: tuple[Subgoal, ...] = ()
    if SLICED in thing.attributes and thing.category != one.category:
        # taking a knife, cutting, laying it down: the same wherever the slice goes then
        cut = subgoals_of(Task(PICK_AND_PLACE, thing.category, one.category, sliced=True))[:3]
    return (*cut, *each_reference(meant, edit))


def _to_its_end(steps: tuple[Subgoal, ...]) -> tuple[Subgoal, ...]:
    """Return steps up to where the first of several things is put down."""
    end = next((at for at, step in enumerate(steps) if step.skill == "place"), len(steps))
    return steps[: end + 1]


def _planned(text: str, plan: Sequence[Subgoal], plan_text: PlanText) -> tuple[Subgoal, ...]:
    """Plan what was said in passing, where `it` is the thing at hand or else where that goes.

    Raises:
        PlanningError: If it makes no sense either way.
    """
    cut = _at_hand([step for step in plan if step.skill == "slice"])
    if cut is not None:
        text = _SLICE.sub(rf"\1 of {spoken(cut.category)}", text)
    meant = [_at_hand(plan, role) for role in ("object", "receptacle")]
    ways = dict.fromkeys(_without_pronoun(text, thing) for thing in meant if thing) or [text]
    errors = []
    for words in ways:
        try:
            return plan_text(words)
        except PlanningError as error:
            errors.append(error)
    raise errors[0]


def _sliced(plan: Sequence[Subgoal], more: Sequence[Subgoal]) -> tuple[Subgoal, ...]:
    """Return the plan for a slice, where its thing is to be cut first; empty for anything else."""
    cut = {
        value.category
        for each in more
        for value in each.arguments.values()
        if each.skill == "slice" and isinstance(value, ObjectRef)
    }
    thing = _at_hand(plan)
    if thing is None or thing.category not in cut:
        return ()
    # what is in the hand is taken up no more
    task = task_of(plan) or task_of((Subgoal("pick", {"object": thing}), *plan))
    if task is None or task.sliced:
        return ()
    steps = subgoals_of(replace(task, sliced=True))
    return tuple(map(resaid, steps)) if any(each.text for each in plan) else steps


def _without_pronoun(text: str, thing: ObjectRef) -> str:
    """`heat it` with a thing in place of `it`."""
    looks = [word for word in thing.attributes if word in COLOURS]
    name = " ".join(["the", *looks, spoken(thing.category)])
    return re.sub(r"\b(?:it|that|them)\b(?!\s+\w+ one)", name, text)


def _at_hand(plan: Sequence[Subgoal], role: str = "object") -> ObjectRef | None:
    for subgoal in plan:
        value = subgoal.arguments.get(role)
        if isinstance(value, ObjectRef):
            return value
    return None
