"""ALFRED's episodes: the published tasks and words, in rooms rebuilt from the published data."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from embodied.core.episode import EpisodeSpec
from embodied.core.errors import ConfigError, DataError, UnknownNameError
from embodied.core.instruction import Instruction
from embodied.core.protocols import Planner, Policy
from envs.alfred.dataset import AlfredData, Annotation, Trajectory, find_alfred
from envs.alfred.expert import RecordedPlanner, RecordedPolicy, recorded_subgoals
from envs.alfred.plan_texts import FAMILIAR_SPLITS
from envs.alfred.scenes.rebuild import episode_scene
from envs.alfred.scenes.store import RoomStore
from envs.household.env import InteractionEnv
from envs.household.episode import Episode, setup_commands
from envs.household.expert import make_expert

ANNOTATIONS = ("all", "first")
LANGUAGES = ("goal", "goal+steps")
EXPERTS = ("recorded", "symbolic")


class AlfredSource:
    """Episodes of a split of ALFRED; an episode's id is `task/trial/annotation`.

    Args:
        data_root: Folder of the data, see `find_alfred`; None takes EMBODIED_DATA.
        split: `train`, `valid_seen`, `valid_unseen`, `tests_seen` or `tests_unseen`.
        annotations: `all` makes an episode of each annotation, `first` one of each trajectory.
        language: `goal`, or `goal+steps` to give the step texts as well.
        scenes_fit: What rooms are fitted from, see `scenes.store.fit_selection`.
        scenes_approximate: Whether rooms without a trajectory to be fitted from are made up from
            their layout files; their scenes are labelled `approximated`.
        cache_dir: Where rebuilt rooms are kept; None takes the user's cache folder.
        expert: Which expert solves the episodes: `recorded`, which plays back what the data set
            holds, or `symbolic`, which plans and acts from the full state as in generated homes;
            None takes the recorded one.

    Raises:
        ConfigError: If an option is not one of its choices, or no data root is given.
        DataError: If the data is not there.
    """

    def __init__(
        self,
        *,
        data_root: str | Path | None = None,
        split: str = "valid_seen",
        annotations: str = "all",
        language: str = "goal+steps",
        scenes_fit: str = "train",
        scenes_approximate: bool = False,
        cache_dir: str | Path | None = None,
        expert: str | None = None,
    ) -> None:
        kind = EXPERTS[0] if expert is None else expert
        for name, value, known in (
            ("annotations", annotations, ANNOTATIONS),
            ("language", language, LANGUAGES),
            ("expert", kind, EXPERTS),
        ):
            if value not in known:
                raise ConfigError(f"{name} is {value!r}; choose one of {', '.join(known)}")
        root = data_root or os.environ.get("EMBODIED_DATA")
        if not root:
            raise ConfigError(
                "ALFRED needs its data files: set data_root=FOLDER, or the environment variable "
                "EMBODIED_DATA"
            )
        self.data = AlfredData(find_alfred(root))
        self.split = split
        self._first_only = annotations == "first"
        self._with_steps = language == "goal+steps"
        self._symbolic = kind == "symbolic"
        self._rooms = RoomStore(
            self.data, fit=scenes_fit, approximate=scenes_approximate, cache_dir=cache_dir
        )
        self._trajectory = lru_cache(maxsize=8)(
            lambda trajectory_id: self.data.trajectory(split, trajectory_id)
        )
        self._specs: dict[str, EpisodeSpec] | None = None

    def episodes(self) -> Sequence[EpisodeSpec]:
        """List the split's episodes, sorted by trajectory.

        Raises:
            DataError: If a file is damaged; it is read here to count its annotations.
        """
        return list(self._episodes().values())

    def _episodes(self) -> Mapping[str, EpisodeSpec]:
        if self._specs is None:
            self._specs = {
                spec.episode_id: spec
                for trajectory_id in self.data.index(self.split)
                for spec in self._specs_of(trajectory_id)
            }
        return self._specs

    def _specs_of(self, trajectory_id: str) -> list[EpisodeSpec]:
        count = 1
        if not self._first_only:
            try:
                count = len(self.data.trajectory(self.split, trajectory_id).annotations)
            except DataError:
                # A damaged file is one episode, which fails with the file's name when it is run:
                # the others are not lost for it.
                count = 1
        return [
            EpisodeSpec(
                episode_id=f"{trajectory_id}/{number}",
                trajectory_id=trajectory_id,
                split=self.split,
            )
            for number in range(count)
        ]

    def trajectory(self, episode_id: str) -> tuple[Trajectory, Annotation]:
        """Return the trajectory and the annotation of an episode.

        Raises:
            UnknownNameError: If the split has no such episode.
            DataError: If its file is damaged.
        """
        trajectory_id, _, number = episode_id.rpartition("/")
        if trajectory_id not in self.data.index(self.split) or not number.isdigit():
            raise UnknownNameError("episode", episode_id, self._episodes())
        trajectory = self._trajectory(trajectory_id)
        if int(number) >= len(trajectory.annotations):
            raise UnknownNameError("episode", episode_id, self._episodes())
        return trajectory, trajectory.annotations[int(number)]

    def load(self, episode_id: str) -> Episode:
        """Load an episode.

        Raises:
            UnknownNameError: If the split has no such episode.
            DataError: If its file is damaged, or its room cannot be rebuilt.
        """
        trajectory, annotation = self.trajectory(episode_id)
        steps = annotation.steps if self._with_steps else ()
        scene = episode_scene(trajectory, self._rooms.room(trajectory.floor_plan))
        return Episode(
            spec=EpisodeSpec(episode_id, trajectory.trajectory_id, self.split),
            instruction=Instruction.from_text(
                annotation.goal,
                id=episode_id,
                steps=steps,
                one_task=True,
                familiar=self.split in FAMILIAR_SPLITS,
            ),
            task=trajectory.task,
            scene=replace(scene, label=self._rooms.label(trajectory.floor_plan)),
            setup=setup_commands(
                object_poses=trajectory.object_poses,
                object_toggles=trajectory.object_toggles,
                dirty_and_empty=trajectory.dirty_and_empty,
                init_action=trajectory.init_action,
            ),
            expert_steps=len(trajectory.low_actions),
        )

    def expert(self, env: InteractionEnv, *, by: str) -> tuple[Planner, Policy]:
        """Return the expert of the environment's current episode.

        Raises:
            PlanningError: If it is the recorded one and the split publishes no plans.
            ConfigError: If `by` is neither `id` nor `mask`.
        """
        if self._symbolic:
            return make_expert(env, by=by)
        recorded = recorded_subgoals(*self.trajectory(env.episode.spec.episode_id))
        return RecordedPlanner(recorded), RecordedPolicy(recorded, by=by)
