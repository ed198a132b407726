"""Logical evaluation: do the stages agree, and can the plan be carried out?"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from embodied.core.plan import ObjectRef, Status, Subgoal
from embodied.core.protocols import PlanContext
from embodied.core.skills import SkillSpec
from embodied.core.task import (
    LOOK_IN_LIGHT,
    PICK_AND_PLACE,
    PICK_TWO,
    PICK_WITH_MOVABLE,
    TASK_TYPES,
    Task,
)
from embodied.core.task_plans import DEVICES, task_of
from planners.flowplan.information import (
    FIELDS,
    OTHER,
    Information,
    information_of,
    task_from,
    types_in,
)
from planners.flowplan.witness import Witness, witness_of
from planners.symbolic import Fault, check
from planners.symbolic.domain import bare
from planners.symbolic.nearest import Word, distance, words_of, words_of_task

Votes = Sequence[tuple[Information, float]]
"""What each stage took the task to name, with the weight of its word."""

MATTERS: Mapping[str, float] = {
    "task": 1.8,
    "object": 0.8,
    "sliced": 1.0,
    "vessel": 0.6,
    "receptacle": 0.5,
    "lamp": 0.6,
}
"""What it costs a reading to differ from a vote in a field."""
FAR = 4.0
"""Steps by which a faultless plan may differ from that of the nearest task before it is taken for
a task of another kind."""
NOTHING_SAID = Witness()
VESSELS = frozenset(["Bowl", "Box", "Cup", "Mug", "Pan", "Plate", "Pot"])
"""Types that others are put into and that are themselves carried."""


UNSAID: Mapping[str, float] = {
    "object": 5.6,
    "vessel": 1.5,
    "source": 3.5,
    "several": 9.0,
    "one": 1.0,
}
"""What it costs a reading that the words name no such thing, that it brings something to where the
words fetch it from, that it brings one where they say several, or two where they say one. Other
than that where something goes is not asked after: people say `table` and `counter` of too many
things."""
BORNE_OUT = 2.5
"""How much more it costs to differ from a stage in a thing that the words name, too."""
UNFIT = 3.0
"""What it costs a reading that its object does not go into its receptacle."""


@dataclass(frozen=True)
class Verdict:
    """What the evaluation found.

    Attributes:
        information: What the task most likely names, all stages and the plan considered.
        doubts: Field to the values said for it, the likeliest first, where the best two readings
            are so close that the words have to be asked again.
        faults: What is wrong with the plan itself.
    """

    information: Information
    doubts: Mapping[str, tuple[str, ...]]
    faults: tuple[Fault, ...]

    @property
    def goal(self) -> Task | None:
        """The task the plan has to amount to; None where it is of another kind."""
        return task_from(self.information)


def evaluate(
    subgoals: Sequence[Subgoal],
    votes: Votes,
    context: PlanContext,
    *,
    margin: float,
    trust: float,
) -> Verdict:
    """Judge a plan by the stages' votes and by what the skills need.

    Args:
        subgoals: The plan.
        votes: What the stages took the task to name; at least one.
        context: The task.
        margin: By how much the best reading has to be better than the next.
        trust: What each step counts in which the plan differs from a reading's.
    """
    done = [subgoal for subgoal, outcome in context.history if outcome.status is Status.DONE]
    decided, doubts = decide(
        votes,
        [*done, *subgoals],
        margin=margin,
        trust=trust,
        witness=witness_of(context.instruction),
        skills=context.skills,
    )
    goal = task_from(decided)
    faults = check(
        subgoals, context.skills, history=context.history, entities=context.entities, goal=goal
    )
    only_the_goal = all(fault.kind == "goal" for fault in faults)
    whole = bool(subgoals) and only_the_goal and not context.history
    if goal and whole and distance(words_of(subgoals), words_of_task(goal)) > FAR:
        return Verdict(decided.model_copy(update={"task": OTHER}), {}, ())
    return Verdict(decided, doubts, tuple(faults))


def decide(
    votes: Votes,
    subgoals: Sequence[Subgoal],
    *,
    margin: float,
    trust: float,
    witness: Witness = NOTHING_SAID,
    skills: Sequence[SkillSpec] = (),
) -> tuple[Information, dict[str, tuple[str, ...]]]:
    """Return the reading that fits votes and plan best, and the fields that are in doubt.

    Every task that can be put together from what the votes and the plan name is a reading. It costs
    what it differs from each vote, and by how many steps its plan differs from the one given: so a
    plan with a step missing still speaks for the task it was meant for.

    Args:
        votes: What the stages took the task to name, the heaviest first.
        subgoals: The plan; may be empty.
        margin: By how much the best reading has to be better than the next.
        trust: What a step counts in which the plans differ.
        witness: What the words name; nothing leaves them out.
        skills: What the embodiment declares: which types may stand where, what fits.
    """
    first = max(votes, key=lambda vote: vote[1])[0]
    if first.task == OTHER:
        return first, {}
    said = words_of(subgoals)
    named = _named(votes, subgoals, witness, types_in(skills))
    fits = next((skill.fits for skill in skills if skill.name == "place"), {})
    costs = [
        (_cost(task, votes, said, trust, witness) + _unlikely(task, witness, fits), task)
        for task in _tasks(named)
    ]
    ranked = sorted(costs, key=lambda each: each[0])
    readings = [(cost, information_of(task)) for cost, task in ranked]
    if not readings:
        return first, {}
    best_cost, best = readings[0]
    doubts: dict[str, tuple[str, ...]] = {}
    for cost, other in readings[1:]:
        if cost - best_cost >= margin:
            break
        for field in FIELDS:
            mine, its = str(getattr(best, field)), str(getattr(other, field))
            if mine != its:
                doubts[field] = tuple(dict.fromkeys((*doubts.get(field, (mine,)), its)))
    cues = next((information.cues for information, _ in votes if information.cues), ())
    return best.model_copy(update={"cues": cues}), doubts


def _cost(task: Task, votes: Votes, said: Sequence[Word], trust: float, witness: Witness) -> float:
    reading = information_of(task)
    cost = trust * distance(said, words_of_task(task)) if said else 0.0
    for information, weight in votes:
        for field, matters in MATTERS.items():
            if getattr(information, field) != getattr(reading, field):
                named = field == "object" and information.object in witness.types
                cost += weight * matters * (BORNE_OUT if named else 1.0)
    return cost


def _unlikely(task: Task, witness: Witness, fits: Mapping[str, frozenset[str]]) -> float:
    """What speaks against a task by itself: its things are not named, or do not go together."""
    cost = UNFIT * sum(
        place in fits and not {thing, f"{thing}Sliced" if task.sliced else thing} & fits[place]
        for thing, place in _placed(task)
    )
    if not witness.types:
        return cost
    for field, name in (("object", task.object), ("vessel", task.mrecep)):
        if name and name not in witness.types:
            cost += UNSAID[field]
    if task.parent in witness.sources:
        cost += UNSAID["source"]
    many = witness.two or task.object in witness.plural
    if many and task.task_type == PICK_AND_PLACE:
        cost += UNSAID["several"]
    if not many and task.task_type == PICK_TWO:
        cost += UNSAID["one"]
    return cost


def _placed(task: Task) -> tuple[tuple[str, str], ...]:
    """What is put where on the way and in the end."""
    if task.task_type in DEVICES:
        return ((task.object, DEVICES[task.task_type][1]), (task.object, task.parent))
    if task.mrecep:
        return ((task.object, task.mrecep), (task.mrecep, task.parent))
    return ((task.object, task.parent),) if task.parent else ()


@dataclass
class _Named:
    """What readings are put together from."""

    objects: dict[str, None]
    vessels: dict[str, None]
    receptacles: dict[str, None]
    lamps: dict[str, None]
    sliced: set[bool]


def _named(
    votes: Votes,
    subgoals: Sequence[Subgoal],
    witness: Witness,
    allowed: Mapping[str, tuple[str, ...]],
) -> _Named:
    """Gather the types that votes, plan and words name, each where it may stand."""
    found: dict[str, dict[str, None]] = {
        field: {
            str(getattr(information, field)): None
            for information, _ in votes
            if getattr(information, field)
        }
        for field in ("object", "vessel", "receptacle", "lamp")
    }
    sliced = {information.sliced for information, _ in votes}
    for subgoal in subgoals:
        for name, value in subgoal.arguments.items():
            if isinstance(value, ObjectRef) and name in found:
                found[name][bare(value.category)] = None
        sliced.add(subgoal.skill == "slice")
    for name in sorted(witness.types):
        for field, types in found.items():
            if name in allowed.get(field, ()):
                types[name] = None
    vessels = {name: None for name in (*found["vessel"], *found["receptacle"]) if name in VESSELS}
    return _Named(
        found["object"], found["vessel"] | vessels, found["receptacle"], found["lamp"], sliced
    )


def _tasks(named: _Named) -> Iterator[Task]:
    """Every task that can be put together from what is named."""
    for task_type, thing, cut in product(TASK_TYPES, named.objects, sorted(named.sliced)):
        if task_type == LOOK_IN_LIGHT:
            for lamp in named.lamps:
                yield Task(task_type, thing, toggle=lamp, sliced=cut)
            continue
        vessels = named.vessels if task_type == PICK_WITH_MOVABLE else {"": None}
        for vessel, place in product(vessels, named.receptacles):
            if thing not in (vessel, place) and vessel != place:
                yield Task(task_type, thing, parent=place, mrecep=vessel, sliced=cut)


def vote_of(subgoals: Sequence[Subgoal] | None) -> Information | None:
    """Return what a plan takes the task to name; None where it amounts to none."""
    task: Task | None = task_of(subgoals) if subgoals else None
    return None if task is None else information_of(task)
