"""The file that ALFRED's leaderboard takes: what an agent did in the test splits.

As its published `models/eval/leaderboard.py` writes it: for either split a list with an entry for
each annotation, `{trial: [action, ...]}`, each action as it was sent to the simulator (THOR's
name and arguments, object ids in place of masks), without the stop.
"""

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from embodied.core.errors import ConfigError, DataError
from envs.alfred.dataset import AlfredData, find_alfred
from envs.household.commands import ACTION_NAMES, STOP_NAME

SPLITS = ("tests_seen", "tests_unseen")

Actions = Sequence[Mapping[str, Any]]


class LeaderboardFile:
    """Writes the leaderboard's file from what was done in the test splits.

    Args:
        data_root: Folder of the data, see `find_alfred`.

    Raises:
        DataError: If the data is not there.
    """

    def __init__(self, *, data_root: str | Path) -> None:
        self._data = AlfredData(find_alfred(data_root))

    @property
    def splits(self) -> Sequence[str]:
        """The splits it is about."""
        return SPLITS

    def episodes(self, split: str) -> Sequence[str]:
        """Ids of the episodes that the leaderboard expects of a split: every annotation.

        Raises:
            DataError: If the split is not installed or a file is damaged.
        """
        return [
            f"{trial}/{number}"
            for trial in self._data.index(split)
            for number in range(len(self._data.trajectory(split, trial).annotations))
        ]

    def write(
        self, path: Path, done: Mapping[str, Mapping[str, Actions]], *, partial: bool = False
    ) -> None:
        """Write the file, whole or not at all.

        Args:
            path: Where to.
            done: Split to episode id to the actions sent, in order.
            partial: Whether episodes may be missing.

        Raises:
            ConfigError: If episodes are missing, or some are none of the split's.
            DataError: If an action is none that ALFRED knows.
        """
        content = {}
        for split in SPLITS:
            found = done.get(split, {})
            expected = self.episodes(split)
            if foreign := sorted(set(found) - set(expected)):
                raise ConfigError(f"{split} has no episode {foreign[0]}: is this a run of it?")
            missing = [each for each in expected if each not in found]
            if missing and not partial:
                raise ConfigError(
                    f"{len(missing)} of {len(expected)} episodes of {split} are missing, the "
                    f"first is {missing[0]}. The same `embodied eval` goes on with them; "
                    "partial=true writes the file without them"
                )
            content[split] = [
                {each.rpartition("/")[0]: list(_checked(found[each], f"{split}/{each}"))}
                for each in expected
                if each in found
            ]
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f"{path.name}.part-{os.getpid()}")
        part.write_text(json.dumps(content, indent=4, sort_keys=True), "utf-8")
        part.replace(path)


def _checked(actions: Actions, where: str) -> Iterable[Mapping[str, Any]]:
    known = set(ACTION_NAMES) - {STOP_NAME}
    for action in actions:
        if action.get("action") not in known:
            raise DataError(f"{where}: {action.get('action')!r} is no action of ALFRED's")
        yield action
