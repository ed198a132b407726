"""The policy: carries out one subgoal at a time with the skills, over a map it builds itself."""

from collections.abc import Mapping
from typing import Any

from embodied.core.action import Action
from embodied.core.entity import Entity
from embodied.core.errors import UnknownNameError
from embodied.core.observation import Observation
from embodied.core.plan import DONE, RUNNING, Cause, ObjectRef, Outcome, Subgoal
from embodied.mapping.whereabouts import load_whereabouts
from policies.skills.body import Body, Run, failed
from policies.skills.report import blame, state_text
from policies.skills.search import Search
from policies.skills.skills import SKILLS
from policies.skills.tools import Tools

MOST_STEPS = 350
"""Actions that one subgoal may take."""


class SkillPolicy:
    """Skills on a map; see `skills.SKILLS` for what it can do.

    Args:
        max_steps: Actions that one subgoal may take before it is given up.
    """

    def __init__(self, *, max_steps: int = MOST_STEPS) -> None:
        self._max_steps = max_steps
        self.reset()

    def reset(self) -> None:
        """Forget the last episode."""
        self.body = Body()
        self.tools = Tools(self.body, Search(self.body, load_whereabouts()))
        self._run: Run | None = None
        self._subgoal: Subgoal | None = None
        self._until = 0
        self._outcome: Outcome | None = None

    def begin(self, subgoal: Subgoal) -> None:
        """Start on a subgoal.

        Raises:
            UnknownNameError: If there is no such skill.
        """
        if subgoal.skill not in SKILLS:
            raise UnknownNameError("skill", subgoal.skill, SKILLS)
        references = {
            name: value for name, value in subgoal.arguments.items() if isinstance(value, ObjectRef)
        }
        self._subgoal = subgoal
        self._run = SKILLS[subgoal.skill].run(self.tools, references)
        self._until = self.body.actions + self._max_steps

    def act(self, observation: Observation) -> tuple[Action | None, Outcome]:
        """Return the next action; None with the outcome once the subgoal is over."""
        if self._run is None:
            raise RuntimeError("no subgoal yet: call begin() first")
        self._observe(observation)
        if self.body.actions >= self._until:
            self._run = None
            return None, failed(Cause.BUDGET, f"{self._max_steps} actions were not enough")
        try:
            return next(self._run), RUNNING
        except StopIteration as stop:
            self._run = None
            self._outcome = stop.value or DONE
            if stop.value is not None:
                self.body.note(f"{self._subgoal}: {stop.value.cause.value}: {stop.value.evidence}")
            return None, self._outcome

    def _observe(self, observation: Observation) -> None:
        last, self.body.last = self.body.last, None
        if last is not None:
            self.body.map.observe(observation, *last)
        elif self.body.map.frame < 0:
            self.body.map.observe(observation)

    def seen(self) -> tuple[Entity, ...]:
        """Return what stands on the map, as planners take it."""
        return tuple(
            Entity(
                category=each.category,
                score=each.belief,
                position_m=tuple(float(value) for value in each.centre_m),
                states=dict(each.states),
            )
            for each in self.body.map.instances
        )

    def state_text(self) -> str:
        """Return what is believed and what is being done, in one screen."""
        return state_text(self.body)

    def report(self) -> Mapping[str, Any]:
        """Return what the agent's report adds.

        What is being done, the log of what failed, and what would be to blame if this were a
        failure that ends here.
        """
        return {
            "doing": self.body.doing,
            "log": tuple(self.body.log),
            "cause": blame(self.body, over=self._run is None and self._outcome is DONE),
        }
