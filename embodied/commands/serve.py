"""`embodied serve`: put a model or a world behind a network interface."""

from collections.abc import Sequence
from typing import Protocol

from embodied.commands.settings import compose, groups, print_config
from embodied.core.errors import ConfigError


class Server(Protocol):
    """What `server.make` of a config in `configs/server/` has to be."""

    def serve(self) -> None:
        """Serve until interrupted.

        Raises:
            EmbodiedError: If it cannot start, with what to do about it.
        """


def _servers() -> list[str]:
    return [name for name in groups()["server"] if name != "none"]


def help_text() -> str:
    """Return the command's help."""
    listed = "\n".join(f"  {name}" for name in _servers())
    return (
        "Usage: embodied serve NAME [key=value ...]\n\n"
        "Serves until interrupted (Ctrl-C).\n\n"
        f"Servers:\n{listed}\n\n"
        "`embodied serve NAME --config` prints every option there is."
    )


def _split(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """Part settings from what a program that starts us appends: from the first `-word` on."""
    for number, word in enumerate(words):
        if word.startswith("-") and not word.startswith("--"):
            return list(words[:number]), list(words[number:])
    return list(words), []


def run(words: Sequence[str]) -> int:
    """Run the command and return its exit code.

    Raises:
        EmbodiedError: If settings are wrong, packages are missing or the server cannot start.
    """
    if not words or "-h" in words or "--help" in words:
        print(help_text())
        return 0
    name, *rest = words
    if "=" in name or name.startswith("-"):
        raise ConfigError(f"Say first what to serve: embodied serve {'|'.join(_servers())}")
    rest, appended = _split(rest)
    config = compose("serve", [f"server={name}", *(word for word in rest if word != "--config")])
    if appended:
        if "arguments" not in config["server"]:
            raise ConfigError(f"embodied serve {name} takes settings alone, not {appended[0]!r}.")
        config["server"]["make"]["arguments"] = appended
    if "--config" in rest:
        print_config(config)
        return 0
    from embodied.evaluation.configured import make

    server: Server = make(config["server"]["make"], what="server.make")
    server.serve()
    return 0
