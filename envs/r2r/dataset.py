"""R2R's paths and instructions, and the splits made from them.

`dev_fold` is the fixed development fold: the paths of `DEVELOPMENT_SCANS`, ten buildings of train
that nothing is trained on; `train_fold` is the rest of train.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from embodied.core.errors import DataError, UnknownNameError
from envs.r2r.files import r2r_folder, read_json

DEVELOPMENT_SCANS = (
    "qoiz87JEwZ2",
    "r1Q1Z4BcV1o",
    "r47D5H71a5s",
    "rPc6DW4iMge",
    "s8pcmisQ38h",
    "sKLMLpTHeUy",
    "sT4fr6TAbpF",
    "uNb9QFRL6hY",
    "ur6pFq6Qu1A",
    "vyrNrziPKCB",
)
"""The ten scans of train whose ids sort last."""

PUBLISHED_SPLITS = ("train", "val_seen", "val_unseen", "test")
SPLITS = (*PUBLISHED_SPLITS, "train_fold", "dev_fold")


@dataclass(frozen=True)
class RouteEpisode:
    """A path through a building with the instructions people wrote for it.

    Attributes:
        path_id: Name of the path, unique in its split.
        scan: The building.
        heading_rad: Heading at the start, clockwise from +y.
        path: Viewpoint ids from start to goal; the start alone where the split hides the rest.
        instructions: Texts, three for nearly every path.
        instr_ids: Their names as submissions spell them, e.g. `6250_0`.
        split: Split it was read from.
        language: Language of the instructions.
        target: Name of the object to find (REVERIE); empty where a place is all.
    """

    path_id: str
    scan: str
    heading_rad: float
    path: tuple[str, ...]
    instructions: tuple[str, ...]
    instr_ids: tuple[str, ...]
    split: str = ""
    language: str = "en"
    target: str = ""

    @property
    def has_goal(self) -> bool:
        """Whether the path is published; test splits tell only where it starts."""
        return len(self.path) > 1


def load_routes(data_root: str | Path, split: str) -> tuple[RouteEpisode, ...]:
    """Read a split of R2R, in the order of its file.

    Args:
        data_root: Folder of benchmark files; `r2r/annotations/R2R_<split>.json` lies below it.
        split: One of `SPLITS`.

    Raises:
        UnknownNameError: If there is no such split.
        DataError: If its file is missing or malformed.
    """
    if split not in SPLITS:
        raise UnknownNameError("split of R2R", split, SPLITS)
    if split == "train_fold":
        return tuple(r for r in _read(data_root, "train") if r.scan not in DEVELOPMENT_SCANS)
    if split == "dev_fold":
        return tuple(r for r in _read(data_root, "train") if r.scan in DEVELOPMENT_SCANS)
    return _read(data_root, split)


@lru_cache(maxsize=8)
def _read(data_root: str | Path, split: str) -> tuple[RouteEpisode, ...]:
    path = r2r_folder(data_root) / "annotations" / f"R2R_{split}.json"
    rows = read_json(path, what=f"R2R's {split} split")
    return tuple(route_of(row, split, f"{path}, entry {number}") for number, row in enumerate(rows))


def route_of(row: Mapping[str, Any], split: str, where: str, *, target: str = "") -> RouteEpisode:
    """Make a route of an entry of R2R's files.

    Args:
        row: The entry.
        split: Name the route gets.
        where: File and entry, for the message.
        target: Name of the object to find, where there is one.

    Raises:
        DataError: If something is missing or no number.
    """
    try:
        path_id = str(row["path_id"])
        texts = tuple(str(text).strip() for text in row["instructions"])
        return RouteEpisode(
            path_id=path_id,
            scan=str(row["scan"]),
            heading_rad=float(row["heading"]),
            path=tuple(map(str, row["path"])),
            instructions=texts,
            instr_ids=tuple(f"{path_id}_{number}" for number in range(len(texts))),
            split=split,
            target=target,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(f"{where} is no path of R2R: {error!r}") from error
