"""Runs the expert through an episode, without an agent: for tables of L* and for benchmarks."""

from dataclasses import dataclass
from typing import Any

from embodied.core.action import STOP
from embodied.core.errors import PlanningError
from embodied.core.observation import Observation
from embodied.core.plan import Outcome, Status, Subgoal
from embodied.core.protocols import PlanContext, Planner, Policy

MOST_PLANS = 6


@dataclass(frozen=True)
class Solution:
    """How the expert fared.

    Attributes:
        success: Whether the environment's goal checkers say that the goal is reached.
        steps: Low-level actions taken, refused ones included.
        failed_actions: Refused ones.
        plans: Plans made.
        reason: Why it ended without success; empty with it.
    """

    success: bool
    steps: int
    failed_actions: int
    plans: int
    reason: str = ""


def solve(env: Any, episode_id: str, *, by: str = "id") -> Solution:
    """Reset to an episode and let the expert do it.

    Args:
        env: An `InteractionEnv`, with `privileged_targets` for `by="id"`.
        episode_id: The episode.
        by: How the expert points at objects: `id` or `mask`.
    """
    raw, info = env.reset(options={"episode_id": episode_id})
    planner, policy = env.unwrapped.expert(by=by)
    run = _Run(env, planner, policy, env.unwrapped.decode_observation(raw))
    policy.reset()
    reason = run.go(info["instruction"])
    outcome = env.unwrapped.outcome()
    done = outcome["goal_conditions_met"] == outcome["goal_conditions_total"]
    return Solution(
        success=done,
        steps=int(outcome["steps"]),
        failed_actions=int(outcome["failed_actions"]),
        plans=run.plans,
        reason="" if done else (reason or "the plan is done, the goal is not"),
    )


class _Run:
    """One episode: plans, subgoals, actions."""

    def __init__(
        self, env: Any, planner: Planner, policy: Policy, observation: Observation
    ) -> None:
        self._env, self._planner, self._policy = env, planner, policy
        self._observation = observation
        self._over = False
        self.plans = 0

    def go(self, instruction: Any) -> str:
        """Plan and act until the goal, the end of the episode or too many plans."""
        history: list[tuple[Subgoal, Outcome]] = []
        reason = ""
        while self.plans < MOST_PLANS and not self._over:
            self.plans += 1
            context = PlanContext(
                instruction, skills=self._env.unwrapped.skills, history=tuple(history)
            )
            try:
                plan = self._planner.plan(context)
            except PlanningError as error:
                return str(error)
            for subgoal in plan.subgoals:
                outcome = self._carry_out(subgoal)
                history.append((subgoal, outcome))
                if outcome.status is not Status.DONE:
                    reason = f"{subgoal}: {outcome.evidence}"
                    break
            else:
                self._act(STOP)
                return ""
        return reason or "the episode ran out"

    def _carry_out(self, subgoal: Subgoal) -> Outcome:
        self._policy.begin(subgoal)
        while True:
            action, outcome = self._policy.act(self._observation)
            if outcome.status is not Status.RUNNING:
                return outcome
            self._act(action)
            if self._over:
                return Outcome(Status.FAILED, evidence="the episode is over")

    def _act(self, action: Any) -> None:
        encoded = self._env.unwrapped.encode_action(action)
        raw, _, terminated, truncated, _ = self._env.step(encoded)
        self._observation = self._env.unwrapped.decode_observation(raw)
        self._over = bool(terminated or truncated)
