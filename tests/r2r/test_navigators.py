"""Agents on routes: the random walk, the shortest path, words alone, a scripted language model."""

import json
import math
from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from embodied.core.action import STOP, ViewpointAction
from embodied.core.entity import Entity
from embodied.core.errors import ConfigError, PlanningError
from embodied.core.observation import Observation
from embodied.core.plan import Subgoal
from embodied.core.routes import RouteLeg
from embodied.runtime.agent import PlanningAgent
from embodied.runtime.episode import run_episode
from embodied.runtime.expert import ExpertAgent
from envs.r2r.env import RouteEnv
from envs.r2r.recorder import RouteRecorder
from envs.r2r.registry import make_r2r
from planners.llm.scripted import ScriptedClient
from planners.routes.llm_navigator import LlmNavigator
from planners.routes.planner import RoutePlanner
from policies.routes.alignment import Aligner, Weights
from policies.routes.cues import likeness, shows
from policies.routes.memory import Edge
from policies.routes.navigator import RouteNavigator
from policies.routes.random_walk import RandomWalk


def run(env: RouteEnv, agent, episode: str, subscribers=(), seed: int = 0):
    (spec,) = [spec for spec in env.episodes() if spec.episode_id == episode]
    record = run_episode(env, agent, spec, subscribers, seed=seed)
    assert record.error is None, record.error
    return record, "".join(env.graph.viewpoint_ids[row] for row, _, _ in env.trail)


@pytest.mark.parametrize("actions", ["panoramic", "single_view"])
def test_the_shortest_path_ends_at_the_goal(house: Path, actions: str) -> None:
    env = make_r2r(data_root=house, actions=actions)
    for episode, path in (("10_0", "abcf"), ("11_0", "abd"), ("12_0", "cba")):
        record, trail = run(env, ExpertAgent(), episode)
        assert record.status.value == "success"
        assert record.measures["spl"] == 1.0
        assert "".join(dict.fromkeys(trail)) == path


def test_the_random_walk_makes_five_moves_straight_on(house: Path) -> None:
    env = make_r2r(data_root=house, actions="single_view")
    starts: Counter[int] = Counter()
    for seed in range(60):
        _, trail = run(env, RandomWalk(), "10_0", seed=seed)
        moves = sum(one != two for one, two in pairwise(trail))
        assert moves == 5 or len(trail) == 31
        starts[next(step for step, name in enumerate(trail) if name != "a")] += 1
    assert len(starts) == 3  # north is in view at once, after one turn, or after eleven
    again = [run(env, RandomWalk(), "10_0", seed=7)[1] for _ in range(2)]
    assert again[0] == again[1]


def test_a_random_walk_stops_when_told_and_says_where_it_belongs(house: Path) -> None:
    agent = RandomWalk()
    with pytest.raises(ConfigError, match="benchmark=r2r"):
        agent.step(Observation(), 0.0)
    agent.correct("anything")
    env = make_r2r(data_root=house, actions="single_view")
    raw, _ = env.reset(options={"episode_id": "10_0"})
    assert agent.step(env.decode_observation(raw), 0.0) == STOP


SAID = {
    "Walk forward. Turn right and stop at the sofa.": "d",
    "Walk past the dining table and go up the stairs.": "f",
    "Go straight, take a left and stop.": "e",
}


@pytest.mark.parametrize("text", SAID)
def test_words_alone_find_the_end(house: Path, text: str, tmp_path: Path) -> None:
    route = {
        "path_id": 1,
        "scan": "house",
        "heading": 0.0,
        "path": ["a", "b", SAID[text]] if SAID[text] != "f" else ["a", "b", "c", "f"],
        "instructions": [text],
    }
    (tmp_path / "routes.json").write_text(json.dumps([route]))
    env = make_r2r(data_root=house, annotations=tmp_path / "routes.json")
    weights = Weights(usual_ways=3)  # this house is smaller than Matterport's
    record, trail = run(env, PlanningAgent(RoutePlanner(), RouteNavigator(weights=weights)), "1_0")
    assert trail.endswith(SAID[text])
    assert record.plans


def test_a_correction_starts_a_new_route_from_here(house: Path) -> None:
    env = make_r2r(data_root=house)
    agent = PlanningAgent(RoutePlanner(), RouteNavigator(weights=Weights(usual_ways=2)))
    raw, info = env.reset(options={"episode_id": "11_0"})
    agent.begin(info["instruction"], skills=env.skills)
    raw, *_ = env.step(env.encode_action(agent.step(env.decode_observation(raw), 0.0)))
    agent.correct("forget it, go up the stairs")
    for _ in range(20):
        action = agent.step(env.decode_observation(raw), 0.0)
        if action == STOP:
            break
        raw, *_ = env.step(env.encode_action(action))
    assert env.graph.viewpoint_ids[env.trail[-1][0]] == "f"


def test_the_navigator_says_what_it_needs() -> None:
    with pytest.raises(ConfigError, match="planner=routes"):
        RouteNavigator().begin(Subgoal("go_to"))
    with pytest.raises(ConfigError, match="benchmark=r2r"):
        RouteNavigator().act(Observation())


LEGS = st.lists(
    st.builds(
        RouteLeg,
        st.sampled_from(["turn", "go_to", "pass", "climb", "leave", "enter", "stop_at"]),
        st.sampled_from(["", "left", "right", "up"]),
        st.sampled_from(["", "sofa"]),
    ),
    min_size=1,
    max_size=4,
)
WAYS = st.lists(st.tuples(st.floats(-3.1, 3.1), st.floats(-0.6, 0.6)), min_size=1, max_size=5)


@example(
    # two layings that come to the same, of which one has seen the sofa already
    [RouteLeg("leave", "", "sofa"), RouteLeg("go_to", "", "sofa")],
    [(2.0, 0.0), (1.1682186472000686, 0.0), (0.0, 0.0)],
    -1.0,
)
@given(LEGS, WAYS, st.floats(-3.0, 3.0))
def test_scores_do_not_depend_on_where_north_is(legs, ways, turned: float) -> None:
    aligner = Aligner(legs, lambda place, landmark: float(place == "p1"))

    def score(offset: float) -> tuple[float, float]:
        fit = aligner.start("p0", offset)
        for number, (heading, elevation) in enumerate(ways):
            edge = Edge((heading + offset) % (2 * math.pi), elevation, 1.0)
            fit = aligner.extend(fit, edge, f"p{number}", f"p{number + 1}")
        return aligner.complete(fit), aligner.promise(fit)

    assert score(turned) == pytest.approx(score(0.0), abs=1e-6)


@given(LEGS)
def test_seeing_a_landmark_never_lowers_a_score(legs) -> None:
    def score(seen: float) -> float:
        aligner = Aligner(legs, lambda place, landmark: seen)
        fit = aligner.start("p", 0.0)
        for _ in range(3):
            fit = aligner.extend(fit, Edge(0.0, 0.0, 1.0), "p", "p")
        return aligner.complete(fit)

    assert score(1.0) >= score(0.0)


def test_a_turn_prefers_its_own_side() -> None:
    aligner = Aligner([RouteLeg("turn", "left"), RouteLeg("stop_at")], lambda *_: 0.0)

    def score(heading: float) -> float:
        fit = aligner.extend(aligner.start("p", 0.0), Edge(heading, 0.0, 1.0), "p", "q")
        return aligner.complete(fit)

    left, right, ahead = score(1.5 * math.pi), score(0.5 * math.pi), score(0.0)
    assert left > ahead > right or left > right


def test_landmarks_are_matched_by_name_synonym_and_room() -> None:
    assert likeness("big sofa", "couch") == 1.0
    assert likeness("chairs", "dining chair") == 1.0
    assert 0.0 < likeness("bathroom", "toilet") < 1.0
    assert likeness("sofa", "toilet") == 0.0
    assert shows("sofa", [Entity("lamp"), Entity("armchair"), Entity("couch")]) == 1.0
    assert shows("sofa", []) == 0.0


def answers(*ways: int) -> ScriptedClient:
    return ScriptedClient([json.dumps({"thought": f"way {way}", "way": way}) for way in ways])


def test_a_language_model_walks_and_stops(house: Path) -> None:
    client = answers(1, 2, 0)
    record, trail = run(make_r2r(data_root=house), LlmNavigator(client), "11_0")
    assert trail == "abd"
    assert record.status.value == "success"
    assert record.end_reason == "way 0"
    first, second, third = (request.messages[-1].text for request in client.requests)
    assert "Walk forward and turn right. Stop at the sofa." in first
    assert "1. ahead, 2.0 m" in first
    assert "ahead: dining table" in second
    assert "2. to the right, 90 degrees right, 2.0 m" in second
    assert "place 1" in second  # where it was
    assert "- at place 2: way 2" in third


def test_a_way_that_is_not_there_is_sent_back_and_at_last_an_error(house: Path) -> None:
    client = answers(9, 1, 0)
    _, trail = run(make_r2r(data_root=house), LlmNavigator(client), "11_0")
    assert trail == "ab"
    assert "there is no way 9; choose 0 to 1" in client.requests[1].messages[-1].text
    env = make_r2r(data_root=house)
    raw, info = env.reset(options={"episode_id": "11_0"})
    agent = LlmNavigator(answers(9, 9, 9))
    agent.begin(info["instruction"])
    with pytest.raises(PlanningError, match="no valid answer"):
        agent.step(env.decode_observation(raw), 0.0)


def test_what_people_say_reaches_the_model_and_stop_stops(house: Path) -> None:
    env = make_r2r(data_root=house)
    raw, info = env.reset(options={"episode_id": "11_0"})
    client = answers(1, 1)
    agent = LlmNavigator(client, max_moves=1)
    agent.begin(info["instruction"])
    agent.correct("no, the other door")
    assert agent.step(env.decode_observation(raw), 0.0) == ViewpointAction("b")
    assert "no, the other door" in client.requests[0].messages[-1].text
    assert agent.step(env.decode_observation(raw), 0.0) == STOP  # its moves are over
    agent.begin(info["instruction"])
    agent.correct("Stop!")
    assert agent.step(env.decode_observation(raw), 0.0) == STOP
    assert agent.report()["end_reason"] == "a person said stop"
    with pytest.raises(ValueError, match="needs words"):
        agent.correct(" ")
    with pytest.raises(ConfigError, match="llm="):
        LlmNavigator(None)


def test_a_picture_shows_reference_and_legs(house: Path, tmp_path: Path) -> None:
    from PIL import Image

    recorder = RouteRecorder(tmp_path / "pictures", data_root=house, split="val_seen")
    env = make_r2r(data_root=house)
    agent = PlanningAgent(RoutePlanner(), RouteNavigator(weights=Weights(usual_ways=2)))
    run(env, agent, "11_0", [recorder])
    picture = np.asarray(Image.open(tmp_path / "pictures" / "11_0.png")).astype(int)
    assert picture.shape == (760, 1200, 3)

    def near(*rgb: int) -> int:
        return int((np.abs(picture[:, :760] - rgb).max(axis=-1) < 24).sum())

    assert near(52, 168, 108) > 500  # the annotated path
    assert near(36, 107, 206) > 200  # the first leg
