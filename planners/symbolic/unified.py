"""The domain in the terms of the unified-planning library, which is imported here alone."""

import threading
from collections.abc import Callable, Hashable
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from unified_planning.engines.sequential_simulator import UPSequentialSimulator
from unified_planning.io import PDDLWriter
from unified_planning.model import Fluent, InstantaneousAction, Object, Problem, State
from unified_planning.shortcuts import BoolType, Not, Or, UserType, get_environment

from embodied.core.skills import Condition, SkillSpec
from planners.symbolic.domain import INITIALLY_TRUE, Fact, Step, ground

if TYPE_CHECKING:
    from planners.symbolic.domain import Domain

get_environment().credits_stream = None

P = ParamSpec("P")
ResultT = TypeVar("ResultT")
_LOCK = threading.RLock()


def _one_at_a_time(work: Callable[P, ResultT]) -> Callable[P, ResultT]:
    """Keep threads apart: the library's one environment walks one expression at a time."""

    @wraps(work)
    def alone(*args: P.args, **kwargs: P.kwargs) -> ResultT:
        with _LOCK:
            return work(*args, **kwargs)

    return alone


def problem(domain: "Domain", symbols: tuple[str, ...], facts: tuple[Fact, ...]) -> Problem:
    """Build the problem of a domain with these things and facts."""
    thing = UserType("thing")
    made = Problem("household")
    fluents = {
        name: Fluent(name, BoolType(), **{f"t{n}": thing for n in range(arity)})
        for name, arity in domain.arity.items()
    }
    for name, fluent in fluents.items():
        made.add_fluent(fluent, default_initial_value=name in INITIALLY_TRUE)
    objects = {symbol: Object(symbol, thing) for symbol in symbols}
    made.add_objects(objects.values())
    for skill in domain.skills.values():
        made.add_action(_action(domain, skill, fluents, objects, thing))
    for fact in facts:
        made.set_initial_value(
            fluents[fact.predicate](*(objects[symbol] for symbol in fact.symbols)), True
        )
    return made


def _action(
    domain: "Domain",
    skill: SkillSpec,
    fluents: dict[str, Fluent],
    objects: dict[str, Object],
    thing: Any,
) -> InstantaneousAction:
    names = domain.things(skill)
    action = InstantaneousAction(skill.name, **dict.fromkeys(names, thing))
    placeholder = Step(skill.name, names)

    def expressions(condition: Condition) -> list[Any]:
        found = []
        for terms in ground(condition, skill, placeholder, names):
            if all(term in names or term in objects for term in terms):
                said = [action.parameter(t) if t in names else objects[t] for t in terms]
                found.append(fluents[condition.predicate](*said))
        return found

    for condition in skill.requires:
        either = Or(expressions(condition))
        action.add_precondition(either if condition.holds else Not(either))
    for condition in skill.causes:
        for expression in expressions(condition):
            action.add_effect(expression, condition.holds)
    return action


class World:
    """Where things stand after some steps; a value: steps give new worlds.

    Args:
        domain: The skills.
        symbols: The things there are.
        facts: What is known at first.
    """

    @_one_at_a_time
    def __init__(
        self, domain: "Domain", symbols: tuple[str, ...], facts: tuple[Fact, ...] = ()
    ) -> None:
        self._domain = domain
        self._problem = problem(domain, symbols, facts)
        self._simulator = UPSequentialSimulator(self._problem, error_on_failed_checks=False)
        self._state: State = self._simulator.get_initial_state()
        self._fluents = {fluent.name: fluent for fluent in self._problem.fluents}

    @_one_at_a_time
    def holds(self, predicate: str, *symbols: str) -> bool:
        """Whether a fact is known to hold; of things and facts that are not there none does."""
        fluent = self._fluents.get(predicate)
        if fluent is None or not all(self._problem.has_object(symbol) for symbol in symbols):
            return False
        objects = [self._problem.object(symbol) for symbol in symbols]
        return bool(self._state.get_value(fluent(*objects)).bool_constant_value())

    @property
    def state(self) -> Hashable:
        """What holds now, for comparing."""
        return self._state

    @_one_at_a_time
    def unmet(self, step: Step) -> list[Condition]:
        """Return what the skill needs and does not find."""
        skill = self._domain.skills[step.skill]
        names = self._domain.things(skill)
        return [
            condition
            for condition in skill.requires
            if condition.holds
            is not any(
                self.holds(condition.predicate, *symbols)
                for symbols in ground(condition, skill, step, names)
            )
        ]

    @_one_at_a_time
    def after(self, step: Step) -> "World":
        """Return the world after a step, whether or not its needs were met."""
        action = self._problem.action(step.skill)
        objects = [self._problem.object(symbol) for symbol in step.symbols]
        following = object.__new__(World)
        following.__dict__.update(self.__dict__)
        following._state = self._simulator.apply_unsafe(self._state, action, objects)
        return following


def pddl(made: Problem) -> tuple[str, str]:
    """Return domain and problem as PDDL texts."""
    writer = PDDLWriter(made)
    return writer.get_domain(), writer.get_problem()
