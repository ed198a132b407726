"""`embodied data download`, against a server on this machine that behaves as badly as real ones."""

import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import py7zr
import pytest

from embodied.cli import main
from embodied.commands import archives
from embodied.commands.fetching import DownloadError, fetch
from embodied.core.errors import DataError

CONTENT = bytes(range(256)) * 4000


@dataclass
class Behaviour:
    """What the server does.

    Attributes:
        content: The file.
        etag: Its version.
        status: Answered instead of the file, unless 200.
        cut_after: Bytes after which each answer breaks off; None sends all.
        announces: The length it claims; None is the true one.
        ranges: Whether it knows ranges.
        asked: Ranges that were asked for, one an answer.
    """

    content: bytes = CONTENT
    etag: str = '"one"'
    status: int = 200
    cut_after: int | None = None
    announces: int | None = None
    ranges: bool = True
    asked: list[str | None] = field(default_factory=list)


@pytest.fixture
def server():
    """A server and its behaviour, under `.url` and the rest."""
    behaviour = Behaviour()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *words):
            pass

        def do_GET(self):
            wanted = self.headers.get("Range")
            behaviour.asked.append(wanted)
            if behaviour.status != 200:
                self.send_error(behaviour.status)
                return
            start, total = 0, behaviour.announces or len(behaviour.content)
            same = self.headers.get("If-Range") in (None, behaviour.etag)
            if wanted and behaviour.ranges and same:
                start = int(wanted.removeprefix("bytes=").rstrip("-"))
                if start >= len(behaviour.content):
                    self.send_error(416)
                    return
                self.send_response(206)
                self.send_header("Content-Range", f"bytes {start}-{total - 1}/{total}")
            else:
                self.send_response(200)
            self.send_header("Content-Length", str(total - start))
            self.send_header("ETag", behaviour.etag)
            self.end_headers()
            end = None if behaviour.cut_after is None else start + behaviour.cut_after
            self.wfile.write(behaviour.content[start:end])

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=http.serve_forever, daemon=True)
    thread.start()
    behaviour.url = f"http://127.0.0.1:{http.server_port}/json_2.1.0.7z"
    yield behaviour
    http.shutdown()
    http.server_close()


def get(server, path):
    fetch(server.url, path, wait_s=0.0)
    return path.read_bytes()


def test_a_file_arrives_whole(server, tmp_path):
    assert get(server, tmp_path / "deep" / "file") == CONTENT
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["file"]


def test_a_cut_connection_is_taken_up_where_it_broke(server, tmp_path):
    server.cut_after = 300_000
    assert get(server, tmp_path / "file") == CONTENT
    assert server.asked == [None, "bytes=300000-", "bytes=600000-", "bytes=900000-"]


def test_a_later_run_goes_on_from_the_part(server, tmp_path):
    (tmp_path / "file.part").write_bytes(CONTENT[:1000])
    (tmp_path / "file.part.version").write_text(server.etag)
    assert get(server, tmp_path / "file") == CONTENT
    assert server.asked[0] == "bytes=1000-"


def test_a_part_of_another_version_is_not_gone_on_from(server, tmp_path):
    (tmp_path / "file.part").write_bytes(b"old" * 1000)
    (tmp_path / "file.part.version").write_text('"older"')
    assert get(server, tmp_path / "file") == CONTENT


def test_a_server_without_ranges_sends_all_again(server, tmp_path):
    server.ranges = False
    (tmp_path / "file.part").write_bytes(CONTENT[:1000])
    (tmp_path / "file.part.version").write_text(server.etag)
    assert get(server, tmp_path / "file") == CONTENT


def test_a_part_longer_than_the_file_is_fetched_anew(server, tmp_path):
    (tmp_path / "file.part").write_bytes(CONTENT * 2)
    (tmp_path / "file.part.version").write_text(server.etag)
    assert get(server, tmp_path / "file") == CONTENT


def test_a_file_that_has_moved_is_told_at_once(server, tmp_path):
    server.status = 404
    with pytest.raises(DownloadError, match=r"404 .*url="):
        get(server, tmp_path / "file")
    assert len(server.asked) == 1


def test_a_server_that_is_down_is_asked_a_few_times(server, tmp_path):
    server.status = 503
    with pytest.raises(DownloadError, match="HTTP 503"):
        get(server, tmp_path / "file")
    assert len(server.asked) == 5


def test_a_server_that_announces_more_than_it_has_is_given_up(server, tmp_path):
    server.announces = len(CONTENT) + 5
    with pytest.raises(DownloadError, match="broke 5 times"):
        get(server, tmp_path / "file")
    assert not (tmp_path / "file").exists()


def test_what_is_no_address_is_told(tmp_path):
    with pytest.raises(DownloadError, match="no address"):
        fetch("nowhere", tmp_path / "file")


# --- archives


@pytest.fixture
def packed(tmp_path):
    """An archive as ALFRED publishes it, in small."""
    source = tmp_path / "source.json"
    source.write_text('{"task_id": "one"}', "utf-8")
    archive = tmp_path / "packed.7z"
    with py7zr.SevenZipFile(archive, "w") as file:
        file.write(source, "json_2.1.0/train/task/trial/traj_data.json")
    return archive


def unpackers():
    found = [archives._by_package]
    if any(archives.shutil.which(name) for name in archives.PROGRAMS):
        found.append(archives.find_unpacker())
    return found


@pytest.mark.parametrize("unpacker", unpackers())
def test_an_archive_is_unpacked(packed, tmp_path, unpacker):
    folder = tmp_path / "data"
    folder.mkdir()
    archives.unpack(packed, folder, gives="json_2.1.0", unpacker=unpacker)
    found = folder / "json_2.1.0/train/task/trial/traj_data.json"
    assert found.read_text("utf-8") == '{"task_id": "one"}'
    assert [path.name for path in folder.iterdir()] == ["json_2.1.0"]


@pytest.mark.parametrize("unpacker", unpackers())
@pytest.mark.parametrize("where", [10, -20, 40])
def test_a_damaged_archive_leaves_nothing(packed, tmp_path, unpacker, where):
    content = bytearray(packed.read_bytes())
    content[where] ^= 0xFF
    packed.write_bytes(content)
    folder = tmp_path / "data"
    folder.mkdir()
    with pytest.raises(DataError, match=r"packed\.7z is damaged"):
        archives.unpack(packed, folder, gives="json_2.1.0", unpacker=unpacker)
    assert not packed.exists()
    assert not list(folder.iterdir())


def test_a_page_instead_of_an_archive_is_refused(tmp_path):
    page = tmp_path / "packed.7z"
    page.write_text("<html>Sign in to the network", "utf-8")
    with pytest.raises(DataError, match="no 7z archive"):
        archives.unpack(page, tmp_path, gives="json_2.1.0")


def test_an_archive_of_something_else_is_refused(packed, tmp_path):
    with pytest.raises(DataError, match="holds no folder full_2"):
        archives.unpack(packed, tmp_path, gives="full_2.1.0")


def test_a_machine_that_cannot_unpack_is_told_before_fetching(
    server, tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(archives.shutil, "which", lambda name: None)
    monkeypatch.setattr(archives.importlib.util, "find_spec", lambda name: None)
    assert main(["data", "download", "alfred", f"url={server.url}", f"data_root={tmp_path}"]) == 1
    assert "embodied[download]" in capsys.readouterr().err
    assert not server.asked


def test_the_command_puts_the_data_in_place(server, packed, tmp_path, capsys):
    server.content = packed.read_bytes()
    root: Path = tmp_path / "root"
    words = ["data", "download", "alfred", f"url={server.url}", f"data_root={root}"]
    assert main(words) == 0
    assert (root / "alfred/json_2.1.0/train/task/trial/traj_data.json").is_file()
    assert [path.name for path in (root / "alfred").iterdir()] == ["json_2.1.0"]
    assert main(words) == 0
    assert "is here already" in capsys.readouterr().out
    assert len(server.asked) == 1


def test_data_that_is_there_in_part_is_filled_up(server, packed, tmp_path, capsys):
    server.content = packed.read_bytes()
    root: Path = tmp_path / "root"
    mine = root / "alfred/json_2.1.0/valid_seen/task/trial/traj_data.json"
    mine.parent.mkdir(parents=True)
    mine.write_text("mine", "utf-8")
    words = ["data", "download", "alfred", f"url={server.url}", f"data_root={root}"]
    assert main(words) == 0
    assert "lacks files of train, valid_seen" in capsys.readouterr().out
    assert mine.read_text("utf-8") == "mine"
    assert (root / "alfred/json_2.1.0/train/task/trial/traj_data.json").is_file()


def test_files_that_are_there_are_left_as_they_are(packed, tmp_path):
    kept = tmp_path / "json_2.1.0/train/task/trial/traj_data.json"
    kept.parent.mkdir(parents=True)
    kept.write_text("mine", "utf-8")
    assert archives.unpack(packed, tmp_path, gives="json_2.1.0") == 0
    assert kept.read_text("utf-8") == "mine"


def test_an_unknown_data_set_is_answered_with_those_there_are(capsys):
    assert main(["data", "download", "alfrd"]) == 2
    assert "there are: alfred" in capsys.readouterr().err
