"""A language model that walks: reads each place in words, thinks, and names the way on.

NavGPT's manner (Zhou et al., 2023) over whatever the environment lists as seen, with any `llm`.
"""

import queue
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, Field

from embodied.core.action import STOP, Action, ViewpointAction
from embodied.core.errors import ConfigError
from embodied.core.instruction import Instruction
from embodied.core.observation import Observation
from embodied.core.panorama import Panorama
from embodied.core.skills import SkillSpec
from planners.llm.structured import ask
from planners.llm.types import LlmClient, Message
from planners.routes.llm_words import SYSTEM, describe_place
from planners.routes.parser import parse_route

_HALT = frozenset(("stop", "halt", "freeze", "wait"))


class NextStep(BaseModel):
    """What the model answers with."""

    thought: str = Field(description="which part of the instruction is done, and what comes next")
    way: int = Field(ge=0, description="number of the way to take; 0 stops here")


class LlmNavigator:
    """An agent that asks a language model at every place.

    Corrections are told to the model at the next step; a bare "stop" ends the episode.

    Args:
        model: The language model.
        max_moves: Moves after which it stops wherever it is.
        thoughts: How many of its last thoughts it is reminded of.

    Raises:
        ConfigError: If there is no model.
    """

    def __init__(self, model: LlmClient | None, *, max_moves: int = 20, thoughts: int = 6) -> None:
        if model is None:
            raise ConfigError("agent=llm_routes asks a language model: choose one with llm=...")
        self._model = model
        self._max_moves = max_moves
        self._thoughts = thoughts
        self._said: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.begin(Instruction(id="", parts=()))

    def begin(self, instruction: Instruction, *, skills: Sequence[SkillSpec] = ()) -> None:
        """Start an episode."""
        while not self._said.empty():
            self._said.get()
        self._instruction = instruction
        self._steps = tuple(step.text for step in parse_route(instruction.text))
        self._been: dict[str, int] = {}
        self._walk: list[tuple[int, str]] = []
        self._corrections: list[dict[str, Any]] = []
        self._moves = 0
        self._halted = False
        self._ending = ""

    def correct(self, text: str) -> None:
        """Tell the agent something; it acts on it at the next step. Safe from any thread.

        Raises:
            ValueError: If there are no words.
        """
        if not text.strip():
            raise ValueError("a correction needs words")
        self._said.put(text.strip())

    def step(self, observation: Observation, now_s: float) -> Action:
        """Answer with the way the model chose.

        Raises:
            ConfigError: If the environment is no navigation graph.
            PlanningError: If the model gives no valid answer.
        """
        panorama = observation.panorama
        if panorama is None:
            raise ConfigError("agent=llm_routes walks along navigation graphs: benchmark=r2r.")
        self._hear(now_s)
        if self._halted:
            self._ending = "a person said stop"
            return STOP
        if self._moves >= self._max_moves:
            self._ending = f"{self._max_moves} moves are over"
            return STOP
        number = self._been.setdefault(panorama.viewpoint, len(self._been) + 1)
        answer = self._ask(panorama, observation)
        self._walk.append((number, answer.thought))
        if answer.way == 0:
            self._ending = answer.thought
            return STOP
        self._moves += 1
        return ViewpointAction(panorama.ways[answer.way - 1].viewpoint)

    def report(self) -> Mapping[str, Any]:
        """Return the steps read from the instruction, the last thought and the corrections."""
        return {
            "instruction": self._instruction.text,
            "plans": (self._steps,) if self._steps else (),
            "subgoal": self._walk[-1][1] if self._walk else "",
            "subgoal_index": 0,
            "subgoal_count": 0,
            "corrections": tuple(self._corrections),
            "end_reason": self._ending,
        }

    def _hear(self, now_s: float) -> None:
        while not self._said.empty():
            text = self._said.get()
            stop = set(text.lower().strip(" .!").split()) <= _HALT
            self._halted = self._halted or stop
            kind = "stop" if stop else "amend"
            self._corrections.append({"text": text, "stamp_s": now_s, "kind": kind})

    def _ask(self, panorama: Panorama, observation: Observation) -> NextStep:
        count = len(panorama.ways)

        def check(answer: NextStep) -> list[str]:
            if answer.way <= count:
                return []
            return [f"there is no way {answer.way}; choose 0 to {count}"]

        question = "\n\n".join(self._tell(panorama, observation))
        messages = (Message.system(SYSTEM), Message.user(question))
        return ask(self._model, messages, NextStep, check=check)

    def _tell(self, panorama: Panorama, observation: Observation) -> list[str]:
        parts = [f"Instruction: {self._instruction.text}"]
        if len(self._steps) > 1:
            listed = "\n".join(f"{number}. {step}" for number, step in enumerate(self._steps, 1))
            parts.append(f"Its steps:\n{listed}")
        if self._corrections:
            said = "\n".join(f"- {correction['text']}" for correction in self._corrections)
            parts.append(f"Since then you were told:\n{said}")
        if self._walk:
            last = self._walk[-self._thoughts :]
            lines = "\n".join(f"- at place {place}: {thought}" for place, thought in last)
            parts.append(f"So far ({self._moves} moves):\n{lines}")
        here = self._been[panorama.viewpoint]
        parts.append(f"You are at place {here}.")
        parts.append(describe_place(panorama, observation.entities, self._been))
        return parts
