"""`it` in a task that follows another one."""

import pytest

from embodied.core.plan import ObjectRef, Subgoal
from embodied.runtime.referring import sent_home, sliced, spelled_out, taken_back
from embodied.runtime.repeating import repeated
from envs.household.skills import SKILLS
from envs.tabletop.tasks import SKILLS as TABLETOP

MUG = ObjectRef("Mug", ("red",), "on the table", "the red mug on the table")
BEFORE = (
    Subgoal("pick", {"object": MUG}),
    Subgoal(
        "place", {"object": MUG, "receptacle": ObjectRef("Fridge")}, "Put the mug in the fridge."
    ),
)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("put it in the sink", "put the red mug in the sink"),
        ("now wash it, please", "now wash the red mug, please"),
        ("wash it and put it on the table", "wash the red mug and put it on the table"),
        ("take that to the table", "take the red mug to the table"),
        ("close it", "close the fridge"),
        ("shut it again", "shut the fridge again"),
        ("put the bread in it", "put the bread in the fridge"),
        ("put a fork next to it", "put a fork next to the red mug"),
        ("put the fork on the left of it", "put the fork on the left of the red mug"),
    ],
)
def test_it_is_what_the_task_before_was_about(said: str, meant: str) -> None:
    assert spelled_out(said, BEFORE, SKILLS) == meant


@pytest.mark.parametrize(
    "said",
    [
        "take the apple and heat it",
        "take an apple, take a bowl, and put the apple in it",
        "take that mug",
        "that's fine",
        "slice it",  # no mug can be sliced: better asked than guessed
        "open the drawer",
    ],
)
def test_it_is_left_alone_where_the_words_explain_it_or_nothing_fits(said: str) -> None:
    assert spelled_out(said, BEFORE, SKILLS) == said


def test_what_stands_on_something_may_be_what_the_next_thing_goes_into_or_onto() -> None:
    bowl, table = ObjectRef("Bowl"), ObjectRef("DiningTable")
    before = (
        Subgoal(
            "place", {"object": bowl, "receptacle": table}, "Put the bowl on the dining table."
        ),
    )
    assert spelled_out("put the apple in it", before, SKILLS) == "put the apple in the bowl"


def test_blocks_are_stacked_on_the_block_that_was_moved_and_put_into_the_bowl() -> None:
    red, bowl = ObjectRef("block", ("red",)), ObjectRef("bowl", ("blue",))
    before = (
        Subgoal("put", {"object": red, "receptacle": bowl}, "Put the red block in the bowl."),
    )
    said = "stack the blue block on it"
    assert spelled_out(said, before, TABLETOP) == "stack the blue block on the red block"
    said = "put the blue block in it"
    assert spelled_out(said, before, TABLETOP) == "put the blue block in the blue bowl"


def test_without_a_task_before_there_is_nothing_to_mean() -> None:
    assert spelled_out("put it in the sink", (), SKILLS) == "put it in the sink"


HOMES = {"Mug": "on the counter top", "SoapBar": "in the cabinet"}


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("put the red mug back", "put the red mug back on the counter top"),
        ("now put the soap bar back, please.", "now put the soap bar back in the cabinet, please."),
        ("return the mug", "return the mug back on the counter top"),
        ("put the mug where it was", "put the mug back on the counter top"),
        ("put the mug back on the shelf", "put the mug back on the shelf"),
        ("put the mug in the sink", "put the mug in the sink"),
        ("put the spoon back", "put the spoon back"),
        ("move the mug", "move the mug"),
    ],
)
def test_back_is_where_a_thing_was_taken_from(said: str, meant: str) -> None:
    assert sent_home(said, HOMES) == meant


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("do it again", "put a mug in the fridge"),
        ("okay, do that again please", "put a mug in the fridge"),
        ("once more", "put a mug in the fridge"),
        ("and another one", "put another mug in the fridge"),
        ("one more, please", "put another mug in the fridge"),
        ("another fork", "put another fork in the fridge"),
        ("and the fork too, please", "put the fork in the fridge"),
        ("now do that with the fork", "put the fork in the fridge"),
        ("the same with the red fork", "put the red fork in the fridge"),
        ("and the fork on the table", "put the fork on the table"),
        ("and one on the table", "put another mug on the table"),
        ("wash it again", "wash it again"),
        ("open the drawer", "open the drawer"),
        ("the fork in the sink is dirty", "the fork in the sink is dirty"),
    ],
)
def test_the_task_before_may_be_asked_for_again(said: str, meant: str) -> None:
    assert repeated(said, "put a mug in the fridge", BEFORE) == meant


@pytest.mark.parametrize(
    ("said", "before", "meant"),
    [
        ("a bit more", "move the red block 5 cm left", "move the red block a bit left"),
        ("3 cm more please", "move the red block 5 cm left", "move the red block 3 cm left"),
        ("further", "push the block to the left", "push the block to the left a bit"),
        ("a bit more", "put a mug in the fridge", "a bit more"),
    ],
)
def test_more_of_a_motion_goes_the_same_way(said: str, before: str, meant: str) -> None:
    assert repeated(said, before, BEFORE) == meant


def test_what_was_switched_is_switched_again() -> None:
    before = (Subgoal("toggle", {"object": ObjectRef("LightSwitch", ("on",))}),)
    assert spelled_out("turn it off", before, SKILLS) == "turn the light switch off"


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("and off again", "turn it off"),
        ("now on", "turn it on"),
        ("and closed", "close it"),
        ("off", "off"),
    ],
)
def test_a_state_is_one_of_what_was_switched_or_opened(said: str, meant: str) -> None:
    assert repeated(said, "turn on the light", BEFORE) == meant


def test_what_is_done_under_or_with_it_is_no_matter_of_what_may_be_done_to_it() -> None:
    lamp = (Subgoal("toggle", {"object": ObjectRef("DeskLamp", ("on",))}),)
    said = spelled_out("look at the book under it", lamp, SKILLS)
    assert said == "look at the book under the desk lamp"
    knife = (Subgoal("pick", {"object": ObjectRef("Knife")}),)
    assert spelled_out("cut the apple with it", knife, SKILLS) == "cut the apple with the knife"


def test_it_is_no_longer_another_one() -> None:
    other = (Subgoal("pick", {"object": ObjectRef("Mug", ("red", "another"))}),)
    assert spelled_out("put it down", other, SKILLS) == "put the red mug down"


def test_a_slice_is_one_of_what_was_cut() -> None:
    before = (Subgoal("slice", {"object": ObjectRef("Apple")}),)
    said = "put a slice in the fridge and another slice of bread on the plate"
    meant = "put a slice of apple in the fridge and another slice of bread on the plate"
    assert sliced(said, before) == meant
    assert sliced(said, BEFORE) == said
    assert sliced("put the slices on the plate", before) == "put the slices of apple on the plate"
    assert sliced("put both slices in it", before) == "put both slices of apple in it"
    cut = (Subgoal("pick", {"object": ObjectRef("Apple", ("sliced",))}), *before)
    asked = "put a slice of apple in the fridge"
    assert repeated("another one", asked, cut) == "put another slice of apple in the fridge"


@pytest.mark.parametrize(
    "said", ["put it back", "no, put it back", "please put the mug back where it was"]
)
def test_put_it_back_in_the_middle_of_a_task_is_a_task_of_its_own(said: str) -> None:
    back = taken_back(said, BEFORE[:1], SKILLS, {"Mug": "on the table"})
    assert back.startswith("put the ")
    assert back.endswith("mug back on the table")


@pytest.mark.parametrize(
    "said",
    ["put it back in the cabinet", "then put it back", "put it back afterwards", "wash it",
     "put the apple back", "don't put it back"],
)  # fmt: skip
def test_other_words_in_the_middle_stay_corrections(said: str) -> None:
    assert not taken_back(said, BEFORE[:1], SKILLS, {"Mug": "on the table"})


def test_nothing_was_taken_that_could_go_back() -> None:
    assert not taken_back("put it back", BEFORE[:1], SKILLS, {})
