"""The household's splits: fixed, apart where they should be, and solvable as their table says."""

import json
from collections import Counter
from importlib import resources

import pytest

from embodied.core import task as tasks
from embodied.core.errors import ConfigError, UnknownNameError
from envs.household.env import InteractionEnv
from envs.household.expert.solve import solve
from envs.household.generator.language.goals import parse_goal
from envs.household.generator.splits import SPLITS, draw_row, rows, to_json
from envs.household.source import HouseholdSource

MOST_BYTES = 200_000


def test_valid_unseen_shares_no_room_with_train_and_valid_seen_shares_all() -> None:
    rooms = {split: {(row.kind, row.scene_seed) for row in rows(split)} for split in SPLITS}
    assert not rooms["valid_unseen"] & rooms["train"]
    assert rooms["valid_seen"] <= rooms["train"]


def test_no_episode_is_in_two_splits() -> None:
    found = [row.episode_id for split in SPLITS for row in rows(split)]
    assert len(found) == len(set(found))


@pytest.mark.parametrize("split", SPLITS)
def test_the_task_types_are_about_equally_common(split: str) -> None:
    shares = Counter(row.task_type for row in rows(split))
    assert set(shares) == set(tasks.TASK_TYPES)
    assert min(shares.values()) >= 0.1 * len(rows(split))


@pytest.mark.parametrize("split", SPLITS)
def test_the_first_episodes_are_of_different_types(split: str) -> None:
    assert len({row.task_type for row in rows(split)[:5]}) >= 4


@pytest.mark.parametrize("split", SPLITS)
def test_the_table_is_as_the_generator_draws(split: str) -> None:
    for row in rows(split)[::29]:
        drawn = draw_row(row)
        assert drawn is not None, row.episode_id
        assert drawn.draw.task.task_type == row.task_type
        assert parse_goal(drawn.goal) == drawn.draw.task
        assert row.expert_steps > 0


def test_the_table_is_small_and_written_as_it_is_read() -> None:
    text = resources.files("envs.household.generator").joinpath("splits.json").read_text("utf-8")
    assert len(text) < MOST_BYTES
    assert json.loads(to_json({split: list(rows(split)) for split in SPLITS})) == json.loads(text)


def test_episodes_keep_their_order_unless_shuffled() -> None:
    plain = [spec.episode_id for spec in HouseholdSource().episodes()]
    shuffled = [spec.episode_id for spec in HouseholdSource(seed=3).episodes()]
    assert plain == [row.episode_id for row in rows("valid_seen")]
    assert shuffled != plain
    assert sorted(shuffled) == sorted(plain)
    assert shuffled == [spec.episode_id for spec in HouseholdSource(seed=3).episodes()]


def test_kinds_and_limit_choose_among_them() -> None:
    found = HouseholdSource(kinds=["bathroom"], limit=3).episodes()
    assert len(found) == 3
    assert all(spec.episode_id.startswith("bathroom-") for spec in found)


def test_the_same_id_is_the_same_episode() -> None:
    name = rows("valid_seen")[0].episode_id
    one, other = HouseholdSource().load(name), HouseholdSource(seed=1).load(name)
    assert one == other
    assert one.instruction.steps


def test_what_does_not_exist_is_answered_with_the_closest() -> None:
    with pytest.raises(UnknownNameError, match="valid_seen"):
        HouseholdSource(split="valid_sen")
    with pytest.raises(UnknownNameError, match="kitchen"):
        HouseholdSource(kinds=["kitchn"])
    with pytest.raises(ConfigError, match="limit"):
        HouseholdSource(limit=0)
    with pytest.raises(UnknownNameError, match="episode"):
        HouseholdSource().load("kitchen-00000/sing-0/0")


def test_the_expert_takes_as_many_actions_as_the_table_says() -> None:
    source = HouseholdSource(split="valid_unseen", limit=2)
    env = InteractionEnv(source=source, privileged_targets=True)
    try:
        for spec in source.episodes():
            solution = solve(env, spec.episode_id)
            assert solution.success
            assert solution.steps == env.episode.expert_steps
    finally:
        env.close()
