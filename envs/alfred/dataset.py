"""ALFRED's data set `json_2.1.0`: where it lies, what splits it has, and its trajectories."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embodied.core.errors import DataError, UnknownNameError
from embodied.core.task import Task
from envs.alfred.ids import thor_id
from envs.alfred.published import (
    PublishedHighAction,
    PublishedLowAction,
    PublishedTrajectory,
    read_published,
)

SPLITS = ("train", "valid_seen", "valid_unseen", "tests_seen", "tests_unseen")
VERSION = "json_2.1.0"
FILE = "traj_data.json"


@dataclass(frozen=True, eq=False)
class LowAction:
    """One low-level action of the expert.

    Attributes:
        name: As the environment calls it, e.g. `MoveAhead`; without the published `_25`.
        subgoal: Index of the subgoal it belongs to.
        object_id: What it is done to: for `PutObject` the receptacle; None for moves.
        held_id: For `PutObject` what is put down, else None.
        runs: int64 [N, 2], start and length of the mask's runs over the frame; None for moves.
    """

    name: str
    subgoal: int
    object_id: str | None = None
    held_id: str | None = None
    runs: NDArray[np.int64] | None = None


@dataclass(frozen=True)
class HighAction:
    """One subgoal of the expert.

    Attributes:
        name: E.g. `GotoLocation` or `PickupObject`.
        arguments: Type names in lower case, as published.
        object_id: What it is about, where it names one.
        receptacle_id: The receptacle it names, where it does.
        holder: What the object is in or on, as an id, where the plan says.
    """

    name: str
    arguments: tuple[str, ...]
    object_id: str | None
    receptacle_id: str | None
    holder: str | None = None


@dataclass(frozen=True)
class Annotation:
    """One person's words: a goal and a sentence per subgoal."""

    goal: str
    steps: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Trajectory:
    """One recorded solution of one task, with everything needed to set it up again.

    Attributes:
        trajectory_id: `task/trial`; `trial` alone in the test splits.
        split: Its split.
        floor_plan: `FloorPlan12`.
        object_poses: Start poses, as published: `objectName`, `position`, `rotation`.
        object_toggles: What starts on or off, as published.
        dirty_and_empty: Whether things start dirty and empty.
        init_action: The start pose, a `TeleportFull`.
        annotations: The people's words, at least one.
        task: The task; None in the test splits.
        low_actions: The expert's actions; empty in the test splits.
        high_actions: The expert's subgoals; empty in the test splits.
    """

    trajectory_id: str
    split: str
    floor_plan: str
    object_poses: tuple[Mapping[str, Any], ...]
    object_toggles: tuple[Mapping[str, Any], ...]
    dirty_and_empty: bool
    init_action: Mapping[str, Any]
    annotations: tuple[Annotation, ...]
    task: Task | None = None
    low_actions: tuple[LowAction, ...] = ()
    high_actions: tuple[HighAction, ...] = ()


def find_alfred(data_root: str | Path) -> Path:
    """Return the folder that holds `json_2.1.0`.

    Args:
        data_root: That folder, one that has it as `alfred`, or `json_2.1.0` itself.

    Raises:
        DataError: If there is none; says what was looked for and how to get the data.
    """
    root = Path(data_root).expanduser()
    candidates = (root / "alfred", root, root.parent if root.name == VERSION else root)
    for folder in candidates:
        if (folder / VERSION).is_dir():
            return folder
    raise DataError(
        f"no ALFRED data under {root}: looked for alfred/{VERSION} and {VERSION}. Set data_root "
        "(or the environment variable EMBODIED_DATA) to the folder that holds it; `embodied data` "
        "says how to get it."
    )


@dataclass(frozen=True)
class AlfredData:
    """The data set on disk.

    Attributes:
        folder: The folder that holds `json_2.1.0` and, where installed, `layouts`.
    """

    folder: Path

    @property
    def layouts(self) -> Path:
        """The folder of floor plan layouts."""
        return self.folder / "layouts"

    @cached_property
    def _indices(self) -> dict[str, dict[str, Path]]:
        return {}

    def index(self, split: str) -> dict[str, Path]:
        """Return the files of a split by trajectory id, in sorted order, without opening them.

        Raises:
            UnknownNameError: If there is no such split.
            DataError: If the split is not on this disk.
        """
        if split not in SPLITS:
            raise UnknownNameError("ALFRED split", split, SPLITS)
        if split not in self._indices:
            folder = self.folder / VERSION / split
            if not folder.is_dir():
                raise DataError(f"split {split} is not installed: no folder {folder}")
            found = [*folder.glob(f"*/{FILE}"), *folder.glob(f"*/*/{FILE}")]
            named = {path.parent.relative_to(folder).as_posix(): path for path in found}
            if not named:
                raise DataError(f"split {split} is empty: no {FILE} under {folder}")
            self._indices[split] = dict(sorted(named.items()))
        return self._indices[split]

    def trajectory(self, split: str, trajectory_id: str) -> Trajectory:
        """Read one trajectory.

        Raises:
            UnknownNameError: If the split has none of this name.
            DataError: If its file is damaged; names file and field.
        """
        files = self.index(split)
        if trajectory_id not in files:
            raise UnknownNameError(f"trajectory in {split}", trajectory_id, files)
        path = files[trajectory_id]
        return _convert(read_published(path), trajectory_id, split, path)


def floor_plan_number(trajectory_id: str) -> str | None:
    """The floor plan's number as the task folder's name ends in it; None in the test splits."""
    task, slash, _ = trajectory_id.partition("/")
    number = task.rpartition("-")[2]
    return number if slash and number.isdigit() else None


def _low(action: PublishedLowAction) -> LowAction:
    api, runs = action.api_action, action.discrete_action.args.mask
    put = api.action == "PutObject"
    return LowAction(
        name=action.discrete_action.action.partition("_")[0],
        subgoal=action.high_idx,
        object_id=api.receptacleObjectId if put else api.objectId,
        held_id=api.objectId if put else None,
        runs=None if runs is None else np.array(runs, dtype=np.int64).reshape(-1, 2),
    )


def _holder(coordinates: tuple[str, tuple[float, ...]] | None) -> str | None:
    """The id in `coordinateReceptacleObjectId`: a type and (x, x, z, z, y, y) in quarter metres."""
    if coordinates is None or len(coordinates[1]) != 6:
        return None
    x, _, z, _, y, _ = (value * 0.25 for value in coordinates[1])
    return thor_id(coordinates[0], (x, y, z))


def _high(action: PublishedHighAction) -> HighAction:
    return HighAction(
        name=action.discrete_action.action,
        arguments=action.discrete_action.args,
        object_id=action.planner_action.objectId,
        receptacle_id=action.planner_action.receptacleObjectId,
        holder=_holder(action.planner_action.coordinateReceptacleObjectId),
    )


def _convert(
    published: PublishedTrajectory, trajectory_id: str, split: str, path: Path
) -> Trajectory:
    task, plan, scene = None, published.plan, published.scene
    if published.task_type is not None:
        if published.pddl_params is None:
            raise DataError(f"{path}: field pddl_params is missing")
        params = published.pddl_params
        try:
            task = Task(
                task_type=published.task_type,
                object=params.object_target,
                parent=params.parent_target,
                mrecep=params.mrecep_target,
                toggle=params.toggle_target,
                sliced=params.object_sliced,
            )
        except UnknownNameError as error:
            raise DataError(f"{path}: field task_type: {error}") from error
    return Trajectory(
        trajectory_id=trajectory_id,
        split=split,
        floor_plan=scene.floor_plan,
        object_poses=_dumped(scene.object_poses),
        object_toggles=_dumped(scene.object_toggles),
        dirty_and_empty=scene.dirty_and_empty,
        init_action=scene.init_action.model_dump(),
        annotations=tuple(
            Annotation(goal=ann.task_desc, steps=ann.high_descs)
            for ann in published.turk_annotations.anns
        ),
        task=task,
        low_actions=tuple(map(_low, plan.low_actions)) if plan else (),
        high_actions=tuple(map(_high, plan.high_pddl)) if plan else (),
    )


def _dumped(models: Iterable[Any]) -> tuple[Mapping[str, Any], ...]:
    return tuple(model.model_dump() for model in models)
