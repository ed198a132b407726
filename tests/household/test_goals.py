"""ALFRED's goal conditions, on metadata written by hand."""

from types import SimpleNamespace

import pytest

from embodied.core.errors import UnknownNameError
from embodied.core.task import TASK_TYPES, Task
from envs.household.goals import GoalTracker, all_met, nearest_visible


def thing(object_id, **fields):
    x, y, z = map(float, object_id.split("|")[1:4])
    return {
        "objectId": object_id,
        "objectType": object_id.split("|")[0],
        "position": {"x": x, "y": y, "z": z},
        "visible": True,
        "pickupable": False,
        "receptacle": False,
        "toggleable": False,
        "isToggled": False,
        "receptacleObjectIds": None,
        "parentReceptacles": None,
        **fields,
    }


def apple(number=1, **fields):
    return thing(f"Apple|0{number}.00|+01.00|+00.00", pickupable=True, **fields)


def holder(name, *contents, at="+00.00|+00.50|+00.00", **fields):
    ids = [each["objectId"] for each in contents]
    return thing(f"{name}|{at}", receptacle=True, receptacleObjectIds=ids, **fields)


def event(*objects, held=(), ok=True):
    inventory = [{"objectId": each["objectId"], "objectType": each["objectType"]} for each in held]
    return SimpleNamespace(
        metadata={
            "objects": list(objects),
            "inventoryObjects": inventory,
            "lastActionSuccess": ok,
        }
    )


def met(tracker, now):
    return [condition.met for condition in tracker.conditions(now)]


@pytest.mark.parametrize(
    ("task_type", "sliced", "count"),
    [
        ("pick_and_place_simple", False, 1),
        ("pick_and_place_simple", True, 2),
        ("pick_two_obj_and_place", False, 2),
        ("pick_two_obj_and_place", True, 4),
        ("look_at_obj_in_light", False, 2),
        ("pick_heat_then_place_in_recep", False, 3),
        ("pick_cool_then_place_in_recep", True, 4),
        ("pick_clean_then_place_in_recep", False, 3),
        ("pick_and_place_with_movable_recep", True, 4),
    ],
)
def test_number_of_conditions(task_type, sliced, count):
    task = Task(task_type, "Apple", parent="Fridge", mrecep="Bowl", sliced=sliced)
    assert len(GoalTracker(task).conditions(event())) == count


def test_every_condition_has_words_that_name_the_objects():
    for task_type in TASK_TYPES:
        task = Task(task_type, "Apple", "Fridge", "Bowl", "DeskLamp", sliced=True)
        texts = [condition.text for condition in GoalTracker(task).conditions(event())]
        assert len(set(texts)) == len(texts)
        assert all("Apple" in text or "Bowl" in text or "DeskLamp" in text for text in texts)
        assert not any("{" in text for text in texts)


def test_unknown_task_type_names_the_closest():
    with pytest.raises(UnknownNameError, match="pick_two_obj_and_place"):
        Task("pick_two_obj_and_plac", "Apple")


def test_no_task_is_never_achieved():
    conditions = GoalTracker(None).conditions(event())
    assert conditions == ()
    assert not all_met(conditions)


def test_place_matches_names_inside_ids():
    tracker = GoalTracker(Task("pick_and_place_simple", "Apple", "Sink"))
    basin = thing(
        "Sink|+00.00|+00.90|+00.00|SinkBasin",
        receptacle=True,
        receptacleObjectIds=[apple()["objectId"]],
    )
    assert met(tracker, event(apple(), basin)) == [True]
    assert met(tracker, event(apple(), holder("Shelf", apple()))) == [False]


def test_a_whole_apple_does_not_count_where_a_slice_is_asked_for():
    tracker = GoalTracker(Task("pick_and_place_simple", "Apple", "Plate", sliced=True))
    whole = apple()
    piece = thing(f"{whole['objectId']}|AppleSliced_2", pickupable=True)
    assert met(tracker, event(whole, holder("Plate", whole))) == [False, False]
    assert met(tracker, event(piece, holder("Plate"))) == [True, False]
    assert met(tracker, event(piece, holder("Plate", piece))) == [True, True]


def test_two_objects_must_be_in_one_and_the_same_receptacle():
    tracker = GoalTracker(Task("pick_two_obj_and_place", "Apple", "Shelf"))
    one, two = apple(1), apple(2)
    upper, lower = "+00.00|+01.50|+00.00", "+00.00|+00.50|+00.00"
    apart = event(one, two, holder("Shelf", one, at=upper), holder("Shelf", two, at=lower))
    together = event(one, two, holder("Shelf", one, two, at=upper), holder("Shelf", at=lower))
    assert met(tracker, apart) == [True, False]
    assert met(tracker, together) == [True, True]
    assert met(tracker, event(one, two)) == [False, False]


def test_lamp_must_be_on_and_in_view_and_the_object_in_hand():
    tracker = GoalTracker(Task("look_at_obj_in_light", "Apple", toggle="DeskLamp"))
    lamp = "DeskLamp|+00.00|+00.50|+00.00"
    held = [apple()]
    lit = thing(lamp, toggleable=True, isToggled=True)
    assert met(tracker, event(*held, lit, held=held)) == [True, True]
    assert met(tracker, event(*held, lit)) == [False, True]
    unseen = thing(lamp, toggleable=True, isToggled=True, visible=False)
    assert met(tracker, event(*held, unseen, held=held)) == [True, False]
    off = thing(lamp, toggleable=True)
    assert met(tracker, event(*held, off, held=held)) == [True, False]


def test_heated_counts_only_together_with_place_for_the_third_condition():
    tracker = GoalTracker(Task("pick_heat_then_place_in_recep", "Apple", "Fridge"))
    hot, cold = apple(1), apple(2)
    microwave = holder("Microwave", hot)
    on = {"action": "ToggleObjectOn", "objectId": microwave["objectId"]}
    assert tracker.update(on, event(hot, cold, microwave)) == ""
    assert met(tracker, event(hot, cold, holder("Fridge", cold))) == [True, True, False]
    assert met(tracker, event(hot, cold, holder("Fridge", hot))) == [True, True, True]
    tracker.reset()
    assert met(tracker, event(hot, cold, holder("Fridge", hot))) == [True, False, False]


def test_a_refused_action_changes_nothing():
    tracker = GoalTracker(Task("pick_cool_then_place_in_recep", "Apple", "Shelf"))
    fridge = holder("Fridge", apple())
    close = {"action": "CloseObject", "objectId": fridge["objectId"]}
    tracker.update(close, event(apple(), fridge, ok=False))
    assert tracker.changed["cooled"] == frozenset()
    tracker.update(close, event(apple(), fridge))
    assert tracker.changed["cooled"] == {apple()["objectId"]}


def test_washing_takes_the_nearest_visible_basin():
    near = holder("SinkBasin", apple(1), at="+00.10|+00.90|+00.00", visible=False)
    far = holder("SinkBasin", apple(2), at="+01.00|+00.90|+00.00")
    faucet = thing("Faucet|+00.00|+01.00|+00.00", toggleable=True)
    now = event(near, far, faucet)
    assert nearest_visible("SinkBasin", faucet["objectId"], now.metadata) is far
    tracker = GoalTracker(Task("pick_clean_then_place_in_recep", "Apple", "Shelf"))
    on = {"action": "ToggleObjectOn", "objectId": faucet["objectId"]}
    tracker.update(on, now)
    assert tracker.changed["cleaned"] == {apple(2)["objectId"]}


def test_a_tap_with_no_basin_in_view_counts_as_failed():
    faucet = thing("Faucet|+00.00|+01.00|+00.00", toggleable=True)
    tracker = GoalTracker(Task("pick_clean_then_place_in_recep", "Apple", "Shelf"))
    on = {"action": "ToggleObjectOn", "objectId": faucet["objectId"]}
    assert "SinkBasin" in tracker.update(on, event(faucet))


def test_a_null_list_wipes_what_was_noted():
    tracker = GoalTracker(Task("pick_heat_then_place_in_recep", "Apple", "Shelf"))
    full = holder("Microwave", apple())
    on = {"action": "ToggleObjectOn", "objectId": full["objectId"]}
    tracker.update(on, event(full))
    assert tracker.changed["heated"]
    tracker.update(on, event({**full, "receptacleObjectIds": []}))
    assert tracker.changed["heated"]
    tracker.update(on, event({**full, "receptacleObjectIds": None}))
    assert tracker.changed["heated"] == frozenset()


def test_stack_counts_by_the_movables_own_parents():
    tracker = GoalTracker(
        Task("pick_and_place_with_movable_recep", "Apple", "Shelf", mrecep="Bowl")
    )
    fruit = apple()
    shelf_id = "Shelf|+00.00|+00.50|+00.00"
    bowl = holder("Bowl", fruit, at="+02.00|+01.00|+00.00", pickupable=True)
    placed = {**bowl, "parentReceptacles": [shelf_id]}
    assert met(tracker, event(fruit, bowl, holder("Shelf"))) == [True, False, False]
    assert met(tracker, event(fruit, placed, holder("Shelf", placed))) == [True, True, True]
    empty = {**placed, "receptacleObjectIds": []}
    assert met(tracker, event(fruit, empty, holder("Shelf", empty))) == [False, True, False]
