"""The games' own goals with the tasks they mean: texts to train and score planners with."""

import re
from collections.abc import Sequence
from pathlib import Path

from embodied.core.annotated import AnnotatedTask
from embodied.core.errors import DataError
from embodied.core.instruction import Instruction
from embodied.core.task_plans import subgoals_of
from envs.alfworld.games import Games, task_of_name

_GOAL = re.compile(r"Your task is to: ([^\"\\]*?)\.?\\?\"")


class AlfWorldTexts:
    """Every game of a split with its template goal: an `AnnotatedSource`.

    Args:
        data_root: See `envs.alfworld.games.find_games`.
    """

    def __init__(self, *, data_root: str | Path | None = None) -> None:
        self._data_root = data_root

    def annotated(self, *, split: str) -> Sequence[AnnotatedTask]:
        """Return a split's goals, sorted by trajectory.

        Raises:
            ConfigError: If there is no such split, or no data root is given.
            DataError: If the games are not there, or one is damaged.
        """
        index = Games(data_root=self._data_root, split=split).index()
        return [_read(path, trajectory, split) for trajectory, path in index.items()]


def _read(path: Path, trajectory: str, split: str) -> AnnotatedTask:
    # The rest of the file is the PDDL, a hundred times as long, which nobody needs here.
    found = _GOAL.search(path.read_text(encoding="utf-8"))
    if found is None:
        raise DataError(f"{path}: field grammar names no task")
    task = task_of_name(trajectory.partition("/")[0])
    return AnnotatedTask(
        instruction=Instruction.from_text(
            found.group(1), id=f"{trajectory}/template", one_task=True
        ),
        task=task,
        plan=subgoals_of(task),
        aligned=False,
        split=split,
        trajectory_id=trajectory,
    )
