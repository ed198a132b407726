"""Changes carried into a plan."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from embodied.core.entity import Entity
from embodied.core.errors import PlanningError
from embodied.core.plan import ObjectRef, Subgoal
from embodied.core.task_plans import ANOTHER
from planners.corrections.adding import PlanText, added
from planners.corrections.changes import Change, Kind
from planners.corrections.colours import COLOURS
from planners.corrections.edits import CHANGES, last_place, meant_instead


def fold(plan: Sequence[Subgoal], change: Change, plan_text: PlanText) -> tuple[Subgoal, ...]:
    """Return the rest of a plan with a change in it; mending what it breaks is left to the caller.

    Args:
        plan: What is still ahead.
        change: What was asked.
        plan_text: Plans what is to be done first or as well.

    Raises:
        PlanningError: If the plan has nothing that the change could be about.
    """
    if change.kind in (Kind.FIRST, Kind.ALSO, Kind.RETOLD):
        return added(plan, change, plan_text)
    resolved = resolve(change, plan)
    changed = CHANGES[change.kind](tuple(plan), resolved)
    if changed == tuple(plan) and change.rejects and change.kind is Kind.DETAIL:
        # "no, the red one" while going for what is taken for the red one: it is another.
        thing = resolved.thing or ObjectRef("")
        more = replace(thing, attributes=(*thing.attributes, ANOTHER))
        changed = CHANGES[Kind.DETAIL](tuple(plan), replace(resolved, thing=more))
    if changed == tuple(plan):
        raise PlanningError(f"Nothing in the plan at hand is changed by {_said(change)}.")
    return changed


def resolve(change: Change, plan: Sequence[Subgoal], *, entities: Iterable[Entity] = ()) -> Change:
    """Return a change that names what it is about, so that it can be made in a later plan, too.

    Args:
        change: As it was said: `the red one`.
        plan: What was ahead when it was said.
        entities: What is seen: `the red one` is no bowl where only a block is red.
    """
    said = change.thing or ObjectRef("")
    if change.kind is Kind.DETAIL and change.instead_of is None:
        meant = _current(plan, said, tuple(entities), rejects=change.rejects)
        if meant is not None:
            named = replace(said, category=said.category or meant.category)
            return replace(change, thing=named, instead_of=meant)
    if change.kind is Kind.OTHER_OBJECT and change.instead_of is None:
        return replace(change, instead_of=meant_instead(plan, said))
    if change.kind is Kind.OTHER_PLACE:
        about = change.instead_of
        if about is None or not about.category:
            return replace(change, instead_of=ObjectRef(last_place(plan, about)))
    return change


def _said(change: Change) -> str:
    words = change.skill or (str(change.thing) if change.thing else change.text)
    return f"{change.kind.value}: {words.strip()}"


def _current(
    plan: Sequence[Subgoal], said: ObjectRef, entities: Sequence[Entity], *, rejects: bool
) -> ObjectRef | None:
    """What the next step reaches for: what it takes up, or where it puts something.

    Where the colour that was said is seen on things of some types alone, it is one of those. "The
    other one" is one of those of which several are seen, the thing itself before its place, and
    what is rejected outright ("wrong one") is the thing.
    """
    colours = {word for word in said.attributes if word in COLOURS}
    seen = {each.category for each in entities if colours and colours <= set(each.attributes)}
    other = ANOTHER in said.attributes and not colours
    if other and not rejects:
        counts = Counter(each.category for each in entities)
        seen = {name for name, count in counts.items() if count > 1}
    first: ObjectRef | None = None
    for subgoal in plan:
        names = ("object", "receptacle")
        if subgoal.skill == "place" and not (other and (seen or rejects)):
            names = names[::-1]
        for name in names:
            value = subgoal.arguments.get(name)
            if isinstance(value, ObjectRef) and said.category in ("", value.category):
                first = first or value
                if not seen or value.category in seen:
                    return value
    return first
