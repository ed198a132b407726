"""Simulated people: they watch an episode and say what a person would, in words."""

from typing import Any, Protocol, runtime_checkable

from embodied.core.protocols import EpisodeEnv, Subscriber


class Hearer(Protocol):
    """Who is spoken to."""

    def correct(self, text: str) -> None:
        """Take a correction, or the answer to an open question."""


@runtime_checkable
class SimulatedUser(Subscriber, Protocol):
    """A user made of code. Privileged: it reads the true state, the agent hears its words alone."""

    def meet(self, env: EpisodeEnv, agent: Hearer) -> None:
        """Take hold of the environment to watch and the agent to speak to, once a session."""


def introduce(user: Any, env: EpisodeEnv, agent: Hearer) -> None:
    """Let a user meet its environment and agent, where there is one."""
    if isinstance(user, SimulatedUser):
        user.meet(env, agent)
