"""Mending a plan with as few changes as will do.

Plan repair as a search over edits: each step of the plan is kept, dropped or moved, and steps may
be put in between, until everything a step needs holds when its turn comes. Least change first, as
plan stability has it (Fox, Gerevini, Long, Serina 2006); the cheapest edit is found by uniform-cost
search, since the plans of households are short.
"""

import difflib
import heapq
import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from embodied.core.entity import Entity
from embodied.core.errors import PlanningError
from embodied.core.plan import ObjectRef, Outcome, Status, Subgoal
from embodied.core.skills import SkillSpec
from embodied.core.task import Task
from embodied.core.task_plans import (
    ANOTHER,
    DEVICE_OF,
    KNIFE,
    KNIFE_RESTS_ON,
    KNIVES,
    subgoals_of,
)
from planners.symbolic.check import Course, check, misfits
from planners.symbolic.domain import Domain

DROP = 1.5
"""Cost of leaving a step out; more than of putting one in, since what was said was mostly meant."""
INSERT = 1.0
MOVE = 0.3
"""Cost of each half of a move: put in where it is due, left out where it was."""
HAND_LEFT_FULL = 1.2
"""Cost of a plan that ends with something in the hand where the given one did not."""
ELSEWHERE = 0.1
"""Added where something is laid down at a place the plan did not name for it."""
MAX_EXPANSIONS = 3000


def repair(
    subgoals: Sequence[Subgoal],
    skills: Sequence[SkillSpec],
    *,
    history: Sequence[tuple[Subgoal, Outcome]] = (),
    entities: Iterable[Entity] = (),
    goal: Task | None = None,
) -> tuple[Subgoal, ...]:
    """Return a plan without faults that differs little from the one given.

    Where the goal is known and the mended plan does not amount to it, the goal's own subgoals are
    taken, with what the given plan said of each thing (colours, places), less what is done.

    Args:
        subgoals: The plan.
        skills: What the embodiment declares.
        history: What was done before the plan.
        entities: What was seen.
        goal: What the plan should amount to, where that is known.

    Raises:
        PlanningError: If no change within bounds mends it; the message names what stays wrong.
    """
    seen = tuple(entities)
    spelled = tuple(respelled(subgoal, skills) for subgoal in subgoals)
    if not check(spelled, skills, history=history, entities=seen, goal=goal):
        return spelled
    wanted = spelled if goal is None else with_details(remaining(goal, history), spelled)
    mended = _search(wanted, Domain(skills), history, seen)
    if mended is not None and (mended or not wanted):
        return mended
    faults = check(spelled, skills, history=history, entities=seen)
    listed = " ".join(str(fault) for fault in faults[:3])
    raise PlanningError(f"The plan cannot be mended: {listed}")


def respelled(subgoal: Subgoal, skills: Sequence[SkillSpec]) -> Subgoal:
    """Return a subgoal with types as the skills spell them: `counter top` as `CounterTop`."""
    skill = next((skill for skill in skills if skill.name == subgoal.skill), None)
    if skill is None:
        return subgoal
    arguments = dict(subgoal.arguments)
    for name, value in subgoal.arguments.items():
        allowed = skill.categories.get(name)
        if isinstance(value, ObjectRef) and allowed and value.category not in allowed:
            spelled = {word.lower(): word for word in sorted(allowed)}
            asked = value.category.replace(" ", "").replace("_", "").lower()
            near = difflib.get_close_matches(asked, spelled, n=1, cutoff=0.85)
            if near:
                arguments[name] = replace(value, category=spelled[near[0]])
    return replace(subgoal, arguments=arguments)


def remaining(goal: Task, history: Sequence[tuple[Subgoal, Outcome]] = ()) -> tuple[Subgoal, ...]:
    """Return the subgoals that a task still takes after what was done.

    Steps done in their order count. What was done for nothing, such as taking something up that was
    laid down again, does not.
    """
    steps = list(subgoals_of(goal))
    done = [subgoal for subgoal, outcome in history if outcome.status is Status.DONE]
    matched = 0
    for subgoal in done:
        if matched < len(steps) and _same(subgoal, steps[matched]):
            matched += 1
    return tuple(steps[matched:])


def _same(one: Subgoal, other: Subgoal) -> bool:
    return one.skill == other.skill and _types(one) == _types(other)


def _types(subgoal: Subgoal) -> tuple[str, ...]:
    return tuple(
        value.category if isinstance(value, ObjectRef) else str(value)
        for value in subgoal.arguments.values()
    )


def with_details(subgoals: Sequence[Subgoal], said: Sequence[Subgoal]) -> tuple[Subgoal, ...]:
    """Return subgoals with what others say of the same things: colours, places, phrases."""
    details: dict[str, ObjectRef] = {}
    for subgoal in said:
        for value in subgoal.arguments.values():
            if isinstance(value, ObjectRef) and (value.relation or value.phrase):
                details.setdefault(value.category, value)
    found = []
    for subgoal in subgoals:
        arguments = dict(subgoal.arguments)
        for name, value in subgoal.arguments.items():
            if isinstance(value, ObjectRef) and value.category in details:
                known = details[value.category]
                words = tuple(dict.fromkeys((*value.attributes, *known.attributes)))
                arguments[name] = replace(
                    value, attributes=words, relation=known.relation, phrase=known.phrase
                )
        found.append(replace(subgoal, arguments=arguments))
    return tuple(found)


@dataclass(frozen=True)
class _Node:
    """A way through part of the plan.

    Attributes:
        index: How many steps of the given plan are dealt with.
        moved: Which later steps were already done ahead of their turn.
        steps: The new plan so far.
        course: Where things stand.
        put_in: Steps put in since the last one kept.
    """

    index: int
    moved: frozenset[int]
    steps: tuple[Subgoal, ...]
    course: Course
    put_in: int = 0


def _search(
    plan: tuple[Subgoal, ...],
    domain: Domain,
    history: Sequence[tuple[Subgoal, Outcome]],
    entities: Sequence[Entity],
) -> tuple[Subgoal, ...] | None:
    rests = _rests(plan, domain, entities) if history else ()
    more = (KNIFE, KNIFE_RESTS_ON, *(place.category for place in rests))
    start = Course.of(domain, plan, history=history, entities=entities, more=more)
    may_end_full = bool(plan) and plan[-1].skill in _LEAVES_FULL
    counter = itertools.count()
    queue: list[tuple[float, int, _Node]] = [(0.0, next(counter), _Node(0, frozenset(), (), start))]
    closed: set[tuple[object, ...]] = set()
    for _ in range(MAX_EXPANSIONS):
        if not queue:
            return None
        cost, _, node = heapq.heappop(queue)
        key = (node.index, node.moved, node.course.world.state, node.index < 0)
        if key in closed:
            continue
        closed.add(key)
        if node.index < 0:
            return node.steps
        if node.index == len(plan):
            extra = HAND_LEFT_FULL if node.course.held and not may_end_full else 0.0
            end = replace(node, index=-1)
            heapq.heappush(queue, (cost + extra, next(counter), end))
        for price, following in _edits(plan, node, domain, rests):
            heapq.heappush(queue, (cost + price, next(counter), following))
    return None


_LEAVES_FULL = ("pick", "heat", "cool", "clean", "look")


SURFACES = (
    *("CounterTop", "DiningTable", "SideTable", "CoffeeTable", "Desk", "Dresser", "TVStand"),
    *("Shelf", "Bed", "Sofa", "ArmChair"),
)
"""Where anything can be laid aside, first choice first."""


def _rests(
    plan: tuple[Subgoal, ...], domain: Domain, entities: Sequence[Entity]
) -> tuple[ObjectRef, ...]:
    """Where what is in the hand can be laid in this room: on what is seen, or what the plan names.

    Only a plan that is under way knows of a room; any other lays things on a counter.
    """
    seen = {entity.category for entity in entities}
    if not seen or KNIFE_RESTS_ON in seen:
        return ()
    named = {place.category for place in _named(plan, "receptacle", domain)}
    return tuple(ObjectRef(name) for name in SURFACES if name in seen or name in named)


def lay_aside(held: ObjectRef, domain: Domain, entities: Iterable[Entity]) -> tuple[Subgoal, ...]:
    """Return the step that lays down what is in the hand, in a room of which this was seen.

    None where the embodiment has no such places: an arm at a table sees to it itself.
    """
    seen = {entity.category for entity in entities}
    places = (ObjectRef(name) for name in SURFACES if name in seen)
    steps = (Subgoal("place", {"object": held, "receptacle": place}) for place in places)
    usual = Subgoal("place", {"object": held, "receptacle": ObjectRef(KNIFE_RESTS_ON)})
    fitting = (step for step in (*steps, usual) if not misfits(step, domain))
    return tuple(itertools.islice(fitting, 1))


def _edits(
    plan: tuple[Subgoal, ...], node: _Node, domain: Domain, rests: tuple[ObjectRef, ...]
) -> Iterator[tuple[float, _Node]]:
    if node.index < len(plan):
        step = plan[node.index]
        if node.index not in node.moved:
            faults, course = node.course.follow(step, node.index)
            if not faults:
                yield 0.0, _Node(node.index + 1, node.moved, (*node.steps, step), course)
        price = MOVE if node.index in node.moved else DROP
        moved = node.moved - {node.index}
        yield price, _Node(node.index + 1, moved, node.steps, node.course, node.put_in)
    if node.put_in >= 3:
        return
    for later in range(node.index + 1, len(plan)):
        if later not in node.moved:
            yield from _put_in(node, plan[later], MOVE, node.moved | {later})
    for price, subgoal in _candidates(plan, node, domain, rests):
        yield from _put_in(node, subgoal, price, node.moved)


def _put_in(
    node: _Node, subgoal: Subgoal, price: float, moved: frozenset[int]
) -> Iterator[tuple[float, _Node]]:
    faults, course = node.course.follow(subgoal, node.index)
    if not faults:
        steps = (*node.steps, subgoal)
        yield price, _Node(node.index, moved, steps, course, node.put_in + 1)


def _candidates(
    plan: tuple[Subgoal, ...], node: _Node, domain: Domain, rests: tuple[ObjectRef, ...]
) -> Iterator[tuple[float, Subgoal]]:
    """Steps that may have been left out here, with what it costs to suppose so."""
    things = _named(plan, "object", domain)
    held = node.course.held
    if held:
        reference = _reference(held, plan)
        following = plan[node.index].arguments.get("object") if node.index < len(plan) else None
        places = _named(plan, "receptacle", domain)
        meant = [
            step.arguments.get("receptacle")
            for step in plan
            if step.skill == "place" and _category(step, "object") == reference.category
        ]
        changed = {_category(step, "object") for step in plan if step.skill in DEVICE_OF}
        for place in [*places, *things, ObjectRef(KNIFE_RESTS_ON)]:
            price = INSERT if place in meant else INSERT + ELSEWHERE
            if place not in meant and place.category == KNIFE_RESTS_ON:
                price -= ELSEWHERE / 2
            vessel = isinstance(following, ObjectRef) and place.category == following.category
            if vessel and reference.category not in KNIVES and place.category not in changed:
                price = INSERT - ELSEWHERE  # carried in what is taken next
            yield price, Subgoal("place", {"object": reference, "receptacle": place})
        for number, place in enumerate(rests):
            price = INSERT + ELSEWHERE / 4 + 1e-3 * number
            yield price, Subgoal("place", {"object": reference, "receptacle": place})
        for thing in things:
            yield INSERT, Subgoal("slice", {"object": replace(thing, attributes=())})
    else:
        due = plan[node.index].arguments.get("object") if node.index < len(plan) else None
        for thing in [*things, ObjectRef(KNIFE)]:
            price = INSERT - ELSEWHERE if thing == due else INSERT
            yield price, Subgoal("pick", {"object": thing})
    for subgoal in plan:
        vessel = subgoal.arguments.get("receptacle")
        if isinstance(vessel, ObjectRef) and node.course.world.holds("closed", vessel.category):
            yield INSERT, Subgoal("open", {"object": vessel})


def _named(plan: Sequence[Subgoal], argument: str, domain: Domain) -> list[ObjectRef]:
    found: dict[ObjectRef, None] = {}
    for subgoal in plan:
        value = subgoal.arguments.get(argument)
        if isinstance(value, ObjectRef) and not misfits(subgoal, domain):
            found[value] = None
    return list(found)


def _category(subgoal: Subgoal, argument: str) -> str:
    value = subgoal.arguments.get(argument)
    return value.category if isinstance(value, ObjectRef) else ""


def _reference(symbol: str, plan: Sequence[Subgoal]) -> ObjectRef:
    """Return how the plan speaks of what is in the hand."""
    category, second, _ = symbol.partition("#")
    for subgoal in plan:
        value = subgoal.arguments.get("object")
        if not isinstance(value, ObjectRef) or value.category != category:
            continue
        if (ANOTHER in value.attributes) == bool(second):
            return value
    return ObjectRef(category, (ANOTHER,) if second else ())
