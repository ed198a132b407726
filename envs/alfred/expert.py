"""The recorded expert: the data set's own low-level actions, as a planner and a policy."""

from collections.abc import Mapping
from dataclasses import dataclass

from embodied.core.action import Action, DiscreteAction
from embodied.core.errors import ConfigError, PlanningError
from embodied.core.observation import Observation
from embodied.core.plan import DONE, RUNNING, ObjectRef, Outcome, Plan, Subgoal
from embodied.core.protocols import PlanContext
from envs.alfred.dataset import Annotation, HighAction, LowAction, Trajectory
from envs.alfred.replay import mask_of
from envs.household.catalog import object_types

SKILLS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "GotoLocation": ("goto", ("object",)),
    "PickupObject": ("pick", ("object",)),
    "PutObject": ("place", ("object", "receptacle")),
    "ToggleObject": ("toggle", ("object",)),
    "SliceObject": ("slice", ("object",)),
    "HeatObject": ("heat", ("object",)),
    "CoolObject": ("cool", ("object",)),
    "CleanObject": ("clean", ("object",)),
}
"""Published subgoal to skill and its arguments' names; `NoOp`, the end, is none."""

BY = ("id", "mask")


@dataclass(frozen=True)
class RecordedSubgoal:
    """A subgoal and the actions recorded for it."""

    subgoal: Subgoal
    actions: tuple[LowAction, ...]


def recorded_subgoals(
    trajectory: Trajectory, annotation: Annotation
) -> tuple[RecordedSubgoal, ...]:
    """Return the expert's subgoals, in the words of an annotation, each with its actions.

    Raises:
        PlanningError: If the split publishes no plans.
    """
    if not trajectory.low_actions:
        raise PlanningError(
            f"{trajectory.trajectory_id}: {trajectory.split} has no recorded plan to follow"
        )
    spelled = {name.lower(): name for name in object_types()}
    found = []
    for index, high in enumerate(trajectory.high_actions):
        actions = tuple(each for each in trajectory.low_actions if each.subgoal == index)
        if high.name in SKILLS:
            text = annotation.steps[index].strip() if index < len(annotation.steps) else ""
            found.append(RecordedSubgoal(_subgoal(high, text, spelled), actions))
        elif actions:
            found.append(RecordedSubgoal(Subgoal(skill="goto", text=high.name), actions))
    return tuple(found)


def _subgoal(high: HighAction, text: str, spelled: Mapping[str, str]) -> Subgoal:
    skill, names = SKILLS[high.name]
    references = (ObjectRef(spelled.get(word, word)) for word in high.arguments)
    return Subgoal(skill=skill, arguments=dict(zip(names, references, strict=False)), text=text)


class RecordedPlanner:
    """Plans what was recorded, whatever is asked."""

    def __init__(self, recorded: tuple[RecordedSubgoal, ...]) -> None:
        self._subgoals = tuple(each.subgoal for each in recorded)

    def plan(self, context: PlanContext) -> Plan:
        """Return the recorded subgoals that are still to be done."""
        revision = context.current_plan.revision + 1 if context.current_plan else 0
        return Plan(context.instruction, revision, self._subgoals[len(context.history) :])


class RecordedPolicy:
    """Plays the recorded actions of each subgoal back, one a step, whatever comes of them.

    Args:
        recorded: Subgoals with their actions, in order.
        by: `id` names each object by its recorded id; `mask` gives the recorded mask alone.
    """

    def __init__(self, recorded: tuple[RecordedSubgoal, ...], *, by: str) -> None:
        if by not in BY:
            raise ConfigError(f"expert.by is {by!r}; choose one of {', '.join(BY)}.")
        self._recorded = recorded
        self._by = by
        self.reset()

    def reset(self) -> None:
        """Start over."""
        self._next = 0
        self._queue: list[LowAction] = []

    def begin(self, subgoal: Subgoal) -> None:
        """Take up the next recorded subgoal that is this one.

        Raises:
            PlanningError: If it is not among those left.
        """
        for index in range(self._next, len(self._recorded)):
            if self._recorded[index].subgoal == subgoal:
                self._next = index + 1
                self._queue = list(self._recorded[index].actions)
                return
        raise PlanningError(f"{subgoal} is not in the recording, or was done already")

    def act(self, observation: Observation) -> tuple[Action | None, Outcome]:
        """Return the next recorded action."""
        if not self._queue:
            return None, DONE
        return self._encode(self._queue.pop(0)), RUNNING

    def _encode(self, action: LowAction) -> Action:
        if action.object_id is None:
            return DiscreteAction(action.name)
        if self._by == "id":
            return DiscreteAction(action.name, target=action.object_id)
        return DiscreteAction(action.name, mask=mask_of(action))
