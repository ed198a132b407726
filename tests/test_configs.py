"""Every configuration names what is there, by the names that it takes."""

import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hydra.utils import get_object

ROOT = Path(__file__).parents[1] / "configs"
FILES = {str(path.relative_to(ROOT)): path for path in sorted(ROOT.rglob("*.yaml"))}


def made(value: Any) -> Iterator[dict[str, Any]]:
    """Everything in a file that is made of a `_target_`."""
    if isinstance(value, dict):
        if "$" not in str(value.get("_target_", "$")):
            yield value
        for inner in value.values():
            yield from made(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from made(inner)


@pytest.mark.parametrize("name", FILES)
def test_what_a_file_makes_is_there_and_takes_its_arguments(name: str) -> None:
    for node in made(yaml.safe_load(FILES[name].read_text("utf-8"))):
        taken = inspect.signature(get_object(node["_target_"])).parameters
        given = {key for key in node if not key.startswith("_")}
        anything = any(each.kind is each.VAR_KEYWORD for each in taken.values())
        assert anything or given <= set(taken), node["_target_"]
        needed = {
            key
            for key, each in taken.items()
            if each.default is each.empty
            and each.kind not in (each.VAR_KEYWORD, each.VAR_POSITIONAL)
        }
        assert node.get("_partial_") or needed <= given, node["_target_"]


def test_every_group_is_chosen_from_somewhere() -> None:
    chosen: set[str] = set()
    for path in FILES.values():
        for each in (yaml.safe_load(path.read_text("utf-8")) or {}).get("defaults", []):
            chosen |= set(each) if isinstance(each, dict) else {each}
    chosen = {name.removeprefix("/").split("@")[0].split("/")[0] for name in chosen}
    assert {path.parent.name for path in ROOT.glob("*/*.yaml")} <= chosen
