"""Which Python has which `ai2thor`: 5.0.0 beside us as an extra, 2.1.0 in a folder of its own."""

import importlib.metadata
import os
import subprocess
import sys
import venv
from pathlib import Path

from embodied.core.errors import ConfigError

THOR21_PACKAGES = ("ai2thor==2.1.0", "flask==2.0.3", "Werkzeug==2.0.3", "numpy>=2.0")
"""2.1.0 keeps one connection, which later Werkzeugs close."""


def thor21_folder() -> Path:
    """Where 2.1.0's environment lies: `embodied/thor21` in the user's cache folder."""
    base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(base).expanduser() / "embodied" / "thor21"


def interpreter(version: str) -> str:
    """Return the Python that has a version of `ai2thor`.

    Raises:
        ConfigError: If none has it; says how to install it.
    """
    if version == "5.0.0":
        try:
            found = importlib.metadata.version("ai2thor")
        except importlib.metadata.PackageNotFoundError:
            found = "none"
        if found != version:
            raise ConfigError(
                f'ai2thor 5.0.0 is wanted and {found} is installed: pip install "embodied[thor]"'
            )
        return sys.executable
    python = thor21_folder() / "bin" / "python"
    if not python.exists():
        raise ConfigError(
            "ai2thor 2.1.0 has an environment of its own, which is not there yet: "
            "embodied data thor21 makes it"
        )
    return str(python)


def make_thor21(folder: Path | None = None) -> Path:
    """Create 2.1.0's environment; one that is whole is left as it is.

    Args:
        folder: Where; `thor21_folder` by default.

    Raises:
        ConfigError: If it cannot be installed; says what pip said.
    """
    folder = folder or thor21_folder()
    done = folder / "complete"
    if done.exists():
        return folder
    venv.create(folder, with_pip=True, clear=True)
    pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "--no-input"]
    ended = subprocess.run([*pip, *THOR21_PACKAGES], capture_output=True, text=True, check=False)
    if ended.returncode:
        raise ConfigError(f"ai2thor 2.1.0 cannot be installed: {ended.stderr.strip()[-500:]}")
    done.touch()
    return folder
