"""The `embodied` command: finds the subcommand, runs it, turns errors into sentences."""

import difflib
import errno
import importlib
import os
import sys
from collections.abc import Sequence

from embodied.core.errors import ConfigError, EmbodiedError, UnknownNameError

COMMANDS = {
    "eval": ("embodied.commands.evaluate", "run a benchmark and print its metrics"),
    "run": ("embodied.commands.watch", "watch one episode: every step in words, and a video"),
    "talk": ("embodied.commands.talk", "one room, one task after another, by word of mouth"),
    "train": ("embodied.commands.train", "train a small model; weights, card and logs"),
    "plan": ("embodied.commands.plan", "show a plan with its reasons, or score a planner"),
    "serve": ("embodied.commands.serve", "a language model over HTTP; our world as a THOR build"),
    "report": ("embodied.commands.report", "print the table of a run's folder"),
    "leaderboard": (
        "embodied.commands.leaderboard",
        "write runs of a benchmark's test splits down for its leaderboard",
    ),
    "data": ("embodied.commands.data", "say which benchmark files are here, and how to get others"),
}

OK, FAILED, USAGE, INTERRUPTED = 0, 1, 2, 130
UNWRITABLE = frozenset([errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT])
"""Why a file cannot be written that has nothing to do with the program."""


def help_text() -> str:
    """Return what `embodied --help` prints."""
    listed = "\n".join(f"  {name:<11} {what}" for name, (_, what) in COMMANDS.items())
    return f"""\
Usage: embodied COMMAND [key=value ...]

An agent that is told something and does it. No simulator has to be installed.

Commands:
{listed}

Start here:
  embodied eval benchmark=household benchmark.limit=5 agent=expert record=video
  embodied eval --help

Exit codes: 0 done (episodes in error are results, too), 1 failed, 2 a setting is wrong,
130 interrupted (the same command goes on from there)."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code.

    Args:
        argv: Words after `embodied`; those of the process by default.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        code = _dispatch(words)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader (`| head`) has gone; the interpreter's last flush must not meet it again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    return code


def _dispatch(words: list[str]) -> int:
    if not words or words[0] in ("-h", "--help", "help"):
        print(help_text())
        return OK
    if words[0] == "--version":
        import embodied

        print(embodied.__version__)
        return OK
    name, rest = words[0], words[1:]
    if name not in COMMANDS:
        close = difflib.get_close_matches(name, COMMANDS, n=1)
        hint = f" Did you mean 'embodied {close[0]}'?" if close else ""
        print(f"No command {name!r}.{hint} 'embodied --help' lists them.", file=sys.stderr)
        return USAGE
    return _call(name, rest)


def _call(name: str, rest: list[str]) -> int:
    try:
        command = importlib.import_module(COMMANDS[name][0])
        return int(command.run(rest))
    except (ConfigError, UnknownNameError) as error:
        print(f"embodied {name}: {error}", file=sys.stderr)
        return USAGE
    except EmbodiedError as error:
        print(f"embodied {name}: {error}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        return INTERRUPTED
    except OSError as error:
        if error.errno not in UNWRITABLE or error.filename is None:
            raise
        print(
            f"embodied {name}: {error.filename}: {error.strerror}. Choose a folder that can be "
            "written to: output_dir=FOLDER.",
            file=sys.stderr,
        )
        return FAILED


if __name__ == "__main__":
    sys.exit(main())
