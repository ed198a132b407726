"""What a room and the skills allow."""

from collections.abc import Collection, Iterable, Sequence

from embodied.core.entity import Entity
from embodied.core.plan import ObjectRef, Subgoal
from embodied.core.skills import SkillSpec
from embodied.core.task import Task
from embodied.core.task_plans import ANY_LAMP, LAMPS, subgoals_of


def furniture(entities: Iterable[Entity], skills: Sequence[SkillSpec]) -> frozenset[str]:
    """Return the types of receptacles that were seen."""
    places = {name for skill in skills for name in skill.fits}
    return frozenset(each.category for each in entities if each.category in places)


def allowed(task: Task, skills: Sequence[SkillSpec], places: Collection[str]) -> bool:
    """Return whether a task can be done with the skills, and its receptacles are there.

    Args:
        task: The task.
        skills: What the embodiment declares; with what fits where.
        places: Types of receptacles that are there; none if it is not known.
    """
    return all(_possible(step, skills, places) for step in subgoals_of(task))


def _possible(step: Subgoal, skills: Sequence[SkillSpec], places: Collection[str]) -> bool:
    skill = next((each for each in skills if each.name == step.skill), None)
    if skill is None:
        return False
    named = {
        name: value.category
        for name, value in step.arguments.items()
        if isinstance(value, ObjectRef)
    }
    for name, category in named.items():
        known = skill.categories.get(name)
        if known is not None and category not in known and category != ANY_LAMP:
            return False
    end = named.get("receptacle")
    if end is None:
        return True
    if places and end not in places:
        return False
    return not skill.fits or named.get("object", "") in skill.fits.get(end, ())


def seen_things(entities: Iterable[Entity]) -> frozenset[str]:
    """Return the types of what was seen; a lamp of any kind is any lamp."""
    seen = {each.category for each in entities}
    return frozenset(seen | ({ANY_LAMP} if seen & set(LAMPS) else set()))
