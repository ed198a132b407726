"""Runs: interrupted, sharded, failing; the summary is the same, and nothing is lost."""

import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from tiny_runs import (
    BrokenSession,
    DeadlySession,
    FullDiskSession,
    ThreadsSession,
    UnansweredSession,
    evaluate,
)
from tiny_world import TinyWorld

from embodied.core.errors import ConfigError, UnavailableError
from embodied.evaluation.cores import usable_cores
from embodied.evaluation.lock import FolderBusyError
from embodied.evaluation.runner import run_evaluation
from embodied.evaluation.store import RunStore
from embodied.evaluation.worker import WorkerError, WorkerPool

TESTS = Path(__file__).parents[1]


def without_timing(summary: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in summary.items() if key != "timing"}


def stored(folder: Path) -> dict[str, dict[str, Any]]:
    lines = (folder / "episodes.jsonl").read_text().splitlines()
    return {record["episode_id"]: record for record in map(json.loads, lines)}


def test_the_summary_does_not_depend_on_the_number_of_workers(tmp_path: Path) -> None:
    raises = ("task-2/trial-0/1",)
    inline, one, two = (
        evaluate(tmp_path / str(workers), workers=workers, raises=raises) for workers in (0, 1, 2)
    )
    assert without_timing(inline) == without_timing(one) == without_timing(two)
    assert one["n"] == 10
    assert one["n_error"] == 1
    assert one["metrics"]["SR"] == pytest.approx(0.9)
    assert 10.0 < one["timing"]["worker_peak_mib"] < 1000.0
    assert one == json.loads((tmp_path / "1" / "summary.json").read_text())


def test_an_episode_that_raises_is_a_failure_with_its_traceback_kept(tmp_path: Path) -> None:
    evaluate(tmp_path, workers=1, raises=("task-2/trial-0/1",))
    record = stored(tmp_path)["task-2/trial-0/1"]
    assert record["status"] == "error"
    assert "Traceback" in record["error"]
    assert "the floor of task-2/trial-0/1 gave way" in record["error"]
    assert record["expert_steps"] == 3  # it stays in the weighted denominators


def test_a_worker_that_dies_costs_its_episode_and_is_replaced(tmp_path: Path) -> None:
    summary = evaluate(tmp_path, workers=2, dies=("task-1/trial-0/0",))
    assert summary["n"] == 10
    assert summary["n_error"] == 1
    record = stored(tmp_path)["task-1/trial-0/0"]
    assert record["status"] == "error"
    assert "SIGKILL" in record["error"]


@pytest.mark.parametrize(
    ("session", "error", "reason"),
    [
        (BrokenSession(), ConfigError, "libegl1"),
        (DeadlySession(), WorkerError, "died while they started.*SIGSEGV"),
        (FullDiskSession(), WorkerError, "No space left"),
        (UnansweredSession(), UnavailableError, "no answer in 5 attempts"),
    ],
)
def test_what_no_episode_is_to_blame_for_ends_the_run_with_its_reason(
    tmp_path: Path, session, error: type[Exception], reason: str
) -> None:
    with RunStore(tmp_path, config={}) as store, pytest.raises(error, match=reason):
        run_evaluation(
            store,
            TinyWorld().episodes(),
            session,
            metrics=(),
            seed=0,
            workers=1,
            console=Console(file=io.StringIO()),
        )
    assert stored(tmp_path) == {}, "no episode counts as failed, none is lost"


@pytest.mark.parametrize(("told", "threads"), [(None, max(1, usable_cores() // 2)), ("7", 7)])
def test_workers_share_the_cores_unless_told_otherwise(
    monkeypatch: pytest.MonkeyPatch, told: str | None, threads: int
) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    if told is not None:
        monkeypatch.setenv("OMP_NUM_THREADS", told)
    pool = WorkerPool(ThreadsSession(), workers=2, seed=0)
    with pytest.raises(ConfigError, match=f"threads: {threads}$"):
        list(pool.run(TinyWorld().episodes()))
    assert os.environ.get("OMP_NUM_THREADS") == told


def test_a_second_run_in_the_same_folder_is_refused_and_told_who_has_it(tmp_path: Path) -> None:
    with (
        RunStore(tmp_path, config={"seed": 3}),
        pytest.raises(FolderBusyError, match=f"process {os.getpid()}"),
    ):
        RunStore(tmp_path, config={"seed": 3})
    RunStore(tmp_path, config={"seed": 3}).close()  # let go of: free again


KILLED_RUN = """
import sys
sys.path.insert(0, {tests!r})
from pathlib import Path
from tiny_runs import evaluate
if __name__ == "__main__":
    evaluate(Path({folder!r}), workers=2, tasks=8, delay_s=0.05)
"""


def start_run(folder: Path, script: Path) -> subprocess.Popen[bytes]:
    text = KILLED_RUN.format(tests=str(TESTS), folder=str(folder))
    script.write_text(text)
    return subprocess.Popen([sys.executable, str(script)])


def test_killed_in_the_middle_and_started_again_it_ends_with_the_same_summary(
    tmp_path: Path,
) -> None:
    folder, script = tmp_path / "killed", tmp_path / "run.py"
    process = start_run(folder, script)
    episodes = folder / "episodes.jsonl"
    deadline_s = time.monotonic() + 60.0
    while not (episodes.exists() and episodes.read_bytes().count(b"\n") >= 3):
        assert time.monotonic() < deadline_s, "the run writes no records"
        assert process.poll() is None, "the run ended before it could be killed"
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    before = len(stored(folder))
    assert 3 <= before < 16
    assert not (folder / "summary.json").exists()

    assert start_run(folder, script).wait() == 0
    resumed = json.loads((folder / "summary.json").read_text())
    assert len(episodes.read_text().splitlines()) == 16, "no episode lost, none run twice"
    whole = evaluate(tmp_path / "whole", workers=0, tasks=8, delay_s=0.05)
    assert without_timing(resumed) == without_timing(whole)
