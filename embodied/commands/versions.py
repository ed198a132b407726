"""What a run was made with."""

import platform
import subprocess
import sys
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import embodied

_PACKAGES = ("numpy", "mujoco", "moderngl", "gymnasium", "hydra-core", "scipy")


def describe_run(*, command: list[str], seed: int) -> dict[str, Any]:
    """Return versions, command, seed and time of a start, as plain data."""
    return {
        "started": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
        "command": command,
        "seed": seed,
        "versions": {
            "embodied": embodied.__version__,
            "commit": _commit(),
            "python": platform.python_version(),
            "platform": platform.platform(),
            **{name: _version(name) for name in _PACKAGES},
        },
    }


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _commit() -> str | None:
    """Return the checkout's commit, `+` added where files differ from it; None where installed."""
    top = Path(embodied.__file__).resolve().parent.parent
    if not (top / ".git").exists():
        return None
    try:
        head = _git(top, "rev-parse", "HEAD")
        changed = _git(top, "status", "--porcelain", "--untracked-files=no")
    except (OSError, subprocess.SubprocessError):
        print("no commit is recorded: git did not answer", file=sys.stderr)
        return None
    return head + ("+" if changed else "")


def _git(top: Path, *words: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(top), *words], capture_output=True, text=True, check=True, timeout=10
    )
    return done.stdout.strip()
