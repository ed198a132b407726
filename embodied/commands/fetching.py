"""Fetch a large file over HTTP: resumed where it was cut, checked against what was announced."""

import email.message
import http.client
import os
import socket
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from embodied.core.errors import EmbodiedError

BLOCK_BYTES = 1 << 18
TIMEOUT_S = 30.0
TRIES = 5
"""How often in a row a connection may break without a byte coming through."""


BREAKS = (
    http.client.HTTPException,
    ConnectionError,
    TimeoutError,
    ssl.SSLError,
    urllib.error.URLError,
)
FINAL = (socket.gaierror, ssl.SSLCertVerificationError, str)
"""Reasons that asking again does not change; a text says that the address cannot be opened."""


class DownloadError(EmbodiedError):
    """A file cannot be fetched; the message says why and what to do."""


class _BrokenOffError(Exception):
    """The connection ended before the file did; the rest can be asked for."""


def fetch(
    url: str,
    path: Path,
    *,
    console: Any = None,
    wait_s: float = 1.0,
    open_url: Callable[..., Any] = urllib.request.urlopen,
) -> None:
    """Fetch a file, unless it is there already.

    Bytes go to `<path>.part`, which an interrupted fetch leaves behind and the next one goes on
    from, if the server still has the same file (by ETag or date). The file takes its name when it
    is whole: as long as the server had announced.

    Args:
        url: Its address.
        path: Where it goes; folders are made.
        console: A rich console to show progress on; None shows none.
        wait_s: Pause before a broken connection is tried again; doubled every time.
        open_url: Opens a request, as `urllib.request.urlopen` does.

    Raises:
        DownloadError: If the server refuses, cannot be reached, breaks off again and again, or
            sends something other than announced; or the disk is full.
    """
    if path.exists():
        return
    part = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _bar(console, path.name) as show:
            tries, most = 0, _size(part)
            while True:
                try:
                    _fetch_rest(url, part, show, open_url)
                    break
                except _BrokenOffError as broken:
                    # Only more than ever before counts: some servers announce what never comes.
                    tries = 0 if _size(part) > most else tries + 1
                    most = max(most, _size(part))
                    if tries >= TRIES:
                        raise DownloadError(
                            f"{url}: the connection broke {TRIES} times without a byte ({broken}). "
                            f"{_size(part)} bytes are kept in {part}; the same command goes on "
                            "from there"
                        ) from broken
                    time.sleep(wait_s * 2**tries)
        os.replace(part, path)
        _note(part).unlink(missing_ok=True)
    except OSError as error:
        raise DownloadError(f"{path}: cannot be written ({error.strerror or error})") from error


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _note(part: Path) -> Path:
    """Where it is kept which version of the file the part belongs to."""
    return part.with_name(part.name + ".version")


def _fetch_rest(
    url: str, part: Path, show: Callable[[int, int | None], None], open_url: Callable[..., Any]
) -> None:
    """Ask for what is missing and add it to the part.

    Raises:
        DownloadError: If there is no use in asking again.
        _BrokenOffError: If there is.
    """
    have, version = _size(part), _read_version(part)
    headers = {"User-Agent": "embodied"}
    if have and version:
        headers |= {"Range": f"bytes={have}-", "If-Range": version}
    else:
        have = 0
    try:
        with open_url(urllib.request.Request(url, headers=headers), timeout=TIMEOUT_S) as answer:
            if answer.status != 206:
                have = 0  # the whole file: another version, or a server that knows no ranges
            total = _total(url, answer.status, answer.headers, have)
            if not have:  # bytes of another version must never stand beside this one's name
                part.write_bytes(b"")
            _note(part).write_text(_version(answer.headers), "utf-8")
            _copy(answer, part, have, total, show)
    except urllib.error.HTTPError as error:
        if error.code == 416:  # nothing at or beyond where the part ends: it is not of this file
            part.unlink(missing_ok=True)
            raise _BrokenOffError("the part was longer than the file") from error
        if error.code >= 500:
            raise _BrokenOffError(f"HTTP {error.code}") from error
        raise DownloadError(
            f"{url}: the server answers {error.code} {error.reason}. If the file has moved, give "
            "its new address with url=..."
        ) from error
    except ValueError as error:
        raise DownloadError(f"{url} is no address of a file: {error}") from error
    except BREAKS as error:
        reason = getattr(error, "reason", error)
        if isinstance(reason, FINAL):
            raise DownloadError(f"{url} cannot be reached: {reason}") from error
        raise _BrokenOffError(str(reason)) from error
    size = _size(part)
    if total is not None and size < total:
        raise _BrokenOffError(f"{size} of {total} bytes came")
    if total is not None and size > total:
        part.unlink()
        raise DownloadError(f"{url}: {size} bytes came where {total} were announced")


def _copy(
    answer: Any, part: Path, have: int, total: int | None, show: Callable[[int, int | None], None]
) -> None:
    with part.open("r+b" if have else "wb") as file:
        file.seek(have)
        show(have, total)
        while block := answer.read(BLOCK_BYTES):
            file.write(block)
            have += len(block)
            show(have, total)
        file.truncate()
        file.flush()
        os.fsync(file.fileno())


def _total(url: str, status: int, headers: email.message.Message, have: int) -> int | None:
    """How long the whole file is, as announced; None where it is not.

    Raises:
        DownloadError: If the server sends another stretch than was asked for.
    """
    if status != 206:
        length = headers.get("Content-Length")
        return int(length) if length and length.isdigit() else None
    stretch, _, total = (headers.get("Content-Range") or "").removeprefix("bytes ").partition("/")
    if stretch.partition("-")[0] != str(have):
        raise DownloadError(f"{url}: asked for bytes from {have} on, the server sends {stretch!r}")
    return int(total) if total.isdigit() else None


def _version(headers: email.message.Message) -> str:
    """What names the version of a file in `If-Range`; weak ETags may not."""
    tag = headers.get("ETag") or ""
    return tag if tag and not tag.startswith("W/") else headers.get("Last-Modified") or ""


def _read_version(part: Path) -> str:
    try:
        return _note(part).read_text("utf-8").strip()
    except OSError:
        return ""


@contextmanager
def _bar(console: Any, name: str) -> Iterator[Callable[[int, int | None], None]]:
    if console is None:
        yield lambda have, total: None
        return
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    with Progress(*columns, TransferSpeedColumn(), TimeRemainingColumn(), console=console) as bar:
        task = bar.add_task(name, total=None)
        yield lambda have, total: bar.update(task, completed=have, total=total)
