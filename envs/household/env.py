"""Household tasks as a gymnasium environment: names and masks in, one picture and one bit out."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, SupportsFloat

import gymnasium
import numpy as np

from embodied.core.action import Action, DiscreteAction
from embodied.core.episode import EpisodeSpec
from embodied.core.errors import ConfigError, UnknownNameError
from embodied.core.geometry import Intrinsics
from embodied.core.instruction import Instruction
from embodied.core.observation import DEPTH, IMAGES, LAST_ACTION_SUCCESS, Observation
from embodied.core.protocols import Planner, Policy
from embodied.core.skills import SkillSpec
from envs.household import commands
from envs.household.catalog import object_types
from envs.household.episode import Command, Episode, EpisodeSource
from envs.household.goals import GoalTracker, all_met
from envs.household.gym_spaces import CAMERA, action_space, checked_mask, observation_space
from envs.household.rinsing import rinse
from envs.household.skills import SKILLS
from envs.household.targets import resolve_mask

if TYPE_CHECKING:
    from envs.household.controller import Controller
    from envs.household.event import Event
    from envs.household.perception import Percept, Perception

FOV_DEG = 60.0


class InteractionEnv(gymnasium.Env[dict[str, Any], dict[str, Any]]):
    """ALFRED's tasks on a controller, under the rules of its published evaluation.

    An action is a name and a mask over the picture; the mask is resolved to an object by
    `targets.resolve_mask`. An action counts as failed if the controller refuses it, its mask
    means no object, or it cannot be meant (cutting without a knife). `Stop` ends the episode.

    Observation: `observation.images.ego` uint8 [H, W, 3], `observation.last_action_success`
    0 or 1, and with `depth` also `observation.depth.ego` float32 [H, W] metres.

    Args:
        source: Where episodes come from.
        controller: The world; None makes a `HouseholdController`.
        max_steps: Actions an episode may take before it is cut off.
        max_failed_actions: Failed actions at which it is cut off.
        depth: Whether observations hold depth.
        perception: Privileged: lists what is in view in `Observation.entities`, with its own
            depth; None shows the picture alone.
        privileged_targets: Whether actions may name their object by id.
        width_px: Width of the picture.
        height_px: Height of the picture.
        render_backend: Passed to the `HouseholdController` that is made.
        render_mode: None or `rgb_array`.

    Attributes:
        controller: The world. Privileged, as are all of these.
        source: Where episodes come from.
        tracker: Follows the current episode's goal conditions.
        last_target: Id of what the last action was done to, None where it had no object.
        last_command: The last action as ALFRED's leaderboard takes it, THOR's name and arguments;
            None where nothing was sent: after a reset, a stop, a mask that means nothing, or the
            failure that ends the episode. Also in `info["command"]`.
        setup_refusals: (action, reason) of set-up commands that were refused at the last reset.
        steps: Actions of the current episode that count.
        failed_actions: Those of them that failed.
    """

    metadata: ClassVar[dict[str, Any]] = {"render_modes": ["rgb_array"], "render_fps": 5}

    def __init__(
        self,
        *,
        source: EpisodeSource,
        controller: "Controller | None" = None,
        max_steps: int = 1000,
        max_failed_actions: int = 10,
        depth: bool = False,
        perception: "Perception | None" = None,
        privileged_targets: bool = False,
        width_px: int = 300,
        height_px: int = 300,
        render_backend: str = "auto",
        render_mode: str | None = None,
    ) -> None:
        if max_steps < 1 or max_failed_actions < 1:
            raise ConfigError("max_steps and max_failed_actions must be at least 1")
        if controller is None:
            from envs.household.controller import HouseholdController

            controller = HouseholdController(
                width_px=width_px,
                height_px=height_px,
                fov_deg=FOV_DEG,
                render_backend=render_backend,
            )
        self.controller = controller
        self.source = source
        self.max_steps = max_steps
        self.max_failed_actions = max_failed_actions
        self.render_mode = render_mode
        self._depth = depth
        self._perception = perception
        self._percept: Percept | None = None
        self._privileged = privileged_targets
        self._shape = (height_px, width_px)
        self._intrinsics = Intrinsics.from_vertical_fov(
            width_px=width_px, height_px=height_px, fov_deg=FOV_DEG
        )
        self._episode: Episode | None = None
        self.last_target: str | None = None
        self.last_command: Command | None = None
        self.setup_refusals: list[tuple[str, str]] = []
        self.observation_space = observation_space(self._shape, depth=depth)
        self.action_space = action_space(self._shape, targets=privileged_targets)

    @property
    def skills(self) -> tuple[SkillSpec, ...]:
        """Skills this body declares."""
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

    def has_room_for(self, episode_id: str, types: Collection[str]) -> bool:
        """Whether an episode's room has something of every type. Privileged: it picks demos."""
        there = {spec.type for spec in self.source.load(episode_id).scene.objects}
        return all(name.removesuffix("Sliced") in there for name in types)

    def contents(self, episode_id: str) -> Mapping[str, Sequence[str]]:
        """Return types in an episode's room by what they are for. Privileged: for people."""
        there = sorted({spec.type for spec in self.source.load(episode_id).scene.objects})
        types = object_types()
        taken = [name for name in there if types[name].can("pickupable")]
        places = [name for name in there if types[name].can("receptacle") and name not in taken]
        return {"things": taken, "places": places}

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
            DataError: If its files are damaged.
        """
        super().reset(seed=seed)
        episode_id = (options or {}).get("episode_id")
        if episode_id is None:
            known = self.episodes()
            if not known:
                raise ConfigError("the split has no episodes to draw from")
            episode_id = known[int(self.np_random.integers(len(known)))].episode_id
        episode = self.source.load(episode_id)
        said = (options or {}).get("instruction")
        if said is not None:
            episode = replace(episode, instruction=Instruction.from_text(said), task=None)
        event = self.controller.reset(episode.scene)
        self.setup_refusals = []
        for command in episode.setup:
            event = self.controller.step(dict(command))
            if not event.metadata["lastActionSuccess"]:
                self.setup_refusals.append((command["action"], event.metadata["errorMessage"]))
        self._episode = episode
        self.last_command = None
        self.tracker = GoalTracker(episode.task)
        self.steps = self.failed_actions = 0
        self._last_ok, self._last_error, self._over = True, "", False
        return self._observation(event), self._info(event)

    def step(
        self, action: Mapping[str, Any]
    ) -> tuple[dict[str, Any], SupportsFloat, bool, bool, dict[str, Any]]:
        """Carry an action out; the reward is 1 at the end of an episode that succeeded.

        Raises:
            ValueError: If the mask's shape is not the picture's, or the action's number is not
                one of the action space.
            RuntimeError: If the episode is over.
        """
        if self._episode is None or self._over:
            raise RuntimeError("the episode is over or was never begun: call reset()")
        number = int(action["name"])
        if not 0 <= number < len(commands.ACTION_NAMES):
            raise ValueError(f"action number {number}, expected 0 to {len(self.action_names) - 1}")
        name = self.action_names[number]
        mask = checked_mask(action.get("mask"), self._shape)
        self.last_command = None
        terminated = name == commands.STOP_NAME
        truncated = False
        if not terminated:
            error = self._carry_out(name, mask, str(action.get("target", "")))
            self._last_ok, self._last_error = not error, error
            self.failed_actions += bool(error)
            # The published evaluation leaves its loop at the last failure without counting a step
            # or keeping its command.
            truncated = self.failed_actions >= self.max_failed_actions
            self.last_command = None if truncated else self.last_command
            self.steps += not truncated
            truncated = truncated or self.steps >= self.max_steps
        self._over = terminated or truncated
        event = self.controller.last_event
        info = self._info(event)
        reward = float(self._over and info["is_success"])
        return self._observation(event), reward, terminated, truncated, info

    @property
    def action_names(self) -> tuple[str, ...]:
        """Names of the actions, by their number in the action space."""
        return commands.ACTION_NAMES

    def encode_action(self, action: Action) -> dict[str, Any]:
        """Turn an agent's action into a member of the action space.

        Raises:
            UnknownNameError: If there is no action of that name.
            ConfigError: If it names an object by id and that is not allowed here.
            ValueError: If its mask has the wrong shape.
        """
        if not isinstance(action, DiscreteAction):
            raise ConfigError(f"this environment takes discrete actions, got {action!r}")
        if action.name not in self.action_names:
            raise UnknownNameError("action", action.name, self.action_names)
        encoded: dict[str, Any] = {
            "name": np.int64(self.action_names.index(action.name)),
            "mask": checked_mask(action.mask, self._shape).astype(np.uint8),
        }
        if self._privileged:
            encoded["target"] = action.target or ""
        elif action.target is not None:
            raise ConfigError(
                f"{action.name} names its object by id ({action.target}); that needs an "
                "environment made with privileged_targets=True"
            )
        return encoded

    def decode_observation(self, observation: Mapping[str, Any]) -> Observation:
        """Turn a member of the observation space into what the agent sees.

        What a privileged perception lists is no part of the space: it is that of the last frame.
        """
        depth = {CAMERA: observation[DEPTH + CAMERA]} if self._depth else {}
        if self._percept is not None:
            depth = {CAMERA: self._percept.depth_m}
        return Observation(
            stamp_s=float(self.steps),
            images={CAMERA: observation[IMAGES + CAMERA]},
            depth_m=depth,
            intrinsics={CAMERA: self._intrinsics},
            entities=() if self._percept is None else self._percept.detections,
            last_action_success=bool(observation[LAST_ACTION_SUCCESS]),
        )

    def outcome(self) -> Mapping[str, Any]:
        """Return the verdict now, as keyword arguments of `EpisodeRecord`."""
        conditions = self.tracker.conditions(self.controller.last_event)
        return {
            "goal_conditions_met": sum(condition.met for condition in conditions),
            "goal_conditions_total": len(conditions),
            "expert_steps": self.episode.expert_steps,
            "steps": self.steps,
            "failed_actions": self.failed_actions,
            "measures": {
                "setup_refusals": float(len(self.setup_refusals)),
                # A test split's goals are not known here: no success, and no failure either.
                **({"scored": 0.0} if self.episode.task is None else {}),
            },
        }

    def expert(self, *, by: str = "id") -> tuple[Planner, Policy]:
        """Return an expert that reads this environment's full state (see `EpisodeSource`)."""
        return self.source.expert(self, by=by)

    def render(self) -> np.ndarray | None:
        """Return the last picture, uint8 [H, W, 3], where `render_mode` is `rgb_array`."""
        return self.controller.last_event.frame if self.render_mode else None

    def close(self) -> None:
        """Close the controller."""
        self.controller.close()

    def _carry_out(self, name: str, mask: np.ndarray, target: str) -> str:
        """Carry one action out and return why it failed, empty where it did not."""
        event = self.controller.last_event
        self.last_target = None
        if name in commands.NAVIGATION:
            self.last_command = {"action": name, "forceAction": True}
            return self._send(commands.navigation_command(name, event.metadata))
        object_id: str | None = target if self._privileged and target else None
        if object_id is None:
            object_id = resolve_mask(
                mask,
                instance_ids=event.instance_ids,
                object_ids=event.object_ids,
                metadata=event.metadata,
            )
        self.last_target = object_id
        if object_id is None:
            return "the mask lies on no object that can be acted on"
        try:
            command = commands.interaction_command(name, object_id, event.metadata)
        except commands.CommandRefusedError as refusal:
            return str(refusal)
        self.last_command = command
        error = self._send(command)
        if not error:
            rinse(self.controller, command)
        return error

    def _send(self, command: Command) -> str:
        event = self.controller.step(dict(command))
        if not event.metadata["lastActionSuccess"]:
            return event.metadata["errorMessage"] or "refused"
        return self.tracker.update(command, event)

    def _observation(self, event: "Event") -> dict[str, Any]:
        if self._perception is not None:
            name = self.episode.spec.episode_id
            self._percept = self._perception.perceive(event, episode_id=name)
        observation: dict[str, Any] = {
            # Events share arrays where nothing changed; what is handed out is the caller's.
            IMAGES + CAMERA: event.frame.copy(),
            LAST_ACTION_SUCCESS: np.int64(self._last_ok),
        }
        if self._depth:
            observation[DEPTH + CAMERA] = event.depth_frame.copy()
        return observation

    def _info(self, event: "Event") -> dict[str, Any]:
        return {
            "episode_id": self.episode.spec.episode_id,
            "instruction": self.episode.instruction,
            "is_success": all_met(self.tracker.conditions(event)),
            "error_message": self._last_error,
            "command": self.last_command,
        }
