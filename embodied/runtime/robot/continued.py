"""A goal that takes over from one that was cut short."""

from collections.abc import Mapping, Sequence
from typing import Any

from embodied.core.action import Action
from embodied.core.correction import CorrectionKind
from embodied.core.instruction import Instruction
from embodied.core.observation import Observation
from embodied.core.protocols import Agent
from embodied.core.skills import SkillSpec
from embodied.runtime.corrections import classify


class Continued:
    """An agent that was cut short: what it was doing is ended safely before the next begins.

    It is told as a person would, "forget it, ...", which puts down what is held; an instruction
    that would not be understood so begins anew.

    Args:
        agent: The agent.
    """

    def __init__(self, agent: Agent) -> None:
        self._agent = agent

    def begin(self, instruction: Instruction, *, skills: Sequence[SkillSpec] = ()) -> None:
        """Replace the task that was cut short."""
        words = f"forget it, {instruction.text}"
        heard = classify(words)
        if instruction.steps or heard.kind is not CorrectionKind.REPLACE:
            self._agent.begin(instruction, skills=skills)
        else:
            self._agent.correct(words)

    def step(self, observation: Observation, now_s: float) -> Action:
        """Step."""
        return self._agent.step(observation, now_s)

    def correct(self, text: str) -> None:
        """Correct."""
        self._agent.correct(text)

    def report(self) -> Mapping[str, Any]:
        """Report."""
        return self._agent.report()
