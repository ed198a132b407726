"""What is kept for speed changes no word of what the package's own engine says."""

import random
from pathlib import Path

import pytest
from tiny_text_games import GAMES

from envs.alfworld.game import Console, read_game


def own_engine(path: Path):
    textworld = pytest.importorskip("textworld")
    from alfworld.agents.environment.alfred_tw_env import AlfredDemangler
    from textworld.envs.pddl.pddl import PddlEnv

    env = AlfredDemangler(PddlEnv(textworld.EnvInfos(won=True, admissible_commands=True)))
    env.load(str(path))
    return env


@pytest.mark.parametrize("task", [next(iter(GAMES)), list(GAMES)[-1]])
def test_both_engines_say_the_same(data_root: Path, tmp_path: Path, task: str) -> None:
    path = next(data_root.rglob(f"{task}/*/game.tw-pddl"))
    theirs = own_engine(path)
    console = Console(cache_dir=tmp_path)
    draw = random.Random(task)
    for _ in range(2):  # the second time from the translation on disk
        state = theirs.reset()
        game = console.insert(read_game(path))
        assert game.begin() in state.feedback
        wandering = [None] * 12
        for command in [*wandering, "dance", *read_game(path).walkthrough, "help"]:
            assert list(game.admissible()) == state["admissible_commands"]
            assert game.won == state["won"]
            chosen = command or draw.choice(state["admissible_commands"])
            state, _, _ = theirs.step(chosen)
            assert game.step(chosen) == state.feedback.strip()
    console.close()
    assert len(list(tmp_path.rglob("*.json.z"))) == 1


def test_a_kept_translation_that_is_damaged_is_made_anew(data_root: Path, tmp_path: Path) -> None:
    path = next(data_root.rglob("*/game.tw-pddl"))
    first = Console(cache_dir=tmp_path).insert(read_game(path)).begin()
    kept = next(tmp_path.rglob("*.json.z"))
    kept.write_bytes(kept.read_bytes()[:100])
    assert Console(cache_dir=tmp_path).insert(read_game(path)).begin() == first
    assert len(kept.read_bytes()) > 100


def test_two_games_can_be_open_at_once(data_root: Path) -> None:
    one, other = (
        Console().insert(read_game(path)) for path in sorted(data_root.rglob("game.tw-pddl"))[:2]
    )
    one.begin(), other.begin()
    assert "mug" not in one.step("go to cabinet 1")
    assert "mug 1" in one.step("open cabinet 1")
    assert other.step("open cabinet 1") == "Nothing happens."


def test_the_command_line_is_left_alone(data_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Fast Downward's translator writes its own options over sys.argv.
    monkeypatch.setattr("sys.argv", ["embodied", "eval"])
    Console().insert(read_game(next(data_root.rglob("game.tw-pddl"))))
    import sys

    assert sys.argv == ["embodied", "eval"]
