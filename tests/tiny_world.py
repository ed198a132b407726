"""A world as small as the seam allows: walk a corridor to its end, then stop.

`gymnasium.make("tiny_world:tests/Tiny-v0")` makes it in any process that has `tests` on its path.
"""

import os
import signal
import time
from collections.abc import Mapping, Sequence
from typing import Any

import gymnasium
import numpy as np

from embodied.core.action import Action, DiscreteAction
from embodied.core.episode import EpisodeSpec
from embodied.core.errors import UnknownNameError
from embodied.core.instruction import Instruction
from embodied.core.observation import Observation
from embodied.core.plan import DONE, RUNNING, Outcome, Plan, Subgoal
from embodied.core.protocols import PlanContext
from embodied.core.skills import SkillSpec

ACTIONS = ("MoveAhead", "RotateLeft", "Stop")


class TinyWorld(gymnasium.Env):
    """Episode `task-T/trial-0/A` is a corridor of T + 2 cells.

    Args:
        split: Any name; it stands in the specs.
        tasks: Corridors; each has two annotations.
        raises: Episodes that raise at their second step.
        dies: Episodes at whose second step the process kills itself.
        delay_s: Time a step takes.
    """

    def __init__(
        self,
        *,
        split: str = "tiny",
        tasks: int = 5,
        raises: Sequence[str] = (),
        dies: Sequence[str] = (),
        delay_s: float = 0.0,
        privileged_targets: bool = False,
        render_backend: str = "auto",
        perception: str | None = None,
        controller: None = None,
    ) -> None:
        self.observation_space = gymnasium.spaces.Box(0, 255, (30, 30, 3), np.uint8)
        self.action_space = gymnasium.spaces.Discrete(len(ACTIONS))
        self.split, self.tasks = split, tasks
        self.raises, self.dies, self.delay_s = tuple(raises), tuple(dies), delay_s
        self.refused = ""

    @property
    def skills(self) -> tuple[SkillSpec, ...]:
        return (SkillSpec("walk"),)

    def episodes(self) -> list[EpisodeSpec]:
        return [
            EpisodeSpec(f"task-{task}/trial-0/{number}", f"task-{task}/trial-0", self.split)
            for task in range(self.tasks)
            for number in range(2)
        ]

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.episode_id = options["episode_id"]
        names = [spec.episode_id for spec in self.episodes()]
        if self.episode_id not in names:
            raise UnknownNameError("episode", self.episode_id, names)
        self.goal = int(self.episode_id.split("/")[0].removeprefix("task-")) + 1
        self.cell = self.steps = self.failed = 0
        return self._picture(), self._info()

    def step(self, action):
        time.sleep(self.delay_s)
        self.refused = ""
        if self.steps == 1 and self.episode_id in self.raises:
            raise RuntimeError(f"the floor of {self.episode_id} gave way")
        if self.steps == 1 and self.episode_id in self.dies:
            os.kill(os.getpid(), signal.SIGKILL)
        name = ACTIONS[action]
        if name == "Stop":
            return self._picture(), 0.0, True, False, self._info()
        self.steps += 1
        if name == "MoveAhead" and self.cell < self.goal:
            self.cell += 1
        elif name == "MoveAhead":
            self.failed += 1
            self.refused = "a wall"
        return self._picture(), 0.0, False, self.steps >= 20, self._info()

    def encode_action(self, action: Action) -> int:
        assert isinstance(action, DiscreteAction)
        return ACTIONS.index(action.name)

    def decode_observation(self, observation: Any) -> Observation:
        return Observation(stamp_s=float(self.steps), images={"ego": observation})

    def outcome(self) -> Mapping[str, Any]:
        return {
            "goal_conditions_met": int(self.cell == self.goal),
            "goal_conditions_total": 1,
            "expert_steps": self.goal,
            "steps": self.steps,
            "failed_actions": self.failed,
        }

    def expert(self, *, by: str = "id"):
        return _Planner(), _Walk(self)

    def _picture(self) -> np.ndarray:
        picture = np.full((30, 30, 3), 40, np.uint8)
        picture[:, : 3 * self.cell + 3] = (90, 160, 220)
        return picture

    def _info(self) -> dict[str, Any]:
        return {
            "instruction": Instruction.from_text(f"walk {self.goal} cells", id=self.episode_id),
            "is_success": self.cell == self.goal,
            "error_message": self.refused,
            "episode_id": self.episode_id,
        }


class _Planner:
    def plan(self, context: PlanContext) -> Plan:
        return Plan(context.instruction, 0, (Subgoal("walk", text=context.instruction.text),))


class _Walk:
    def __init__(self, world: TinyWorld) -> None:
        self.world = world

    def reset(self) -> None:
        return None

    def begin(self, subgoal: Subgoal) -> None:
        return None

    def act(self, observation: Observation) -> tuple[Action | None, Outcome]:
        if self.world.cell == self.world.goal:
            return None, DONE
        return DiscreteAction("MoveAhead"), RUNNING


if "tests/Tiny-v0" not in gymnasium.registry:
    gymnasium.register(id="tests/Tiny-v0", entry_point=TinyWorld)
