"""What each action does, and when it is refused."""

import numpy as np
import pytest
from small_kitchen import (
    APPLE,
    AT_DRESSER,
    AT_FRIDGE,
    AT_MICROWAVE,
    AT_SINK,
    AT_TABLE,
    BASIN,
    BURNER,
    COUNTER,
    DRAWER,
    EGG,
    FRIDGE,
    KNIFE,
    KNOB,
    LAMP,
    MICROWAVE,
    MUG,
    PEN,
    PLATE,
    TABLE,
    TAP,
    small_kitchen,
    stand,
)

from envs.household.rules import Reason


def done(event):
    assert event.metadata["lastActionSuccess"], event.metadata["errorMessage"]
    return event


def refused(event, reason: Reason, *culprits: str):
    metadata = event.metadata
    assert not metadata["lastActionSuccess"]
    assert metadata["errorCode"] == reason.value, metadata["errorMessage"]
    for culprit in culprits:
        assert culprit in metadata["errorMessage"]
    return event


def position(event, object_id):
    return np.array([event.get_object(object_id)["position"][axis] for axis in "xyz"])


def test_a_step_ahead_is_a_quarter_of_a_metre_where_the_agent_looks(kitchen):
    for yaw, (dx, dz) in {0: (0, 1), 90: (1, 0), 180: (0, -1), 270: (-1, 0)}.items():
        done(kitchen.step(stand(0.0, 0.0, yaw=yaw)))
        agent = done(kitchen.step(action="MoveAhead")).metadata["agent"]["position"]
        assert (agent["x"], agent["z"]) == pytest.approx((0.25 * dx, 0.25 * dz))


def test_furniture_and_walls_stop_a_move_and_are_named(kitchen):
    done(kitchen.step(stand(0.25, -0.5, yaw=90)))
    done(kitchen.step(action="MoveAhead", moveMagnitude=0.2))
    event = refused(kitchen.step(action="MoveAhead"), Reason.BLOCKED, TABLE)
    assert event.metadata["agent"]["position"]["x"] == pytest.approx(0.45)
    done(kitchen.step(stand(0.0, -1.75, yaw=180)))
    refused(kitchen.step(action="MoveAhead"), Reason.BLOCKED, "wall")


def test_no_step_jumps_over_what_is_thinner_than_itself(kitchen):
    done(kitchen.step(stand(-1.0, 0.5, yaw=180)))
    refused(kitchen.step(action="MoveAhead", moveMagnitude=5.0), Reason.BLOCKED)


def test_an_open_drawer_bars_the_way_and_a_shut_one_does_not(kitchen):
    done(kitchen.step(AT_DRESSER))
    done(kitchen.step(action="OpenObject", objectId=DRAWER))
    refused(kitchen.step(action="MoveAhead"), Reason.BLOCKED, DRAWER)
    done(kitchen.step(action="CloseObject", objectId=DRAWER))
    done(kitchen.step(action="MoveAhead"))


def test_turns_are_quarter_turns_and_looks_stop_at_the_limits(kitchen):
    done(kitchen.step(stand(0.0, 0.0, yaw=0, horizon=30)))
    assert kitchen.step(action="RotateLeft").metadata["agent"]["rotation"]["y"] == 270.0
    assert kitchen.step(action="RotateRight").metadata["agent"]["rotation"]["y"] == 0.0
    assert done(kitchen.step(action="LookDown")).metadata["agent"]["cameraHorizon"] == 60.0
    refused(kitchen.step(action="LookDown"), Reason.LOOK_LIMIT)
    refused(kitchen.step(stand(0.0, 0.0, horizon=-45.0)), Reason.LOOK_LIMIT)


def test_nobody_teleports_into_furniture_or_out_of_the_room(kitchen):
    before = kitchen.last_event.metadata["agent"]
    for x, z in [(1.2, -0.6), (0.0, 1.69), (2.5, 0.0)]:
        event = refused(kitchen.step(stand(x, z)), Reason.OFF_THE_FLOOR)
        assert event.metadata["agent"] == before


def test_a_teleport_takes_the_height_of_the_rooms_floor_but_no_flight(kitchen):
    event = done(kitchen.step({**stand(0.0, 0.0), "y": 1.12}))
    assert event.metadata["agent"]["position"]["y"] == 1.12
    refused(kitchen.step({**stand(0.0, 0.0), "y": 2.0}), Reason.OFF_THE_FLOOR)


def test_where_the_scene_lists_cells_they_alone_decide(shared_controller):
    scene = small_kitchen()
    floor = type(scene.floor)(
        min_xz_m=(-2.0, -2.0),
        max_xz_m=(2.0, 2.0),
        walkable_xz_m=((0.0, 0.0), (0.25, 0.0), (1.25, -0.5)),
    )
    scene = type(scene)(name="cells", kind="kitchen", floor=floor, objects=scene.objects)
    shared_controller.reset(scene)
    done(shared_controller.step(stand(0.0, 0.0, yaw=90)))
    done(shared_controller.step(action="MoveAhead"))
    refused(shared_controller.step(action="MoveAhead"), Reason.BLOCKED)
    done(shared_controller.step(stand(1.25, -0.5)))  # within the table's box, but listed


def test_reachable_positions_are_those_that_moves_lead_to(kitchen):
    done(kitchen.step(stand(0.0, 0.0)))
    points = done(kitchen.step(action="GetReachablePositions")).metadata["actionReturn"]
    cells = {(round(p["x"], 2), round(p["z"], 2)) for p in points}
    assert (0.0, 0.0) in cells
    assert (1.25, -0.5) not in cells
    for x, z in sorted(cells)[::9]:
        for yaw, (dx, dz) in {0: (0, 1), 90: (1, 0)}.items():
            done(kitchen.step(stand(x, z, yaw=yaw)))
            moved = kitchen.step(action="MoveAhead").metadata["lastActionSuccess"]
            assert moved == ((round(x + 0.25 * dx, 2), round(z + 0.25 * dz, 2)) in cells)


def test_what_is_picked_up_comes_along_and_stands_in_the_picture(kitchen):
    done(kitchen.step(AT_TABLE))
    event = done(kitchen.step(action="PickupObject", objectId=MUG))
    assert event.metadata["inventoryObjects"] == [{"objectId": MUG, "objectType": "Mug"}]
    assert event.get_object(MUG)["isPickedUp"]
    assert event.get_object(MUG)["parentReceptacles"] == []
    assert MUG not in event.get_object(TABLE)["receptacleObjectIds"]
    rows, columns = np.nonzero(event.instance_masks[MUG])
    assert rows.mean() > 0.6 * 100
    assert 35 < columns.mean() < 65
    before = position(event, MUG)
    turned = done(kitchen.step(action="RotateLeft"))
    assert np.linalg.norm(position(turned, MUG) - before) > 0.2
    assert turned.get_object(MUG)["visible"]


def test_one_thing_in_hand(kitchen):
    done(kitchen.step(AT_TABLE))
    done(kitchen.step(action="PickupObject", objectId=MUG))
    refused(kitchen.step(action="PickupObject", objectId=APPLE), Reason.HAND_FULL, MUG)


@pytest.mark.parametrize(
    ("where", "what", "reason"),
    [
        (AT_SINK, MUG, Reason.OUT_OF_REACH),
        (stand(0.25, -0.6, yaw=270.0), MUG, Reason.NOT_IN_VIEW),
        (AT_TABLE, TABLE, Reason.NOT_PICKUPABLE),
        (AT_TABLE, "Mug|+09.00|+09.00|+09.00", Reason.NO_SUCH_OBJECT),
        (AT_FRIDGE, EGG, Reason.SHUT_IN),
        (AT_DRESSER, PEN, Reason.SHUT_IN),
        (AT_TABLE, f"{APPLE}|AppleSliced_1", Reason.NOT_IN_SCENE),
    ],
)
def test_picking_up_is_refused(kitchen, where, what, reason):
    done(kitchen.step(where))
    refused(kitchen.step(action="PickupObject", objectId=what), reason)


def test_what_stands_behind_something_is_hidden(shared_controller):
    # The apple right behind a box that is as high as the agent's eye sees over.
    shared_controller.reset(small_kitchen(apple={"position_m": (1.45, 0.5, -0.6)}))
    done(shared_controller.step(AT_TABLE))
    refused(shared_controller.step(action="PickupObject", objectId=APPLE), Reason.HIDDEN, APPLE)


def test_put_leaves_it_on_the_receptacle_in_view_and_apart(kitchen):
    done(kitchen.step(AT_TABLE))
    done(kitchen.step(action="PickupObject", objectId=MUG))
    event = done(
        kitchen.step(
            action="PutObject",
            objectId=MUG,
            receptacleObjectId=TABLE,
            forceAction=True,
            placeStationary=True,
        )
    )
    entry = event.get_object(MUG)
    assert entry["parentReceptacles"] == [TABLE]
    assert event.get_object(TABLE)["receptacleObjectIds"][-1] == MUG
    assert entry["position"]["y"] == pytest.approx(0.76, abs=0.005)
    assert entry["visible"]
    assert event.metadata["inventoryObjects"] == []
    done(kitchen.step(action="PickupObject", objectId=MUG))


def test_putting_is_refused(kitchen):
    done(kitchen.step(AT_TABLE))
    refused(kitchen.step(action="PutObject", receptacleObjectId=TABLE), Reason.HAND_EMPTY)
    done(kitchen.step(action="PickupObject", objectId=APPLE))
    refused(
        kitchen.step(action="PutObject", objectId=MUG, receptacleObjectId=TABLE), Reason.NOT_HELD
    )
    refused(
        kitchen.step(action="PutObject", receptacleObjectId=KNIFE), Reason.NOT_A_RECEPTACLE, KNIFE
    )
    refused(kitchen.step(action="PutObject", receptacleObjectId=MUG), Reason.WRONG_TYPE, APPLE, MUG)
    done(kitchen.step(AT_MICROWAVE))
    refused(
        kitchen.step(action="PutObject", receptacleObjectId=MICROWAVE),
        Reason.RECEPTACLE_CLOSED,
        MICROWAVE,
    )
    refused(kitchen.step(action="PutObject", receptacleObjectId=BASIN), Reason.NOT_IN_VIEW)


def test_contents_move_with_what_they_rest_in(kitchen):
    done(kitchen.step(AT_TABLE))
    done(kitchen.step(action="PickupObject", objectId=APPLE))
    done(kitchen.step(action="PutObject", receptacleObjectId=PLATE))
    before = done(kitchen.step(action="PickupObject", objectId=PLATE))
    after = done(kitchen.step(action="RotateRight"))
    apart = [np.linalg.norm(position(e, APPLE) - position(e, PLATE)) for e in (before, after)]
    assert apart[0] == pytest.approx(apart[1])
    assert after.get_object(APPLE)["parentReceptacles"] == [PLATE]
    refused(kitchen.step(action="PickupObject", objectId=APPLE), Reason.HAND_FULL)
    done(kitchen.step(AT_SINK))
    event = done(kitchen.step(action="PutObject", receptacleObjectId=COUNTER))
    assert np.linalg.norm(position(event, APPLE) - position(event, PLATE)) < 0.15


def test_a_drawer_takes_its_contents_out_and_back(kitchen):
    done(kitchen.step(AT_DRESSER))
    shut = position(kitchen.last_event, PEN)
    opened = done(kitchen.step(action="OpenObject", objectId=DRAWER, moveMagnitude=1.0))
    assert opened.get_object(DRAWER)["isOpen"]
    slide = position(opened, PEN) - shut
    assert slide[0] > 0.2
    assert slide[1:] == pytest.approx(0.0, abs=1e-9)
    assert opened.get_object(PEN)["visible"]
    closed = done(kitchen.step(action="CloseObject", objectId=DRAWER, forceAction=True))
    assert position(closed, PEN) == pytest.approx(shut)
    assert not closed.get_object(PEN)["visible"]


def test_opening_is_refused(kitchen):
    done(kitchen.step(AT_TABLE))
    refused(kitchen.step(action="OpenObject", objectId=MUG), Reason.NOT_OPENABLE)
    done(kitchen.step(AT_MICROWAVE))
    refused(kitchen.step(action="CloseObject", objectId=MICROWAVE), Reason.ALREADY_CLOSED)
    done(kitchen.step(action="OpenObject", objectId=MICROWAVE))
    refused(kitchen.step(action="OpenObject", objectId=MICROWAVE), Reason.ALREADY_OPEN)
    refused(kitchen.step(action="ToggleObjectOn", objectId=MICROWAVE), Reason.MUST_BE_CLOSED)
    done(kitchen.step(action="CloseObject", objectId=MICROWAVE))
    done(kitchen.step(action="ToggleObjectOn", objectId=MICROWAVE))
    refused(kitchen.step(action="OpenObject", objectId=MICROWAVE), Reason.MUST_BE_OFF)


def test_no_door_opens_into_the_agent(kitchen):
    done(kitchen.step(stand(-1.25, 1.0)))
    event = refused(kitchen.step(action="OpenObject", objectId=FRIDGE), Reason.AGENT_IN_THE_WAY)
    assert not event.get_object(FRIDGE)["isOpen"]
    done(kitchen.step(AT_FRIDGE))
    done(kitchen.step(action="OpenObject", objectId=FRIDGE))


def test_a_running_microwave_heats_what_is_in_it(kitchen):
    done(kitchen.step(AT_TABLE))
    done(kitchen.step(action="PickupObject", objectId=MUG))
    done(kitchen.step(AT_MICROWAVE))
    done(kitchen.step(action="OpenObject", objectId=MICROWAVE))
    done(kitchen.step(action="PutObject", receptacleObjectId=MICROWAVE))
    event = done(kitchen.step(action="CloseObject", objectId=MICROWAVE))
    assert event.get_object(MUG)["ObjectTemperature"] == "RoomTemp"
    event = done(kitchen.step(action="ToggleObjectOn", objectId=MICROWAVE))
    assert event.get_object(MUG)["ObjectTemperature"] == "Hot"
    assert event.get_object(APPLE)["ObjectTemperature"] == "RoomTemp"
    refused(kitchen.step(action="ToggleObjectOn", objectId=MICROWAVE), Reason.ALREADY_ON)


def test_a_closed_fridge_cools(kitchen):
    done(kitchen.step(AT_TABLE))
    done(kitchen.step(action="PickupObject", objectId=APPLE))
    done(kitchen.step(AT_FRIDGE))
    done(kitchen.step(action="OpenObject", objectId=FRIDGE))
    event = done(kitchen.step(action="PutObject", receptacleObjectId=FRIDGE))
    assert event.get_object(APPLE)["ObjectTemperature"] == "RoomTemp"
    event = done(kitchen.step(action="CloseObject", objectId=FRIDGE))
    assert event.get_object(APPLE)["ObjectTemperature"] == "Cold"


def test_an_open_tap_cleans_and_fills_what_stands_in_its_basin(kitchen):
    done(kitchen.step(AT_TABLE))
    assert kitchen.last_event.get_object(MUG)["isDirty"]
    done(kitchen.step(action="PickupObject", objectId=MUG))
    done(kitchen.step(AT_SINK))
    done(kitchen.step(action="PutObject", receptacleObjectId=BASIN))
    event = done(kitchen.step(action="ToggleObjectOn", objectId=TAP))
    assert not event.get_object(MUG)["isDirty"]
    assert event.get_object(MUG)["isFilledWithLiquid"]
    refused(kitchen.step(action="CleanObject", objectId=MUG), Reason.ALREADY_CLEAN)


def test_a_knob_switches_its_burner(kitchen):
    done(kitchen.step(stand(0.1, 0.75, horizon=45)))
    refused(kitchen.step(action="ToggleObjectOn", objectId=BURNER), Reason.HAS_A_KNOB, KNOB)
    event = done(kitchen.step(action="ToggleObjectOn", objectId=KNOB))
    assert event.get_object(BURNER)["isToggled"]
    event = done(kitchen.step(action="ToggleObjectOff", objectId=KNOB))
    assert not event.get_object(BURNER)["isToggled"]


def test_slicing_needs_a_knife_and_leaves_slices_where_the_thing_was(kitchen):
    done(kitchen.step(AT_TABLE))
    where = position(kitchen.last_event, APPLE)
    refused(kitchen.step(action="SliceObject", objectId=APPLE), Reason.NO_KNIFE)
    done(kitchen.step(action="PickupObject", objectId=KNIFE))
    refused(kitchen.step(action="SliceObject", objectId=MUG), Reason.NOT_SLICEABLE)
    event = done(kitchen.step(action="SliceObject", objectId=APPLE))
    whole = event.get_object(APPLE)
    assert whole["isSliced"]
    assert not whole["visible"]
    slices = [o for o in event.metadata["objects"] if o["objectType"] == "AppleSliced"]
    assert [o["objectId"] for o in slices] == [f"{APPLE}|AppleSliced_{n}" for n in range(1, 9)]
    assert all(o["parentReceptacles"] == [TABLE] for o in slices)
    middle = np.mean([position(event, o["objectId"]) for o in slices], axis=0)
    assert middle[[0, 2]] == pytest.approx(where[[0, 2]], abs=0.01)
    assert any(o["visible"] for o in slices)
    refused(kitchen.step(action="SliceObject", objectId=APPLE), Reason.ALREADY_SLICED)


def test_switches_of_a_type_are_set_together(kitchen):
    toggles = [{"objectType": "FloorLamp", "isOn": True}]
    event = done(kitchen.step(action="SetObjectToggles", objectToggles=toggles))
    assert event.get_object(LAMP)["isToggled"]


def test_everything_dirty_and_empty_at_once(kitchen):
    event = done(
        kitchen.step(action="SetStateOfAllObjects", StateChange="CanBeDirty", forceAction=True)
    )
    assert all(o["isDirty"] for o in event.metadata["objects"] if o["dirtyable"])
    assert not any(o["isDirty"] for o in event.metadata["objects"] if not o["dirtyable"])
    event = done(
        kitchen.step(action="SetStateOfAllObjects", StateChange="CanBeFilled", forceAction=False)
    )
    assert not any(o["isFilledWithLiquid"] for o in event.metadata["objects"])


def pose(name, x, y, z, yaw=0.0):
    return {
        "objectName": name,
        "position": {"x": x, "y": y, "z": z},
        "rotation": {"x": 0.0, "y": yaw, "z": 0.0},
    }


def test_poses_move_what_is_named_and_take_away_the_rest(kitchen):
    poses = [pose(MUG, 0.3, 0.92, 1.5, 90.0), pose(PLATE, 1.0, 0.76, -0.25)]
    event = done(kitchen.step(action="SetObjectPoses", objectPoses=poses))
    assert event.get_object(MUG)["parentReceptacles"] == [COUNTER]
    assert event.get_object(MUG)["rotation"]["y"] == pytest.approx(90.0)
    assert event.get_object(PLATE)["parentReceptacles"] == [TABLE]
    assert event.get_object(APPLE) is None
    assert event.get_object(TABLE) is not None
    assert event.get_object(TABLE)["receptacleObjectIds"] == [PLATE]
    refused(kitchen.step(action="PickupObject", objectId=APPLE), Reason.NOT_IN_SCENE)


def test_poses_put_things_into_vessels_and_drawers(kitchen):
    poses = [
        pose(PLATE, 1.0, 0.76, -0.25),
        pose(APPLE, 1.0, 0.775, -0.25),
        pose(PEN, -1.72, 0.63, -0.3),
    ]
    event = done(kitchen.step(action="SetObjectPoses", objectPoses=poses))
    assert event.get_object(APPLE)["parentReceptacles"] == [PLATE]
    assert event.get_object(PEN)["parentReceptacles"] == [DRAWER]


def test_a_name_given_twice_means_two_copies(shared_controller):
    shared_controller.reset(small_kitchen(mug={"name": "Cup_1"}, plate={"name": "Cup_1"}))
    poses = [pose("Cup_1", 1.0, 0.76, -0.5), pose("Cup_1", 1.4, 0.76, -0.5)]
    event = done(shared_controller.step(action="SetObjectPoses", objectPoses=poses))
    assert [position(event, each)[0] for each in (MUG, PLATE)] == [1.0, 1.4]
    event = refused(
        shared_controller.step(action="SetObjectPoses", objectPoses=[*poses, poses[0]]),
        Reason.NO_SUCH_NAME,
        "Cup_1",
    )
    assert event.get_object(MUG) is not None
    refused(
        shared_controller.step(action="SetObjectPoses", objectPoses=[pose("Vase_7", 0, 0, 0)]),
        Reason.NO_SUCH_NAME,
        "Vase_7",
    )
