"""Random commands to an arm: the floor every agent has to rise above, and a fuzzer of limits."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from embodied.core.action import STOP, Action, VectorAction
from embodied.core.instruction import Instruction
from embodied.core.observation import Observation
from embodied.core.skills import SkillSpec


class RandomCommands:
    """Draws a velocity of the hand and an opening of the gripper, and holds both for a while.

    Args:
        linear_mps: Largest speed along an axis.
        angular_rad_s: Largest turning about one.
        hold_steps: Most steps that a command is held.
    """

    def __init__(
        self, *, linear_mps: float = 0.4, angular_rad_s: float = 1.0, hold_steps: int = 20
    ) -> None:
        self._most = np.repeat([linear_mps, angular_rad_s], 3)
        self._hold_steps = hold_steps
        self._rng = np.random.default_rng(0)
        self.begin(Instruction(id="", parts=()))

    def seed(self, seed: int) -> None:
        """Seed the coming episode's draws."""
        self._rng = np.random.default_rng(seed)

    def begin(self, instruction: Instruction, *, skills: Sequence[SkillSpec] = ()) -> None:
        """Start an episode."""
        self._halted, self._left = False, 0

    def step(self, observation: Observation, now_s: float) -> Action:
        """Answer with a random command."""
        if self._halted:
            return STOP
        if self._left == 0:
            self._left = int(self._rng.integers(1, self._hold_steps + 1))
            twist = self._rng.uniform(-self._most, self._most)
            self._values = np.append(twist, self._rng.uniform()).astype(np.float32)
        self._left -= 1
        return VectorAction(self._values, "ee_velocity", "base", 20.0)

    def correct(self, text: str) -> None:
        """Stop at the next step, whatever was said: there is no plan to correct."""
        self._halted = True

    def report(self) -> Mapping[str, Any]:
        """Return nothing: there are neither plans nor subgoals."""
        return {}
