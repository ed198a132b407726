"""The expert as an agent: privileged, a yardstick and a source of demonstrations."""

from collections.abc import Mapping, Sequence
from typing import Any

from embodied.core.action import Action
from embodied.core.errors import ConfigError
from embodied.core.instruction import Instruction
from embodied.core.observation import Observation
from embodied.core.protocols import EpisodeEnv
from embodied.core.skills import SkillSpec
from embodied.runtime.agent import PlanningAgent


class ExpertAgent:
    """Runs the planner and policy with which an environment solves its own episodes.

    Args:
        by: How it points at objects: `id`, or `mask` as any other agent has to.
    """

    WAYS = ("id", "mask")

    def __init__(self, *, by: str = "id") -> None:
        if by not in self.WAYS:
            raise ConfigError(f"expert.by is {by!r}; choose one of {', '.join(self.WAYS)}.")
        self._by = by
        self._agent: PlanningAgent | None = None

    @property
    def _bound(self) -> PlanningAgent:
        if self._agent is None:
            raise ConfigError("ExpertAgent reads an environment's state: call bind(env) first.")
        return self._agent

    def bind(self, env: EpisodeEnv) -> None:
        """Take planner and policy of this episode from the environment, after its reset."""
        planner, policy = env.expert(by=self._by)
        self._agent = PlanningAgent(planner, policy)

    def begin(self, instruction: Instruction, *, skills: Sequence[SkillSpec] = ()) -> None:
        """Start an episode."""
        self._bound.begin(instruction, skills=skills)

    def step(self, observation: Observation, now_s: float) -> Action:
        """Answer with the next action."""
        return self._bound.step(observation, now_s)

    def correct(self, text: str) -> None:
        """Queue what a person said; words from before the first episode are forgotten by it."""
        if self._agent is not None:
            self._agent.correct(text)

    def report(self) -> Mapping[str, Any]:
        """Return plans, current subgoal and corrections; nothing before the first episode."""
        return {} if self._agent is None else self._agent.report()
