"""`embodied data`: say which benchmark files are here, and how to get others."""

import importlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from embodied.commands.settings import compose
from embodied.core.errors import ConfigError

HELP = """\
Usage: embodied data [WHAT] [key=value ...]

Lists the benchmark files under data_root (by default $EMBODIED_DATA, else ~/.cache/embodied/data)
and prints the commands that get what is missing. benchmark=household needs none of them.

  embodied data download NAME      fetch a published data set and unpack it; NAME is alfred
  embodied data alfred-scenes      build ALFRED's rooms ahead of time, with a report on each
  embodied data thor21             make ai2thor 2.1.0 an environment of its own

Each explains itself with --help."""

COMMANDS = {
    "alfred-scenes": "embodied.commands.scenes",
    "download": "embodied.commands.download",
    "thor21": "embodied.commands.thor21",
}
"""What else `embodied data` does: first word to module."""


def run(words: Sequence[str]) -> int:
    """Run the command and return its exit code.

    Raises:
        SettingError: If a setting is wrong.
    """
    name = words[0] if words else ""
    if name in COMMANDS:
        command = importlib.import_module(COMMANDS[name])
        code: int = command.run(words[1:])
        return code
    if "-h" in words or "--help" in words:
        print(HELP)
        return 0
    if name and "=" not in name:
        known = ", ".join(COMMANDS)
        raise ConfigError(
            f"embodied data knows {known}, or nothing to list what is here; got {name!r}"
        )
    config = compose("data", words)
    root = Path(config["data_root"])
    print(f"data_root: {root}" + ("" if root.is_dir() else " (no such folder)"))
    print("benchmark=household: nothing needed, its homes are generated.")
    for data_set in config["sets"]:
        _describe(data_set, root)
    return 0


def count_files(data_set: Mapping[str, Any], root: Path) -> dict[str, int]:
    """Return how many files each part of a data set has under a data root."""
    folder = root / data_set["folder"]
    return {part: len(list((folder / part).glob(data_set["files"]))) for part in data_set["parts"]}


def _describe(data_set: Mapping[str, Any], root: Path) -> None:
    counts = count_files(data_set, root)
    here = {part: count for part, count in counts.items() if count}
    print(f"\n{data_set['name']} ({data_set['for']}), in {root / data_set['folder']}")
    for part, count in here.items():
        print(f"  {part}: {count} files")
    missing = [part for part in counts if part not in here]
    if missing:
        print(f"  not here: {', '.join(missing)}. To get them:")
        for line in data_set["get"].format(data_root=root).splitlines():
            print(f"    {line}")
