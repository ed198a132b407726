"""`embodied data download`: fetch a published data set and unpack it."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from embodied.commands.settings import compose
from embodied.core.errors import ConfigError

WHOLE = ".unpacked-whole"
"""A file that tells that a whole archive was unpacked into a folder."""

HELP = """\
Usage: embodied data download NAME [key=value ...]

Fetches a published data set from its official address into data_root and unpacks it. Interrupt it
as you like: the same command goes on where it was. The archive is tested before it is unpacked.
Data that is there in part is filled up; files that are there are left as they are.
NAME is alfred: ALFRED's trajectories (json_2.1.0, an archive of type 7z).

Settings, with their defaults:
  data_root     $EMBODIED_DATA  where benchmark files are kept, else ~/.cache/embodied/data
  url           null            another address of the same archive, e.g. a mirror
  keep_archive  false           leave the archive beside the data"""


def run(words: Sequence[str]) -> int:
    """Run the command and return its exit code.

    Raises:
        ConfigError: If there is no such data set, or a setting is wrong.
        EmbodiedError: If it cannot be fetched or unpacked.
    """
    if not words or "-h" in words or "--help" in words:
        print(HELP)
        return 0
    config = compose("data_download", words[1:])
    archives: Mapping[str, Mapping[str, Any]] = config["archives"]
    name = words[0]
    if name not in archives:
        raise ConfigError(
            f"there is no data set {name!r} to download; there are: {', '.join(archives)}"
        )
    _get(archives[name], Path(config["data_root"]), config)
    return 0


def _get(archive: Mapping[str, Any], root: Path, config: Mapping[str, Any]) -> None:
    from rich.console import Console

    from embodied.commands.archives import find_unpacker, unpack
    from embodied.commands.fetching import fetch

    console = Console(stderr=True)
    folder = root / archive["folder"]
    target = folder / archive["gives"]
    lacking = _lacking(archive, target)
    if target.is_dir() and not lacking:
        print(f"{target} is here already; delete it to fetch it anew.")
        return
    if target.is_dir():
        print(f"{target} lacks files of {', '.join(lacking)}: they are added.")
    unpacker = find_unpacker()  # before hundreds of megabytes are on their way
    url = config["url"] or archive["url"]
    path = folder / str(archive["url"]).rsplit("/", 1)[-1]
    fetch(url, path, console=console)
    with console.status(f"testing and unpacking {path.name}"):
        added = unpack(path, folder, gives=archive["gives"], unpacker=unpacker)
    (target / WHOLE).touch()
    print(f"{added} files added to {target}")
    if not config["keep_archive"]:
        path.unlink()
    print(f"{target} is in place. `embodied data` lists what is here.")


def _lacking(archive: Mapping[str, Any], target: Path) -> list[str]:
    """Parts that have fewer files than are published.

    None where the whole archive was unpacked here once, whatever was published since.
    """
    if (target / WHOLE).exists():
        return []
    holds: Mapping[str, int] = archive["holds"]
    return [
        part
        for part, count in holds.items()
        if len(list((target / part).glob(archive["files"]))) < count
    ]
