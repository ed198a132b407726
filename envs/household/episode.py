"""An episode of a household benchmark, and where episodes come from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from embodied.core.episode import EpisodeSpec
from embodied.core.instruction import Instruction
from embodied.core.protocols import Planner, Policy
from embodied.core.task import Task
from envs.household.scene import Scene

if TYPE_CHECKING:
    from envs.household.env import InteractionEnv

Command: TypeAlias = Mapping[str, Any]
"""What a controller is sent: `action` and its arguments, named as THOR names them."""

INITIALIZE: Command = {
    "action": "Initialize",
    "gridSize": 0.25,
    "cameraY": 0.75,
    "renderImage": True,
    "renderDepthImage": True,
    "renderClassImage": True,
    "renderObjectImage": True,
    "visibility_distance": 1.5,
    "makeAgentsVisible": False,
}


@dataclass(frozen=True)
class Episode:
    """One episode, ready to be set up.

    Attributes:
        spec: Its name and split.
        instruction: What the agent is told.
        task: What counts as done; None where a test split does not tell.
        scene: The room.
        setup: Commands sent after the controller's reset, the start pose last.
        expert_steps: Low-level actions of the expert, L* of the path-weighted metrics; 0 where
            none are published.
    """

    spec: EpisodeSpec
    instruction: Instruction
    task: Task | None
    scene: Scene
    setup: tuple[Command, ...]
    expert_steps: int


class EpisodeSource(Protocol):
    """Where an environment's episodes come from: a data set, a generator."""

    def episodes(self) -> Sequence[EpisodeSpec]:
        """List the episodes of the split, in their fixed order."""

    def load(self, episode_id: str) -> Episode:
        """Load one of them.

        Raises:
            UnknownNameError: If the split has no such episode.
            DataError: If its files are damaged.
        """

    def expert(self, env: "InteractionEnv", *, by: str) -> tuple[Planner, Policy]:
        """Return an expert for the environment's current episode.

        Args:
            env: The environment it will act in; the expert may read its full state.
            by: How it points at objects, `id` or `mask`.
        """


def setup_commands(
    *,
    object_poses: Sequence[Mapping[str, Any]],
    object_toggles: Sequence[Mapping[str, Any]],
    dirty_and_empty: bool,
    init_action: Command,
) -> tuple[Command, ...]:
    """Return the commands with which ALFRED sets an episode up, after the scene's reset.

    Args:
        object_poses: `objectName`, `position` and `rotation` of every movable object.
        object_toggles: `objectType` and `isOn` of what starts switched on or off.
        dirty_and_empty: Whether everything that can be dirty starts dirty, and vessels empty.
        init_action: The start pose, a `TeleportFull`.
    """
    commands: list[Command] = [INITIALIZE, INITIALIZE]
    if object_toggles:
        commands.append({"action": "SetObjectToggles", "objectToggles": list(object_toggles)})
    if dirty_and_empty:
        for change, force in (("CanBeDirty", True), ("CanBeFilled", False)):
            commands.append(
                {"action": "SetStateOfAllObjects", "StateChange": change, "forceAction": force}
            )
    commands.append({"action": "SetObjectPoses", "objectPoses": list(object_poses)})
    return (*commands, init_action)
