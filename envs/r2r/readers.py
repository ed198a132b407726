"""Readers of published files of routes: R2R, R4R, RxR and REVERIE.

R4R (Jain et al., 2019) is written as R2R is, with names of paths that are two joined by `_`. RxR
(Ku et al., 2020) is JSON lines, gzipped, an instruction each. REVERIE (Qi et al., 2020) is R2R's
list with an object to find; its instructions are named `<id>_<number>`.
"""

import gzip
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from embodied.core.errors import DataError, UnknownNameError
from envs.r2r.dataset import RouteEpisode, route_of
from envs.r2r.files import read_json

Row = Mapping[str, Any]


def read_routes(
    path: str | Path,
    *,
    format: str,
    split: str = "",
    languages: Sequence[str] | None = None,
) -> tuple[RouteEpisode, ...]:
    """Read a file of routes as it was published.

    Args:
        path: The file; `.gz` is read as it is.
        format: One of `FORMATS`.
        split: Name the routes get.
        languages: Languages to keep of RxR, e.g. `en-US`; None keeps all.

    Raises:
        UnknownNameError: If there is no such format.
        DataError: If the file is missing or malformed; the message names the entry.
    """
    if format not in FORMATS:
        raise UnknownNameError("format of routes", format, FORMATS)
    path = Path(path).expanduser()
    load, make = FORMATS[format]
    found = []
    for number, row in enumerate(load(path)):
        where = f"{path}, entry {number}"
        if not isinstance(row, Mapping):
            raise DataError(f"{where} is no route: {row!r:.80}")
        if languages is None or row.get("language") in languages:
            found.append(make(row, split, where))
    return tuple(found)


def _load_list(path: Path) -> list[Any]:
    rows = read_json(path, what="file of routes")
    if not isinstance(rows, list):
        raise DataError(f"{path}: expected a list of routes")
    return rows


def _load_lines(path: Path) -> list[Any]:
    try:
        opener = gzip.open if path.suffix == ".gz" else open
        with opener(path, "rt", encoding="utf-8") as file:
            return [json.loads(line) for line in file if line.strip()]
    except (OSError, EOFError, UnicodeDecodeError, ValueError) as error:
        raise DataError(f"Cannot read routes from {path}: {error}") from error


def _rxr(row: Row, split: str, where: str) -> RouteEpisode:
    try:
        return RouteEpisode(
            path_id=str(row["path_id"]),
            scan=str(row["scan"]),
            heading_rad=float(row["heading"]),
            path=tuple(map(str, row["path"])),
            instructions=(str(row["instruction"]).strip(),),
            instr_ids=(str(row["instruction_id"]),),
            split=split,
            language=str(row["language"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(f"{where} is no guide annotation of RxR: {error!r}") from error


def _reverie(row: Row, split: str, where: str) -> RouteEpisode:
    try:
        name = str(row["id"]) if "id" in row else f"{row['path_id']}_{row['objId']}"
        target = str(row["objId"]) if "objId" in row else ""
    except KeyError as error:
        raise DataError(f"{where} is no task of REVERIE: no {error}") from error
    return route_of({**row, "path_id": name}, split, where, target=target)


FORMATS: dict[str, tuple[Callable[[Path], list[Any]], Callable[[Row, str, str], RouteEpisode]]] = {
    "r2r": (_load_list, route_of),
    "r4r": (_load_list, route_of),
    "rxr": (_load_lines, _rxr),
    "reverie": (_load_list, _reverie),
}
"""Name of a format to how its file is split into entries, and an entry into a route."""
