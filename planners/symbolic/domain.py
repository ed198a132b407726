"""A planning domain made from declared skills."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from embodied.core.errors import PlanningError
from embodied.core.plan import ObjectRef, Subgoal
from embodied.core.skills import Condition, SkillSpec
from embodied.core.task_plans import ANOTHER

HAND_EMPTY = "hand_empty"
HOLDING = "holding"
INITIALLY_TRUE = (HAND_EMPTY,)
"""What holds before anything is done; of everything else nothing is known, and taken as false."""
THING_KINDS = ("object", "receptacle")
"""Kinds of arguments that name things; numbers, directions and texts play no part in facts."""
SECOND = "#2"
"""Ends the symbol of a second thing of its kind."""


@dataclass(frozen=True)
class Fact:
    """A ground fact: `inside(Apple, Fridge)`."""

    predicate: str
    symbols: tuple[str, ...] = ()


@dataclass(frozen=True)
class Step:
    """A skill with the symbols of its things, in the order in which the skill declares them."""

    skill: str
    symbols: tuple[str, ...]


def bare(category: str) -> str:
    """Return the type a slice is of, or the type itself."""
    return category.removesuffix("Sliced")


def type_of(symbol: str) -> str:
    """Return the type of a symbol."""
    return symbol.removesuffix(SECOND)


def symbol_of(reference: ObjectRef, held: str) -> str:
    """Return the symbol that a reference means.

    Plans speak of types. `another` means a second of its type; a type that fits what is in the hand
    means that.

    Args:
        reference: What the plan says.
        held: Symbol of what is in the hand, or nothing.
    """
    name = bare(reference.category)
    if ANOTHER in reference.attributes:
        return name + SECOND
    return held if held and type_of(held) == name else name


class Domain:
    """Skills as a planning domain.

    Args:
        skills: What the embodiment declares.

    Raises:
        PlanningError: If no skill is declared, or two say different things of one predicate.
    """

    def __init__(self, skills: Sequence[SkillSpec]) -> None:
        if not skills:
            raise PlanningError("No skill is declared, so there is nothing to plan with.")
        self.skills: Mapping[str, SkillSpec] = {skill.name: skill for skill in skills}
        self.arity = _arities(skills)

    @cached_property
    def types(self) -> frozenset[str]:
        """Every type that some skill takes."""
        return frozenset[str]().union(
            *(
                types
                for skill in self.skills.values()
                for name, types in skill.categories.items()
                if name in self.things(skill)
            )
        )

    @cached_property
    def tools(self) -> tuple[str, ...]:
        """Types that skills need without naming them as arguments, such as a knife."""
        terms = (
            term
            for skill in self.skills.values()
            for condition in (*skill.requires, *skill.causes)
            for term in condition.terms
        )
        return tuple(dict.fromkeys(n for term in terms if not isinstance(term, str) for n in term))

    def things(self, skill: SkillSpec) -> tuple[str, ...]:
        """Return the names of a skill's arguments that are things."""
        return tuple(name for name, kind in skill.arguments.items() if kind in THING_KINDS)

    def step(self, subgoal: Subgoal, held: str) -> Step | None:
        """Return a subgoal's step, or None where its skill or an argument is not as declared."""
        skill = self.skills.get(subgoal.skill)
        if skill is None:
            return None
        values = [subgoal.arguments.get(name) for name in self.things(skill)]
        if not all(isinstance(value, ObjectRef) for value in values):
            return None
        return Step(
            skill.name,
            tuple(symbol_of(value, held) for value in values if isinstance(value, ObjectRef)),
        )

    def problem(self, symbols: Iterable[str], facts: Iterable[Fact] = ()) -> Any:
        """Return a problem of the unified-planning library.

        Args:
            symbols: The things there are.
            facts: What is known to hold, beside what always does at first.

        Returns:
            A `unified_planning.model.Problem` without a goal.
        """
        from planners.symbolic.unified import problem

        return problem(self, tuple(dict.fromkeys(symbols)), tuple(facts))


def ground(
    condition: Condition, skill: SkillSpec, step: Step, names: tuple[str, ...]
) -> tuple[tuple[str, ...], ...]:
    """Return the symbol tuples of which one has to satisfy a condition.

    Args:
        condition: What the skill needs or changes.
        skill: The skill.
        step: With its symbols.
        names: The skill's arguments that are things, in the order of the symbols.
    """
    bound = dict(zip(names, step.symbols, strict=True))
    choices: list[tuple[str, ...]] = [()]
    for term in condition.terms:
        # a tool is as good if it is a second one of its type
        either = () if isinstance(term, str) else (*term, *(f"{each}{SECOND}" for each in term))
        options = (bound[term],) if isinstance(term, str) else either
        choices = [(*head, option) for head in choices for option in options]
    return tuple(choices)


def _arities(skills: Sequence[SkillSpec]) -> dict[str, int]:
    found: dict[str, int] = dict.fromkeys(INITIALLY_TRUE, 0)
    for skill in skills:
        for condition in (*skill.requires, *skill.causes):
            known = found.setdefault(condition.predicate, len(condition.terms))
            if known != len(condition.terms):
                raise PlanningError(
                    f"Skill {skill.name!r} says {condition.predicate!r} of {len(condition.terms)} "
                    f"things, another skill of {known}: a predicate has one number of terms."
                )
            for term in condition.terms:
                if isinstance(term, str) and term not in skill.arguments:
                    raise PlanningError(
                        f"Skill {skill.name!r} speaks of {term!r} in {condition.predicate!r}, "
                        f"which is none of its arguments: {', '.join(skill.arguments)}."
                    )
    return found
