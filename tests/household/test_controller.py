"""The surface: events, metadata, bad input; and what no sequence of actions can break."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_kitchen import (
    APPLE,
    AT_DRESSER,
    AT_FRIDGE,
    AT_MICROWAVE,
    AT_SINK,
    AT_TABLE,
    BASIN,
    COUNTER,
    DRAWER,
    EGG,
    FRIDGE,
    KNIFE,
    KNOB,
    MICROWAVE,
    MUG,
    PEN,
    PLATE,
    TABLE,
    TAP,
    small_kitchen,
    stand,
)

from embodied.core.errors import EmbodiedError, UnknownNameError
from envs.household.controller import HouseholdController
from envs.household.rules import SENTENCES, ArgumentError, Reason


def test_an_event_holds_frame_depth_ids_and_metadata_of_one_moment(kitchen):
    event = kitchen.step(AT_TABLE)
    assert event.frame.shape == (100, 100, 3)
    assert event.frame.dtype == np.uint8
    assert event.depth_frame.shape == event.instance_ids.shape == (100, 100)
    assert event.depth_frame.dtype == np.float32
    assert event.scene_label == "generated"
    mug = event.instance_masks[MUG]
    assert mug.sum() > 0
    assert np.median(event.depth_frame[mug]) == pytest.approx(0.98, abs=0.15)


def test_masks_and_colours_tell_the_same(kitchen):
    event = kitchen.step(AT_TABLE)
    names = {name: colour for colour, name in event.color_to_object_id.items()}
    assert len(names) == len(event.object_ids)
    assert MUG in event.instance_masks
    assert FRIDGE not in event.instance_masks
    for name, mask in event.instance_masks.items():
        assert mask.any()
        painted = (event.instance_segmentation_frame == names[name]).all(axis=-1)
        assert (painted == mask).all()


def test_visible_means_seen_within_one_and_a_half_metres(kitchen):
    for place in (AT_TABLE, AT_SINK, stand(-1.0, -1.5), stand(0.0, 0.0, yaw=90)):
        event = kitchen.step(place)
        agent = event.metadata["agent"]["position"]
        for entry in event.metadata["objects"]:
            mask = event.instance_ids == event.object_ids.index(entry["objectId"]) + 1
            assert entry["visible"] <= bool(mask.any())
            if entry["visible"] and entry["pickupable"]:
                run = np.hypot(
                    entry["position"]["x"] - agent["x"], entry["position"]["z"] - agent["z"]
                )
                assert run < 1.5 + 0.3


def test_distance_is_from_the_agent_to_the_pivot(kitchen):
    event = kitchen.step(AT_TABLE)
    entry, agent = event.get_object(MUG), event.metadata["agent"]["position"]
    offset = [entry["position"][axis] - agent[axis] for axis in "xyz"]
    assert entry["distance"] == pytest.approx(np.linalg.norm(offset))


def test_an_earlier_event_keeps_saying_what_was_true_then(kitchen):
    before = kitchen.step(AT_TABLE)
    frame = before.frame.copy()
    kitchen.step(action="PickupObject", objectId=MUG)
    assert before.get_object(MUG)["parentReceptacles"] == [TABLE]
    assert not before.get_object(MUG)["isPickedUp"]
    assert (before.frame == frame).all()


def test_pictures_cannot_be_written_on(kitchen):
    with pytest.raises(ValueError, match="read-only"):
        kitchen.last_event.frame[0, 0] = 0


def test_step_takes_a_mapping_or_names(kitchen):
    assert kitchen.step({"action": "Pass"}).metadata["lastAction"] == "Pass"
    assert kitchen.step(action="Pass").metadata["lastAction"] == "Pass"
    assert kitchen.last_event.metadata["lastAction"] == "Pass"


def test_alfreds_own_commands_are_understood(kitchen):
    commands = [
        {
            "action": "Initialize",
            "gridSize": 0.25,
            "cameraY": 0.75,
            "renderImage": True,
            "renderDepthImage": False,
            "renderClassImage": False,
            "renderObjectImage": True,
            "visibility_distance": 1.5,
            "makeAgentsVisible": False,
        },
        {**AT_TABLE, "tempRenderChange": True, "renderNormalsImage": False},
        {"action": "RotateLeft", "forceAction": True},
        {"action": "MoveAhead", "forceAction": True, "moveMagnitude": 0.25},
    ]
    for command in commands:
        assert kitchen.step(command).metadata["lastActionSuccess"], command


@pytest.mark.parametrize(
    ("command", "error", "named"),
    [
        ({"action": "PickUpObject", "objectId": MUG}, UnknownNameError, "PickupObject"),
        ({"action": "PickupObject"}, ArgumentError, "objectId"),
        ({"action": "PickupObject", "objectId": 3}, ArgumentError, "objectId"),
        ({"action": "PickupObject", "objectID": MUG}, ArgumentError, "objectId"),
        ({**AT_TABLE, "x": float("nan")}, ArgumentError, "x must be a finite number"),
        ({**AT_TABLE, "horizon": "low"}, ArgumentError, "horizon"),
        ({"action": "MoveAhead", "moveMagnitude": -1.0}, ArgumentError, "moveMagnitude"),
        ({"action": "SetObjectPoses", "objectPoses": [{"objectName": "x"}]}, ArgumentError, "0"),
        (
            {"action": "SetObjectToggles", "objectToggles": [{"objectType": "Lmap", "isOn": True}]},
            UnknownNameError,
            "Lamp",
        ),
        ({"action": None}, ArgumentError, "action"),
    ],
)
def test_bad_input_is_named_and_changes_nothing(kitchen, command, error, named):
    before = kitchen.step(action="Pass")
    with pytest.raises(error, match=named):
        kitchen.step(command)
    assert kitchen.last_event is before
    after = kitchen.step(action="Pass").metadata
    assert after["objects"] == before.metadata["objects"]


def test_scenes_are_found_by_name_or_said_to_be_unknown(shared_controller):
    with pytest.raises(UnknownNameError, match="FloorPlan999"):
        shared_controller.reset("FloorPlan999")
    known = {"small-kitchen": small_kitchen()}

    def find(name):
        if name not in known:
            raise UnknownNameError("scene", name, known)
        return known[name]

    controller = HouseholdController(scenes=find, width_px=32, height_px=32)
    with pytest.raises(EmbodiedError, match="reset"):
        controller.step(action="Pass")
    assert controller.reset("small-kitchen").metadata["sceneName"] == "small-kitchen"
    with pytest.raises(UnknownNameError, match="small-kitchen"):
        controller.reset("smal-kitchen")
    controller.close()


def test_reset_forgets_everything(kitchen):
    fresh = kitchen.last_event
    kitchen.step(AT_TABLE)
    kitchen.step(action="PickupObject", objectId=MUG)
    again = kitchen.reset(small_kitchen())
    assert again.metadata == fresh.metadata
    assert (again.frame == fresh.frame).all()


def test_every_reason_has_a_sentence():
    assert set(SENTENCES) == set(Reason)


# --- what no sequence of actions can break

MOVABLE = (MUG, APPLE, PLATE, KNIFE, PEN, EGG)
PLACES = (AT_TABLE, AT_SINK, AT_MICROWAVE, AT_FRIDGE, AT_DRESSER)
RECEPTACLES = (TABLE, COUNTER, BASIN, MICROWAVE, FRIDGE, DRAWER, PLATE, MUG)
SLICES = tuple(f"{APPLE}|AppleSliced_{n}" for n in (1, 4, 8))


def on(name, key, objects):
    return st.sampled_from(objects).map(lambda each: {"action": name, key: each})


ACTIONS = st.one_of(
    st.sampled_from(PLACES),
    st.sampled_from(
        [{"action": name} for name in ("MoveAhead", "RotateLeft", "RotateRight", "LookDown")]
    ),
    on("PickupObject", "objectId", MOVABLE + SLICES),
    on("PickupObject", "objectId", MOVABLE),
    on("PutObject", "receptacleObjectId", RECEPTACLES),
    on("PutObject", "receptacleObjectId", RECEPTACLES),
    on("OpenObject", "objectId", (FRIDGE, MICROWAVE, DRAWER)),
    on("CloseObject", "objectId", (FRIDGE, MICROWAVE, DRAWER)),
    on("ToggleObjectOn", "objectId", (TAP, MICROWAVE, KNOB)),
    on("ToggleObjectOff", "objectId", (TAP, MICROWAVE, KNOB)),
    on("SliceObject", "objectId", (APPLE, EGG)),
)


def check_consistent(event, world):
    objects = {entry["objectId"]: entry for entry in event.metadata["objects"]}
    held = [each["objectId"] for each in event.metadata["inventoryObjects"]]
    assert len(held) <= 1
    places = {name: [] for name in objects}
    for name, entry in objects.items():
        for inner in entry["receptacleObjectIds"]:
            places[inner].append(name)
    for name, entry in objects.items():
        assert places[name] == entry["parentReceptacles"]
        assert len(places[name]) + (name in held) <= 1
        assert entry["isPickedUp"] == (name in held)
        assert entry["visible"] <= (world.shut_in(name) is None)
        assert not (entry["isSliced"] and entry["visible"])


def check_apart(event, world, put):
    """What was just put overlaps nothing else on the same receptacle."""
    (parent,) = event.get_object(put)["parentReceptacles"]
    low, high = world.extent_m(put)
    for other in event.get_object(parent)["receptacleObjectIds"]:
        if other != put:
            other_low, other_high = world.extent_m(other)
            overlap = np.minimum(high, other_high) - np.maximum(low, other_low)
            # The boxes of things that lie askew are larger than they are.
            assert overlap.min() <= 0.004, (put, other, overlap)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(ACTIONS, min_size=5, max_size=40))
def test_no_sequence_of_actions_breaks_the_world(shared_controller, actions):
    controller = shared_controller
    event = controller.reset(small_kitchen())
    for action in actions:
        before, held = event, controller.world.held
        event = controller.step(action)
        check_consistent(event, controller.world)
        metadata = event.metadata
        if metadata["lastActionSuccess"]:
            assert metadata["errorMessage"] == metadata["errorCode"] == ""
            if action["action"] == "PutObject":
                check_apart(event, controller.world, held)
        else:
            assert metadata["errorMessage"]
            assert metadata["errorCode"] in set(Reason)
            for key in ("objects", "agent", "inventoryObjects"):
                assert metadata[key] == before.metadata[key]
            assert event.frame is before.frame


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.sampled_from(["MoveAhead", "RotateLeft", "RotateRight"]), max_size=30))
def test_no_walk_leads_into_furniture(shared_controller, names):
    shared_controller.reset(small_kitchen())
    parts = shared_controller.model.part_boxes()
    for name in names:
        agent = shared_controller.step(action=name).metadata["agent"]["position"]
        offset = np.array([agent["x"], 1.0, agent["z"]]) - parts.centres_m
        local = np.abs(np.einsum("nji,nj->ni", parts.rotations, offset))
        gap = np.maximum(local - parts.half_sizes_m, 0.0)
        tall = np.abs(parts.centres_m[:, 1] - 1.0) < parts.half_sizes_m[:, 1]
        assert (np.linalg.norm(gap[tall], axis=1) > 0.198).all()
