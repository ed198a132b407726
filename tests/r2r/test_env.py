import json
import math
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

from embodied.core.action import DiscreteAction, TextAction, ViewpointAction
from embodied.core.errors import ConfigError, DataError, UnknownNameError
from envs.r2r.env import RouteEnv


def make(house: Path, **options: Any) -> RouteEnv:
    made = gymnasium.make(
        "envs:embodied/R2R-v0", data_root=house, disable_env_checker=True, **options
    )
    return made.unwrapped


def begin(env: RouteEnv, episode: str = "10_0"):
    raw, info = env.reset(options={"episode_id": episode})
    return env.decode_observation(raw), info


def act(env: RouteEnv, action):
    raw, reward, terminated, truncated, info = env.step(env.encode_action(action))
    return env.decode_observation(raw), reward, terminated or truncated, info


def ways(observation) -> list[str]:
    return [way.viewpoint for way in observation.panorama.ways]


@pytest.mark.parametrize("actions", ["panoramic", "single_view"])
@pytest.mark.parametrize("observation", ["objects", "nothing"])
@pytest.mark.filterwarnings("ignore:.*Box observation space")
def test_gymnasium_s_own_checks(house: Path, actions: str, observation: str) -> None:
    env = make(house, actions=actions, observation=observation, render_mode="rgb_array")
    check_env(env, skip_render_check=True)
    env.reset(seed=0)
    assert env.render().shape == (760, 1200, 3)


def test_a_panorama_lists_all_neighbours_nearest_to_the_line_of_sight_first(house: Path) -> None:
    env = make(house)
    observation, info = begin(env)
    assert info["instruction"].text.startswith("Go straight")
    assert ways(observation) == ["b"]
    observation, *_ = act(env, ViewpointAction("b"))
    panorama = observation.panorama
    assert ways(observation) == ["c", "d", "e", "a"]  # ahead, right and left alike, behind
    assert [way.heading_rad for way in panorama.ways] == pytest.approx(
        [0.0, math.pi / 2, -math.pi / 2, -math.pi]
    )
    observation, *_ = act(env, ViewpointAction("d"))
    assert observation.panorama.heading_rad == pytest.approx(math.pi / 2)
    assert observation.panorama.ways[0].heading_rad == pytest.approx(-math.pi)


def test_objects_are_seen_relative_to_the_line_of_sight(house: Path) -> None:
    env = make(house)
    begin(env)
    observation, *_ = act(env, ViewpointAction("b"))
    (table,) = observation.entities
    assert table.category == "dining table"
    assert table.direction_rad == pytest.approx((0.0, 0.0), abs=1e-5)
    act(env, ViewpointAction("d"))
    raw, *_ = env.step(env.encode_action(ViewpointAction("b")))
    (table,) = env.decode_observation(raw).entities  # now looking west: the table is to the right
    assert table.direction_rad == pytest.approx((math.pi / 2, 0.0), abs=1e-5)
    row = raw["observation.objects"][0]
    assert env.categories[int(row[0])] == "dining table"
    assert row[1] == pytest.approx(math.pi / 2, abs=1e-5)
    assert raw["observation.objects"][1, 0] == -1.0


def test_single_view_shows_only_what_lies_within_forty_degrees(house: Path) -> None:
    env = make(house, actions="single_view")
    begin(env)
    observation, *_ = act(env, ViewpointAction("b"))
    assert ways(observation) == ["c"]  # still looking north: the heading stays when one walks
    seen = []
    for _ in range(12):
        observation, *_ = act(env, DiscreteAction("TurnRight"))
        seen.append("".join(ways(observation)))
    # every 30 degrees: east is in view at 60, 90 and 120 degrees
    assert seen == ["c", "d", "d", "d", "a", "a", "a", "e", "e", "e", "c", "c"]


def test_single_view_snaps_its_heading_and_keeps_its_elevation_in_three_steps(house: Path) -> None:
    env = make(house, actions="single_view")
    observation, _ = begin(env, "12_0")  # annotated heading 0.1
    assert observation.panorama.heading_rad == 0.0
    for name, degrees in (("LookUp", 30), ("LookUp", 30), ("LookDown", 0), ("TurnLeft", 0)):
        observation, *_ = act(env, DiscreteAction(name))
        assert observation.panorama.elevation_rad == pytest.approx(math.radians(degrees))
    assert observation.panorama.heading_rad == pytest.approx(math.radians(330))
    begin(env, "12_0")
    assert begin(make(house), "12_0")[0].panorama.heading_rad == pytest.approx(0.1)


def test_elevation_orders_ways_but_hides_none(house: Path) -> None:
    env = make(house, actions="single_view")
    begin(env, "12_0")
    observation, *_ = act(env, DiscreteAction("LookDown"))
    (way,) = observation.panorama.ways
    assert way.viewpoint == "f"
    assert way.elevation_rad == pytest.approx(math.atan2(1.5, 2.0) + math.pi / 6)


def test_stopping_near_the_goal_is_a_success(house: Path) -> None:
    env = make(house)
    begin(env)
    for name in "bcf":
        _, reward, over, info = act(env, ViewpointAction(name))
        assert (reward, over) == (0.0, False)
    _, reward, over, info = act(env, ViewpointAction(None))
    assert (reward, over, info["is_success"]) == (1.0, True, True)
    outcome = env.outcome()
    assert outcome["measures"]["spl"] == 1.0
    assert (outcome["steps"], outcome["expert_steps"], outcome["goal_conditions_met"]) == (3, 3, 1)
    with pytest.raises(RuntimeError, match="over"):
        env.step(0)


def test_the_environment_cuts_an_episode_off(house: Path) -> None:
    env = make(house, max_steps=2)
    begin(env)
    act(env, ViewpointAction("b"))
    _, _, terminated, truncated, _ = env.step(1)
    assert (terminated, truncated) == (False, True)


def test_a_way_that_is_not_there_is_refused_with_one_bit(house: Path) -> None:
    env = make(house)
    begin(env)
    raw, _, _, _, info = env.step(7)
    assert raw["observation.last_action_success"] == 0
    assert env.decode_observation(raw).panorama.viewpoint == "a"
    assert "no way 7" in info["error_message"]
    assert (env.steps, env.failed_actions) == (1, 1)


def test_actions_of_another_kind_are_refused_in_words(house: Path) -> None:
    env = make(house)
    begin(env)
    with pytest.raises(UnknownNameError, match="way on from here"):
        env.encode_action(ViewpointAction("f"))
    with pytest.raises(UnknownNameError, match="TurnLeft"):
        env.encode_action(DiscreteAction("TurnLeft"))
    with pytest.raises(ConfigError, match="viewpoints to walk to"):
        env.encode_action(TextAction("go north"))
    with pytest.raises(UnknownNameError, match="action space"):
        make(house, actions="both")
    with pytest.raises(UnknownNameError, match="10_0"):
        env.reset(options={"episode_id": "10_9"})


def test_a_split_without_goals_gives_no_verdict_and_no_expert(house: Path) -> None:
    env = make(house, split="test")
    _, info = begin(env)
    assert info["is_success"] is False
    assert env.outcome()["measures"] == {"scored": 0.0}
    with pytest.raises(ConfigError, match="publishes no goals"):
        env.expert()


def test_what_is_handed_out_is_the_caller_s(house: Path) -> None:
    env = make(house)
    first, _ = env.reset(options={"episode_id": "10_0"})
    first["observation.ways"][:] = 9.0
    first["observation.objects"][:] = 9.0
    again, _ = env.reset(options={"episode_id": "10_0"})
    assert not np.any(again["observation.ways"] == 9.0)
    assert not np.any(again["observation.objects"] == 9.0)


def test_episodes_are_named_as_submissions_name_them(house: Path) -> None:
    specs = make(house).episodes()
    assert [spec.episode_id for spec in specs][:4] == ["10_0", "10_1", "10_2", "11_0"]
    assert {spec.trajectory_id for spec in specs} == {"10", "11", "12"}


@pytest.mark.parametrize(("moves", "found"), [("b", True), ("bd", False), ("", False)])
def test_reverie_is_won_where_the_object_has_a_box(
    house: Path, tmp_path: Path, moves: str, found: bool
) -> None:
    # The table is seen from b alone; d is the path's end, and nearer to b than 3 m.
    row = {"scan": "house", "path_id": 7, "heading": 0.0, "objId": 2, "path": ["a", "b", "d"]}
    path = tmp_path / "reverie.json"
    path.write_text(json.dumps([{**row, "instructions": ["Clean the table."]}]))
    env = make(house, annotations=path, format="reverie")
    env.reset(options={"episode_id": "7_2_0"})
    for name in moves:
        env.step(env.encode_action(ViewpointAction(name)))
    *_, info = env.step(env.encode_action(ViewpointAction(None)))
    measures = env.outcome()["measures"]
    assert info["is_success"] is found
    assert measures["success"] == float(found)
    assert measures["oracle_success"] == float("b" in moves)
    assert measures["spl"] == float(found)


def test_a_reverie_object_that_is_seen_from_nowhere_is_an_error(
    house: Path, tmp_path: Path
) -> None:
    row = {"scan": "house", "path_id": 7, "heading": 0.0, "objId": 3, "path": ["a", "b"]}
    path = tmp_path / "reverie.json"
    path.write_text(json.dumps([{**row, "instructions": ["Find it."]}]))
    env = make(house, annotations=path, format="reverie")
    with pytest.raises(DataError, match="Object 3 has no box"):
        env.reset(options={"episode_id": "7_3_0"})


def test_words_of_ones_own_are_told_and_no_goal_is_known_then(house: Path) -> None:
    env = make(house)
    _, info = env.reset(options={"episode_id": "10_0", "instruction": "go to the kitchen"})
    assert info["instruction"].text == "go to the kitchen"
    outcome = env.outcome()
    assert outcome["goal_conditions_total"] == 0
    assert outcome["measures"]["scored"] == 0.0
    env.reset(options={"episode_id": "10_0"})
    assert env.outcome()["goal_conditions_total"] == 1
