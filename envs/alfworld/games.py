"""Which games there are, and with which words: the games' own, or those people wrote for ALFRED."""

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from embodied.core.episode import EpisodeSpec
from embodied.core.errors import ConfigError, DataError, UnknownNameError
from embodied.core.task import TASK_TYPES, Task
from envs.alfworld.game import GameFile, read_game

VERSION = "json_2.1.1"
FILE = "game.tw-pddl"
SPLITS = ("train", "valid_train", "valid_seen", "valid_unseen")
"""`valid_train` holds games of train's rooms kept back for development."""
GOALS = ("template", "human")
ANNOTATIONS = ("drawn", "first", "all")
ALFRED_VERSION = "json_2.1.0"
_ALFRED_SPLIT = {"valid_train": "train"}
"""Where ALFRED keeps the trajectories of a split, where the name differs."""


def find_games(data_root: str | Path | None) -> Path:
    """Return the folder that holds the splits.

    Args:
        data_root: The folder of all data, one with `alfworld` in it, or `json_2.1.1` itself; None
            takes EMBODIED_DATA.

    Raises:
        ConfigError: If no folder is given.
        DataError: If there are no games under it.
    """
    given = data_root or os.environ.get("EMBODIED_DATA")
    if not given:
        raise ConfigError(
            "ALFWorld needs its games: set data_root=FOLDER, or the environment variable "
            "EMBODIED_DATA"
        )
    root = Path(given).expanduser()
    for folder in (root / "alfworld" / VERSION, root / VERSION, root):
        if any((folder / split).is_dir() for split in SPLITS):
            return folder
    raise DataError(
        f"no ALFWorld games under {root}: looked for alfworld/{VERSION}. `alfworld-download` of "
        'pip install "embodied[alfworld]" gets them; put its json_2.1.1 folder there.'
    )


def task_of_name(folder: str) -> Task:
    """Return the task that a task folder's name spells, e.g. `pick_and_place_simple-Mug-None-Desk`.

    Raises:
        DataError: If it is not of that form.
    """
    parts = folder.split("-")
    if len(parts) < 4 or parts[0] not in TASK_TYPES:
        raise DataError(
            f"{folder!r} is not named as ALFRED names tasks: type-object-vessel-end-room"
        )
    kind, thing, vessel, end = parts[:4]
    lamp = kind == "look_at_obj_in_light"
    return Task(
        kind,
        thing,
        parent="" if lamp else end,
        mrecep="" if vessel == "None" else vessel,
        toggle=end if lamp else "",
    )


class Games:
    """The games of a split; an episode's id is `task/trial`, and `task/trial/2` with human words.

    Human goals are those of ALFRED's `turk_annotations` of the same task and trial. The published
    generator (`alfworld-generate` with `goal_desc_human_anns_prob`, the setting of PET's human
    goals) draws one of a game's annotations at random: `drawn` does so, by a digest of the trial's
    name, so that the draw is the same everywhere; `all` makes an episode of each.

    Args:
        data_root: See `find_games`; ALFRED's trajectories are looked for under it, too.
        split: One of `SPLITS`.
        goals: `template` or `human`.
        annotations: With human goals: `drawn`, `first` or `all`.

    Raises:
        ConfigError: If an option is not one of its choices, or no data root is given.
        DataError: If games are not there.
    """

    def __init__(
        self,
        *,
        data_root: str | Path | None = None,
        split: str = "valid_seen",
        goals: str = "template",
        annotations: str = "drawn",
    ) -> None:
        for name, value, known in (
            ("split", split, SPLITS),
            ("goals", goals, GOALS),
            ("annotations", annotations, ANNOTATIONS),
        ):
            if value not in known:
                raise ConfigError(f"{name} is {value!r}; choose one of {', '.join(known)}")
        self._root = Path(data_root or os.environ.get("EMBODIED_DATA") or "").expanduser()
        self.folder = find_games(data_root)
        self.split = split
        self._human = goals == "human"
        self._annotations = annotations
        self._read = lru_cache(maxsize=4)(read_game)
        self._specs: dict[str, EpisodeSpec] | None = None

    def index(self) -> dict[str, Path]:
        """Return the split's game files by trajectory id, sorted, without opening them.

        Raises:
            DataError: If the split is not on this disk.
        """
        folder = self.folder / self.split
        found = {path.parent.relative_to(folder).as_posix(): path for path in folder.rglob(FILE)}
        if not found:
            raise DataError(f"split {self.split} is not installed: no {FILE} under {folder}")
        return dict(sorted(found.items()))

    def episodes(self) -> Sequence[EpisodeSpec]:
        """List the split's episodes in their fixed order."""
        return list(self._episodes().values())

    def _episodes(self) -> Mapping[str, EpisodeSpec]:
        if self._specs is None:
            self._specs = {
                episode: EpisodeSpec(episode, trajectory, self.split)
                for trajectory in self.index()
                for episode in self._ids(trajectory)
            }
        return self._specs

    def _ids(self, trajectory: str) -> list[str]:
        if not self._human:
            return [trajectory]
        if self._annotations == "first":
            return [f"{trajectory}/0"]
        count = len(self.human_goals(trajectory))
        if self._annotations == "drawn":
            digest = hashlib.blake2b(trajectory.encode(), digest_size=4).digest()
            return [f"{trajectory}/{int.from_bytes(digest, 'big') % count}"]
        return [f"{trajectory}/{number}" for number in range(count)]

    def human_goals(self, trajectory: str) -> tuple[str, ...]:
        """Return what people wrote for the trajectory.

        Raises:
            DataError: If ALFRED's file of it is missing or malformed.
        """
        split = _ALFRED_SPLIT.get(self.split, self.split)
        below = Path(ALFRED_VERSION) / split / trajectory / "traj_data.json"
        folders = (self._root / "alfred", self._root, self.folder.parent.parent / "alfred")
        path = next((found for base in folders if (found := base / below).is_file()), None)
        if path is None:
            raise DataError(
                f"goals=human needs ALFRED's trajectory of the same trial: {below} is not under "
                f"{self._root / 'alfred'}. `embodied data` says how to get ALFRED."
            )
        try:
            anns = json.loads(path.read_text(encoding="utf-8"))["turk_annotations"]["anns"]
            goals = tuple(" ".join(ann["task_desc"].split()) for ann in anns)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise DataError(f"{path}: field turk_annotations: {error!r}") from error
        if not goals:
            raise DataError(f"{path}: field turk_annotations is empty")
        return goals

    def load(self, episode_id: str) -> tuple[EpisodeSpec, GameFile, str]:
        """Return an episode, its game, and the goal's words.

        Raises:
            UnknownNameError: If the split has no such episode.
            DataError: If a file of it is damaged.
        """
        if episode_id not in self._episodes():
            raise UnknownNameError("episode", episode_id, self._episodes())
        spec = self._episodes()[episode_id]
        file = self._read(self.folder / self.split / spec.trajectory_id / FILE)
        if not self._human:
            return spec, file, file.goal
        return spec, file, self.human_goals(spec.trajectory_id)[int(episode_id.rpartition("/")[2])]
