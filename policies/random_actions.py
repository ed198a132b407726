"""Random actions: the floor every agent has to rise above, and a fuzzer of environments."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from embodied.core.action import Action, DiscreteAction
from embodied.core.arrays import Mask
from embodied.core.errors import ConfigError
from embodied.core.instruction import Instruction
from embodied.core.observation import Observation
from embodied.core.skills import SkillSpec


def random_blob(rng: np.random.Generator, height_px: int, width_px: int) -> Mask:
    """Return an ellipse of random place and size, about 3 to 30 % of the picture across.

    Args:
        rng: Source of the draw.
        height_px: Height of the picture.
        width_px: Width of the picture.

    Returns:
        bool [H, W], true in at least one pixel.
    """
    row, column = rng.uniform(0.0, height_px), rng.uniform(0.0, width_px)
    half_rows, half_columns = rng.uniform(0.015, 0.15, size=2) * (height_px, width_px)
    rows, columns = np.ogrid[:height_px, :width_px]
    mask: Mask = ((rows - row) / half_rows) ** 2 + ((columns - column) / half_columns) ** 2 <= 1.0
    mask[int(row), int(column)] = True
    return mask


class RandomAgent:
    """Draws an action uniformly from a list, and a mask for it.

    Args:
        actions: Names the environment knows.
        camera: Camera whose picture sizes the mask.

    Raises:
        ConfigError: If there are no actions to draw from.
    """

    def __init__(self, *, actions: Sequence[str], camera: str = "ego") -> None:
        if not actions:
            raise ConfigError("RandomAgent needs at least one action to draw from.")
        self._actions = tuple(actions)
        self._camera = camera
        self._rng = np.random.default_rng(0)
        self._halted = False

    def seed(self, seed: int) -> None:
        """Seed the coming episode's draws."""
        self._rng = np.random.default_rng(seed)

    def begin(self, instruction: Instruction, *, skills: Sequence[SkillSpec] = ()) -> None:
        """Start an episode."""
        self._halted = False

    def step(self, observation: Observation, now_s: float) -> Action:
        """Answer with a random action."""
        if self._halted:
            return DiscreteAction("Stop")
        height_px, width_px = observation.images[self._camera].shape[:2]
        name = self._actions[int(self._rng.integers(len(self._actions)))]
        return DiscreteAction(name, mask=random_blob(self._rng, height_px, width_px))

    def correct(self, text: str) -> None:
        """Stop at the next step, whatever was said: there is no plan to correct."""
        self._halted = True

    def report(self) -> Mapping[str, Any]:
        """Return nothing: there are neither plans nor subgoals."""
        return {}
