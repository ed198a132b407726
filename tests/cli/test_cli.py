"""The command line as a newcomer meets it."""

import errno
import json
import os
import signal
import subprocess
import sys
import time
from functools import partial
from io import StringIO
from pathlib import Path

import pytest

from embodied.cli import COMMANDS, main
from embodied.commands.evaluate import worker_count
from embodied.commands.watch import listen
from embodied.core.errors import ConfigError
from embodied.evaluation.cores import usable_cores

TESTS = Path(__file__).parents[1]
TINY = ["benchmark.env.id=tiny_world:tests/Tiny-v0", "benchmark.split=tiny"]


def embodied(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own, with the tiny world within reach."""
    return subprocess.run(
        [sys.executable, "-m", "embodied", *words],
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "PYTHONPATH": str(TESTS), **environment},
    )


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(list(words)) == 2
    return capsys.readouterr().err


def test_help_shows_every_command_and_where_to_start(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == main(["--help"]) == 0
    text = capsys.readouterr().out
    assert all(f"\n  {name} " in text for name in COMMANDS)
    assert "embodied eval benchmark=household" in text


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([name, "--help"]) == 0
    assert f"Usage: embodied {name}" in capsys.readouterr().out


def test_help_of_eval_names_the_choices_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    main(["eval", "--help"])
    text = capsys.readouterr().out
    for word in (
        "alfred, alfworld, household, r2r",
        "expert, llm_routes, planning, random",
        "runner.workers",
        "benchmark.episodes",
    ):
        assert word in text


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (["evla"], "Did you mean 'embodied eval'?"),
        (["eval", "benchmark.spilt=train"], "Did you mean 'benchmark.split'?"),
        (["eval", "sede=1"], "Did you mean 'seed'?"),
        (["eval", "split=train"], "Did you mean 'benchmark.split'?"),
        (["eval", "hydra.sweep.dir=there"], "results go to output_dir="),
        (["eval", "agent=exprt"], "Did you mean 'expert'?"),
        (["eval", "agent=random", "expert.by=mask"], "It belongs to agent=expert"),
        (["eval", "benchmark"], "written key=value"),
        (["eval", "seed=1,2"], "several values"),
        (["eval", "seed=many"], "seed takes a number"),
        (["eval", "output_dir=a (b)"], "needs quotes"),
        (["eval", "expert.by=smell", *TINY], "expert.by"),
        (["run", "episod=1"], "Did you mean 'episode'?"),
        (["data", "dataroot=x"], "Did you mean 'data_root'?"),
        (["report"], "takes one folder"),
        (["report", "/nowhere/at/all"], "holds no run"),
    ],
)
def test_a_slip_is_answered_with_what_was_meant(
    words: list[str], answer: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert answer in refused(capsys, *words)
    assert list(tmp_path.iterdir()) == [] or "smell" in words[1], "a slip leaves nothing behind"


def test_eval_runs_a_benchmark_to_its_table(tmp_path: Path) -> None:
    done = embodied("eval", *TINY, "benchmark.limit=4", f"output_dir={tmp_path}", "record=all")
    assert done.returncode == 0, done.stderr
    assert "PLW-SR" in done.stdout
    assert str(tmp_path) in done.stdout
    summary = json.loads((tmp_path / "summary.json").read_text())
    assert (summary["n"], summary["n_error"]) == (4, 0)
    assert summary["metrics"] == {"SR": 1.0, "GC": 1.0, "PLW-SR": 1.0, "PLW-GC": 1.0}
    assert summary["intervals_95"]["SR"] == [1.0, 1.0]
    assert summary["agent"] == "expert-id"
    assert len(list((tmp_path / "videos").glob("*.mp4"))) == 4
    assert len(list((tmp_path / "steps").glob("*.jsonl"))) == 4
    (start,) = json.loads((tmp_path / "run.json").read_text())["starts"]
    assert start["seed"] == 0
    assert start["versions"]["numpy"]

    again = embodied("eval", *TINY, "benchmark.limit=4", f"output_dir={tmp_path}")
    assert again.returncode == 0
    assert "4 of 4 episodes" in again.stderr
    table = embodied("report", str(tmp_path), "--markdown").stdout
    assert "| SR | 100.0 | 100.0 to 100.0 |" in table
    other = embodied("eval", *TINY, "benchmark.limit=5", f"output_dir={tmp_path}")
    assert other.returncode == 2
    assert "benchmark.limit: 4 there, 5 now" in other.stderr


def test_the_default_folder_is_the_same_for_the_same_settings_only(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def folder(*words: str) -> str:
        main(["eval", "--config", *words])
        lines = capsys.readouterr().out.splitlines()
        return next(line for line in lines if line.startswith("output_dir: "))

    assert folder("seed=1") == folder("seed=1", "runner.workers=3", "record=video", "data_root=/x")
    assert folder("seed=1") != folder("seed=2")


def test_a_random_agent_repeats_itself_with_the_same_seed_on_any_number_of_workers(
    tmp_path: Path,
) -> None:
    def steps(name: str, *words: str) -> dict[str, int]:
        folder = tmp_path / name
        actions = "agent.make.actions=[MoveAhead,RotateLeft,Stop]"
        done = embodied(
            "eval",
            *TINY,
            "agent=random",
            actions,
            f"output_dir={folder}",
            "runner.workers=0",
            *words,
        )
        assert done.returncode == 0, done.stderr
        lines = (folder / "episodes.jsonl").read_text().splitlines()
        return {line["episode_id"]: line["steps"] for line in map(json.loads, lines)}

    first = steps("a")
    assert first == steps("b", "runner.workers=2")
    assert first != steps("c", "seed=1")


def test_no_saved_file_holds_a_key_from_the_environment(tmp_path: Path) -> None:
    secret = "sk-live-0123456789"
    key = "+llm.key=${oc.env:OPENAI_API_KEY}"
    words = ["eval", *TINY, "benchmark.limit=1", "runner.workers=0", key, f"output_dir={tmp_path}"]
    done = embodied(*words, OPENAI_API_KEY=secret)
    assert done.returncode == 0, done.stderr
    assert "<OPENAI_API_KEY>" in (tmp_path / "config.yaml").read_text()
    for path in tmp_path.rglob("*"):
        assert path.is_dir() or secret.encode() not in path.read_bytes(), path.name
    shown = embodied(*words, "--config", OPENAI_API_KEY=secret)
    assert secret not in shown.stdout + shown.stderr


def test_ctrl_c_says_how_to_go_on_and_going_on_ends_the_run(tmp_path: Path) -> None:
    words = ["eval", *TINY, "+benchmark.env.delay_s=0.2", "runner.workers=1"]
    command = [sys.executable, "-m", "embodied", *words, f"output_dir={tmp_path}"]
    process = subprocess.Popen(
        command,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # Jobs that a shell runs in the background ignore ctrl-c, and so does what they start.
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
        env={**os.environ, "PYTHONPATH": str(TESTS)},
    )
    episodes = tmp_path / "episodes.jsonl"
    deadline_s = time.monotonic() + 180.0
    while not (episodes.exists() and episodes.read_bytes().count(b"\n") >= 2):
        assert time.monotonic() < deadline_s
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: workers get it, too
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 130
    assert "The same command goes on from there" in errors
    assert "Traceback" not in errors
    done = embodied(*words, f"output_dir={tmp_path}")
    assert done.returncode == 0, done.stderr
    assert json.loads((tmp_path / "summary.json").read_text())["n"] == 10


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["eval", "--help"]])
def test_a_reader_that_went_away_is_no_traceback(words: list[str]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-m", "embodied", *words],
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (1, "")


def test_a_folder_that_cannot_be_written_to_is_told_in_a_sentence(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(words: object) -> int:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), "outputs")

    monkeypatch.setattr("embodied.commands.watch.run", refuse)
    assert main(["run"]) == 1
    said = capsys.readouterr().err
    assert "outputs: Permission denied" in said
    assert "output_dir=" in said


def test_a_full_disk_ends_the_run_with_a_sentence_and_no_half_line(tmp_path: Path) -> None:
    words = ["eval", *TINY, "runner.workers=0", f"output_dir={tmp_path}"]
    full = subprocess.run(
        ["bash", "-c", 'ulimit -f 2; exec "$@"', "-", sys.executable, "-m", "embodied", *words],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "PYTHONPATH": str(TESTS), "PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert full.returncode == 1, full.stderr
    assert "Cannot write" in full.stderr
    assert "Traceback" not in full.stderr
    kept = (tmp_path / "episodes.jsonl").read_text()
    assert 1 <= kept.count("\n") < 10
    assert all(json.loads(line) for line in kept.splitlines())
    done = embodied(*words)
    assert done.returncode == 0, done.stderr
    assert json.loads((tmp_path / "summary.json").read_text())["n"] == 10


def test_run_prints_the_episode_and_films_it(tmp_path: Path) -> None:
    words = ["run", *TINY, "episode=task-2/trial-0/1", f"output_dir={tmp_path}"]
    done = embodied(*words)
    assert done.returncode == 0, done.stderr
    assert "walk 3 cells" in done.stdout
    assert "    1  MoveAhead" in done.stdout
    assert "success: 1 of 1 goal conditions, 3 actions" in done.stdout
    assert (tmp_path / "videos" / "task-2__trial-0__1.mp4").stat().st_size > 0
    missing = embodied("run", *TINY, "episode=task-9/trial-0/1", f"output_dir={tmp_path}")
    assert missing.returncode == 2
    assert "Did you mean" in missing.stderr


def test_what_is_typed_is_said_to_the_agent() -> None:
    heard: list[str] = []

    class Ear:
        def correct(self, text: str) -> None:
            heard.append(text.strip())

    listen(Ear(), StringIO("stop\n\nforget it, bring me the cup\n")).join(timeout=10)
    assert heard == ["stop", "forget it, bring me the cup"]


def test_data_says_what_is_there_and_how_to_get_the_rest(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    trial = tmp_path / "alfred" / "json_2.1.0" / "train" / "task" / "trial"
    trial.mkdir(parents=True)
    (trial / "traj_data.json").write_text("{}")
    assert main(["data", f"data_root={tmp_path}"]) == 0
    text = capsys.readouterr().out
    assert "train: 1 files" in text
    assert "not here: valid_seen" in text
    assert "embodied data download alfred" in text


@pytest.mark.parametrize(("setting", "count"), [(3, 3), (0, 0), (50, 7)])
def test_no_more_workers_than_episodes(setting: int, count: int) -> None:
    assert worker_count(setting, episodes=7) == count


def test_auto_takes_a_worker_a_core_at_most() -> None:
    assert worker_count("auto", episodes=1) == 1
    assert 1 <= worker_count("auto", episodes=1000) <= usable_cores()


@pytest.mark.parametrize("setting", [-1, "two", 1.5, True])
def test_a_number_of_workers_that_is_none_is_refused(setting) -> None:
    with pytest.raises(ConfigError, match=r"runner\.workers"):
        worker_count(setting, episodes=7)


def test_starting_up_imports_nothing_heavy() -> None:
    code = "import sys, embodied.cli as c; c.main(['--help']); print(sorted(sys.modules))"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    modules = shown.stdout.splitlines()[-1]
    for heavy in ("mujoco", "hydra", "gymnasium", "PIL", "rich"):
        assert f"'{heavy}'" not in modules, heavy
