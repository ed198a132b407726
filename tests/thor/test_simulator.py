"""A household that answers as a build does, whatever is asked of it."""

import json

import msgpack
import numpy as np
import pytest
from builds import build_of
from hypothesis import given, settings
from hypothesis import strategies as st

from envs.thor import fifo
from envs.thor.dialect import dialect
from envs.thor.simulator import Reply, Simulator

NEEDED = {
    "screenWidth", "screenHeight", "thirdPartyCameras", "colors", "objects", "sceneName",
    "lastAction", "lastActionSuccess", "errorMessage", "errorCode", "actionReturn", "agent",
    "inventoryObjects", "cameraPosition",
}  # fmt: skip


def agent(reply: Reply) -> dict:
    return reply.metadata["agents"][0]


def do(build: Simulator, name: str, **arguments) -> dict:
    return agent(build.answer({"action": name, "sequenceId": 7, **arguments}))


def image(reply: Reply, name: str, dtype=np.uint8, channels: int = 3) -> np.ndarray:
    raw = dict(reply.images())[name]
    shape = (300, 300, channels) if channels > 1 else (300, 300)
    return np.frombuffer(raw, dtype).reshape(shape)[::-1]


def test_a_build_speaks_first(build: Simulator) -> None:
    hello = build.hello()
    assert hello.metadata["sequenceId"] == 0
    assert set(agent(hello)) >= NEEDED
    assert [name for name, _ in hello.images()] == ["image"]


def test_the_sequence_is_echoed(build: Simulator) -> None:
    assert build.answer({"action": "Pass", "sequenceId": 41}).metadata["sequenceId"] == 41


def test_images_are_sent_lowest_row_first(strict: Simulator) -> None:
    reply = strict.answer({"action": "Initialize", "renderDepthImage": True, "fieldOfView": 60})
    event = strict.controller.last_event
    assert np.array_equal(image(reply, "image"), event.frame)
    assert np.array_equal(image(reply, "image_depth", np.float32, 1), event.depth_frame)


def test_depth_of_two_is_a_fraction_of_ten_metres() -> None:
    build = build_of("2.1.0")
    reply = build.answer({"action": "Initialize", "renderDepthImage": True})
    red, green, blue = np.moveaxis(image(reply, "image_depth").astype(np.float64), -1, 0)
    metres = (red + green / 256 + blue / 65536) / 256 * 10
    assert np.abs(metres - build.controller.last_event.depth_frame).max() < 1e-5
    build.close()


def test_colours_name_what_the_id_image_shows(build: Simulator) -> None:
    reply = build.answer({"action": "Initialize", "renderObjectImage": True})
    event = build.controller.last_event
    channels = 4 if build.dialect.alpha_ids else 3
    ids = image(reply, "image_ids", channels=channels)
    named = {entry["name"]: entry["color"] for entry in agent(reply)["colors"]}
    for object_id, mask in event.instance_masks.items():
        assert np.array_equal((ids[..., :3] == named[object_id]).all(axis=-1), mask)


def test_boxes_of_colours_hold_their_pixels() -> None:
    build = build_of("2.1.0")
    reply = build.answer({"action": "Initialize", "renderObjectImage": True})
    ids = image(reply, "image_ids")
    for entry in agent(reply)["colorBounds"]:
        left, low, right, high = entry["bounds"]
        rows, columns = np.nonzero((ids == entry["color"]).all(axis=-1))
        assert (columns.min(), columns.max()) == (left, right)
        assert (rows.min(), rows.max()) == (300 - high, 300 - low)
    build.close()


def test_what_cannot_be_done_here_says_why(build: Simulator) -> None:
    said = do(build, "ThrowObject")
    assert not said["lastActionSuccess"]
    assert "nothing falls in this world" in said["errorMessage"]


def test_the_lens_changes_and_the_world_stays(strict: Simulator) -> None:
    do(strict, "RotateRight", degrees=45)
    before = do(strict, "Pass")["agent"]
    after = do(strict, "ChangeResolution", x=400, y=200)
    assert (after["screenWidth"], after["screenHeight"]) == (400, 200)
    assert do(strict, "Initialize", fieldOfView=60)["agent"] == before


def test_five_turns_by_any_angle(strict: Simulator) -> None:
    assert do(strict, "RotateRight", degrees=30)["agent"]["rotation"]["y"] == 30.0
    assert do(strict, "RotateLeft")["agent"]["rotation"]["y"] == 300.0
    assert do(strict, "LookDown", degrees=10)["agent"]["cameraHorizon"] == 10.0
    assert not do(strict, "LookDown", degrees=80)["lastActionSuccess"]


def test_a_third_camera_sees_the_room_from_above(strict: Simulator) -> None:
    props = do(strict, "GetMapViewCameraProperties")["actionReturn"]
    reply = strict.answer({"action": "AddThirdPartyCamera", **props})
    assert agent(reply)["lastActionSuccess"], agent(reply)["errorMessage"]
    assert len(agent(reply)["thirdPartyCameras"]) == 1
    assert image(reply, "image-thirdParty-camera").std() > 5
    assert not do(strict, "UpdateThirdPartyCamera", thirdPartyCameraId=1)["lastActionSuccess"]


def test_objects_have_boxes_around_them(strict: Simulator) -> None:
    for entry in do(strict, "Pass")["objects"]:
        corners = np.array(entry["axisAlignedBoundingBox"]["cornerPoints"])
        assert corners.shape == (8, 3)
        assert (corners.max(axis=0) > corners.min(axis=0)).all()
        assert (entry["objectOrientedBoundingBox"] is not None) == entry["pickupable"]


def test_strewing_things_about_repeats_by_its_seed(strict: Simulator) -> None:
    def places() -> dict:
        return {o["objectId"]: o["position"] for o in do(strict, "Pass")["objects"]}

    start = places()
    do(strict, "InitialRandomSpawn", randomSeed=3)
    strewn = places()
    assert strewn != start
    do(strict, "Reset", sceneName=strict.rooms.names[0])
    assert places() == start
    do(strict, "InitialRandomSpawn", randomSeed=3)
    assert places() == strewn


def test_from_interactable_poses_the_object_is_visible(strict: Simulator) -> None:
    target = next(o["objectId"] for o in do(strict, "Pass")["objects"] if o["pickupable"])
    poses = do(strict, "GetInteractablePoses", objectId=target, maxPoses=3)["actionReturn"]
    assert poses
    for pose in poses:
        said = do(
            strict,
            "TeleportFull",
            **{axis: pose[axis] for axis in "xyz"},
            rotation={"y": pose["rotation"]},
            horizon=pose["horizon"],
            standing=pose["standing"],
        )
        assert next(o for o in said["objects"] if o["objectId"] == target)["visible"]


def test_an_unknown_room_is_answered_with_those_there_are(build: Simulator) -> None:
    said = do(build, "Reset", sceneName="FloorPlan9999")
    assert not said["lastActionSuccess"]
    assert "Household-bathroom-00001" in said["errorMessage"]


ANY = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=6,
)
WORDS = sorted({"objectId", "x", "y", "z", "position", "rotation", "horizon", "standing", "degrees",
                "objectPoses", "objectToggles", "StateChange", "forceAction", "moveMagnitude",
                "gridSize", "fieldOfView", "randomSeed", "sequenceId", "renderDepthImage",
                "excludedObjectIds", "receptacleObjectId", "maxPoses", "sceneName"})  # fmt: skip
SHARED: dict[str, Simulator] = {}


@pytest.mark.parametrize("version", ["5.0.0", "2.1.0"])
@settings(max_examples=60)
@given(data=st.data())
def test_whatever_is_sent_there_is_an_answer(version: str, data: st.DataObject) -> None:
    build = SHARED.setdefault(version, build_of(version))
    names = sorted(dialect(version).actions)
    action = data.draw(
        ANY
        | st.fixed_dictionaries(
            {"action": st.sampled_from(names) | ANY},
            optional=dict.fromkeys(WORDS, ANY),
        )
    )
    said = agent(build.answer(action))
    assert set(said) >= NEEDED
    assert said["lastActionSuccess"] or said["errorMessage"]
    json.dumps(build.answer({"action": "Pass"}).metadata)
    written = msgpack.unpackb(fifo.pack(build.answer(action).metadata))
    assert set(written["agents"][0]) >= NEEDED
