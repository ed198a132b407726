"""Tasks at the table as data: what is asked, what has to be so at the end, how it is planned."""

from collections.abc import Mapping
from dataclasses import dataclass

from embodied.core.arm_skills import arm_skills
from embodied.core.plan import Argument, ObjectRef, Subgoal
from embodied.core.skills import SkillSpec

BLOCK, BOWL, DRAWER = "block", "bowl", "drawer"

SKILLS: tuple[SkillSpec, ...] = arm_skills(
    movable=(BLOCK,), receptacles=(BOWL, DRAWER), openable=(DRAWER,)
)

HELD, IN, ON, OPENNESS = "held", "in", "on", "openness"
"""Goals besides those of place, which are named as the relation is (`BESIDE`)."""


@dataclass(frozen=True)
class ThingName:
    """What a thing is called; unique in its scene.

    Attributes:
        category: `block`, `bowl` or `drawer`.
        colour: Empty for the drawer: there is only one.
    """

    category: str
    colour: str = ""

    def __str__(self) -> str:
        return f"{self.colour} {self.category}".strip()

    @property
    def reference(self) -> ObjectRef:
        """The thing as a plan names it."""
        attributes = (self.colour,) if self.colour else ()
        return ObjectRef(self.category, attributes, phrase=str(self))


@dataclass(frozen=True)
class Goal:
    """One thing that has to be so at the end.

    Attributes:
        relation: `held`, `openness`, or one of `embodied.core.arm_skills.RELATIONS`.
        thing: What it is about.
        other: What the thing is to be in, on or beside.
        share: How far open, for `openness`.
        pushed: Whether the thing has to get there without being lifted.
    """

    relation: str
    thing: ThingName
    other: ThingName | None = None
    share: float = 0.0
    pushed: bool = False


@dataclass(frozen=True)
class ArmTask:
    """What is to be done.

    Attributes:
        kind: One of `KINDS`.
        goals: What has to be so, in the order in which it is brought about.
        before: How far open the drawer is at the beginning.
    """

    kind: str
    goals: tuple[Goal, ...]
    before: float = 0.0


KINDS = (
    "pick_up",
    "place_in",
    "place_on",
    "place_beside",
    "push_beside",
    "open",
    "open_to",
    "close",
    "close_to",
    "open_and_put",
    "put_and_close",
    "place_two",
)
"""Kinds of task; a split's episodes take turns."""


def subgoals_of(task: ArmTask) -> tuple[Subgoal, ...]:
    """Return the plan that a task takes, by types and colours."""
    plan: list[Subgoal] = []
    share = task.before
    for goal in task.goals:
        plan += _subgoals(goal, share)
        share = goal.share if goal.relation == OPENNESS else share
    return tuple(plan)


def _subgoals(goal: Goal, openness: float) -> list[Subgoal]:
    thing = goal.thing.reference
    if goal.relation == OPENNESS:
        skill = "open" if goal.share > openness else "close"
        return [Subgoal(skill, {"object": thing, "share": goal.share}, _words(skill, goal))]
    if goal.relation == HELD:
        return [Subgoal("pick", {"object": thing}, _words("pick up", goal))]
    assert goal.other is not None, "a goal of place names what it is relative to"
    arguments: Mapping[str, Argument] = {
        "object": thing,
        "receptacle": goal.other.reference,
        "relation": goal.relation,
    }
    if goal.pushed:
        return [Subgoal("push", arguments, _words("push", goal))]
    return [
        Subgoal("pick", {"object": thing}, f"Pick up the {goal.thing}."),
        Subgoal("place", arguments, _words("put", goal)),
    ]


def _words(verb: str, goal: Goal) -> str:
    words = f"{verb} the {goal.thing}"
    if goal.other is not None:
        words += f" {goal.relation} the {goal.other}"
    if goal.relation == OPENNESS and goal.share not in (0.0, 1.0):
        words += f" to {goal.share:.0%}"
    return f"{words[0].upper()}{words[1:]}."
