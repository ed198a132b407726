"""`embodied data download`: fetch a published data set and unpack it."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from embodied.commands.settings import compose
from embodied.core.errors import ConfigError

HELP = """\
Usage: embodied data download NAME [key=value ...]

Fetches a published data set from its official address into data_root and unpacks it. Interrupt it
as you like: the same command goes on where it was. The archive is tested before it is unpacked.
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
    if target.is_dir():
        print(f"{target} is here already; delete it to fetch it anew.")
        return
    unpacker = find_unpacker()  # before hundreds of megabytes are on their way
    url = config["url"] or archive["url"]
    path = folder / str(archive["url"]).rsplit("/", 1)[-1]
    fetch(url, path, console=console)
    with console.status(f"testing and unpacking {path.name}"):
        unpack(path, folder, gives=archive["gives"], unpacker=unpacker)
    if not config["keep_archive"]:
        path.unlink()
    print(f"{target} is in place. `embodied data` lists what is here.")
