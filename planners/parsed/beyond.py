"""What commands may ask for that no task of ALFRED's kind says: a row of `BEYOND` each.

A task brings one thing, or two of a kind, to one place, changed at most once. A person's words may
ask for less than that, for more, or for it elsewhere; then the grammar's reading is the right one,
however sure the learned half is of a task.
"""

import re
from collections import Counter
from collections.abc import Callable

from embodied.core.plan import ObjectRef
from embodied.core.task import LOOK_IN_LIGHT, PICK_TWO, PICK_WITH_MOVABLE
from embodied.core.task_plans import ANOTHER, DEVICE_OF, KNIFE_RESTS_ON, KNIVES, subgoals_of
from planners.parsed.meaning import NEAR
from planners.parsed.understanding import Understanding, categories_of
from planners.parsed.words import load
from planners.supports import stands_there

CHANGES = frozenset(DEVICE_OF)
"""Skills that change what a thing is like."""
SURE = 0.5
"""Confidence from which on a task is believed whose end the words leave open."""
_APART = re.compile(r"\band\b|\bthen\b|[,;]", re.IGNORECASE)
"""What stands between things told one after another."""


def skills_of(told: Understanding) -> list[str]:
    """Return the skills of the commands, in their order."""
    return [step.skill for step in told.told.subgoals]


def placements(told: Understanding) -> list[tuple[str, ...]]:
    """Return the types of what the commands put somewhere, each with that of its place."""
    return [categories_of(step) for step in told.told.subgoals if step.skill == "place"]


def placed(told: Understanding) -> set[str]:
    """Return the types that the commands put somewhere."""
    return {thing for thing, *_ in placements(told)}


def _says(told: Understanding, type_name: str) -> bool:
    return load().says(told.text, type_name, by_any_name=True)


def several_things(told: Understanding) -> bool:
    """Things of several types are to be brought, beside what they are carried in.

    A bottle of soap is one thing: several are told one after another.
    """
    steps, brought = told.told.subgoals, placements(told)
    changed = CHANGES & set(skills_of(told))
    vessel = {place for _, place in brought} & {thing for thing, _ in brought}
    if max(Counter(brought).values(), default=0) > (1 if changed or vessel else 2):
        return True  # of one kind ALFRED's tasks bring two at most, as they are and in nothing
    alike = Counter((s.skill, *categories_of(s)) for s in steps if s.skill in CHANGES)
    if max(alike.values(), default=0) > 1:
        return True
    if not _APART.search(told.text):
        return False
    tools = set(KNIVES) if "slice" in skills_of(told) else set()
    return len(placed(told) - {place for _, place in brought} - tools) > 1


def several_places(told: Understanding) -> bool:
    """One thing and another of its type go to different places."""
    places: dict[tuple[str, bool], str] = {}
    for step in told.told.subgoals:
        thing, place = (step.arguments.get(name) for name in ("object", "receptacle"))
        if step.skill == "place" and isinstance(thing, ObjectRef):
            key = thing.category, ANOTHER in thing.attributes
            places[key] = getattr(place, "category", "")
    return any(
        other and place != places.get((kind, False), place)
        for (kind, other), place in places.items()
    )


def two(told: Understanding) -> bool:
    """Two are asked for of what the learned task has one of: `a couple of mugs`."""
    meant, task = told.amounts_to, told.reading.task
    double = meant is not None and meant.task_type == PICK_TWO and meant.object == task.object
    return double and task.task_type != PICK_TWO and told.reading.confidence < SURE


def one_other(told: Understanding) -> bool:
    """One thing is asked for where the learned task brings two: `another mug`."""
    picks = [step.arguments["object"] for step in told.told.subgoals if step.skill == "pick"]
    things = [each for each in picks if isinstance(each, ObjectRef) and each.category not in KNIVES]
    if told.reading.task.task_type != PICK_TWO or len(things) != 1:
        return False
    return ANOTHER in things[0].attributes


def changed_in_vessel(told: Understanding) -> bool:
    """What is heated, cooled or rinsed is brought in something."""
    brought = placements(told)
    vessels = {place for _, place in brought} & {thing for thing, _ in brought}
    return bool(vessels) and bool(CHANGES & set(skills_of(told)))


def says_more(told: Understanding) -> bool:
    """All is asked for that the learned task does, and heat, cold or water besides."""
    task = Counter((step.skill, *categories_of(step)) for step in subgoals_of(told.reading.task))
    asked = Counter((step.skill, *categories_of(step)) for step in told.told.subgoals)
    more = asked - task
    return bool(more) and asked > task and {skill for skill, *_ in more} <= CHANGES


def ends_in_hand(told: Understanding) -> bool:
    """What is heated, cooled or rinsed last goes nowhere then, or to the speaker."""
    last = told.told.subgoals[-1]
    if last.skill not in CHANGES or categories_of(last)[0] in placed(told):
        return False
    several = bool(placed(told) - set(KNIVES))
    return several or told.told.clauses[-1].here or not _says(told, told.reading.task.parent)


def ends_cut(told: Understanding) -> bool:
    """Something is cut last, and it is not said where it goes then."""
    cut = skills_of(told)[-1] == "slice" and not placed(told)
    return cut and not _says(told, told.reading.task.parent)


def lays_knife(told: Understanding) -> bool:
    """It is said where the knife goes after cutting: of nothing else, or elsewhere."""
    skills = set(skills_of(told))
    if any(thing in KNIVES and place != KNIFE_RESTS_ON for thing, place in placements(told)):
        return "slice" in skills
    laid = bool(placed(told)) and placed(told) <= set(KNIVES)
    return laid and "slice" in skills and not skills & CHANGES


def stands_beside(told: Understanding) -> bool:
    """Something goes next to what no task names as a place."""
    places = (step.arguments.get("receptacle") for step in told.told.subgoals)
    return any(isinstance(each, ObjectRef) and stands_there(each.relation) for each in places)


def ends_in_vessel(told: Understanding) -> bool:
    """The words end with a thing in a vessel, and do not say where that goes."""
    last, task = told.told.subgoals[-1], told.reading.task
    if last.skill != "place" or task.task_type != PICK_WITH_MOVABLE:
        return False
    return categories_of(last)[-1] == task.mrecep and not _says(told, task.parent)


def put_by_lamp(told: Understanding) -> bool:
    """A thing is put somewhere near a lamp, and nothing is to be looked at or lit."""
    skills = set(skills_of(told))
    near = told.reading.task.task_type == LOOK_IN_LIGHT and "place" in skills
    return near and not skills & {"look", "toggle"}


def put_by_vessel(told: Understanding) -> bool:
    """A thing is put somewhere near what the learned task would put it into."""
    task = told.reading.task
    if task.task_type != PICK_WITH_MOVABLE or not placed(told):
        return False
    goals = [ref for clause in told.told.clauses for ref in clause.goals if ref.thing]
    led_by = {ref.led_by for ref in goals if ref.thing and task.mrecep in ref.thing.types}
    return bool(led_by) and led_by <= set(NEAR)


BEYOND: tuple[Callable[[Understanding], bool], ...] = (
    several_things,
    several_places,
    two,
    one_other,
    changed_in_vessel,
    says_more,
    ends_in_hand,
    ends_cut,
    lays_knife,
    stands_beside,
    ends_in_vessel,
    put_by_lamp,
    put_by_vessel,
)
