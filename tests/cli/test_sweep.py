"""`embodied eval -m`: every combination runs, and one table compares them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from embodied.commands.settings import SettingError
from embodied.commands.sweep import variants

TESTS = Path(__file__).parents[1]


def test_every_value_meets_every_other() -> None:
    found = variants(["seed=3", "planner=parsed,ground_truth", "text=goal,goal+steps"])
    assert [dict(each.chosen) for each in found] == [
        {"planner": "parsed", "text": "goal"},
        {"planner": "parsed", "text": "goal+steps"},
        {"planner": "ground_truth", "text": "goal"},
        {"planner": "ground_truth", "text": "goal+steps"},
    ]
    assert found[1].words == ("seed=3", "planner=parsed", "text=goal+steps")
    assert len({each.folder for each in found}) == 4


def test_a_sweep_without_several_values_is_a_mistake() -> None:
    with pytest.raises(SettingError, match="no setting has several"):
        variants(["seed=3"])


def test_one_table_stands_at_the_end_and_a_second_call_runs_nothing_again(tmp_path: Path) -> None:
    words = [
        "eval",
        "-m",
        "agent=random",
        "seed=0,1",
        "benchmark.limit=2",
        "benchmark.env.id=tiny_world:tests/Tiny-v0",
        "benchmark.split=tiny",
        "runner.workers=0",
        f"output_dir={tmp_path}",
    ]

    def run() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "embodied", *words],
            capture_output=True,
            text=True,
            timeout=120,
            env={**os.environ, "PYTHONPATH": str(TESTS)},
        )

    first = run()
    assert first.returncode == 0, first.stderr
    table = json.loads((tmp_path / "ablation.json").read_text("utf-8"))
    assert [row["settings"] for row in table["rows"]] == [{"seed": "0"}, {"seed": "1"}]
    assert [row["n"] for row in table["rows"]] == [2, 2]
    for row in table["rows"]:
        alone = json.loads((tmp_path / f"seed={row['settings']['seed']}/summary.json").read_text())
        assert row["metrics"] == alone["metrics"]
    lines = (tmp_path / "ablation.md").read_text("utf-8").splitlines()
    assert lines[2].startswith("| seed | episodes | in error | SR (95 %)")
    assert [line.split("|")[1].strip() for line in lines[4:]] == ["0", "1"]
    before = (tmp_path / "seed=0" / "episodes.jsonl").read_text("utf-8")
    assert run().returncode == 0
    assert (tmp_path / "seed=0" / "episodes.jsonl").read_text("utf-8") == before
