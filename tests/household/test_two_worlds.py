"""Two worlds in one process draw through one context, whichever draws first."""

import subprocess
import sys

import pytest

SCRIPT = """
import gymnasium
for name in {names}:
    env = gymnasium.make(f"envs:embodied/{{name}}-v0", render_mode="rgb_array")
    env.reset(seed=0)
    assert env.render().any(), name
"""


@pytest.mark.parametrize("names", [("Tabletop", "Household"), ("Household", "Tabletop")])
def test_a_world_draws_after_another(names: tuple[str, str]) -> None:
    pytest.importorskip("mink", reason="the arm's controller needs embodied[arm]")
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(names=names)],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
