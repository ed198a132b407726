"""ALFWorld's text games as a gymnasium environment: commands in, sentences and one bit out."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, SupportsFloat

import gymnasium
import numpy as np

from embodied.core.action import STOP, Action, DiscreteAction, TextAction
from embodied.core.episode import EpisodeSpec
from embodied.core.errors import ConfigError
from embodied.core.instruction import Instruction
from embodied.core.observation import LAST_ACTION_SUCCESS, Observation
from embodied.core.protocols import Planner, Policy
from embodied.core.skills import SkillSpec
from embodied.mapping.text_world import NOTHING_HAPPENS, Mention, read
from envs.alfworld.expert import WalkthroughPlanner, WalkthroughPolicy
from envs.alfworld.game import Console, Game, GameFile, default_cache, package
from envs.alfworld.games import Games
from envs.alfworld.skills import SKILLS

TEXT = "observation.text"
STOP_COMMAND = "stop"
"""Ends the episode; the games themselves have no such command."""
ADMISSIBLE = "Admissible commands: "
_CHARACTERS = "".join(map(chr, range(32, 127))) + "\n"


class AlfWorldEnv(gymnasium.Env[dict[str, Any], str]):
    """ALFWorld's games under their published rules: the game itself says whether it is won.

    An action is a command, in the wording of alfworld 0.4 (`move X to Y`; before it was
    `put X in/on Y`, and scores across that change are not comparable). An episode ends when the
    game is won, at `stop`, or after `max_steps` commands.

    Observation: `observation.text`, what the game answered, without title and task;
    `observation.last_action_success` 0 where it answered that nothing happens, else 1.

    Args:
        data_root: See `envs.alfworld.games.find_games`.
        split: `train`, `valid_train`, `valid_seen` or `valid_unseen`.
        goals: `template` for the games' own words, `human` for ALFRED's annotations of the same
            trial.
        annotations: With human goals: `drawn` (one a game, at random), `first` or `all`.
        max_steps: Commands an episode may take.
        admissible_commands: Whether observations list the commands that would do something; a help
            that published results mostly had.
        cache_dir: Where translated games are kept; None takes the user's cache folder.

    Raises:
        ConfigError: If an option makes no sense, or the alfworld package is not installed.

    Attributes:
        games: The episodes.
        steps: Commands given in this episode.
        failed_actions: Those of them after which nothing happened.
    """

    metadata: ClassVar[dict[str, Any]] = {"render_modes": ["ansi"], "render_fps": 1}

    def __init__(
        self,
        *,
        data_root: str | Path | None = None,
        split: str = "valid_seen",
        goals: str = "template",
        annotations: str = "drawn",
        max_steps: int = 50,
        admissible_commands: bool = False,
        cache_dir: str | Path | None = None,
        render_mode: str | None = None,
    ) -> None:
        if max_steps < 1:
            raise ConfigError("max_steps must be at least 1")
        package()  # told here, not by every episode in turn
        self.games = Games(data_root=data_root, split=split, goals=goals, annotations=annotations)
        self.max_steps = max_steps
        self.render_mode = render_mode
        self._lists_commands = admissible_commands
        self._cache_dir = Path(cache_dir).expanduser() if cache_dir else default_cache()
        self._console: Console | None = None
        self._game: Game | None = None
        self._named: dict[str, Mention] = {}
        self._over = True
        self.observation_space = gymnasium.spaces.Dict(
            {
                TEXT: gymnasium.spaces.Text(max_length=20_000, min_length=0, charset=_CHARACTERS),
                LAST_ACTION_SUCCESS: gymnasium.spaces.Discrete(2),
            }
        )
        self.action_space = gymnasium.spaces.Text(max_length=200, min_length=0, charset=_CHARACTERS)

    @property
    def skills(self) -> tuple[SkillSpec, ...]:
        """Skills of a text game's body."""
        return SKILLS

    @property
    def file(self) -> GameFile:
        """The current game's file. Privileged.

        Raises:
            RuntimeError: Before the first reset.
        """
        if self._game is None:
            raise RuntimeError("no episode yet: call reset() first")
        return self._file

    def episodes(self) -> Sequence[EpisodeSpec]:
        """List the episodes of the configured split, in their fixed order."""
        return self.games.episodes()

    def reset(
        self, *, seed: int | None = None, options: Mapping[str, Any] | None = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Begin a game.

        Args:
            seed: Seeds the draw of an episode.
            options: `episode_id` picks one; without it one is drawn at random. `instruction` is
                told in place of the game's own words; its goal counts for nothing then.

        Raises:
            UnknownNameError: If the split has no such episode.
            DataError: If its files are damaged.
            ConfigError: If the alfworld package is not installed.
        """
        super().reset(seed=seed)
        episode_id = (options or {}).get("episode_id")
        if episode_id is None:
            known = self.episodes()
            episode_id = known[int(self.np_random.integers(len(known)))].episode_id
        spec, self._file, goal = self.games.load(episode_id)
        if self._console is None:
            self._console = Console(cache_dir=self._cache_dir)
        said = (options or {}).get("instruction")
        self._own_words = said is None
        self._instruction = (
            Instruction.from_text(goal, id=spec.episode_id, one_task=True)
            if said is None
            else Instruction.from_text(said)
        )
        self._game = self._console.insert(self._file)
        self.steps = self.failed_actions = 0
        self._text, self._refused, self._over = self._game.begin(), False, False
        self._named = {mention.name: mention for mention in read(self._text).mentions}
        return self._observation(), self._info()

    def step(self, action: str) -> tuple[dict[str, Any], SupportsFloat, bool, bool, dict[str, Any]]:
        """Give a command; the reward is 1 when the game is won.

        Raises:
            RuntimeError: If the episode is over.
        """
        if self._game is None or self._over:
            raise RuntimeError("the episode is over or was never begun: call reset()")
        command = " ".join(str(action).split())
        stopped = command == STOP_COMMAND
        if not stopped:
            self._text = self._game.step(command)
            self._refused = self._text == NOTHING_HAPPENS
            self._named |= {mention.name: mention for mention in read(self._text).mentions}
            self.failed_actions += self._refused
            self.steps += 1
        won = self._game.won and self._own_words
        terminated = stopped or won
        truncated = not terminated and self.steps >= self.max_steps
        self._over = terminated or truncated
        return self._observation(), float(won), terminated, truncated, self._info()

    def encode_action(self, action: Action) -> str:
        """Turn an agent's action into a command.

        Raises:
            ConfigError: If it is not a command in text, nor the stop.
        """
        if isinstance(action, TextAction):
            return action.text
        if isinstance(action, DiscreteAction) and action.name == STOP.name:
            return STOP_COMMAND
        raise ConfigError(f"ALFWorld takes commands in text, got {action!r}; choose policy=text")

    def decode_observation(self, observation: Mapping[str, Any]) -> Observation:
        """Turn a member of the observation space into what the agent sees.

        Entities are the things that the answers of this episode have named, as they were last
        named: `text_world.Mention`s.
        """
        return Observation(
            stamp_s=float(self.steps),
            text=str(observation[TEXT]),
            entities=tuple(self._named.values()),
            last_action_success=bool(observation[LAST_ACTION_SUCCESS]),
        )

    def outcome(self) -> Mapping[str, Any]:
        """Return the verdict now, as keyword arguments of `EpisodeRecord`."""
        won = self._game is not None and self._game.won and self._own_words
        return {
            "goal_conditions_met": int(won),
            "goal_conditions_total": int(self._own_words),
            "expert_steps": len(self.file.walkthrough),
            "steps": self.steps,
            "failed_actions": self.failed_actions,
        }

    def expert(self, *, by: str = "id") -> tuple[Planner, Policy]:
        """Return the game's own walkthrough as planner and policy. Privileged.

        Args:
            by: Makes no difference here: commands name things.
        """
        return WalkthroughPlanner(self), WalkthroughPolicy(self)

    def render(self) -> str | None:
        """Return the last answer, where `render_mode` is `ansi`."""
        return self._text if self.render_mode else None

    def close(self) -> None:
        """Give the engine's library back."""
        self._game = None
        if self._console is not None:
            self._console.close()
            self._console = None

    def _observation(self) -> dict[str, Any]:
        assert self._game is not None
        text = self._text
        if self._lists_commands:
            text = f"{text}\n{ADMISSIBLE}{', '.join(self._game.admissible())}"
        return {TEXT: text, LAST_ACTION_SUCCESS: np.int64(not self._refused)}

    def _info(self) -> dict[str, Any]:
        assert self._game is not None
        return {
            "instruction": self._instruction,
            "is_success": self._game.won and self._own_words,
            "error_message": self._text if self._refused else "",
        }


def make_alfworld(**settings: Any) -> AlfWorldEnv:
    """Make `embodied/AlfWorld-v0`; see `AlfWorldEnv`."""
    return AlfWorldEnv(**settings)
