"""ALFRED's annotations with their tasks and plans, read without the recorded frames' masks."""

import os
from collections.abc import Sequence
from pathlib import Path

import pydantic

from embodied.core.annotated import AnnotatedTask
from embodied.core.errors import ConfigError, DataError, UnknownNameError
from embodied.core.instruction import Instruction
from embodied.core.plan import ObjectRef, Subgoal
from embodied.core.task import Task
from embodied.core.task_plans import DEVICE_OF
from envs.alfred.dataset import AlfredData, find_alfred
from envs.alfred.expert import SKILLS
from envs.alfred.published import PublishedAnnotations, PublishedHighDiscrete, PublishedParams
from envs.household.catalog import object_types

FAMILIAR_SPLITS = ("train", "valid_seen", "tests_seen")
"""Splits whose rooms are those of train."""


class _Fields(pydantic.BaseModel):
    """What is read of a file; everything else in it is passed over."""

    model_config = pydantic.ConfigDict(frozen=True, extra="ignore")


class _High(_Fields):
    discrete_action: PublishedHighDiscrete


class _Plan(_Fields):
    high_pddl: tuple[_High, ...]


class _Words(_Fields):
    task_type: str
    pddl_params: PublishedParams
    plan: _Plan
    turk_annotations: PublishedAnnotations


class AlfredTexts:
    """Every annotation of a split with its task: an `AnnotatedSource`.

    Args:
        data_root: Folder of the data, see `find_alfred`; None takes EMBODIED_DATA.

    Raises:
        ConfigError: If no data root is given.
        DataError: If the data is not there.
    """

    def __init__(self, *, data_root: str | Path | None = None) -> None:
        root = data_root or os.environ.get("EMBODIED_DATA")
        if not root:
            raise ConfigError(
                "ALFRED needs its data files: set data_root=FOLDER, or the environment variable "
                "EMBODIED_DATA"
            )
        self._data = AlfredData(find_alfred(root))

    def annotated(self, *, split: str) -> Sequence[AnnotatedTask]:
        """Return a split's annotations, sorted by trajectory.

        Raises:
            UnknownNameError: If there is no such split.
            DataError: If the split is not on this disk, publishes no tasks, or a file is damaged.
        """
        if split.startswith("tests"):
            raise DataError(f"split {split} publishes no tasks, so nothing can be scored on it")
        found: list[AnnotatedTask] = []
        for trajectory_id, path in self._data.index(split).items():
            found += _read(path, trajectory_id, split)
        return found


def _read(path: Path, trajectory_id: str, split: str) -> list[AnnotatedTask]:
    try:
        words = _Words.model_validate_json(path.read_bytes())
        params = words.pddl_params
        task = Task(
            task_type=words.task_type,
            object=params.object_target,
            parent=params.parent_target,
            mrecep=params.mrecep_target,
            toggle=params.toggle_target,
            sliced=params.object_sliced,
        )
    except (OSError, pydantic.ValidationError, UnknownNameError) as error:
        raise DataError(f"{path}: {str(error).splitlines()[0]}") from error
    plan = tuple(
        _subgoal(high.discrete_action)
        for high in words.plan.high_pddl
        if high.discrete_action.action in SKILLS
    )
    return [
        AnnotatedTask(
            instruction=Instruction.from_text(
                said.task_desc,
                id=f"{trajectory_id}/{number}",
                steps=said.high_descs,
                one_task=True,
                familiar=split in FAMILIAR_SPLITS,
            ),
            task=task,
            plan=plan,
            aligned=len(said.high_descs) == len(plan),
            split=split,
            trajectory_id=trajectory_id,
        )
        for number, said in enumerate(words.turk_annotations.anns)
    ]


_SPELLED = {name.lower(): name for name in object_types()}


def _subgoal(high: PublishedHighDiscrete) -> Subgoal:
    skill, names = SKILLS[high.action]
    references = [ObjectRef(_SPELLED.get(word, word)) for word in high.args]
    if skill in DEVICE_OF:
        names, references = (*names, "receptacle"), [*references[:1], ObjectRef(DEVICE_OF[skill])]
    return Subgoal(skill, dict(zip(names, references, strict=False)))
