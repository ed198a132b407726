"""Unpack 7z archives, with py7zr or with the 7z program, tested before anything is in place."""

import importlib.util
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path, PurePosixPath

from embodied.core.errors import DataError, EmbodiedError

PROGRAMS = ("7z", "7zz", "7za")
MAGIC = b"7z\xbc\xaf\x27\x1c"

Unpacker = Callable[[Path, Path], None]
"""Unpacks an archive into an empty folder; raises `DataError` where it is damaged."""


class NoUnpackerError(EmbodiedError):
    """Nothing on this machine unpacks 7z archives; the message says what to install."""


def find_unpacker() -> Unpacker:
    """Return what unpacks 7z archives here: the 7z program, else the package py7zr.

    Raises:
        NoUnpackerError: If there is neither.
    """
    for name in PROGRAMS:
        program = shutil.which(name)
        if program:
            return lambda archive, folder: _by_program(program, archive, folder)
    if importlib.util.find_spec("py7zr") is not None:
        return _by_package
    raise NoUnpackerError(
        "the archive is of type 7z and nothing here unpacks it: pip install 'embodied[download]' "
        "(the package py7zr), or install the program 7z (Debian and Ubuntu: p7zip-full)"
    )


def unpack(archive: Path, folder: Path, *, gives: str, unpacker: Unpacker | None = None) -> int:
    """Unpack an archive; what it gives is in place whole or not at all.

    Where some of it is there already, only the files that are missing are added, each whole;
    what is there is left as it is.

    Args:
        archive: The archive; removed if it is damaged, since no fetch could go on from it.
        folder: Where what it gives belongs.
        gives: The folder it must hold.
        unpacker: What unpacks it; None takes `find_unpacker`'s.

    Returns:
        How many files were put in place.

    Raises:
        DataError: If it is damaged, is no 7z archive, or does not hold `gives`.
        NoUnpackerError: If nothing here can unpack it.
    """
    unpacker = unpacker or find_unpacker()
    try:
        with archive.open("rb") as file:
            if file.read(len(MAGIC)) != MAGIC:
                raise DataError(f"{archive} is no 7z archive")
        with tempfile.TemporaryDirectory(dir=folder, prefix=".unpacking-") as scratch:
            unpacker(archive, Path(scratch))
            found = Path(scratch) / gives
            if not found.is_dir():
                raise DataError(f"{archive} holds no folder {gives}")
            return _put_in_place(found, folder / gives)
    except DataError as error:
        archive.unlink(missing_ok=True)
        raise DataError(f"{error}; it is removed, the same command fetches it anew") from error
    except OSError as error:
        raise DataError(f"{archive}: cannot be unpacked ({error.strerror or error})") from error


def _put_in_place(found: Path, target: Path) -> int:
    """Move a folder to its place, or of one that is there in part the missing files."""
    files = [path for path in found.rglob("*") if path.is_file()]
    if not target.is_dir():
        found.replace(target)
        return len(files)
    missing = [path for path in files if not (target / path.relative_to(found)).is_file()]
    for path in missing:
        place = target / path.relative_to(found)
        place.parent.mkdir(parents=True, exist_ok=True)
        path.replace(place)
    return len(missing)


def _by_program(program: str, archive: Path, folder: Path) -> None:
    # Extraction checks every file against its checksum in the archive.
    done = subprocess.run(
        [program, "x", "-y", "-bd", f"-o{folder}", str(archive)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise DataError(f"{archive} is damaged: {said[-1] if said else 'no reason given'}")


def _by_package(archive: Path, folder: Path) -> None:
    import py7zr

    try:
        with py7zr.SevenZipFile(archive) as packed:
            for name in packed.getnames():
                if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
                    raise DataError(f"{archive} would write outside its folder: {name}")
            packed.extractall(folder)
    except (py7zr.exceptions.ArchiveError, EOFError, ValueError) as error:
        raise DataError(f"{archive} is damaged: {error}") from error
