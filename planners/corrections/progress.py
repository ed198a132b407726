"""How far a plan has got, and what to do about what went wrong."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from embodied.core.entity import Entity
from embodied.core.plan import Cause, ObjectRef, Outcome, Status, Subgoal
from embodied.core.skills import SkillSpec
from embodied.core.task_plans import ANOTHER
from planners.corrections.colours import COLOURS
from planners.wording import sentence

History = Sequence[tuple[Subgoal, Outcome]]

TOLD_APART_BY = frozenset([ANOTHER, *COLOURS])
"""Attributes by which two steps about one type are about two things."""
TRIES = 2
"""Failures of the same step before another type is tried in its place."""

ALTERNATIVES: Mapping[str, tuple[str, ...]] = {
    "Knife": ("ButterKnife",),
    "ButterKnife": ("Knife",),
    "DeskLamp": ("FloorLamp",),
    "FloorLamp": ("DeskLamp",),
    "SideTable": ("CoffeeTable", "DiningTable", "Desk", "Dresser"),
    "CoffeeTable": ("SideTable", "DiningTable", "Desk"),
    "DiningTable": ("SideTable", "CoffeeTable", "Desk", "CounterTop"),
    "Desk": ("SideTable", "DiningTable", "Dresser"),
    "Dresser": ("SideTable", "TVStand", "Desk", "Cabinet"),
    "TVStand": ("Dresser", "SideTable", "CoffeeTable"),
    "CounterTop": ("DiningTable", "SideTable"),
    "Cabinet": ("Drawer", "Dresser"),
    "Drawer": ("Cabinet", "Dresser"),
    "Sofa": ("ArmChair", "Ottoman"),
    "ArmChair": ("Sofa", "Chair", "Ottoman"),
    "SinkBasin": ("Sink", "BathtubBasin"),
    "BathtubBasin": ("Bathtub", "SinkBasin"),
    "Mug": ("Cup",),
    "Cup": ("Mug", "Glassbottle"),
    "Glassbottle": ("WineBottle", "Cup"),
    "WineBottle": ("Glassbottle",),
    "SoapBar": ("SoapBottle",),
    "SoapBottle": ("SoapBar", "SprayBottle"),
    "Cloth": ("HandTowel",),
    "HandTowel": ("Towel", "Cloth"),
    "Towel": ("HandTowel",),
    "ToiletPaper": ("PaperTowelRoll", "TissueBox"),
    "Pen": ("Pencil",),
    "Pencil": ("Pen",),
    "Spoon": ("Ladle",),
    "Pan": ("Pot",),
    "Pot": ("Pan",),
}
"""What people may have meant by a type that is not to be found, the likeliest first; for planners
that cannot tell from the words."""


def still_ahead(plan: Sequence[Subgoal], history: History) -> tuple[Subgoal, ...]:
    """Return what is left of the plan that is being carried out.

    Args:
        plan: The plan at hand.
        history: Everything tried, the last of it by this plan.
    """
    done = [subgoal for subgoal, outcome in history if outcome.status is Status.DONE]
    for count in range(min(len(plan), len(done)), 0, -1):
        if tuple(done[-count:]) == tuple(plan[:count]):
            return tuple(plan[count:])
    return tuple(plan)


def in_hand(history: History) -> ObjectRef | None:
    """Return what was taken up last and not put down since."""
    held: ObjectRef | None = None
    for subgoal, outcome in history:
        value = subgoal.arguments.get("object")
        if outcome.status is Status.DONE and subgoal.skill in ("pick", "place"):
            picked = subgoal.skill == "pick" and isinstance(value, ObjectRef)
            held = value if picked else None
    return held


def left_to_do(plan: Sequence[Subgoal], history: History) -> tuple[Subgoal, ...]:
    """Return what a plan made from scratch still has to do after what was done.

    Steps done in the plan's order count as done. A planner that reads the history itself has left
    them out already, and nothing is taken from its plan.
    """
    matched = 0
    for subgoal, outcome in history:
        if outcome.status is not Status.DONE:
            continue
        if matched < len(plan) and _same(subgoal, plan[matched]):
            matched += 1
    return tuple(plan[matched:])


def _same(one: Subgoal, other: Subgoal) -> bool:
    return one.skill == other.skill and _named(one) == _named(other)


def _named(subgoal: Subgoal) -> tuple[object, ...]:
    return tuple(
        (value.category, tuple(word for word in value.attributes if word in TOLD_APART_BY))
        if isinstance(value, ObjectRef)
        else value
        for value in subgoal.arguments.values()
    )


def recover(
    plan: Sequence[Subgoal],
    history: History,
    *,
    skills: Sequence[SkillSpec],
    entities: Iterable[Entity] = (),
    instead: Callable[[str], Sequence[str]] = lambda _: (),
) -> tuple[Subgoal, ...]:
    """Return what a plan made from scratch still has to do, with what is not there taken for else.

    A step that failed because a thing is not to be found is tried again, since other places may be
    searched. After `TRIES` failures the thing is taken for what the words may have meant instead,
    or else for one of its `ALTERNATIVES`, if that was seen and the plan's skills take it. What was
    begun with such a thing is gone on with.

    Args:
        plan: What is to be done in all.
        history: Everything tried.
        skills: What the embodiment declares.
        entities: What was seen.
        instead: What the words may have meant by a type that is not there, the likeliest first.
    """
    absent = _absent(history)
    seen = {entity.category for entity in entities} - set(absent)
    done = [step for step, outcome in history if outcome.status is Status.DONE]

    def begun(missing: str, other: str) -> bool:
        meant = [_swap(step, missing, other) for step in plan if missing in _types(step)]
        return any(_same(step, each) for step in done for each in meant)

    left = left_to_do(plan, history)
    whole = tuple(plan)
    for missing in absent:
        others = [each for each in (*instead(missing), *_alternatives(missing)) if each in seen]
        for other in sorted(others, key=lambda each: not begun(missing, each)):
            swapped = tuple(_swap(subgoal, missing, other) for subgoal in left)
            if all(_takes(subgoal, skills) for subgoal in swapped):
                whole = tuple(_swap(subgoal, missing, other) for subgoal in whole)
                left = min(swapped, left_to_do(whole, history), key=len)
                break
    return left


def _types(subgoal: Subgoal) -> frozenset[str]:
    values = subgoal.arguments.values()
    return frozenset(value.category for value in values if isinstance(value, ObjectRef))


def _alternatives(missing: str) -> tuple[str, ...]:
    return ALTERNATIVES.get(missing, ())


def _not_found(outcome: Outcome) -> bool:
    return outcome.status in (Status.FAILED, Status.IMPOSSIBLE) and outcome.cause in (
        Cause.NOT_FOUND,
        Cause.NOT_VISIBLE,
    )


def _missing_in(subgoal: Subgoal) -> str:
    """The thing a step looks for: where something goes, or else what it is about."""
    for name in ("receptacle", "lamp", "object"):
        value = subgoal.arguments.get(name)
        if isinstance(value, ObjectRef):
            return value.category
    return ""


def _absent(history: History) -> tuple[str, ...]:
    """Return the types that the same step did not find `TRIES` times, and never found since."""
    failures: Counter[tuple[object, ...]] = Counter()
    missing: dict[tuple[object, ...], str] = {}
    for subgoal, outcome in history:
        step = (subgoal.skill, *_named(subgoal))
        if _not_found(outcome):
            failures[step] += 1
            missing[step] = _missing_in(subgoal)
        elif outcome.status is Status.DONE:
            failures[step] = 0
    return tuple(dict.fromkeys(missing[step] for step in missing if failures[step] >= TRIES))


def _swap(subgoal: Subgoal, old: str, new: str) -> Subgoal:
    arguments = {
        name: replace(value, category=new)
        if isinstance(value, ObjectRef) and value.category == old
        else value
        for name, value in subgoal.arguments.items()
    }
    swapped = replace(subgoal, arguments=arguments)
    worded = subgoal.text and arguments != subgoal.arguments
    return replace(swapped, text=sentence(swapped)) if worded else swapped


def _takes(subgoal: Subgoal, skills: Sequence[SkillSpec]) -> bool:
    skill = next((skill for skill in skills if skill.name == subgoal.skill), None)
    return skill is not None and all(
        not isinstance(value, ObjectRef)
        or name not in skill.categories
        or value.category in skill.categories[name]
        for name, value in subgoal.arguments.items()
    )
