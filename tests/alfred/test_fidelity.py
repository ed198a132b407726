"""Comparing recordings with rebuilt rooms, on the small data set."""

import gymnasium
import numpy as np
import pytest
from small_alfred import MUG, TRAJECTORY

from embodied.core.errors import UnknownNameError
from envs.alfred.fidelity import UNLIMITED, compare_episode, stand_at
from envs.alfred.figures import as_result, figures, refusal_table, wrong_table
from envs.alfred.pictures import OURS_RGB, RECORDED_RGB, compared, outline, sheet
from envs.alfred.replay import AgentPose


@pytest.fixture
def env(root, tmp_path):
    made = gymnasium.make(
        "envs:embodied/Alfred-v0",
        disable_env_checker=True,
        data_root=root,
        cache_dir=tmp_path / "cache",
        privileged_targets=True,
        max_steps=UNLIMITED,
        max_failed_actions=UNLIMITED,
    )
    yield made.unwrapped
    made.close()


def test_every_recorded_action_is_compared(env):
    episode_id = f"{TRAJECTORY}/0"
    seen = []
    found = compare_episode(env, episode_id, lambda *told: seen.append(told))
    recorded = env.source.trajectory(episode_id)[0].low_actions
    assert len(found.uses) == sum(each.object_id is not None for each in recorded)
    assert found.moves + found.turns + len(found.uses) == len(recorded)
    assert [use for _, _, use in seen] == list(found.uses)
    first = found.uses[0]
    assert first.object_id == MUG
    assert (first.first, first.movable, first.diverged) == (True, True, False)
    assert first.right
    assert first.iou > 0.4


def test_the_iou_is_that_of_the_picture_before_the_action(env):
    told = []
    compare_episode(env, f"{TRAJECTORY}/0", lambda *each: told.append(each))
    event, recorded, use = told[0]
    ours = event.instance_masks[use.object_id]
    expected = np.count_nonzero(ours & recorded) / np.count_nonzero(ours | recorded)
    assert use.iou == pytest.approx(expected)


def test_the_agent_stands_where_it_was_recorded_even_inside_a_wall(env):
    env.reset(options={"episode_id": f"{TRAJECTORY}/0"})
    pose = AgentPose((7.0, 0.9, 7.0), 90.0, 15.0)
    stand_at(env, pose)
    agent = env.controller.last_event.metadata["agent"]
    assert (agent["position"]["x"], agent["position"]["z"]) == pytest.approx((7.0, 7.0))
    assert agent["rotation"]["y"] == pytest.approx(90.0)


def test_an_unknown_episode_is_told(env):
    with pytest.raises(UnknownNameError):
        compare_episode(env, "nothing/here/0")


# --- figures


def use(**changes):
    return {
        "step": 0,
        "action": "PickupObject",
        "object_id": "Mug|1|1|1",
        "resolved": "Mug|1|1|1",
        "iou": 0.8,
        "first": True,
        "untouched": True,
        "diverged": False,
        "movable": True,
        "refusal": "",
        "code": "",
        **changes,
    }


def result(*uses, **changes):
    return {
        "episode_id": "e/0",
        "error": "",
        "uses": list(uses),
        "moves": 10,
        "turns": 4,
        "refused": [],
        "replays": True,
        "solved": True,
        "setup_refusals": [],
        **changes,
    }


def test_shares_count_what_they_say():
    wrong = use(resolved=None, iou=0.0, first=False, untouched=False, refusal="too far", code="far")
    fridge = use(object_id="Fridge|1|1|1", resolved="Fridge|1|1|1", movable=False, iou=0.6)
    blocked = {"action": "MoveAhead", "step": 3, "refusal": "blocked by Sofa|1"}
    found = figures(
        [
            result(use(), wrong, refused=[blocked], replays=False, solved=False),
            result(fridge),
            {"episode_id": "e/1", "error": "no such file"},
        ]
    )
    assert (found["episodes"], found["errors"], found["interactions"]) == (2, 1, 3)
    assert found["mask_right"] == [2, 3]
    assert found["mask_right_object_touched_before"] == [0, 1]
    assert found["allowed_by_id"] == [2, 3]
    assert found["moves_allowed"] == [19, 20]
    assert found["turns_allowed"] == [8, 8]
    assert found["iou_first_movable"] == [0.8, 1]
    assert found["iou_first_furniture"] == [0.6, 1]
    assert found["replayed"] == [1, 2]
    assert found["replayed_and_solved"] == [1, 1]


def test_another_slice_serves_but_is_not_right():
    sliced = {"object_id": "Apple|1|1|1|AppleSliced_1"}
    sister = use(**sliced, resolved="Apple|1|1|1|AppleSliced_2")
    stranger = use(**sliced, resolved="Apple|2|2|2|AppleSliced_2")
    whole = use(**sliced, resolved="Apple|1|1|1")
    found = figures([result(sister, stranger, whole, use(resolved=None))])
    assert found["mask_right"] == [0, 4]
    assert found["mask_right_or_sister_slice"] == [1, 4]


def test_no_interactions_give_no_median():
    assert figures([result()])["iou_first_movable"] == [None, 0]


def test_what_is_wrong_is_counted_by_cause():
    wrong = use(resolved="Shelf|0|0|0")
    assert wrong_table([use(), wrong, wrong]) == [
        {"action": "PickupObject", "right": "Mug", "resolved": "Shelf", "state": "", "count": 2}
    ]
    refused = use(refusal="it is too far away", code="too_far")
    after = use(refusal="nothing is held", code="empty_hand", diverged=True)
    table = refusal_table([result(refused, after)])
    assert [(row["cause"], row["count"]) for row in table] == [("too_far", 1)]


def test_a_comparison_becomes_plain_data(env):
    plain = as_result(compare_episode(env, f"{TRAJECTORY}/0"))
    assert figures([plain])["interactions"] == len(plain["uses"])


# --- pictures


def test_an_outline_runs_around_a_mask_and_along_the_frame():
    mask = np.zeros((10, 10), dtype=bool)
    mask[4:6, 4:6] = True
    edge = outline(mask, scale=2)
    assert edge.shape == (20, 20)
    assert not edge[8:12, 8:12].any()
    assert edge[7, 9]
    assert edge[12, 9]
    assert not edge[0].any()
    assert outline(np.ones((10, 10), dtype=bool), scale=2)[0].all()


def test_both_masks_are_drawn_and_the_recorded_one_on_top():
    frame = np.full((20, 20, 3), 128, dtype=np.uint8)
    ours, recorded = np.zeros((2, 20, 20), dtype=bool)
    ours[5:10, 5:10] = True
    recorded[5:10, 5:15] = True
    picture = compared(frame, recorded, ours, ["a mug"], scale=1)
    drawn = np.asarray(picture)[:20]
    assert (drawn == RECORDED_RGB).all(axis=2).any()
    assert (drawn == OURS_RGB).all(axis=2).any()
    assert tuple(drawn[4, 7]) == RECORDED_RGB
    assert picture.height > 20


def test_a_sheet_lays_pictures_in_rows():
    frame = np.zeros((20, 20, 3), dtype=np.uint8)
    none = np.zeros((20, 20), dtype=bool)
    one = compared(frame, none, none, [], scale=1)
    assert sheet([one] * 3, columns=2).size == (2 * one.width, 2 * one.height)
    with pytest.raises(ValueError, match="no pictures"):
        sheet([], columns=2)
