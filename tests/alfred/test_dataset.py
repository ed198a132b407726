"""Reading the published files, and what is said of damaged ones."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis.extra import numpy as hnp
from small_alfred import MUG, SHELF, TRAJECTORY, runs_of, write

from embodied.core.errors import DataError, UnknownNameError
from envs.alfred.dataset import AlfredData, LowAction, find_alfred, floor_plan_number
from envs.alfred.replay import mask_of, replay


@pytest.fixture
def data(root):
    return AlfredData(find_alfred(root))


@pytest.mark.parametrize("below", ["", "alfred", "alfred/json_2.1.0"])
def test_data_is_found_from_any_of_its_folders(root, below):
    assert find_alfred(root / below) == root / "alfred"


def test_where_there_is_no_data_the_message_says_what_to_set(tmp_path):
    with pytest.raises(DataError, match=r"data_root.*EMBODIED_DATA"):
        find_alfred(tmp_path)


def test_a_trajectory_is_read_whole(data):
    read = data.trajectory("train", TRAJECTORY)
    assert read.floor_plan == "FloorPlan1"
    assert (read.task.object, read.task.parent, read.task.sliced) == ("Mug", "Shelf", False)
    assert [action.name for action in read.low_actions] == [
        "MoveAhead",
        "PickupObject",
        "PutObject",
    ]
    put = read.low_actions[2]
    assert (put.object_id, put.held_id, put.subgoal) == (SHELF, MUG, 2)
    assert read.high_actions[1].holder == "Shelf|+00.50|+01.00|+01.00"
    assert [each.goal for each in read.annotations] == [
        "Put the mug on the shelf.",
        "Mug to shelf.",
    ]


def test_frame_lists_may_be_there_or_not(root, published, data):
    published["images"] = [{"high_idx": 0, "low_idx": 0, "image_name": "0.png"}]
    write(root, published)
    assert data.trajectory("train", TRAJECTORY).floor_plan == "FloorPlan1"


def test_test_splits_have_no_plan(tmp_path, published):
    for key in ("plan", "task_type", "pddl_params"):
        del published[key]
    write(tmp_path, published, split="tests_seen", name="trial_1")
    read = AlfredData(find_alfred(tmp_path)).trajectory("tests_seen", "trial_1")
    assert read.task is None
    assert read.low_actions == ()


def test_a_split_that_is_not_installed_is_named(data):
    with pytest.raises(DataError, match="tests_unseen"):
        data.index("tests_unseen")
    with pytest.raises(UnknownNameError, match="valid_seen"):
        data.index("valid_sen")


def test_valid_unseen_is_read_like_any_other(tmp_path, published):
    write(tmp_path, published, split="valid_unseen")
    data = AlfredData(find_alfred(tmp_path))
    assert list(data.index("valid_unseen")) == [TRAJECTORY]
    assert data.trajectory("valid_unseen", TRAJECTORY).split == "valid_unseen"


def test_an_unknown_trajectory_names_the_closest(data):
    with pytest.raises(UnknownNameError, match="Mug-None-Shelf-1"):
        data.trajectory("train", TRAJECTORY[:-1])


def test_a_file_cut_short_is_named(root, published, data):
    path = write(root, json.dumps(published)[:500])
    with pytest.raises(DataError, match="cut short") as caught:
        data.trajectory("train", TRAJECTORY)
    assert str(path) in str(caught.value)


def damage(content, path, value):
    *parents, last = path
    for key in parents:
        content = content[key]
    content[last] = value


@pytest.mark.parametrize(
    ("path", "value", "field"),
    [
        (("scene", "init_action", "x"), float("nan"), "scene.init_action.x"),
        (("scene", "object_poses", 0, "position", "y"), float("inf"), "object_poses.0.position.y"),
        (("scene", "object_poses", 0, "rotation"), None, "object_poses.0.rotation"),
        (("scene", "floor_plan"), 3, "scene.floor_plan"),
        (("plan", "low_actions", 1, "high_idx"), -1, "low_actions.1.high_idx"),
        (("plan", "low_actions", 1, "discrete_action", "args", "mask"), [[1]], "args.mask.0"),
        (("turk_annotations", "anns"), [], "turk_annotations.anns"),
        (("task_type",), "juggle", "task_type"),
        (("pddl_params",), None, "pddl_params"),
    ],
)
def test_a_malformed_field_is_named_with_its_file(root, published, data, path, value, field):
    damage(published, path, value)
    written = write(root, published)
    with pytest.raises(DataError) as caught:
        data.trajectory("train", TRAJECTORY)
    assert str(written) in str(caught.value)
    assert field in str(caught.value)


def test_floor_plans_stand_in_the_folders_names():
    assert floor_plan_number(TRAJECTORY) == "1"
    assert floor_plan_number("trial_T2019") is None


def test_replay_counts_moves_turns_and_looks(root, published, data):
    actions = published["plan"]["low_actions"]
    turn = {"api_action": {"action": "RotateLeft"}, "discrete_action": {"action": "RotateLeft_90"}}
    look = {"api_action": {"action": "LookUp"}, "discrete_action": {"action": "LookUp_15"}}
    for each in (turn, look):
        each["high_idx"] = 0
    published["plan"]["low_actions"] = [actions[0], turn, actions[0], look, actions[1]]
    write(root, published)
    last = list(replay(data.trajectory("train", TRAJECTORY)))[-1]
    assert last.pose.position_m == pytest.approx((0.0, 0.9, 0.25))
    assert (last.pose.yaw_deg, last.pose.horizon_deg) == (270.0, 15.0)


@settings(max_examples=50)
@given(hnp.arrays(bool, (12, 12)))
def test_masks_survive_run_lengths(mask):
    action = LowAction("PickupObject", 0, runs=np.array(runs_of(mask), dtype=int).reshape(-1, 2))
    assert np.array_equal(mask_of(action, size_px=12), mask)


def test_runs_past_the_frame_are_cut():
    action = LowAction("PickupObject", 0, runs=np.array([[140, 50], [500, 3]]))
    mask = mask_of(action, size_px=12)
    assert mask.sum() == 4
    assert mask[-1, -4:].all()


@pytest.mark.data
def test_the_real_splits_have_the_published_numbers(real_root):
    data = AlfredData(find_alfred(real_root))
    assert len(data.index("train")) == 6574
    assert len(data.index("valid_seen")) == 251
    annotations = sum(
        len(data.trajectory("valid_seen", each).annotations) for each in data.index("valid_seen")
    )
    assert annotations == 820
