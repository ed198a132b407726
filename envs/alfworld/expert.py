"""The expert: a game's own walkthrough. Privileged."""

from typing import TYPE_CHECKING

from embodied.core.action import Action, TextAction
from embodied.core.observation import Observation
from embodied.core.plan import DONE, RUNNING, Outcome, Plan, Subgoal
from embodied.core.protocols import PlanContext

if TYPE_CHECKING:
    from envs.alfworld.env import AlfWorldEnv


class WalkthroughPlanner:
    """Plans one subgoal a command of the walkthrough.

    Args:
        env: The environment whose current game is played.
    """

    def __init__(self, env: "AlfWorldEnv") -> None:
        self._env = env

    def plan(self, context: PlanContext) -> Plan:
        """Return the walkthrough, whatever the instruction."""
        commands = self._env.file.walkthrough
        steps = tuple(Subgoal("command", {"text": text}, text=text) for text in commands)
        return Plan(context.instruction, 0, steps)


class WalkthroughPolicy:
    """Gives the commands that its subgoals hold.

    Args:
        env: The environment whose current game is played.
    """

    def __init__(self, env: "AlfWorldEnv") -> None:
        self._env = env
        self._command: str | None = None

    def reset(self) -> None:
        """Forget the last command."""
        self._command = None

    def begin(self, subgoal: Subgoal) -> None:
        """Take the command to give next."""
        self._command = str(subgoal.arguments["text"])

    def act(self, observation: Observation) -> tuple[Action | None, Outcome]:
        """Give the command once; then it is done."""
        command, self._command = self._command, None
        return (None, DONE) if command is None else (TextAction(command), RUNNING)
