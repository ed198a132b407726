"""Rebuilt rooms, built when first asked for and kept on disk.

A kept room is good for one selection of trajectories (with their files' sizes and times) and one
version of the code; anything else is built anew beside it. Nothing in the store is shipped.
"""

import fcntl
import hashlib
import os
import tempfile
from collections.abc import Callable, Sequence
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TypeVar

import pydantic

from embodied.core.errors import ConfigError, DataError
from envs.alfred.dataset import SPLITS, VERSION, AlfredData, Trajectory, floor_plan_number
from envs.alfred.scenes.evidence import RoomEvidence, gather, trajectories_by_room
from envs.alfred.scenes.movables import MovableBoxes, fit_types
from envs.alfred.scenes.rebuild import LABEL, Room, rebuild_room, room_kind

T = TypeVar("T")

ROOM = pydantic.TypeAdapter(Room)
TYPES = pydantic.TypeAdapter(MovableBoxes)

APPROXIMATED = "approximated"

CODE = (
    ("envs.alfred", ("dataset.py", "ids.py", "published.py", "replay.py")),
    ("envs.alfred.scenes", ()),
    ("envs.household", ("catalog.toml", "palette.py", "scene.py", "shape.py", "frames.py")),
    ("envs.household.shapes", ()),
)
"""Packages and files whose text a kept room depends on; an empty tuple means all of them."""


def default_cache() -> Path:
    """Where rooms are kept: `embodied/alfred_scenes` in the user's cache folder."""
    base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(base).expanduser() / "embodied" / "alfred_scenes"


@cache
def code_version() -> str:
    """A digest of the code that builds rooms."""
    digest = hashlib.sha256()
    for package, names in CODE:
        folder = resources.files(package)
        found = {item.name: item for item in folder.iterdir() if item.is_file()}
        for name in sorted(names or (each for each in found if each.endswith(".py"))):
            digest.update(name.encode() + found[name].read_bytes())
    return digest.hexdigest()


def fit_selection(data: AlfredData, fit: str) -> tuple[tuple[str, str], ...]:
    """Return the (split, trajectory id) that rooms are fitted from.

    Args:
        data: The data set.
        fit: Splits separated by commas, or the path of a file with `task/trial` lines, each
            perhaps behind its split (`train/task/trial`).

    Raises:
        ConfigError: If it is neither.
        DataError: If a line names no trajectory; says which.
    """
    names = [name.strip() for name in fit.split(",")]
    if all(name in SPLITS for name in names):
        return tuple((split, each) for split in names for each in data.index(split))
    path = Path(fit).expanduser()
    if not path.is_file():
        raise ConfigError(
            f"scenes.fit is {fit!r}: give splits ({', '.join(SPLITS)}), separated by commas, or "
            "a file with task/trial lines"
        )
    lines = (line.strip() for line in path.read_text("utf-8").splitlines())
    return tuple(
        _find(data, line, f"{path}, line {number}")
        for number, line in enumerate(lines, start=1)
        if line and not line.startswith("#")
    )


def _find(data: AlfredData, line: str, where: str) -> tuple[str, str]:
    split, _, rest = line.partition("/")
    named = [(split, rest)] if split in SPLITS else [(each, line) for each in SPLITS]
    for candidate, trajectory_id in named:
        installed = (data.folder / VERSION / candidate).is_dir()
        if installed and trajectory_id in data.index(candidate):
            return candidate, trajectory_id
    raise DataError(f"{where}: no trajectory {line!r} in the installed splits")


class RoomStore:
    """Rooms by floor plan, from memory, from disk, or built.

    Args:
        data: The data set.
        fit: What rooms are fitted from, see `fit_selection`.
        approximate: Whether a room that has no trajectory to be fitted from is made up from its
            object ids and layout alone; `label` tells of it.
        cache_dir: Where rooms are kept; None takes `default_cache`.

    Attributes:
        folder: Where the rooms of this data, code and fit are kept.
    """

    def __init__(
        self,
        data: AlfredData,
        *,
        fit: str = "train",
        approximate: bool = False,
        cache_dir: str | Path | None = None,
    ) -> None:
        self._data = data
        self._fit = fit
        self._approximate = approximate
        self._selection = fit_selection(data, fit)
        self._by_room = trajectories_by_room(self._selection)
        root = Path(cache_dir).expanduser() if cache_dir else default_cache()
        self.folder = root / self._key()
        self._rooms: dict[str, Room] = {}

    @property
    def floor_plans(self) -> Sequence[str]:
        """Floor plans that have trajectories to be fitted from."""
        return sorted(self._by_room)

    @property
    def with_layouts(self) -> Sequence[str]:
        """Floor plans that have layout files, from which they could be approximated."""
        ending = "-openable.json"
        found = self._data.layouts.glob(f"FloorPlan*{ending}")
        return sorted(path.name.removesuffix(ending) for path in found)

    def label(self, floor_plan: str) -> str:
        """How results in this room are to be labelled: `reconstructed` or `approximated`."""
        return LABEL if floor_plan in self._by_room else APPROXIMATED

    def room(self, floor_plan: str) -> Room:
        """Return a room, building it if it is not kept.

        Raises:
            DataError: If no trajectory of this room is among those to fit from, and it is not to
                be approximated or has no layout either.
        """
        if floor_plan not in self._rooms:
            self._check(floor_plan)
            self._rooms[floor_plan] = _kept(
                ROOM, self.folder / f"{floor_plan}.json", lambda: self._build(floor_plan)
            )
        return self._rooms[floor_plan]

    def _build(self, floor_plan: str) -> Room:
        return rebuild_room(self.evidence(floor_plan), self.types())

    def _check(self, floor_plan: str) -> None:
        room_kind(floor_plan)
        if floor_plan in self._by_room:
            return
        if not self._approximate:
            raise DataError(
                f"{floor_plan} cannot be rebuilt: none of the trajectories that rooms are fitted "
                f"from (scenes.fit={self._fit}) is in it. {self._others(floor_plan)}"
                "scenes.approximate=true makes it up from its layout files"
            )
        if floor_plan not in self.with_layouts:
            raise DataError(
                f"{floor_plan} cannot be approximated: no {floor_plan}-openable.json in "
                f"{self._data.layouts}"
            )

    def _others(self, floor_plan: str) -> str:
        """Say which installed splits have recordings of a room."""
        number = floor_plan.removeprefix("FloorPlan")
        splits = [
            split
            for split in SPLITS
            if (self._data.folder / VERSION / split).is_dir()
            and any(floor_plan_number(each) == number for each in self._data.index(split))
        ]
        return f"There are recordings of it in {', '.join(splits)}. " if splits else ""

    def evidence(self, floor_plan: str) -> RoomEvidence:
        """Gather what the data set says about one room."""
        return gather(
            floor_plan,
            (self._load(*named) for named in self._by_room.get(floor_plan, ())),
            self._data.layouts if self._data.layouts.is_dir() else None,
        )

    def types(self) -> MovableBoxes:
        """Boxes and looks of movable objects by type, fitted over all rooms."""
        return _kept(
            TYPES,
            self.folder / "types.json",
            lambda: fit_types(self.evidence(floor_plan) for floor_plan in self.floor_plans),
        )

    def _load(self, split: str, trajectory_id: str) -> Trajectory:
        return self._data.trajectory(split, trajectory_id)

    def _key(self) -> str:
        digest = hashlib.sha256(code_version().encode())
        for split, trajectory_id in self._selection:
            stat = self._data.index(split)[trajectory_id].stat()
            digest.update(f"{split}/{trajectory_id} {stat.st_size} {stat.st_mtime_ns}\n".encode())
        for path in sorted(self._data.layouts.glob("FloorPlan*")):
            stat = path.stat()
            digest.update(f"{path.name} {stat.st_size} {stat.st_mtime_ns}\n".encode())
        return digest.hexdigest()[:24]


def _kept(adapter: pydantic.TypeAdapter[T], path: Path, make: Callable[[], T]) -> T:
    """Read a kept result, or make and keep it.

    Processes that want the same wait for the one that makes it; if that is killed, its lock goes
    with it.
    """
    found = _read(adapter, path)
    if found is not None:
        return found
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        found = _read(adapter, path)
        if found is None:
            found = make()
            _write(adapter, found, path)
    return found


def _read(adapter: pydantic.TypeAdapter[T], path: Path) -> T | None:
    """Read a kept result; None where there is none, or it is damaged and must be built anew."""
    try:
        return adapter.validate_json(path.read_bytes())
    except (OSError, pydantic.ValidationError):
        return None


def _write(adapter: pydantic.TypeAdapter[T], value: T, path: Path) -> None:
    """Keep a result: whole or not at all, whatever else writes the same."""
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=path.name, delete=False) as file:
        temporary = Path(file.name)
        try:
            file.write(adapter.dump_json(value))
            file.flush()
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
