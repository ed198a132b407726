"""What documents name is there: links, files, commands, settings."""

import ast
import re
import shlex
from functools import cache
from pathlib import Path

import pytest
import yaml

from embodied.cli import COMMANDS
from embodied.commands.settings import compose
from embodied.commands.sweep import FLAGS, variants
from embodied.commands.watch import instruction_and_settings
from embodied.core.errors import ConfigError

ROOT = Path(__file__).parents[1]
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
TEXTS = {str(path.relative_to(ROOT)): path.read_text("utf-8") for path in DOCUMENTS}
FOLDERS = "embodied|envs|planners|policies|configs|ros|tests|benchmarks|docs"
PLACEHOLDER = re.compile(r"\.\.\.|\b[A-Z]{3,}\b|[\[\]$]")
"""What a reader has to fill in: `benchmark.split=SPLIT`, `llm.model=...`."""


@cache
def commands(first: str) -> list[str]:
    """Every command line of the documents that begins with a word, comments left out."""
    found = set()
    for text in TEXTS.values():
        joined = re.sub(r"\\\n\s*", " ", text)
        for match in re.finditer(rf"(?:`|^\s+|^)(?:\w+=\S+ )*({first} [^`\n]+)", joined, re.M):
            if not match[1].split()[1][0].isalpha():
                continue
            found.add(re.split(r"\s{2,}#|\s#\s", match[1])[0].strip())
    return sorted(found)


@cache
def anchors(path: Path) -> set[str]:
    """The anchors that GitHub makes of a document's headings."""
    headings = re.findall(r"^#+ (.+)$", path.read_text("utf-8"), re.M)
    return {re.sub(r"[^\w\- ]", "", line.lower()).replace(" ", "-") for line in headings}


@pytest.mark.parametrize("name", TEXTS)
def test_every_link_and_picture_is_there(name: str) -> None:
    missing = []
    for target in re.findall(r"\]\(([^)\s]+)\)", TEXTS[name]):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = target.partition("#")
        path = (ROOT / name).parent / file if file else ROOT / name
        if not path.exists() or (anchor and anchor not in anchors(path)):
            missing.append(target)
    assert not missing


@pytest.mark.parametrize("name", TEXTS)
def test_every_file_that_is_named_is_there(name: str) -> None:
    named = re.findall(rf"`((?:{FOLDERS})/[\w./-]*)`", TEXTS[name])
    missing = [each for each in named if not is_there(each) and not each.endswith("-v0")]
    assert not missing


def is_there(named: str) -> bool:
    """Whether a file, folder, module or name in a module is there, as documents write them."""
    module, _, inside = named.rpartition(".")
    return (
        (ROOT / named).exists()
        or (ROOT / f"{named}.py").exists()
        or (bool(inside) and (ROOT / f"{module}.py").exists())
    )


def settings_of(words: list[str]) -> list[tuple[str, list[str]]]:
    """The root configs that a command line composes, each with its settings."""
    command, *rest = words
    rest = [word for word in rest if not PLACEHOLDER.search(word)]
    if command == "eval" and FLAGS & set(rest):
        plain = [word for word in rest if word not in FLAGS]
        return [("eval", list(each.words)) for each in variants(plain)]
    if command in ("eval", "train", "leaderboard"):
        return [(command, rest)]
    if command in ("run", "plan"):
        _, settings = instruction_and_settings(rest)
        return [(command, [word for word in settings if "=" in word])]
    if command == "serve" and rest:
        return [("serve", [f"server={rest[0]}", *rest[1:]])]
    if command == "data" and rest:
        return [(f"data_{rest[0].replace('-', '_')}", [word for word in rest[1:] if "=" in word])]
    return []


@pytest.mark.parametrize("line", commands("embodied"))
def test_every_command_takes_its_settings(line: str) -> None:
    words = [word for word in shlex.split(line)[1:] if not word.startswith("--")]
    if not words:
        return
    assert words[0] in COMMANDS
    for root, settings in settings_of(words):
        composed(root, tuple(settings))


@cache
def composed(root: str, settings: tuple[str, ...]) -> None:
    """Compose settings, which raises where one of them is not there."""
    compose(root, settings)


def test_a_command_with_a_setting_that_is_not_there_would_be_found() -> None:
    ((root, settings),) = settings_of(["eval", "benchmark=tabletop", "benchmark.splits=train"])
    with pytest.raises(ConfigError, match=r"benchmark\.split"):
        compose(root, settings)


@pytest.mark.parametrize("line", commands("python"))
def test_every_script_has_the_options_it_is_called_with(line: str) -> None:
    script, *words = shlex.split(line)[1:]
    if script == "-m":
        script, *words = words
        script = script.replace(".", "/") + ".py"
    if script.startswith("pytest") or not script.startswith(("benchmarks/", "docs/")):
        return
    path = ROOT / script
    assert path.exists()
    constants = {
        node.value
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    options = {word.partition("=")[0] for word in words if word.startswith("--")}
    assert options <= constants
    if words and re.fullmatch(r"[a-z_]+", words[0]):
        functions = set(re.findall(r"^def (\w+)", path.read_text("utf-8"), re.M))
        assert words[0] in constants | functions


def test_every_make_target_is_there() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.M))
    assert {line.split()[1] for line in commands("make")} <= targets


@cache
def known_settings() -> set[str]:
    """Every setting there is, as `group.key`."""
    found: set[str] = set()

    def collect(value: object, name: str) -> None:
        found.add(name)
        if isinstance(value, dict):
            for key, inner in value.items():
                collect(inner, f"{name}.{key}" if name else str(key))

    for path in (ROOT / "configs").rglob("*.yaml"):
        text = path.read_text("utf-8")
        whole = path.parent.name == "configs" or text.startswith("# @package _global_")
        collect(yaml.safe_load(text) or {}, "" if whole else path.parent.name)
    return found


@pytest.mark.parametrize("name", TEXTS)
def test_every_setting_that_is_named_is_there(name: str) -> None:
    named = re.findall(r"`([a-z_]+(?:\.[a-z_]+)*)=[\w.{}*-]+`", TEXTS[name])
    known = known_settings()
    missing = [each for each in named if each not in known]
    assert not missing
