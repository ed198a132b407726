"""The table of several runs."""

import io

from rich.console import Console

from embodied.evaluation.ablation import Row, as_table


def test_whole_names_fit_a_terminal_of_80_columns() -> None:
    rows = [
        Row(
            settings={"planner": planner, "perception": "privileged_noisy", "text": "goal+steps"},
            summary={
                "benchmark": "alfred",
                "split": "valid_seen",
                "n": 820,
                "n_error": 1,
                "metrics": {"SR": 0.5, "PLW-SR": 0.4},
                "intervals_95": {"SR": [0.4, 0.6], "PLW-SR": [0.3, 0.5]},
            },
        )
        for planner in ("ground_truth", "parsed")
    ]
    told = io.StringIO()
    Console(file=told, width=80).print(as_table(rows))
    for name in (
        "planner=ground_truth",
        "privileged_noisy",
        "goal+steps",
        "820 episodes, 1 in error",
        "PLW-SR",
    ):
        assert name in told.getvalue()
    assert max(map(len, told.getvalue().splitlines())) <= 80
