"""The folder of a run: torn lines, full disks, other settings, secrets."""

import dataclasses
import errno
import json
import os
from pathlib import Path

import pytest

from embodied.core.episode import EpisodeRecord, EpisodeSpec, EpisodeStatus
from embodied.core.errors import ConfigError, DataError
from embodied.evaluation.files import StorageError, write_whole
from embodied.evaluation.store import RunStore, load_records

CONFIG = {"seed": 1, "benchmark": {"split": "train", "limit": None}, "runner": {"workers": 1}}


def record(number: int, **fields) -> EpisodeRecord:
    spec = EpisodeSpec(f"task/trial/{number}", "task/trial", "train")
    return EpisodeRecord(spec=spec, status=EpisodeStatus.FAILURE, **fields)


def test_what_was_appended_is_there_when_the_folder_is_opened_again(tmp_path: Path) -> None:
    full = record(
        0,
        instruction="heat the “mug”",
        measures={"navigation_error_m": 0.5},
        plans=(("goto(Mug)", "pick(Mug)"),),
        corrections=({"text": "stop", "stamp_s": 1.0, "kind": "stop"},),
        error="Traceback\n  line",
    )
    with RunStore(tmp_path, config=CONFIG) as store:
        store.append(full)
    with RunStore(tmp_path, config=CONFIG) as store:
        assert store.records == [full]


@pytest.mark.parametrize("torn", [b'{"episode_id": "task/tr', b"{}\n", b"\x00\x00\x00\n", b"7\n"])
def test_a_last_line_cut_short_is_dropped_and_the_next_record_starts_clean(
    tmp_path: Path, torn: bytes
) -> None:
    with RunStore(tmp_path, config=CONFIG) as store:
        store.append(record(0))
    episodes = tmp_path / "episodes.jsonl"
    whole = episodes.read_bytes()
    episodes.write_bytes(whole + torn)
    assert load_records(episodes) == [record(0)]
    with RunStore(tmp_path, config=CONFIG) as store:
        store.append(record(1))
    assert load_records(episodes) == [record(0), record(1)]
    assert episodes.read_bytes().startswith(whole)


def test_a_damaged_line_in_the_middle_is_named(tmp_path: Path) -> None:
    with RunStore(tmp_path, config=CONFIG) as store:
        store.append(record(0))
        store.append(record(1))
    episodes = tmp_path / "episodes.jsonl"
    first, second = episodes.read_text().splitlines()
    episodes.write_text(f"{first[:-9]}\n{second}\n")
    with pytest.raises(DataError, match=r"episodes\.jsonl, line 1"):
        load_records(episodes)


def test_a_full_disk_leaves_the_records_before_it_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real_write = os.write
    calls: list[int] = []

    def disk(fd: int, data: bytes) -> int:
        calls.append(len(data))
        if len(calls) == 1:  # the first part of the line fits, the rest does not
            return real_write(fd, data[:20])
        raise OSError(errno.ENOSPC, "No space left on device")

    with RunStore(tmp_path, config=CONFIG) as store:
        store.append(record(0))
        before = (tmp_path / "episodes.jsonl").read_bytes()
        monkeypatch.setattr(os, "write", disk)
        with pytest.raises(StorageError, match="disk is full"):
            store.append(record(1))
        monkeypatch.setattr(os, "write", real_write)
        assert len(calls) == 2
        assert (tmp_path / "episodes.jsonl").read_bytes() == before
        store.append(record(1))  # space was freed: it goes on
    assert load_records(tmp_path / "episodes.jsonl") == [record(0), record(1)]


def test_a_file_replaced_on_a_full_disk_keeps_its_old_content(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "summary.json"
    write_whole(path, "old")

    def fail(fd: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(StorageError, match="disk is full"):
        write_whole(path, "new")
    assert path.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["summary.json"]


def test_other_settings_in_the_same_folder_are_refused_by_name(tmp_path: Path) -> None:
    other = {**CONFIG, "seed": 2, "benchmark": {"split": "train", "limit": 5}}
    RunStore(tmp_path, config=CONFIG).close()
    RunStore(tmp_path, config=other).close()  # no episode was run: nothing to mix up
    with RunStore(tmp_path, config=CONFIG) as store:
        store.append(record(0))
    with pytest.raises(ConfigError, match=r"benchmark\.limit: None there, 5 now\n  seed: 1 there"):
        RunStore(tmp_path, config=other)


def test_the_number_of_workers_may_change_when_a_run_goes_on(tmp_path: Path) -> None:
    with RunStore(tmp_path, config=CONFIG) as store:
        store.append(record(0))
    with RunStore(tmp_path, config={**CONFIG, "runner": {"workers": 8}}) as store:
        assert len(store.records) == 1


def test_no_secret_of_the_environment_reaches_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = "sk-proj-1234567890abcdef"
    monkeypatch.setenv("OPENAI_API_KEY", secret)
    config = {**CONFIG, "llm": {"headers": [f"Bearer {secret}"]}}
    about = {"command": ["embodied", "eval", f"llm.key={secret}"]}
    with RunStore(tmp_path, config=config, about=about) as store:
        store.append(record(0, error=f"401: wrong key {secret!r}"))
        store.write_summary({"note": secret})
    for path in tmp_path.iterdir():
        assert secret not in path.read_text(), path.name
    assert "<OPENAI_API_KEY>" in (tmp_path / "config.yaml").read_text()
    # and with the settings redacted on both sides, the run goes on
    RunStore(tmp_path, config=config).close()


def test_episodes_in_error_can_be_forgotten_to_run_them_again(tmp_path: Path) -> None:
    failed = dataclasses.replace(record(1), status=EpisodeStatus.ERROR, error="out of memory")
    with RunStore(tmp_path, config=CONFIG) as store:
        for each in (record(0), failed, record(2)):
            store.append(each)
        assert store.drop_errors() == 1
        assert store.drop_errors() == 0
        store.append(record(1))
    assert load_records(tmp_path / "episodes.jsonl") == [record(0), record(2), record(1)]


def test_the_starts_of_a_run_are_kept_with_their_versions(tmp_path: Path) -> None:
    for commit in ("a", "b"):
        RunStore(tmp_path, config=CONFIG, about={"commit": commit}).close()
    starts = json.loads((tmp_path / "run.json").read_text())["starts"]
    assert [start["commit"] for start in starts] == ["a", "b"]
