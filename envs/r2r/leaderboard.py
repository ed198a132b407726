"""R2R's submission file: a list of `{"instr_id", "trajectory": [[viewpoint, heading, elevation]]}`.

This is what the published evaluation and the test server read (Matterport3DSimulator,
`tasks/R2R/eval.py`): the start first, then a line for every action that changed pose.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from embodied.core.errors import ConfigError
from envs.r2r.dataset import load_routes


class SubmissionFile:
    """Writes runs of R2R as its test server takes them.

    Args:
        data_root: Folder of benchmark files.
        split: Split the run is of.
    """

    def __init__(self, *, data_root: str | Path, split: str = "test") -> None:
        self._split = split
        self._starts = {
            name: [route.path[0], route.heading_rad, 0.0]
            for route in load_routes(data_root, split)
            for name in route.instr_ids
        }

    @property
    def splits(self) -> Sequence[str]:
        """The split it is about."""
        return (self._split,)

    def write(
        self, path: Path, done: Mapping[str, Mapping[str, Sequence[Any]]], *, partial: bool = False
    ) -> None:
        """Write the trajectory of every episode, in the order of the split.

        Args:
            path: The file.
            done: Split to episode to the poses its actions led to.
            partial: Episodes that are missing stand with their start alone, instead of an error.

        Raises:
            ConfigError: If episodes are missing and that is not allowed.
        """
        walked = done.get(self._split, {})
        missing = [name for name in self._starts if name not in walked]
        if missing and not partial:
            raise ConfigError(
                f"{len(missing)} of {len(self._starts)} episodes of {self._split} are missing, "
                f"e.g. {missing[0]}; run them, or give partial=true: they then end where they start"
            )
        rows = [
            {"instr_id": name, "trajectory": [start, *walked.get(name, ())]}
            for name, start in self._starts.items()
        ]
        path.write_text(json.dumps(rows), encoding="utf-8")
