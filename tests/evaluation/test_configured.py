"""What cannot be made from settings says what to choose or to install."""

import tomllib
from pathlib import Path

import pytest

from embodied.core.errors import ConfigError
from embodied.evaluation.configured import EXTRAS, PLANNING, ConfiguredSession, make

PYPROJECT = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8"))


def test_a_planner_that_asks_a_model_and_has_none_says_which_there_are() -> None:
    inner = {"_target_": "builtins.dict", "llm": None}
    with pytest.raises(ConfigError, match=r"`planner.make` asks a language model.*llm=small"):
        make({"_target_": "builtins.dict", "planner": inner}, what="planner.make")


@pytest.mark.parametrize(
    ("parts", "answer"),
    [
        ({"planner": None, "policy": {"_target_": "builtins.dict"}}, "no planner: add e.g."),
        ({"planner": {"_target_": "builtins.dict"}, "policy": None}, "no policy: add e.g."),
    ],
)
def test_an_agent_that_lacks_a_part_says_so_before_any_episode(
    parts: dict[str, object], answer: str
) -> None:
    made = {"_target_": PLANNING, **{name: {name: part} for name, part in parts.items()}}
    with pytest.raises(ConfigError, match=answer):
        ConfiguredSession({"agent": {"make": made}})()


def test_a_policy_that_sees_nothing_says_what_to_choose() -> None:
    part = {"_target_": "builtins.dict"}
    made = {"_target_": PLANNING, "planner": {"planner": part}, "policy": {"policy": part}}
    config = {
        "agent": {"make": made},
        "policy": {"name": "skills"},
        "perception": {"name": "none", "make": None},
    }
    with pytest.raises(ConfigError, match="add perception=privileged"):
        ConfiguredSession(config)()


def test_with_a_model_it_is_made() -> None:
    assert make({"_target_": "builtins.dict", "llm": "small"}, what="x") == {"llm": "small"}


@pytest.mark.parametrize(
    ("module", "install"), [("torch", r"embodied\[train\]"), ("not_a_package_of_ours", "not_a_")]
)
def test_a_missing_package_says_what_to_install(
    module: str, install: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "wants_a_package.py").write_text(
        f"raise ModuleNotFoundError('No module named', name='{module}.nn')"
    )
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ConfigError, match=f"pip install .*{install}"):
        make({"_target_": "wants_a_package.Thing"}, what="task.make")


def test_every_extra_that_is_named_brings_its_package() -> None:
    extras = PYPROJECT["project"]["optional-dependencies"]
    for package, extra in EXTRAS.items():
        listed = [each.replace("-", "_") for each in extras[extra]]
        assert any(each.startswith(package) for each in listed), package
