"""What simulated users of every world have in common: whom they watch, and what they have said."""

from typing import Any, ClassVar

from embodied.core.episode import EpisodeRecord, EpisodeSpec
from embodied.core.errors import ConfigError
from embodied.core.instruction import Instruction
from embodied.core.protocols import Step


class WatchingUser:
    """A user made of code: reads the true state of an environment, gives an agent only sentences.

    A world's own user speaks in `on_step`, by `_say`, and starts each episode afresh in `_forget`.

    Attributes:
        said: The sentences of this episode, oldest first.
    """

    _known_by: ClassVar[str] = "episodes"
    """What such an environment has, from its making on, and those of other kinds have not."""
    _lives_in: ClassVar[str] = ""
    """The setting that brings such an environment."""

    def __init__(self) -> None:
        self._env: Any = None
        self._agent: Any = None
        self.said: list[str] = []
        self._forget()

    def meet(self, env: Any, agent: Any) -> None:
        """Take hold of the environment to watch and of the agent to speak to.

        Raises:
            ConfigError: If it is an environment of another kind.
        """
        if not hasattr(env, self._known_by):
            raise ConfigError(
                f"{type(self).__name__} watches {self._lives_in}, not {type(env).__name__}: choose "
                "another user=, or none."
            )
        self._env, self._agent = env, agent

    def on_begin(self, spec: EpisodeSpec, instruction: Instruction) -> None:
        """Start watching, with nothing said yet."""
        self.said = []
        self._forget()

    def on_step(self, step: Step) -> None:
        """Watch a step and speak where it is time; a world's user says when that is."""

    def on_end(self, record: EpisodeRecord) -> None:
        """Stop watching."""

    def _forget(self) -> None:
        """Forget what was noticed in the last episode."""

    def _say(self, text: str) -> None:
        """Say a sentence to the agent and remember it."""
        self.said.append(text)
        self._agent.correct(text)
