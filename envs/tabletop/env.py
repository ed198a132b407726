"""The tabletop as a gymnasium environment: twenty commands a second, pictures and joints back."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar, SupportsFloat

import gymnasium
import numpy as np

from embodied.core.action import STOP, Action, DiscreteAction, VectorAction
from embodied.core.arm import STATE_SIZE
from embodied.core.episode import EpisodeSpec
from embodied.core.errors import ConfigError
from embodied.core.instruction import Instruction
from embodied.core.observation import LAST_ACTION_SUCCESS, STATE, Observation
from embodied.core.plan import ObjectRef, Subgoal
from embodied.core.protocols import Planner, Policy
from embodied.core.skills import SkillSpec
from envs.tabletop.checkers import TaskChecker
from envs.tabletop.control import COMMAND_SIZES, CONTROL_HZ, ArmCommand, ArmController
from envs.tabletop.disturb import Disturbance, make_disturbance
from envs.tabletop.expert import ExpertPlanner, ExpertPolicy
from envs.tabletop.eyes import Eyes
from envs.tabletop.kinematics import load_mink
from envs.tabletop.limits import ArmLimits
from envs.tabletop.render import Backend as RenderBackend
from envs.tabletop.scene import COLOURS
from envs.tabletop.sightings import entities_in_view
from envs.tabletop.source import Episode, TabletopSource
from envs.tabletop.tasks import BLOCK, BOWL, DRAWER, SKILLS, ThingName, subgoals_of
from envs.tabletop.world import TabletopWorld

SPACES = tuple(COMMAND_SIZES)
"""Names of the command spaces, by their number in the action space."""
VALUES = max(COMMAND_SIZES.values())
AFTER_STOP_STEPS = 12
"""Control steps in which things come to rest after the agent has said that it is done."""
SEEN_BY = ("front", "wrist")
"""Cameras that privileged perception looks through."""


class TabletopEnv(gymnasium.Env[dict[str, Any], dict[str, Any]]):
    """Tasks of a Panda at a table.

    An action is one command of 1/20 s: the number of its space (`SPACES`), its values (7 or 8, the
    last the gripper's: 0 closed, 1 open), and whether the agent stops, which ends the episode.

    Observation: `observation.images.<camera>` uint8 [H, W, 3], `observation.depth.<camera>`
    float32 [H, W] metres, `observation.state` float32 [22] (`ArmState.vector`),
    `observation.last_action_success` 0 where limits held the last command back.

    Args:
        source: Where episodes come from.
        cameras: Which of `render.MOUNTS` are drawn; none is fastest.
        perception: `none`, or `privileged`: true places of what is in view.
        disturb: None, or a disturbance by name (`disturb.DISTURBANCES`).
        limits: Of the arm.
        max_steps: Control steps an episode may take.
        width_px: Width of the pictures.
        height_px: Height of the pictures.
        render_backend: `auto`, `gl` or `rays`.
        render_mode: None or `rgb_array`.

    Raises:
        ConfigError: If an option makes no sense, or mink and daqp are not installed.
        UnknownNameError: If there is no camera or disturbance of a name.

    Attributes:
        world: The world of the episode. Privileged, as are all of these.
        checker: Follows the task.
        steps: Commands carried out.
        held_back: How many of them limits took something away from.
    """

    metadata: ClassVar[dict[str, Any]] = {
        "render_modes": ["rgb_array"],
        "render_fps": int(CONTROL_HZ),
    }

    def __init__(
        self,
        *,
        source: TabletopSource,
        cameras: Sequence[str] = ("front", "wrist"),
        perception: str = "none",
        disturb: str | None = None,
        limits: ArmLimits | None = None,
        max_steps: int = 1800,
        width_px: int = 224,
        height_px: int = 224,
        render_backend: RenderBackend = "auto",
        render_mode: str | None = None,
    ) -> None:
        if max_steps < 1:
            raise ConfigError("max_steps must be at least 1")
        if perception not in ("none", "privileged"):
            raise ConfigError(
                f"the tabletop has no perception={perception}; use none or privileged, and "
                "benchmark.disturb=seen_aside or swapped for errors in it"
            )
        load_mink()  # told here, not by every episode in turn
        self.source, self.max_steps, self.render_mode = source, max_steps, render_mode
        self._eyes = Eyes(cameras, width_px=width_px, height_px=height_px, backend=render_backend)
        self._privileged = perception == "privileged"
        self._disturb: Disturbance | None = make_disturbance(disturb)
        self._limits = limits
        self._controller: ArmController | None = None
        self._episode: Episode | None = None
        self._over = True
        self.observation_space = gymnasium.spaces.Dict(
            {
                STATE: gymnasium.spaces.Box(-np.inf, np.inf, (STATE_SIZE,), np.float32),
                LAST_ACTION_SUCCESS: gymnasium.spaces.Discrete(2),
                **self._eyes.spaces(),
            }
        )
        self.action_space = gymnasium.spaces.Dict(
            {
                "space": gymnasium.spaces.Discrete(len(SPACES)),
                "values": gymnasium.spaces.Box(-np.pi, np.pi, (VALUES,), np.float32),
                "stop": gymnasium.spaces.Discrete(2),
            }
        )

    @property
    def skills(self) -> tuple[SkillSpec, ...]:
        """Skills of this body."""
        return SKILLS

    @property
    def episode(self) -> Episode:
        """The current episode. Privileged.

        Raises:
            RuntimeError: Before the first reset.
        """
        if self._episode is None:
            raise RuntimeError("no episode yet: call reset() first")
        return self._episode

    def episodes(self) -> Sequence[EpisodeSpec]:
        """List the episodes of the configured split, in their fixed order."""
        return self.source.episodes()

    def true_plan(self) -> tuple[Subgoal, ...]:
        """Return the plan that the episode's task takes. Privileged: a yardstick for skills.

        Raises:
            ConfigError: If the episode's goal is not known.
        """
        if self.episode.task is None:
            raise ConfigError("what a person asked for has no plan here")
        return subgoals_of(self.episode.task)

    def suits(self, episode_id: str, references: Sequence[ObjectRef]) -> bool:
        """Whether an episode's table has all that is named. Privileged: it picks demonstrations."""
        blocks, places = self._named(episode_id)
        return all(
            any(
                thing.category == reference.category.lower()
                and set(reference.attributes) & set(COLOURS) <= {thing.colour}
                for thing in (*blocks, *places)
            )
            for reference in references
            if reference.category.lower() != "table"
        )

    def contents(self, episode_id: str) -> Mapping[str, Sequence[str]]:
        """Return names on an episode's table by what they are for. Privileged: for people."""
        things, places = self._named(episode_id)
        return {"things": [str(each) for each in things], "places": [str(each) for each in places]}

    def _named(self, episode_id: str) -> tuple[list[ThingName], list[ThingName]]:
        scene = self.source.load(episode_id).scene
        blocks = [ThingName(BLOCK, each.colour) for each in scene.blocks]
        places = [ThingName(BOWL, each.colour) for each in scene.bowls]
        return blocks, [*places, *([ThingName(DRAWER)] if scene.drawer is not None else [])]

    def reset(
        self, *, seed: int | None = None, options: Mapping[str, Any] | None = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Set an episode up.

        Args:
            seed: Seeds the draw of an episode.
            options: `episode_id` picks one; without it one is drawn at random. `instruction`
                says something else than the episode's own words: its goal is not known then.

        Raises:
            UnknownNameError: If the split has no such episode.
        """
        super().reset(seed=seed)
        episode_id = (options or {}).get("episode_id")
        if episode_id is None:
            known = self.episodes()
            episode_id = known[int(self.np_random.integers(len(known)))].episode_id
        episode = self.source.load(episode_id)
        said = (options or {}).get("instruction")
        if said is not None:
            episode = replace(episode, instruction=Instruction.from_text(said), task=None)
        if self._controller is None:
            self._controller = ArmController(self._limits)
        self._episode = episode
        self.world = TabletopWorld(episode.scene, seed=episode.seed, controller=self._controller)
        self.checker = TaskChecker(episode.task, self.world)
        if self._disturb is not None:
            self._disturb.begin(episode, self.world)
        self._eyes.close()
        self.steps = self.held_back = 0
        self._gripper, self._over = 1.0, False
        return self._observation(), self._info()

    def step(
        self, action: Mapping[str, Any]
    ) -> tuple[dict[str, Any], SupportsFloat, bool, bool, dict[str, Any]]:
        """Carry one command out; the reward is 1 at the end of an episode that succeeded.

        Raises:
            RuntimeError: If the episode is over.
            ConfigError: If the command's numbers are not finite.
        """
        if self._over:
            raise RuntimeError("the episode is over or was never begun: call reset()")
        terminated, truncated = bool(action["stop"]), False
        if terminated:
            for _ in range(AFTER_STOP_STEPS):
                self.world.halt()
                self.checker.update()
        else:
            self._command(action)
            truncated = self.steps >= self.max_steps
        self._over = terminated or truncated
        info = self._info()
        reward = float(self._over and info["is_success"])
        return self._observation(), reward, terminated, truncated, info

    def _command(self, action: Mapping[str, Any]) -> None:
        space = SPACES[int(action["space"])]
        values = np.asarray(action["values"], dtype=np.float32)[: COMMAND_SIZES[space]]
        command = ArmCommand.from_action(VectorAction(values, space, "base", CONTROL_HZ))
        self.world.step(command)
        self.steps += 1
        self.held_back += self.world.last_targets.held_back
        if self._disturb is not None:
            self._disturb.update(self.world, self.checker)
        self.checker.update()

    def encode_action(self, action: Action) -> dict[str, Any]:
        """Turn an agent's action into a member of the action space.

        Raises:
            UnknownNameError: If there is no such command space.
            ConfigError: If it is no command to an arm, or not a well-formed one.
        """
        values = np.zeros(VALUES, dtype=np.float32)
        if isinstance(action, DiscreteAction) and action.name == STOP.name:
            return {"space": np.int64(0), "values": values, "stop": np.int64(1)}
        if not isinstance(action, VectorAction):
            raise ConfigError(f"the tabletop takes commands to an arm, got {action!r}")
        ArmCommand.from_action(action)
        values[: len(action.values)] = action.values
        return {
            "space": np.int64(SPACES.index(action.space)),
            "values": values,
            "stop": np.int64(0),
        }

    def decode_observation(self, observation: Mapping[str, Any]) -> Observation:
        """Turn a member of the observation space into what the agent sees.

        Places of cameras, and what a privileged perception lists, are no part of the space: they
        are those of the last step.
        """
        entities = entities_in_view(self.world, SEEN_BY) if self._privileged else ()
        if self._disturb is not None:
            entities = self._disturb.perceived(entities)
        return Observation(
            stamp_s=self.world.time_s,
            **self._eyes.decoded(observation, self.world),
            state=observation[STATE],
            entities=entities,
            last_action_success=bool(observation[LAST_ACTION_SUCCESS]),
        )

    def outcome(self) -> Mapping[str, Any]:
        """Return the verdict now, as keyword arguments of `EpisodeRecord`."""
        conditions = self.checker.conditions()
        harm = self.checker.harm
        return {
            "goal_conditions_met": sum(condition.met for condition in conditions),
            "goal_conditions_total": len(conditions),
            "steps": self.steps,
            "measures": {
                "dropped": float(len(harm.dropped)),
                "knocked_over": float(len(harm.knocked_over)),
                "displaced": float(len(harm.displaced)),
                "held_back": float(self.held_back),
                "simulated_s": self.world.time_s,
            },
        }

    def expert(self, *, by: str = "id") -> tuple[Planner, Policy]:
        """Return the scripted expert of this environment. Privileged.

        Args:
            by: Makes no difference here: commands name no things.
        """
        return ExpertPlanner(self), ExpertPolicy(self)

    def render(self) -> np.ndarray | None:
        """Return a picture from the front, uint8 [H, W, 3], where `render_mode` is `rgb_array`."""
        return self._eyes.draw(self.world, "front").rgb if self.render_mode else None

    def close(self) -> None:
        """Give back what drawing holds."""
        self._eyes.close()

    def _observation(self) -> dict[str, Any]:
        return {
            STATE: self.world.state().vector,
            LAST_ACTION_SUCCESS: np.int64(not self.world.last_targets.held_back),
            **self._eyes.observation(self.world),
        }

    def _info(self) -> dict[str, Any]:
        return {
            "episode_id": self.episode.spec.episode_id,
            "instruction": self.episode.instruction,
            "is_success": self.checker.is_success(),
            "error_message": "limits held back" if self.world.last_targets.held_back else "",
        }
