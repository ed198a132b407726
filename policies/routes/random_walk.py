"""R2R's random agent: a direction, then five viewpoints straight on."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from embodied.core.action import STOP, Action, DiscreteAction, ViewpointAction
from embodied.core.errors import ConfigError
from embodied.core.instruction import Instruction
from embodied.core.observation import Observation
from embodied.core.skills import SkillSpec


class RandomWalk:
    """Turns right 0 to 11 times, then walks on to what is nearest straight ahead.

    Where nothing is in view it turns right until something is; after the moves it stops. This is
    the random agent of Anderson et al. (2018), whose published run also ends after 30 actions.

    Args:
        moves: Successful moves before it stops.
        max_actions: Actions after which it stops wherever it is.
    """

    def __init__(self, *, moves: int = 5, max_actions: int = 30) -> None:
        self._wanted = moves
        self._max_actions = max_actions
        self._rng = np.random.default_rng(0)
        self.begin(Instruction(id="", parts=()))

    def seed(self, seed: int) -> None:
        """Seed the coming episode's draw."""
        self._rng = np.random.default_rng(seed)

    def begin(self, instruction: Instruction, *, skills: Sequence[SkillSpec] = ()) -> None:
        """Start an episode."""
        self._turns = int(self._rng.integers(12))
        self._moves = self._actions = 0
        self._halted = False

    def step(self, observation: Observation, now_s: float) -> Action:
        """Answer with a turn or a move.

        Raises:
            ConfigError: If the environment is no navigation graph.
        """
        if observation.panorama is None:
            raise ConfigError("RandomWalk walks along navigation graphs: benchmark=r2r.")
        if self._halted or self._moves >= self._wanted or self._actions >= self._max_actions:
            return STOP
        self._actions += 1
        if self._turns > 0 or not observation.panorama.ways:
            self._turns = max(self._turns - 1, 0)
            return DiscreteAction("TurnRight")
        self._moves += 1
        return ViewpointAction(observation.panorama.ways[0].viewpoint)

    def correct(self, text: str) -> None:
        """Stop at the next step, whatever was said: there is no plan to correct."""
        self._halted = True

    def report(self) -> Mapping[str, Any]:
        """Return nothing: there are neither plans nor subgoals."""
        return {}
