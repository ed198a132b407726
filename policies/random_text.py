"""Random commands in a text world: the floor every agent has to rise above, and a fuzzer."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from embodied.core.action import STOP, Action, TextAction
from embodied.core.errors import ConfigError
from embodied.core.instruction import Instruction
from embodied.core.observation import Observation
from embodied.core.skills import SkillSpec

_THING = re.compile(r"\b([a-z]+ \d+)\b")
_LISTED = re.compile(r"^Admissible commands: (.*)$", re.MULTILINE)


class RandomText:
    """Draws one of a list of commands, with things it has read of put into its gaps.

    Where the world lists the commands that would do something, it draws one of those.

    Args:
        commands: Commands; every `{}` takes a thing of which was read, `drawer 2`, drawn anew.
    """

    def __init__(self, *, commands: Sequence[str]) -> None:
        self._commands = tuple(commands)
        self._plain = tuple(command for command in commands if "{}" not in command)
        if not self._plain:
            raise ConfigError("RandomText needs a command without a gap, for when it saw nothing.")
        self._rng = np.random.default_rng(0)
        self.begin(Instruction(id="", parts=()))

    def seed(self, seed: int) -> None:
        """Seed the coming episode's draws."""
        self._rng = np.random.default_rng(seed)

    def begin(self, instruction: Instruction, *, skills: Sequence[SkillSpec] = ()) -> None:
        """Start an episode."""
        self._halted = False
        self._things: dict[str, None] = {}

    def step(self, observation: Observation, now_s: float) -> Action:
        """Answer with a random command.

        Raises:
            ConfigError: If the environment is no text world.
        """
        if observation.text is None:
            raise ConfigError("RandomText acts in text worlds: benchmark=alfworld.")
        if self._halted:
            return STOP
        listed = _LISTED.search(observation.text)
        if listed:
            return TextAction(self._drawn(listed[1].split(", ")))
        self._things.update(dict.fromkeys(_THING.findall(observation.text)))
        things = tuple(self._things)
        command = self._drawn(self._commands if things else self._plain)
        while "{}" in command:
            command = command.replace("{}", self._drawn(things), 1)
        return TextAction(command)

    def _drawn(self, several: Sequence[str]) -> str:
        return several[int(self._rng.integers(len(several)))]

    def correct(self, text: str) -> None:
        """Stop at the next step, whatever was said: there is no plan to correct."""
        self._halted = True

    def report(self) -> Mapping[str, Any]:
        """Return nothing: there are neither plans nor subgoals."""
        return {}
