"""What can be done next: enumerated from the declared skills and what the plan so far has done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from embodied.core.plan import ObjectRef, Subgoal
from embodied.core.skills import Condition, SkillSpec
from embodied.core.task_plans import ANOTHER, SLICED

OBJECT_KINDS = ("object", "receptacle")
_DERIVED = ("Sliced", "Cracked")
"""Endings of types that only come of doing something; a slice is an attribute here."""


@dataclass(frozen=True)
class Course:
    """What a plan has come to so far.

    Attributes:
        held: What is in the hand.
        cut: Types that were sliced.
        moved: Types that were put somewhere: picking one again may mean another.
    """

    held: ObjectRef | None = None
    cut: frozenset[str] = frozenset()
    moved: frozenset[str] = frozenset()

    def after(self, subgoal: Subgoal, skill: SkillSpec) -> "Course":
        """Return the course with one more step done, by what the skill declares to cause."""
        thing = subgoal.arguments.get("object")
        if not isinstance(thing, ObjectRef):
            return self
        held, cut, moved = self.held, self.cut, self.moved
        for fact in skill.causes:
            if fact.predicate == "holding":
                held = thing if fact.holds else None
                moved = moved if fact.holds else moved | {thing.category}
            elif fact.predicate == "sliced" and fact.holds:
                cut |= {thing.category}
        return Course(held, cut, moved)


def admissible(
    skills: Sequence[SkillSpec], course: Course, *, categories: Sequence[str] = ()
) -> list[Subgoal]:
    """Return every step whose requirements hold, as far as they are about the hand.

    Args:
        skills: What the embodiment declares.
        course: What was done so far.
        categories: Types for arguments whose types no skill declares.
    """
    found: list[Subgoal] = []
    for skill in skills:
        if all(_holds(fact, course) for fact in skill.requires):
            found += _steps(skill, course, categories)
    return found


def _holds(fact: Condition, course: Course) -> bool:
    if fact.predicate == "hand_empty":
        return (course.held is None) == fact.holds
    if fact.predicate == "holding" and fact.holds:
        [term] = fact.terms
        if course.held is None:
            return False
        return isinstance(term, str) or course.held.category in term
    return True


def _steps(skill: SkillSpec, course: Course, categories: Sequence[str]) -> list[Subgoal]:
    if any(kind not in OBJECT_KINDS for kind in skill.arguments.values()):
        return []  # numbers and free words cannot be enumerated
    holding = {
        str(fact.terms[0])
        for fact in skill.requires
        if fact.predicate == "holding" and fact.holds and isinstance(fact.terms[0], str)
    }
    choices = [
        [course.held]
        if name in holding and course.held is not None
        else _things(skill, name, course, categories)
        for name in skill.arguments
    ]
    steps = [
        Subgoal(skill.name, dict(zip(skill.arguments, chosen, strict=True)))
        for chosen in product(*choices)
    ]
    return [step for step in steps if _fits(step.arguments, skill)]


def _things(
    skill: SkillSpec, argument: str, course: Course, categories: Sequence[str]
) -> list[ObjectRef]:
    types = sorted(skill.categories.get(argument, categories))
    found = [ObjectRef(name) for name in types if not name.endswith(_DERIVED)]
    if argument == "object" and any(fact.predicate == "hand_empty" for fact in skill.requires):
        found += [ObjectRef(name, (SLICED,)) for name in types if name in course.cut]
        found += [ObjectRef(name, (ANOTHER,)) for name in types if name in course.moved]
        both = course.cut & course.moved
        found += [ObjectRef(name, (ANOTHER, SLICED)) for name in types if name in both]
    return found


def _fits(arguments: Mapping[str, object], skill: SkillSpec) -> bool:
    thing, receptacle = arguments.get("object"), arguments.get("receptacle")
    if not isinstance(thing, ObjectRef) or not isinstance(receptacle, ObjectRef):
        return True
    fitting = skill.fits.get(receptacle.category)
    return fitting is None or thing.category in fitting
