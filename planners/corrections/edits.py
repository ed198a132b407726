"""How each kind of change edits a plan."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from embodied.core.plan import Argument, ObjectRef, Subgoal
from embodied.core.task_plans import (
    ANOTHER,
    DEVICE_OF,
    KNIVES,
    OFF,
    ON,
    SLICED,
    subgoals_of,
    task_of,
)
from planners.corrections.changes import SOUGHT_FOR, Change, Kind
from planners.corrections.colours import COLOURS, colours_of
from planners.corrections.hand import not_of
from planners.wording import sentence


def each_reference(
    plan: tuple[Subgoal, ...], edit: Callable[[str, ObjectRef, Subgoal], ObjectRef]
) -> tuple[Subgoal, ...]:
    """Return a plan in which every reference is what `edit` makes of it."""
    found = []
    for subgoal in plan:
        arguments: dict[str, Argument] = {
            name: edit(name, value, subgoal) if isinstance(value, ObjectRef) else value
            for name, value in subgoal.arguments.items()
        }
        found.append(replace(subgoal, arguments=arguments, text=_text(subgoal, arguments)))
    return tuple(found)


def resaid(subgoal: Subgoal) -> Subgoal:
    """Return a subgoal with the words for what it says now."""
    return replace(subgoal, text=sentence(subgoal))


def _text(subgoal: Subgoal, arguments: dict[str, Argument]) -> str:
    """Words written for other arguments no longer say what the step does: say it anew."""
    if arguments == dict(subgoal.arguments) or not subgoal.text:
        return subgoal.text
    return sentence(replace(subgoal, arguments=arguments))


def is_second(subgoal: Subgoal) -> bool:
    """Whether it is done to another thing of its type than the first."""
    value = subgoal.arguments.get("object")
    return isinstance(value, ObjectRef) and ANOTHER in value.attributes


def meant_instead(plan: Sequence[Subgoal], said: ObjectRef) -> ObjectRef | None:
    """What another object takes the place of: a tool that of a tool, a thing that of a thing."""
    values = [subgoal.arguments.get("object") for subgoal in plan]
    things = [value for value in values if isinstance(value, ObjectRef)]
    tool = said.category in KNIVES
    alike = (each for each in things if (each.category in KNIVES) is tool)
    return next(alike, things[0] if things and tool else None)


def last_place(plan: Sequence[Subgoal], about: ObjectRef | None) -> str:
    """Where the thing at hand ends, or the one that was named."""
    for subgoal in reversed(plan):
        thing, place = subgoal.arguments.get("object"), subgoal.arguments.get("receptacle")
        if subgoal.skill != "place" or not isinstance(place, ObjectRef):
            continue
        named = isinstance(thing, ObjectRef) and about and thing.category == about.phrase
        if about is None or named:
            return place.category
    return ""


def _detail(plan: tuple[Subgoal, ...], change: Change) -> tuple[Subgoal, ...]:
    said = change.thing or ObjectRef("")

    def edit(name: str, value: ObjectRef, subgoal: Subgoal) -> ObjectRef:
        meant = change.instead_of or value
        if value.category != said.category or colours_of(value) != colours_of(meant):
            return value  # of another type, or another thing of its type
        # "another one" said once more means yet another one.
        kept = tuple(w for w in value.attributes if w == ANOTHER or w not in said.attributes)
        colours = tuple(word for word in kept if word in COLOURS)
        if any(word in COLOURS for word in said.attributes):
            kept = tuple(word for word in kept if word not in colours)
        return replace(
            value,
            attributes=(*kept, *said.attributes),
            relation=said.relation or ("" if ANOTHER in said.attributes else value.relation),
            phrase=said.phrase or value.phrase,
        )

    return each_reference(plan, edit)


def _other_object(plan: tuple[Subgoal, ...], change: Change) -> tuple[Subgoal, ...]:
    new = change.thing or ObjectRef("")
    old = change.instead_of.category if change.instead_of else ""

    def edit(name: str, value: ObjectRef, subgoal: Subgoal) -> ObjectRef:
        if value.category != old:
            return value
        state = tuple(word for word in value.attributes if word in (ANOTHER, SLICED, ON, OFF))
        return replace(new, attributes=tuple(dict.fromkeys((*state, *new.attributes))))

    return each_reference(plan, edit)


def _other_place(plan: tuple[Subgoal, ...], change: Change) -> tuple[Subgoal, ...]:
    new = change.thing or ObjectRef("")
    old = change.instead_of.category if change.instead_of else ""

    def fits(subgoal: Subgoal, value: Argument | None) -> bool:
        places = subgoal.skill == "place" or "relation" in subgoal.arguments
        return places and isinstance(value, ObjectRef) and value.category == old

    def edit(name: str, value: ObjectRef, subgoal: Subgoal) -> ObjectRef:
        return new if name == "receptacle" and fits(subgoal, value) else value

    if change.relation:
        plan = tuple(
            replace(
                subgoal,
                arguments={**subgoal.arguments, "relation": change.relation},
                # Words of the old relation are no longer true: they are said anew below.
                text=subgoal.text and " ",
            )
            if "relation" in subgoal.arguments and fits(subgoal, subgoal.arguments["receptacle"])
            else subgoal
            for subgoal in plan
        )
    changed = each_reference(plan, edit)
    return tuple(resaid(subgoal) if subgoal.text == " " else subgoal for subgoal in changed)


def _whereabouts(plan: tuple[Subgoal, ...], change: Change) -> tuple[Subgoal, ...]:
    """Where a thing stands is of use until it is found."""
    said = change.thing or ObjectRef("")

    def about(subgoal: Subgoal) -> bool:
        value = subgoal.arguments.get("object")
        named = isinstance(value, ObjectRef) and value.category == said.category
        return named and subgoal.skill in SOUGHT_FOR

    def edit(name: str, value: ObjectRef, subgoal: Subgoal) -> ObjectRef:
        return replace(value, relation=said.relation) if subgoal is first else value

    first = next((subgoal for subgoal in plan if about(subgoal)), None)
    return each_reference(plan, edit)


def _other_deed(plan: tuple[Subgoal, ...], change: Change) -> tuple[Subgoal, ...]:
    def instead(subgoal: Subgoal) -> Subgoal:
        arguments = {**subgoal.arguments, "receptacle": ObjectRef(DEVICE_OF[change.text])}
        meant = replace(subgoal, skill=change.text, arguments=arguments)
        return resaid(meant) if subgoal.text else meant

    return tuple(instead(each) if each.skill == change.skill else each for each in plan)


def _other_share(plan: tuple[Subgoal, ...], change: Change) -> tuple[Subgoal, ...]:
    at = next((k for k, step in enumerate(plan) if step.skill == change.skill), None)
    if at is None:
        return plan
    step = plan[at]
    meant = replace(step, arguments={**step.arguments, "share": change.share})
    return (*plan[:at], resaid(meant) if step.text else meant, *plan[at + 1 :])


def _keep(plan: tuple[Subgoal, ...], change: Change) -> tuple[Subgoal, ...]:
    """What is to go nowhere is not put down where it was to go next."""
    named = change.thing.category if change.thing else ""
    for at, subgoal in enumerate(plan):
        value = subgoal.arguments.get("object")
        if subgoal.skill == "place" and isinstance(value, ObjectRef) and value.category == named:
            return (*plan[:at], *plan[at + 1 :])
    return plan


def _skip(plan: tuple[Subgoal, ...], change: Change) -> tuple[Subgoal, ...]:
    return plan[1:] if plan and plan[0].skill == change.skill else plan


def _leave(plan: tuple[Subgoal, ...], change: Change) -> tuple[Subgoal, ...]:
    return not_of(change.thing or ObjectRef(""), plan)


def _fewer(plan: tuple[Subgoal, ...], change: Change) -> tuple[Subgoal, ...]:
    """Leave out what is done to a second thing of its type."""
    return tuple(subgoal for subgoal in plan if not is_second(subgoal))


def _swapped(plan: tuple[Subgoal, ...], change: Change) -> tuple[Subgoal, ...]:
    """Let each of two things go where the other was to."""
    ends = [step for step in plan if step.skill == "place" and not set(KNIVES) & _named(step)]
    if len(ends) != 2 or len({name for step in ends for name in _named(step)}) != 4:
        return plan
    places = [step.arguments["receptacle"] for step in ends]
    other = dict(zip(map(id, ends), reversed(places), strict=True))
    return tuple(
        resaid(replace(step, arguments={**step.arguments, "receptacle": other[id(step)]}))
        if id(step) in other
        else step
        for step in plan
    )


def _named(step: Subgoal) -> set[str]:
    values = (step.arguments.get(name) for name in ("object", "receptacle"))
    return {value.category for value in values if isinstance(value, ObjectRef)}


def _without(plan: tuple[Subgoal, ...], change: Change) -> tuple[Subgoal, ...]:
    task = task_of(plan) if change.skill == "slice" else None
    if task is not None and task.sliced:
        return tuple(map(resaid, subgoals_of(replace(task, sliced=False))))

    def meant(subgoal: Subgoal) -> bool:
        value = subgoal.arguments.get("object")
        named = change.thing.category if change.thing else ""
        same = not named or (isinstance(value, ObjectRef) and value.category == named)
        return subgoal.skill == change.skill and same

    return tuple(subgoal for subgoal in plan if not meant(subgoal))


CHANGES: dict[Kind, Callable[[tuple[Subgoal, ...], Change], tuple[Subgoal, ...]]] = {
    Kind.DETAIL: _detail,
    Kind.OTHER_OBJECT: _other_object,
    Kind.OTHER_PLACE: _other_place,
    Kind.WHEREABOUTS: _whereabouts,
    Kind.OTHER_DEED: _other_deed,
    Kind.SHARE: _other_share,
    Kind.WITHOUT: _without,
    Kind.KEEP: _keep,
    Kind.LEAVE: _leave,
    Kind.SKIP: _skip,
    Kind.FEWER: _fewer,
    Kind.SWAPPED: _swapped,
}
