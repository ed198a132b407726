"""`embodied train` goes on from its own checkpoints only."""

import pytest

from embodied.commands.train import _settle_config
from embodied.core.errors import ConfigError

SETTINGS = {
    "task": {"name": "parser", "make": {"hold_out": False, "threads": 1, "corpora": {"plan": 1}}},
    "seed": 0,
    "output_dir": "here",
}


def changed(**make):
    task = {**SETTINGS["task"], "make": {**SETTINGS["task"]["make"], **make}}
    return {**SETTINGS, "task": task}


@pytest.fixture
def begun(tmp_path):
    _settle_config(tmp_path, SETTINGS)
    (tmp_path / "member0").mkdir()
    (tmp_path / "member0" / "checkpoint.pt").touch()
    return tmp_path


def test_another_seed_does_not_go_on_from_the_first_ones_checkpoint(begun) -> None:
    with pytest.raises(ConfigError, match="seed: 0 there, 1 now"):
        _settle_config(begun, {**SETTINGS, "seed": 1})


def test_nor_does_a_training_that_holds_something_else_out(begun) -> None:
    with pytest.raises(ConfigError, match=r"task\.make\.hold_out: False there, True now"):
        _settle_config(begun, changed(hold_out=True))


def test_the_same_command_goes_on_however_many_threads_or_corpora_it_has(begun) -> None:
    _settle_config(begun, SETTINGS)
    _settle_config(begun, changed(threads=2))
    _settle_config(begun, changed(corpora={"plan": 1, "pet": 2}))


def test_a_training_without_a_checkpoint_binds_nobody(tmp_path) -> None:
    _settle_config(tmp_path, SETTINGS)
    _settle_config(tmp_path, {**SETTINGS, "seed": 1})
