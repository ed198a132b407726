"""Which episodes a run takes."""

from pathlib import Path

import pytest

from embodied.core.episode import EpisodeSpec
from embodied.core.errors import ConfigError
from embodied.evaluation.selection import select_episodes

EPISODES = [
    EpisodeSpec(f"pick-{task}/trial-{task}/{number}", f"pick-{task}/trial-{task}", "valid_seen")
    for task in range(3)
    for number in range(2)
]


def names(chosen: list[EpisodeSpec]) -> list[str]:
    return [spec.episode_id for spec in chosen]


def test_a_trajectory_brings_all_its_annotations_and_an_episode_only_itself(tmp_path: Path) -> None:
    wanted = tmp_path / "some.txt"
    wanted.write_text("pick-2/trial-2/1  # one wording\n\n# a comment\npick-0/trial-0\n")
    assert names(select_episodes(EPISODES, wanted_file=wanted)) == [
        "pick-0/trial-0/0",
        "pick-0/trial-0/1",
        "pick-2/trial-2/1",
    ]


def test_the_limit_takes_the_first() -> None:
    assert names(select_episodes(EPISODES, limit=1)) == ["pick-0/trial-0/0"]


def test_an_unknown_line_is_named_with_its_number_and_the_closest_match(tmp_path: Path) -> None:
    wanted = tmp_path / "some.txt"
    wanted.write_text("pick-0/trial-0\npick-1/trial_1\n")
    with pytest.raises(ConfigError, match=r"line 2: no episode 'pick-1/trial_1'.*pick-1/trial-1"):
        select_episodes(EPISODES, wanted_file=wanted)


@pytest.mark.parametrize("limit", [0, -1, "five"])
def test_a_limit_that_is_no_count_is_refused(limit) -> None:
    with pytest.raises(ConfigError, match=r"benchmark\.limit"):
        select_episodes(EPISODES, limit=limit)


def test_a_file_that_is_missing_or_names_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="Cannot read"):
        select_episodes(EPISODES, wanted_file=tmp_path / "none.txt")
    (tmp_path / "empty.txt").write_text("# nothing\n")
    with pytest.raises(ConfigError, match="names no episode"):
        select_episodes(EPISODES, wanted_file=tmp_path / "empty.txt")


def test_a_number_in_place_of_the_file_is_told_the_limit() -> None:
    with pytest.raises(ConfigError, match=r"benchmark\.limit=120 takes the first 120"):
        select_episodes(EPISODES, wanted_file=120)
