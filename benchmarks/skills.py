"""Times the skills' agent by itself: planning, mapping and choosing an action, without rendering.

    OMP_NUM_THREADS=1 python benchmarks/skills.py [--episodes 20] [--perception privileged]

Every call of `agent.step` is timed in CPU seconds of its thread, which other work on the machine
does not stretch. Prints the median and the 99th percentile in milliseconds, over all steps of
generated homes, and the share of episodes that succeeded; returns 0 where they are at most 10 and
50 ms.
"""

import argparse
import time

import gymnasium
import numpy as np

from embodied.core.action import Action
from embodied.core.observation import Observation
from embodied.runtime.agent import PlanningAgent
from embodied.runtime.episode import run_episode
from envs.household.perception import NoisyPerception, PrivilegedPerception
from planners.ground_truth.planner import GroundTruthPlanner
from policies.skills.policy import SkillPolicy

PERCEPTIONS = {"privileged": PrivilegedPerception, "privileged_noisy": NoisyPerception}
MEDIAN_MS, WORST_MS = 10.0, 50.0


class TimedAgent(PlanningAgent):
    """Keeps how long each step took, CPU seconds."""

    def __init__(self) -> None:
        super().__init__(GroundTruthPlanner(), SkillPolicy())
        self.seconds: list[float] = []

    def step(self, observation: Observation, now_s: float) -> Action:
        """Answer, and note how long it took."""
        started = time.thread_time()
        action = super().step(observation, now_s)
        self.seconds.append(time.thread_time() - started)
        return action


def main() -> int:
    """Print the figures; return 0 where they are within bounds."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--episodes", type=int, default=20)
    parser.add_argument("--perception", choices=sorted(PERCEPTIONS), default="privileged")
    options = parser.parse_args()
    env = gymnasium.make(
        "envs:embodied/Household-v0",
        split="train",
        perception=PERCEPTIONS[options.perception](),
        disable_env_checker=True,
    )
    agent = TimedAgent()
    specs = env.unwrapped.episodes()
    chosen = np.random.default_rng(0).permutation(len(specs))[: options.episodes]
    solved = sum(
        run_episode(env, agent, specs[index]).status.value == "success" for index in chosen
    )
    env.close()
    times_ms = np.array(agent.seconds) * 1e3
    median, worst = np.percentile(times_ms, (50, 99))
    print(f"{options.perception}: {solved} of {options.episodes} solved, {len(times_ms)} steps")
    print(f"agent step, CPU ms: p50 {median:.1f}, p99 {worst:.1f}, max {times_ms.max():.1f}")
    return 0 if median <= MEDIAN_MS and worst <= WORST_MS else 1


if __name__ == "__main__":
    raise SystemExit(main())
