"""ALFRED's episodes run: set up, replayed, scored."""

import gymnasium
import pytest
from small_alfred import MUG, SHELF, TRAJECTORY, write

from embodied.core.episode import EpisodeStatus
from embodied.core.errors import ConfigError, PlanningError, UnknownNameError
from embodied.core.observation import Observation
from embodied.core.plan import Status
from embodied.core.protocols import PlanContext
from embodied.runtime.episode import run_episode
from embodied.runtime.expert import ExpertAgent
from envs.alfred.dataset import AlfredData, find_alfred
from envs.alfred.expert import RecordedPlanner, RecordedPolicy, recorded_subgoals
from envs.alfred.source import AlfredSource


@pytest.fixture
def options(root, tmp_path):
    return {"data_root": root, "split": "valid_seen", "cache_dir": tmp_path / "cache"}


def test_an_episode_of_each_annotation_or_one_of_each_trajectory(options):
    every = AlfredSource(**options).episodes()
    assert [spec.episode_id for spec in every] == [f"{TRAJECTORY}/0", f"{TRAJECTORY}/1"]
    assert {spec.trajectory_id for spec in every} == {TRAJECTORY}
    first = AlfredSource(**options, annotations="first").episodes()
    assert [spec.episode_id for spec in first] == [f"{TRAJECTORY}/0"]


def test_both_text_modes(options):
    whole = AlfredSource(**options).load(f"{TRAJECTORY}/1").instruction
    assert whole.text == "Mug to shelf."
    assert whole.steps == ("Go.", "Grab.", "Place.")
    goal = AlfredSource(**options, language="goal").load(f"{TRAJECTORY}/1").instruction
    assert (goal.text, goal.steps) == ("Mug to shelf.", ())


def test_an_episode_counts_the_experts_actions(options):
    episode = AlfredSource(**options).load(f"{TRAJECTORY}/0")
    assert episode.expert_steps == 3
    assert episode.setup[-1]["action"] == "TeleportFull"


@pytest.mark.parametrize("episode_id", [f"{TRAJECTORY}/2", f"{TRAJECTORY}/x", "nothing/0"])
def test_an_unknown_episode_is_named(options, episode_id):
    with pytest.raises(UnknownNameError, match=episode_id):
        AlfredSource(**options).load(episode_id)


def test_a_damaged_file_does_not_hide_the_other_episodes(options, root):
    other = TRAJECTORY.replace("000001", "000002")
    write(root, "{", split="valid_seen", name=other)
    source = AlfredSource(**options)
    assert [spec.trajectory_id for spec in source.episodes()] == [TRAJECTORY, TRAJECTORY, other]


@pytest.mark.parametrize(
    ("option", "value"), [("annotations", "some"), ("language", "latin"), ("expert", "oracle")]
)
def test_options_are_checked(options, option, value):
    with pytest.raises(ConfigError, match=option):
        AlfredSource(**options, **{option: value})


def test_without_data_the_message_says_what_to_set(monkeypatch):
    monkeypatch.delenv("EMBODIED_DATA", raising=False)
    with pytest.raises(ConfigError, match=r"data_root.*EMBODIED_DATA"):
        AlfredSource()


def recorded(root):
    trajectory = AlfredData(find_alfred(root)).trajectory("train", TRAJECTORY)
    return recorded_subgoals(trajectory, trajectory.annotations[0])


def test_the_recording_becomes_subgoals_in_the_households_words(root):
    plan = RecordedPlanner(recorded(root)).plan(PlanContext(instruction=None))
    assert [subgoal.skill for subgoal in plan.subgoals] == ["goto", "pick", "place"]
    assert plan.subgoals[1].text == "Take the mug."
    assert str(plan.subgoals[2].arguments["receptacle"]) == "Shelf"


@pytest.mark.parametrize("by", ["id", "mask"])
def test_the_policy_points_by_id_or_by_mask_alone(root, by):
    found = recorded(root)
    policy = RecordedPolicy(found, by=by)
    seen = []
    for each in found:
        policy.begin(each.subgoal)
        while True:
            action, outcome = policy.act(Observation())
            if outcome.status is Status.DONE:
                break
            seen.append(action)
    assert [action.name for action in seen] == ["MoveAhead", "PickupObject", "PutObject"]
    targets = [None, MUG, SHELF] if by == "id" else [None] * 3
    assert [action.target for action in seen] == targets
    assert [action.mask is not None for action in seen] == [False, by == "mask", by == "mask"]


def test_a_subgoal_is_played_once(root):
    found = recorded(root)
    policy = RecordedPolicy(found, by="id")
    policy.begin(found[2].subgoal)
    with pytest.raises(PlanningError):
        policy.begin(found[1].subgoal)


def test_test_splits_have_no_expert(tmp_path, published):
    for key in ("plan", "task_type", "pddl_params"):
        del published[key]
    write(tmp_path, published, split="tests_seen", name="trial_1")
    trajectory = AlfredData(find_alfred(tmp_path)).trajectory("tests_seen", "trial_1")
    with pytest.raises(PlanningError, match="tests_seen"):
        recorded_subgoals(trajectory, trajectory.annotations[0])


@pytest.mark.parametrize("by", ["id", "mask"])
def test_the_expert_solves_the_little_kitchen(options, by):
    env = gymnasium.make(
        "envs:embodied/Alfred-v0", **options, privileged_targets=True, disable_env_checker=True
    )
    spec = env.unwrapped.episodes()[0]
    record = run_episode(env, ExpertAgent(by=by), spec)
    env.close()
    assert record.error is None
    assert record.status is EpisodeStatus.SUCCESS
    assert (record.goal_conditions_met, record.steps, record.failed_actions) == (1, 3, 0)


@pytest.mark.data
def test_a_real_episode_runs(real_root):
    env = gymnasium.make(
        "envs:embodied/Alfred-v0",
        data_root=real_root,
        split="valid_seen",
        annotations="first",
        privileged_targets=True,
        disable_env_checker=True,
    )
    spec = env.unwrapped.episodes()[0]
    record = run_episode(env, ExpertAgent(by="id"), spec)
    env.close()
    assert record.error is None
    assert record.steps == record.expert_steps


@pytest.mark.parametrize("by", ["id", "mask"])
def test_the_symbolic_expert_solves_alfreds_episodes_without_their_recordings(options, by):
    env = gymnasium.make(
        "envs:embodied/Alfred-v0",
        disable_env_checker=True,
        expert="symbolic",
        privileged_targets=by == "id",
        **options,
    )
    (spec, *_) = env.unwrapped.episodes()
    record = run_episode(env, ExpertAgent(by=by), spec)
    env.close()
    assert record.status is EpisodeStatus.SUCCESS
    assert not isinstance(env.unwrapped.expert(by=by)[0], RecordedPlanner)
