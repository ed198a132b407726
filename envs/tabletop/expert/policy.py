"""The expert as a planner and a policy."""

from typing import TYPE_CHECKING

from embodied.core.action import Action
from embodied.core.errors import PlanningError, UnknownNameError
from embodied.core.observation import Observation
from embodied.core.plan import DONE, RUNNING, Cause, Outcome, Plan, Status, Subgoal
from embodied.core.protocols import PlanContext
from envs.tabletop.expert.hand import Hand, Run
from envs.tabletop.expert.scripts import SKILLS, GaveUpError, Scripts
from envs.tabletop.tasks import subgoals_of

if TYPE_CHECKING:
    from envs.tabletop.env import TabletopEnv


class ExpertPlanner:
    """Plans the subgoals of the episode's own task.

    Args:
        env: The environment whose episode it reads.
    """

    def __init__(self, env: "TabletopEnv") -> None:
        self._env = env

    def plan(self, context: PlanContext) -> Plan:
        """Return the plan.

        Raises:
            PlanningError: If the episode's goal is not known.
        """
        task = self._env.episode.task
        if task is None:
            raise PlanningError("the expert needs an episode's own task, not words of a person")
        revision = context.current_plan.revision + 1 if context.current_plan else 0
        return Plan(context.instruction, revision, subgoals_of(task))


class ExpertPolicy:
    """Carries subgoals out.

    Args:
        env: The environment whose world it reads.
    """

    def __init__(self, env: "TabletopEnv") -> None:
        self._env = env
        self.reset()

    def reset(self) -> None:
        """Forget the last episode."""
        self._hand: Hand | None = None
        self._run: Run | None = None
        self._subgoal: Subgoal | None = None

    def begin(self, subgoal: Subgoal) -> None:
        """Start on a subgoal.

        Raises:
            UnknownNameError: If the expert has no such skill.
        """
        if subgoal.skill not in SKILLS:
            raise UnknownNameError("skill of the expert", subgoal.skill, SKILLS)
        if self._hand is None or self._hand.world is not self._env.world:
            self._hand = Hand(self._env.world)
        self._subgoal = subgoal
        self._run = SKILLS[subgoal.skill](Scripts(self._hand), subgoal)

    def act(self, observation: Observation) -> tuple[Action | None, Outcome]:
        """Return the next command, and how the subgoal stands.

        Raises:
            RuntimeError: Before `begin`.
        """
        if self._run is None:
            raise RuntimeError("no subgoal yet: call begin() first")
        try:
            return next(self._run), RUNNING
        except StopIteration:
            return None, DONE
        except GaveUpError as error:
            return None, Outcome(Status.FAILED, Cause.NO_EFFECT, str(error))
