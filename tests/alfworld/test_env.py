import sys
from pathlib import Path

import gymnasium
import pytest
from gymnasium.utils.env_checker import check_env
from tiny_text_games import GAMES, HUMAN

from embodied.core.action import STOP, DiscreteAction, TextAction, VectorAction
from embodied.core.errors import ConfigError, DataError, UnknownNameError
from embodied.core.observation import LAST_ACTION_SUCCESS
from envs.alfworld.env import TEXT, AlfWorldEnv
from envs.alfworld.games import task_of_name

MUG = "pick_and_place_simple-Mug-None-DiningTable-1/trial_T1"


@pytest.fixture
def env(data_root: Path, tmp_path: Path) -> AlfWorldEnv:
    return AlfWorldEnv(data_root=data_root, cache_dir=tmp_path / "cache")


def test_it_is_a_gymnasium_environment(data_root: Path, tmp_path: Path) -> None:
    made = gymnasium.make(
        "envs:embodied/AlfWorld-v0", data_root=data_root, cache_dir=tmp_path, render_mode="ansi"
    )
    check_env(made.unwrapped)
    made.reset(seed=0)
    assert "You are in the middle of a room" in made.render()


@pytest.mark.parametrize("task", GAMES)
def test_the_walkthrough_wins_and_ends_the_episode(env: AlfWorldEnv, task: str) -> None:
    env.reset(options={"episode_id": f"{task}/trial_T1"})
    *commands, last = env.file.walkthrough
    for command in commands:
        _, reward, terminated, truncated, info = env.step(command)
        assert (reward, terminated, truncated) == (0.0, False, False)
        assert not info["is_success"]
    _, reward, terminated, _, info = env.step(last)
    assert reward == 1.0
    assert terminated
    assert info["is_success"]
    verdict = env.outcome()
    assert verdict["goal_conditions_met"] == verdict["goal_conditions_total"] == 1
    assert verdict["steps"] == verdict["expert_steps"] == len(commands) + 1
    assert verdict["failed_actions"] == 0


def test_words_of_ones_own_are_told_and_the_games_goal_counts_for_nothing(
    env: AlfWorldEnv,
) -> None:
    said = "put the soap in the bin"
    _, info = env.reset(options={"episode_id": MUG, "instruction": said})
    assert info["instruction"].text == said
    assert not info["instruction"].one_task
    for command in env.file.walkthrough:
        _, reward, terminated, *_, info = env.step(command)
        assert (reward, terminated, info["is_success"]) == (0.0, False, False)
    assert env.outcome()["goal_conditions_total"] == 0


def test_what_does_nothing_is_told_by_text_and_by_one_bit(env: AlfWorldEnv) -> None:
    env.reset(options={"episode_id": MUG})
    observation, *_, info = env.step("take mug 1 from cabinet 1")
    assert observation[TEXT] == "Nothing happens."
    assert observation[LAST_ACTION_SUCCESS] == 0
    assert info["error_message"]
    assert env.decode_observation(observation).last_action_success is False
    observation, *_ = env.step("go to cabinet 1")
    assert observation[LAST_ACTION_SUCCESS] == 1
    assert env.outcome()["failed_actions"] == 1


def test_the_task_is_told_by_the_instruction_alone(env: AlfWorldEnv) -> None:
    observation, info = env.reset(options={"episode_id": MUG})
    assert info["instruction"].text == "put a mug in diningtable"
    assert "task" not in observation[TEXT].lower()
    assert "put a" not in observation[TEXT]


def test_entities_are_what_the_answers_named(env: AlfWorldEnv) -> None:
    observation, _ = env.reset(options={"episode_id": MUG})
    assert {each.category for each in env.decode_observation(observation).entities} == {
        "CounterTop", "Fridge", "Microwave", "SinkBasin", "Cabinet", "Drawer", "DiningTable",
        "SideTable",
    }  # fmt: skip
    observation, *_ = env.step("go to diningtable 1")
    named = {each.name: each for each in env.decode_observation(observation).entities}
    assert named["book 1"].place == "diningtable 1"
    assert "mug 1" not in named


def test_the_episode_ends_at_stop_and_at_the_limit(data_root: Path) -> None:
    env = AlfWorldEnv(data_root=data_root, max_steps=3)
    env.reset(seed=1)
    assert env.step("look")[2:4] == (False, False)
    assert env.step("stop")[2:4] == (True, False)
    with pytest.raises(RuntimeError, match="reset"):
        env.step("look")
    env.reset(seed=1)
    assert [env.step("look")[3] for _ in range(3)] == [False, False, True]


def test_actions_are_commands(env: AlfWorldEnv) -> None:
    import numpy as np

    assert env.encode_action(TextAction("look")) == "look"
    assert env.encode_action(STOP) == "stop"
    vector = VectorAction(np.zeros(2, np.float32), "ee_pose", "map", 10.0)
    for wrong in (DiscreteAction("MoveAhead"), vector):
        with pytest.raises(ConfigError, match="policy=text"):
            env.encode_action(wrong)


def test_admissible_commands_are_listed_only_if_asked_for(data_root: Path) -> None:
    for listed in (False, True):
        env = AlfWorldEnv(data_root=data_root, admissible_commands=listed)
        observation, _ = env.reset(options={"episode_id": MUG})
        assert ("go to drawer 1" in observation[TEXT]) is listed
        room = {each.name for each in env.decode_observation(observation).entities}
        assert len(room) == 10


def test_human_goals_are_those_of_the_same_trial(data_root: Path) -> None:
    every = AlfWorldEnv(data_root=data_root, goals="human", annotations="all")
    assert len(every.episodes()) == len(GAMES) * len(HUMAN)
    _, info = every.reset(options={"episode_id": f"{MUG}/1"})
    assert info["instruction"].text == HUMAN[1]
    drawn = AlfWorldEnv(data_root=data_root, goals="human", annotations="drawn")
    assert len(drawn.episodes()) == len(GAMES)
    assert drawn.episodes() == AlfWorldEnv(data_root=data_root, goals="human").episodes()
    assert {spec.episode_id for spec in drawn.episodes()} <= {
        spec.episode_id for spec in every.episodes()
    }
    assert {spec.trajectory_id for spec in drawn.episodes()} == {
        f"{task}/trial_T1" for task in GAMES
    }


def test_the_expert_carries_the_walkthrough_out(env: AlfWorldEnv) -> None:
    from embodied.runtime.agent import PlanningAgent
    from embodied.runtime.episode import run_episode

    for spec in env.episodes():
        env.reset(options={"episode_id": spec.episode_id})
        record = run_episode(env, PlanningAgent(*env.expert()), spec)
        assert record.status == "success"


def test_missing_things_are_named(tmp_path: Path, data_root: Path) -> None:
    with pytest.raises(DataError, match="alfworld-download"):
        AlfWorldEnv(data_root=tmp_path)
    with pytest.raises(DataError, match="train is not installed"):
        AlfWorldEnv(data_root=data_root, split="train").episodes()
    with pytest.raises(ConfigError, match="goals"):
        AlfWorldEnv(data_root=data_root, goals="spoken")
    with pytest.raises(UnknownNameError, match="Did you mean"):
        AlfWorldEnv(data_root=data_root).reset(options={"episode_id": MUG[:-1]})


def test_human_goals_without_alfred_say_what_is_missing(tmp_path: Path) -> None:
    from tiny_text_games import write_games

    root = write_games(tmp_path, human=False)
    env = AlfWorldEnv(data_root=root, goals="human")
    with pytest.raises(DataError, match=r"traj_data\.json"):
        env.episodes()


@pytest.mark.parametrize("content", ["", "{}", '{"pddl_domain": 1}', "[1]"])
def test_a_damaged_game_is_named(tmp_path: Path, content: str) -> None:
    from tiny_text_games import write_games

    root = write_games(tmp_path, human=False)
    path = next(root.rglob("pick_two*/*/game.tw-pddl"))
    path.write_text(content)
    env = AlfWorldEnv(data_root=root)
    with pytest.raises(DataError, match="pick_two"):
        env.reset(options={"episode_id": path.parent.relative_to(path.parents[2]).as_posix()})


def test_without_the_package_it_says_what_to_install(
    env: AlfWorldEnv, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "envs.alfworld.engine", raising=False)
    monkeypatch.delattr("envs.alfworld.engine", raising=False)
    monkeypatch.setitem(sys.modules, "textworld", None)
    with pytest.raises(ConfigError, match=r"embodied\[alfworld\]"):
        env.reset(seed=0)


def test_a_folder_that_names_no_task_is_refused() -> None:
    assert task_of_name("look_at_obj_in_light-Book-None-DeskLamp-1").toggle == "DeskLamp"
    with pytest.raises(DataError, match="type-object-vessel"):
        task_of_name("juggling-Book")
