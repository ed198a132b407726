"""Slices that are there already are brought without cutting anything."""

from embodied.core.entity import Entity
from embodied.core.plan import ObjectRef, Subgoal
from embodied.core.task import PICK_AND_PLACE, Task
from embodied.core.task_plans import subgoals_of
from planners.cutting import cut_types, without_cutting

SLICE = subgoals_of(Task(PICK_AND_PLACE, "Apple", "Fridge", sliced=True))


def test_slices_that_are_seen_are_brought_as_they_are() -> None:
    for seen in (Entity("AppleSliced"), Entity("Apple", states={"sliced": True})):
        brought = without_cutting(SLICE, cut_types([Entity("Knife"), seen]))
        assert [str(step) for step in brought] == [
            "pick(sliced Apple)",
            "place(sliced Apple, Fridge)",
        ]


def test_what_is_whole_or_another_thing_is_cut() -> None:
    assert without_cutting(SLICE, cut_types([Entity("Apple"), Entity("TomatoSliced")])) == SLICE


def test_who_asks_for_the_cutting_gets_it() -> None:
    knife = ObjectRef("Knife")
    asked = (
        Subgoal("pick", {"object": knife}),
        Subgoal("slice", {"object": ObjectRef("Apple")}),
        Subgoal("place", {"object": knife, "receptacle": ObjectRef("SinkBasin")}),
    )
    assert without_cutting(asked, cut_types([Entity("AppleSliced")])) == asked
