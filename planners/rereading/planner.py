"""A planner that is asked for another reading when one was carried out, or sought, in vain."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from embodied.core.errors import PlanningError
from embodied.core.plan import Cause, ObjectRef, Outcome, Plan, Status, Subgoal
from embodied.core.protocols import PlanContext, Planner, Privileged
from embodied.core.task import PICK_TWO, Task
from embodied.core.task_plans import ANOTHER, DEVICES, subgoals_of, task_of
from planners.rereading.ranking import Ranking, Reading
from planners.rereading.room import allowed, furniture, seen_things

History = Sequence[tuple[Subgoal, Outcome]]

MOST = 40
"""Readings looked at; more than are ever tried."""
MAX_DROP = 4.0
"""How much less likely a reading may be, as a log odds, to be preferred to looking further."""
SEARCHES = 2
"""Searches for a thing after which it is not there."""
IN_VAIN = (Cause.NOT_FOUND, Cause.NOT_VISIBLE, Cause.REFUSED, Cause.NO_SPACE)
FINISH = "finish"
"""Skill of the subgoal that fails where a plan was carried out and the task is not done."""


class RereadingPlanner:
    """Keeps to readings that the room allows, and takes the next when one was in vain.

    The planner's own plan comes first, if it amounts to a task that can be done here. Where it
    cannot, and after a plan was carried out without the task being done, a thing was not found or
    a place would not take it, the likeliest other reading of the words is planned, with what is in
    the hand and what was done to it counted. Everything else is left to the planner.

    Args:
        planner: Makes plans.
        ranking: Ranks readings.
    """

    def __init__(self, planner: Planner, *, ranking: Ranking) -> None:
        self._planner = planner
        self._ranking = ranking
        self._tried: list[Task] = []
        self._ours: Task | None = None

    def bind(self, env: Any) -> None:
        """Hand the environment on to a privileged planner; others never see it."""
        if isinstance(self._planner, Privileged):
            self._planner.bind(env)

    def plan(self, context: PlanContext) -> Plan:
        """Return a plan; one without steps where nothing is left to try.

        Raises:
            PlanningError: If there is none.
        """
        if context.corrections:
            return self._planner.plan(context)
        readings = self._readings(context)
        if not context.history:
            return self._first(context, readings)
        step, outcome = context.history[-1]
        if step.skill == FINISH:
            return self._planned(context, readings[0].task if readings else None)
        if outcome.status is Status.FAILED and outcome.cause in IN_VAIN:
            return self._instead(context, readings)
        return self._again(context)

    def measures(self) -> Mapping[str, float]:
        """Return what the planner itself counts, for the records."""
        count = getattr(self._planner, "measures", None)
        return count() if count else {}

    def _readings(self, context: PlanContext) -> list[Reading]:
        """Return what the words may mean here and was not tried yet."""
        if not context.history:
            self._tried, self._ours = [], None
        places = furniture(context.entities, context.skills)
        tried, missing = set(self._tried), _missing(context.history)

        def may(task: Task) -> bool:
            needs = {task.object, task.parent}
            if task.task_type == PICK_TWO:
                needs.add(f"{ANOTHER} {task.object}")
            if task in tried or needs & missing:
                return False
            return allowed(task, context.skills, places)

        words = context.instruction
        if not context.history:
            everything = self._ranking.readings(
                words.text, words.steps, allowed=lambda _: True, most=1
            )
            self._best = everything[0].score if everything else 0.0
        return self._ranking.readings(words.text, words.steps, allowed=may, most=MOST)

    def _first(self, context: PlanContext, readings: Sequence[Reading]) -> Plan:
        try:
            plan = self._planner.plan(context)
        except PlanningError:
            if not readings:
                raise
            return self._planned(context, readings[0].task)
        meant = task_of(plan.subgoals)
        if meant is None:
            return plan
        places = furniture(context.entities, context.skills)
        if readings and not allowed(meant, context.skills, places):
            return self._planned(context, readings[0].task)
        self._tried.append(meant)
        return plan

    def _instead(self, context: PlanContext, readings: Sequence[Reading]) -> Plan:
        """Plan a reading that needs nothing of what was sought in vain, if it is likely enough."""
        seen = seen_things(context.entities)
        within_reach = [each for each in readings if each.task.object in seen]
        given_up = bool(_missing(context.history) & _missing(context.history[-1:], times=1))
        if within_reach and (given_up or within_reach[0].score > self._best - MAX_DROP):
            if not given_up and self._tried:
                self._tried.pop()  # there are places left to look into, if this is in vain, too
            return self._planned(context, within_reach[0].task)
        return self._again(context)

    def _again(self, context: PlanContext) -> Plan:
        """Plan what is being carried out once more: our reading, or the planner's own."""
        if self._ours is None:
            return self._planner.plan(context)
        return Plan(context.instruction, 0, carried_on(self._ours, context.history))

    def _planned(self, context: PlanContext, task: Task | None) -> Plan:
        if task is None:
            return Plan(context.instruction, 0, ())
        self._tried.append(task)
        self._ours = task
        return Plan(context.instruction, 0, carried_on(task, context.history))


def _missing(history: History, *, times: int = SEARCHES) -> frozenset[str]:
    """Return the types that were looked for and never found, as a thing or as a place.

    A place is missing at once, a thing when it was sought `times` times, since a first search may
    leave unlikely places out. A second thing of a type is missing as `another` of it.
    """
    sought: Counter[str] = Counter()
    found = set()
    for step, outcome in history:
        if step.skill not in ("pick", "place"):
            continue
        name = _about(step, "receptacle" if step.skill == "place" else "object")
        if step.skill == "pick" and ANOTHER in step.arguments["object"].attributes:  # type: ignore[union-attr]
            name = f"{ANOTHER} {name}"
        if outcome.status is Status.DONE:
            found.add(name)
        elif outcome.cause in (Cause.NOT_FOUND, Cause.NOT_VISIBLE):
            sought[name] += times if step.skill == "place" else 1
    return frozenset(name for name, count in sought.items() if count >= times and name not in found)


def carried_on(task: Task, history: History) -> tuple[Subgoal, ...]:
    """Return the steps of a task after others were tried: what is done already is not done again.

    A thing of the right type that was put somewhere is taken up from there; what it was heated,
    cooled or cleaned to is not repeated. Of two things one that lies right already counts.
    """
    done = [step for step, outcome in history if outcome.status is Status.DONE]
    lies = _lying(done, task.object)
    if task.task_type == PICK_TWO and lies[-1:] == [task.parent]:
        return _taken_from(subgoals_of(task)[2:], lies[:-1])
    changed = {step.skill for step in done if _about(step, "object") == task.object}
    changes = {skill for skill, _ in DEVICES.values()}
    steps = [step for step in subgoals_of(task) if step.skill not in changes & changed]
    return _taken_from(steps, lies)


def _taken_from(steps: Iterable[Subgoal], lies: Sequence[str]) -> tuple[Subgoal, ...]:
    """Return steps whose picks say where the things lie, the one put down last first."""
    places = list(lies)
    return tuple(
        _from(step, places.pop()) if step.skill == "pick" and places else step for step in steps
    )


def _lying(done: Iterable[Subgoal], thing: str) -> list[str]:
    """Return where things of a type were put and still lie, in the order of putting."""
    places: list[str] = []
    for step in done:
        if _about(step, "object") != thing:
            continue
        if step.skill == "place":
            places.append(_about(step, "receptacle"))
        elif step.skill == "pick" and (taken := _relation(step)) in places:
            places.remove(taken)
    return places


def _relation(step: Subgoal) -> str:
    value = step.arguments.get("object")
    return value.relation.rpartition(" ")[2] if isinstance(value, ObjectRef) else ""


def _about(step: Subgoal, argument: str) -> str:
    value = step.arguments.get(argument)
    return value.category if isinstance(value, ObjectRef) else ""


def _from(step: Subgoal, place: str) -> Subgoal:
    thing = step.arguments["object"]
    assert isinstance(thing, ObjectRef)
    told = ObjectRef(thing.category, thing.attributes, f"on the {place}")
    return Subgoal(step.skill, {**step.arguments, "object": told})
