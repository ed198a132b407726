"""Changes carried into a plan."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from embodied.core.entity import Entity
from embodied.core.errors import PlanningError
from embodied.core.naming import spoken
from embodied.core.plan import Argument, ObjectRef, Subgoal
from embodied.core.task import PICK_AND_PLACE, Task
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
from planners.corrections.hand import handles, not_of
from planners.wording import sentence

AT_ONCE = frozenset(["open", "close", "toggle"])
"""Skills that are quickly done on the way, with whatever is in the hand."""
_OPPOSITES = {"open": "close", "close": "open"}
_SLICE = re.compile(r"\b((?:a|the|one|that) (?:slice|piece))\b(?! of\b)")
IN_PLACE = AT_ONCE | {"slice", "goto", "look"}
"""Skills that are done to a thing where it is."""
PlanText = Callable[[str], tuple[Subgoal, ...]]
"""Plans something said in passing; raises `PlanningError` where it makes no sense."""


def fold(plan: Sequence[Subgoal], change: Change, plan_text: PlanText) -> tuple[Subgoal, ...]:
    """Return the rest of a plan with a change in it; mending what it breaks is left to the caller.

    Args:
        plan: What is still ahead.
        change: What was asked.
        plan_text: Plans what is to be done first or as well.

    Raises:
        PlanningError: If the plan has nothing that the change could be about.
    """
    if change.kind is Kind.ALSO and change.thing is not None:
        return (*plan, *_likewise(plan, change.thing))
    if change.kind in (Kind.FIRST, Kind.ALSO):
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
    resolved = resolve(change, plan)
    changed = _CHANGES[change.kind](tuple(plan), resolved)
    if changed == tuple(plan) and change.rejects and change.kind is Kind.DETAIL:
        # "no, the red one" while going for what is taken for the red one: it is another.
        thing = resolved.thing or ObjectRef("")
        more = replace(thing, attributes=(*thing.attributes, ANOTHER))
        changed = _detail(tuple(plan), replace(resolved, thing=more))
    if changed == tuple(plan):
        raise PlanningError(f"Nothing in the plan at hand is changed by {_said(change)}.")
    return changed


def timed(change: Change, plan: Sequence[Subgoal], plan_text: PlanText) -> Change:
    """Return when to do what was asked without a word of when: on the way, or afterwards.

    Args:
        change: What was asked.
        plan: What is still ahead.
        plan_text: As in `fold`.

    Raises:
        PlanningError: If it makes no sense.
    """
    more = _planned(change.text, plan, plan_text)
    on_the_way = all(each.skill in AT_ONCE for each in more)
    return replace(change, kind=Kind.FIRST if on_the_way else Kind.ALSO, any_time=True)


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
        return replace(change, instead_of=_meant_instead(plan, said))
    if change.kind is Kind.OTHER_PLACE:
        about = change.instead_of
        if about is None or not about.category:
            return replace(change, instead_of=ObjectRef(_last_place(plan, about)))
    return change


def _said(change: Change) -> str:
    words = change.skill or (str(change.thing) if change.thing else change.text)
    return f"{change.kind.value}: {words.strip()}"


def _likewise(plan: Sequence[Subgoal], thing: ObjectRef) -> tuple[Subgoal, ...]:
    """Return the steps that do with a further thing what is done with the one at hand.

    Raises:
        PlanningError: If nothing is at hand.
    """
    one = _meant_instead(plan, thing)
    if one is None:
        raise PlanningError(f"Nothing is being done that the {spoken(thing.category)} could join.")
    every = tuple(step for step in plan if handles(step, one))
    meant = tuple(step for step in every if not _second(step)) or every
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
    return (*cut, *_each(meant, edit))


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
    return tuple(map(_resaid, steps)) if any(each.text for each in plan) else steps


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


def _meant_instead(plan: Sequence[Subgoal], said: ObjectRef) -> ObjectRef | None:
    """What another object takes the place of: a tool that of a tool, a thing that of a thing."""
    values = [subgoal.arguments.get("object") for subgoal in plan]
    things = [value for value in values if isinstance(value, ObjectRef)]
    tool = said.category in KNIVES
    alike = (each for each in things if (each.category in KNIVES) is tool)
    return next(alike, things[0] if things and tool else None)


def _each(
    plan: tuple[Subgoal, ...], edit: Callable[[str, ObjectRef, Subgoal], ObjectRef]
) -> tuple[Subgoal, ...]:
    found = []
    for subgoal in plan:
        arguments: dict[str, Argument] = {
            name: edit(name, value, subgoal) if isinstance(value, ObjectRef) else value
            for name, value in subgoal.arguments.items()
        }
        found.append(replace(subgoal, arguments=arguments, text=_text(subgoal, arguments)))
    return tuple(found)


def _text(subgoal: Subgoal, arguments: dict[str, Argument]) -> str:
    """Words written for other arguments no longer say what the step does: say it anew."""
    if arguments == dict(subgoal.arguments) or not subgoal.text:
        return subgoal.text
    return sentence(replace(subgoal, arguments=arguments))


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

    return _each(plan, edit)


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


def _other_object(plan: tuple[Subgoal, ...], change: Change) -> tuple[Subgoal, ...]:
    new = change.thing or ObjectRef("")
    old = change.instead_of.category if change.instead_of else ""

    def edit(name: str, value: ObjectRef, subgoal: Subgoal) -> ObjectRef:
        if value.category != old:
            return value
        state = tuple(word for word in value.attributes if word in (ANOTHER, SLICED, ON, OFF))
        return replace(new, attributes=tuple(dict.fromkeys((*state, *new.attributes))))

    return _each(plan, edit)


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
    changed = _each(plan, edit)
    return tuple(_resaid(subgoal) if subgoal.text == " " else subgoal for subgoal in changed)


def _resaid(subgoal: Subgoal) -> Subgoal:
    return replace(subgoal, text=sentence(subgoal))


def _last_place(plan: Sequence[Subgoal], about: ObjectRef | None) -> str:
    """Where the thing at hand ends, or the one that was named."""
    for subgoal in reversed(plan):
        thing, place = subgoal.arguments.get("object"), subgoal.arguments.get("receptacle")
        if subgoal.skill != "place" or not isinstance(place, ObjectRef):
            continue
        named = isinstance(thing, ObjectRef) and about and thing.category == about.phrase
        if about is None or named:
            return place.category
    return ""


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
    return _each(plan, edit)


def _other_deed(plan: tuple[Subgoal, ...], change: Change) -> tuple[Subgoal, ...]:
    def instead(subgoal: Subgoal) -> Subgoal:
        arguments = {**subgoal.arguments, "receptacle": ObjectRef(DEVICE_OF[change.text])}
        meant = replace(subgoal, skill=change.text, arguments=arguments)
        return _resaid(meant) if subgoal.text else meant

    return tuple(instead(each) if each.skill == change.skill else each for each in plan)


def _other_share(plan: tuple[Subgoal, ...], change: Change) -> tuple[Subgoal, ...]:
    at = next((k for k, step in enumerate(plan) if step.skill == change.skill), None)
    if at is None:
        return plan
    step = plan[at]
    meant = replace(step, arguments={**step.arguments, "share": change.share})
    return (*plan[:at], _resaid(meant) if step.text else meant, *plan[at + 1 :])


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
    return tuple(subgoal for subgoal in plan if not _second(subgoal))


def _second(subgoal: Subgoal) -> bool:
    value = subgoal.arguments.get("object")
    return isinstance(value, ObjectRef) and ANOTHER in value.attributes


def _without(plan: tuple[Subgoal, ...], change: Change) -> tuple[Subgoal, ...]:
    task = task_of(plan) if change.skill == "slice" else None
    if task is not None and task.sliced:
        return tuple(map(_resaid, subgoals_of(replace(task, sliced=False))))

    def meant(subgoal: Subgoal) -> bool:
        value = subgoal.arguments.get("object")
        named = change.thing.category if change.thing else ""
        same = not named or (isinstance(value, ObjectRef) and value.category == named)
        return subgoal.skill == change.skill and same

    return tuple(subgoal for subgoal in plan if not meant(subgoal))


_CHANGES: dict[Kind, Callable[[tuple[Subgoal, ...], Change], tuple[Subgoal, ...]]] = {
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
}
