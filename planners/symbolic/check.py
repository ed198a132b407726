"""What is wrong with a plan, before anything moves."""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from embodied.core.entity import Entity
from embodied.core.plan import Argument, ObjectRef, Outcome, Status, Subgoal
from embodied.core.skills import Condition, SkillSpec
from embodied.core.task import Task
from embodied.core.task_plans import SLICED, task_of
from planners.symbolic.domain import HOLDING, Domain, Fact, Step, bare, symbol_of
from planners.symbolic.unified import World

NEEDED_STATES = (SLICED,)
"""Attributes that speak of a state which some step must have brought about."""


class FaultKind(StrEnum):
    """What is wrong."""

    UNKNOWN_SKILL = "unknown_skill"
    BAD_ARGUMENT = "bad_argument"
    WRONG_TYPE = "wrong_type"
    DOES_NOT_FIT = "does_not_fit"
    UNMET = "unmet"
    GOAL = "goal"


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong with a plan.

    Attributes:
        kind: What is wrong.
        index: Of the subgoal; the plan's length where the fault is of the whole.
        message: For people and models, one sentence.
        condition: What is not met, where that is the fault.
    """

    kind: FaultKind
    index: int
    message: str
    condition: Condition | None = None

    def __str__(self) -> str:
        return self.message


def check(
    subgoals: Sequence[Subgoal],
    skills: Sequence[SkillSpec],
    *,
    history: Sequence[tuple[Subgoal, Outcome]] = (),
    entities: Iterable[Entity] = (),
    goal: Task | None = None,
) -> list[Fault]:
    """Return what is wrong with a plan; nothing if it can be carried out as far as is known.

    Skills must be declared, arguments be of the types a skill takes and fit one another, and what a
    skill needs must hold when its turn comes. Of the room nothing is assumed: a container is shut
    only where the plan or the history shut it, and a slice is there only where the plan or the
    history cut one, or one was seen.

    Args:
        subgoals: The plan.
        skills: What the embodiment declares.
        history: What was done before the plan; it says what is in the hand.
        entities: What was seen.
        goal: What the plan should amount to, where that is known.

    Raises:
        PlanningError: If no skill is declared, or the declarations contradict each other.
    """
    domain = Domain(skills)
    course = Course.of(domain, subgoals, history=history, entities=entities)
    faults: list[Fault] = []
    for index, subgoal in enumerate(subgoals):
        found, course = course.follow(subgoal, index)
        faults += found
    if goal is not None:
        done = [subgoal for subgoal, outcome in history if outcome.status is Status.DONE]
        amounts_to = task_of([*done, *subgoals])
        if amounts_to != goal:
            faults.append(Fault(FaultKind.GOAL, len(subgoals), _missed(goal, amounts_to)))
    return faults


def _missed(goal: Task, amounts_to: Task | None) -> str:
    if amounts_to is None:
        return f"The plan amounts to no task; asked for was {_said(goal)}."
    return f"The plan amounts to {_said(amounts_to)}; asked for was {_said(goal)}."


def _said(task: Task) -> str:
    named = [f"in {task.mrecep}"] if task.mrecep else []
    named += [f"to {task.parent}"] if task.parent else []
    named += [f"under {task.toggle}"] if task.toggle else []
    return " ".join([task.task_type, task.target, *named])


@dataclass(frozen=True)
class Course:
    """Where a plan stands while it is followed.

    Attributes:
        domain: The skills.
        world: What holds now.
        symbols: Every symbol there is.
    """

    domain: Domain
    world: World
    symbols: tuple[str, ...]

    @classmethod
    def of(
        cls,
        domain: Domain,
        subgoals: Sequence[Subgoal],
        *,
        history: Sequence[tuple[Subgoal, Outcome]] = (),
        entities: Iterable[Entity] = (),
        more: Iterable[str] = (),
    ) -> "Course":
        """Start before a plan, after its history."""
        done = [subgoal for subgoal, outcome in history if outcome.status is Status.DONE]
        symbols = dict.fromkeys(
            name
            for subgoal in (*done, *subgoals)
            for value in subgoal.arguments.values()
            if isinstance(value, ObjectRef)
            for name in (bare(value.category), symbol_of(value, ""))
        )
        symbols.update(dict.fromkeys((*domain.tools, *more)))
        facts = tuple(_seen(entities, domain, symbols))
        course = cls(domain, World(domain, tuple(symbols), facts), tuple(symbols))
        for subgoal in done:
            _, course = course.follow(subgoal, 0)
        return course

    @cached_property
    def held(self) -> str:
        """Symbol of what is in the hand, or nothing."""
        return next((name for name in self.symbols if self.world.holds(HOLDING, name)), "")

    def follow(self, subgoal: Subgoal, index: int) -> tuple[list[Fault], "Course"]:
        """Return what is wrong with the next subgoal, and where things stand after it.

        A subgoal that makes no sense changes nothing; one whose needs are not met is taken to have
        its effects, so that one fault is not told many times over.
        """
        faults = misfits(subgoal, self.domain, index)
        step = self.domain.step(subgoal, self.held)
        if step is None:
            return faults, self
        faults += [
            Fault(FaultKind.UNMET, index, _unmet(subgoal, condition, step, self.held), condition)
            for condition in self.world.unmet(step)
        ]
        faults += self._missing_states(subgoal, index)
        return faults, Course(self.domain, self.world.after(step), self.symbols)

    def _missing_states(self, subgoal: Subgoal, index: int) -> list[Fault]:
        found = []
        for value in subgoal.arguments.values():
            if not isinstance(value, ObjectRef):
                continue
            for state in _states(value):
                if state in self.domain.arity and not self.world.holds(state, bare(value.category)):
                    condition = Condition(state, ((bare(value.category),),))
                    message = f"{subgoal.skill}: no {bare(value.category)} is {state} by then."
                    found.append(Fault(FaultKind.UNMET, index, message, condition))
        return found


def _states(reference: ObjectRef) -> tuple[str, ...]:
    said = [word for word in reference.attributes if word in NEEDED_STATES]
    if reference.category != bare(reference.category) and SLICED not in said:
        said.append(SLICED)
    return tuple(said)


def _seen(entities: Iterable[Entity], domain: Domain, symbols: Mapping[str, None]) -> list[Fact]:
    found = set()
    for entity in entities:
        name = bare(entity.category)
        cut = entity.category != name or entity.states.get(SLICED)
        if cut and name in symbols and SLICED in domain.arity:
            found.add(Fact(SLICED, (name,)))
    return sorted(found, key=lambda fact: fact.symbols)


def misfits(subgoal: Subgoal, domain: Domain, index: int = 0) -> list[Fault]:
    """Return what is wrong with a subgoal by itself: skill, arguments, types, what fits where."""
    skill = domain.skills.get(subgoal.skill)
    if skill is None:
        known = ", ".join(domain.skills)
        message = f"There is no skill {subgoal.skill!r}; there are {known}."
        return [Fault(FaultKind.UNKNOWN_SKILL, index, message)]
    faults: list[Fault] = []
    for name in skill.arguments:
        if name not in subgoal.arguments:
            message = f"{skill.name} needs its {name}."
            faults.append(Fault(FaultKind.BAD_ARGUMENT, index, message))
    for name, value in subgoal.arguments.items():
        faults += _misfit(skill, name, value, index)
    if not faults:
        faults += _fits(skill, subgoal, index)
    return faults


def _misfit(skill: SkillSpec, name: str, value: Argument, index: int) -> list[Fault]:
    kind = skill.arguments.get(name)
    if kind is None:
        takes = ", ".join(skill.arguments) or "nothing"
        message = f"{skill.name} takes no {name!r}; it takes {takes}."
        return [Fault(FaultKind.BAD_ARGUMENT, index, message)]
    named = isinstance(value, ObjectRef)
    if named is not (kind in ("object", "receptacle")):
        message = f"The {name} of {skill.name} has to be of the kind {kind!r}, not {value!r}."
        return [Fault(FaultKind.BAD_ARGUMENT, index, message)]
    allowed = skill.categories.get(name)
    said = value.category if isinstance(value, ObjectRef) else str(value)
    if allowed is None or said in allowed:
        return []
    near = difflib.get_close_matches(said, sorted(allowed), n=1, cutoff=0.6)
    hint = f" Did you mean {near[0]}?" if near else ""
    message = f"{skill.name} cannot take {said} as its {name}.{hint}"
    return [Fault(FaultKind.WRONG_TYPE, index, message)]


def _fits(skill: SkillSpec, subgoal: Subgoal, index: int) -> list[Fault]:
    thing, place = subgoal.arguments.get("object"), subgoal.arguments.get("receptacle")
    if not (skill.fits and isinstance(thing, ObjectRef) and isinstance(place, ObjectRef)):
        return []
    fitting = skill.fits.get(place.category, frozenset())
    as_slice = f"{bare(thing.category)}Sliced"
    meant = as_slice if _states(thing) and as_slice in _all(skill) else thing.category
    if meant in fitting:
        return []
    message = f"{skill.name}: {meant} does not go with {place.category}."
    return [Fault(FaultKind.DOES_NOT_FIT, index, message)]


def _all(skill: SkillSpec) -> frozenset[str]:
    return frozenset[str]().union(*skill.fits.values())


def _unmet(subgoal: Subgoal, condition: Condition, step: Step, held: str) -> str:
    terms = [term if isinstance(term, str) else " or ".join(term) for term in condition.terms]
    names = [str(subgoal.arguments.get(term, term)) for term in terms]
    wanted = f"{condition.predicate}({', '.join(names)})" if names else condition.predicate
    instead = f"; in the hand is {held}" if held else "; the hand is empty"
    negated = "" if condition.holds else "not "
    return f"{subgoal.skill}({', '.join(step.symbols)}) needs {negated}{wanted}{instead}."
