"""Privileged perception: what it tells, what it hides, and how it errs."""

import gymnasium
import numpy as np
import pytest

from embodied.core.action import DiscreteAction
from envs.household.perception import NoisyPerception, PrivilegedPerception


def opened(perception: object):
    env = gymnasium.make(
        "envs:embodied/Household-v0",
        split="train",
        limit=1,
        perception=perception,
        disable_env_checker=True,
    )
    raw, _ = env.reset(options={"episode_id": env.unwrapped.episodes()[0].episode_id})
    return env, raw


def seen(env, raw):
    return env.unwrapped.decode_observation(raw)


@pytest.fixture(scope="module")
def exact():
    env, raw = opened(PrivilegedPerception())
    yield env, raw
    env.close()


def test_masks_boxes_and_depth_are_those_of_the_frame(exact) -> None:
    env, raw = exact
    observation = seen(env, raw)
    event = env.unwrapped.controller.last_event
    labelled = np.zeros(event.instance_ids.shape, dtype=bool)
    for each in observation.entities:
        left, top, right, bottom = each.box_xyxy
        rows, columns = np.nonzero(each.mask)
        assert (rows.min(), rows.max()) == (top, bottom)
        assert (columns.min(), columns.max()) == (left, right)
        numbers = np.unique(event.instance_ids[each.mask])
        assert len(numbers) == 1
        assert event.object_ids[numbers[0] - 1].startswith(each.category.split("Sliced")[0])
        labelled |= each.mask
    assert (labelled == (event.instance_ids > 0)).all()
    assert np.array_equal(observation.depth_m["ego"], event.depth_frame)


def test_no_id_pose_or_state_is_told(exact) -> None:
    env, raw = exact
    for each in seen(env, raw).entities:
        assert each.position_m is None
        assert each.direction_rad is None
        assert dict(each.states) == {}
        assert "|" not in each.category
    assert seen(env, raw).pose is None
    assert seen(env, raw).state is None


def test_without_a_perception_nothing_is_listed() -> None:
    env, raw = opened(None)
    assert seen(env, raw).entities == ()
    assert seen(env, raw).depth_m == {}
    env.close()


def summary(observation) -> list:
    return [(each.category, each.box_xyxy) for each in observation.entities]


def test_errors_repeat_from_the_same_place_and_differ_from_another() -> None:
    env, raw = opened(NoisyPerception(drop=0.3, mislabel=0.3))
    unwrapped = env.unwrapped
    looks = [seen(env, raw)]
    for name in ("RotateRight", "RotateLeft"):
        raw, *_ = env.step(unwrapped.encode_action(DiscreteAction(name)))
        looks.append(seen(env, raw))
    assert summary(looks[0]) == summary(looks[2])
    assert np.array_equal(looks[0].depth_m["ego"], looks[2].depth_m["ego"])
    event = unwrapped.controller.last_event
    factor = looks[0].depth_m["ego"] / event.depth_frame
    assert np.unique(np.round(factor, 4)).size <= len(np.unique(event.instance_ids)) + 1
    env.close()


@pytest.mark.parametrize(("setting", "share"), [("drop", 0.2), ("mislabel", 0.05)])
def test_errors_come_as_often_as_asked(setting: str, share: float) -> None:
    env, _ = opened(None)
    event = env.unwrapped.controller.last_event
    quiet = {"drop": 0.0, "mislabel": 0.0, "merge": 0.0, "jitter_px": 0, "depth_noise": 0.0}
    exact = PrivilegedPerception().perceive(event, episode_id="").detections
    truth = [each.category for each in exact]
    wrong = total = 0
    for seed in range(300):
        noisy = NoisyPerception(**{**quiet, setting: share}, seed=seed)
        found = [each.category for each in noisy.perceive(event, episode_id="e").detections]
        total += len(truth)
        if setting == "drop":
            wrong += len(truth) - len(found)
        else:
            wrong += sum(kind not in truth for kind in found)
    assert wrong / total == pytest.approx(share, abs=0.6 * share)
    env.close()
