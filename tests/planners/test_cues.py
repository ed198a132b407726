"""What the words say of a thing beside its type rides on the plan's references."""

import pytest

from embodied.core.plan import ObjectRef, Subgoal
from planners.cues import Mention, described, mentions_in


def plan(*types: str) -> tuple[Subgoal, ...]:
    """A plan about things of these types."""
    return tuple(Subgoal("goto", {"object": ObjectRef(each)}) for each in types)


@pytest.mark.parametrize(
    ("sentences", "types", "said"),
    [
        (
            ["Put the mug on the left of the sink in the fridge."],
            ["Mug", "Fridge"],
            [
                Mention("Mug", relation="on the left of the sink", phrase="the mug"),
                Mention("Fridge", phrase="the fridge"),
            ],
        ),
        (
            ["Warm a slice of the red potato.", "Take the potato next to the coffee maker."],
            ["Potato"],
            [Mention("Potato", ("red",), "next to the coffee maker", "the red potato")],
        ),
        (
            ["Take a cup from the drawer."],
            ["Cup"],
            [Mention("Cup", (), "from the drawer", "a cup")],
        ),
        (["Fetch cups."], ["Mug"], []),
    ],
)
def test_looks_places_and_phrases_are_read(sentences, types, said):
    assert list(mentions_in(sentences, plan(*types))) == said


@pytest.mark.parametrize(
    ("words", "types"),
    [
        ("Look at the bowl by the lamp.", ["Bowl", "DeskLamp"]),
        ("Put the mug in the coffee machine.", ["Mug", "CoffeeMachine"]),
        ("Put the statue on the tv stand.", ["Statue", "Dresser"]),
        ("Set the book next to the lamp.", ["Book", "Desk"]),
        ("A mug in the sink.", ["Mug", "Fridge"]),
    ],
)
def test_where_a_thing_is_to_go_is_no_cue_of_where_it_stands(words, types):
    assert not any(each.relation for each in mentions_in([words], plan(*types)))


@pytest.mark.parametrize(
    ("words", "where"),
    [
        ("Put the mug that is in the microwave on the desk.", "in the microwave"),
        ("Put the mug next to the lamp on the desk.", "next to the lamp"),
        ("Walk to the sink. Pick up the mug in the sink.", "in the sink"),
        ("Find the mug by the window.", "by the window"),
    ],
)
def test_where_a_thing_stands_is_told_from_where_it_goes(words, where):
    (mug, *_) = mentions_in([words], plan("Mug", "Desk"))
    assert mug.relation == where


@pytest.mark.parametrize(
    ("words", "where"),
    [
        ("Put the mug on the counter next to the fridge.", "next to the fridge"),
        ("Bring the mug to the wooden counter by the window.", "by the window"),
        ("Put the mug on the counter.", ""),
        ("Put the mug next to the sink on the counter.", ""),
    ],
)
def test_which_place_a_person_means_is_told_and_any_will_do_for_alfred(words, where):
    (_, counter) = mentions_in([words], plan("Mug", "CounterTop"), any_place=False)
    assert counter.relation == where
    (_, counter) = mentions_in([words], plan("Mug", "CounterTop"))
    assert counter.relation == ""


def test_what_a_reference_says_itself_stands():
    told = Subgoal("pick", {"object": ObjectRef("Mug", ("sliced",), "in the sink", "that mug")})
    (found,) = described([told], [Mention("Mug", ("red",), "on the desk", "the red mug")])
    assert found.arguments["object"] == ObjectRef(
        "Mug", ("sliced", "red"), "in the sink", "that mug"
    )
