import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embodied.core.errors import ConfigError
from policies.vln.words import MARKS, MAX_TOKENS, UNKNOWN, Vocabulary, collect, mirrored, tokens


def test_words_are_lower_case_and_marks_part_sentences():
    assert " ".join(tokens("Turn LEFT, then stop; wait.")) == "turn left , then stop . wait ."


def test_left_and_right_change_places_in_a_mirror():
    assert mirrored(tokens("turn left at the rightmost door")) == tokens(
        "turn right at the leftmost door"
    )


def test_right_as_an_adverb_stays():
    assert mirrored(tokens("wait right there")) == tokens("wait right there")
    assert mirrored(tokens("stop right after the lamp")) == tokens("stop right after the lamp")
    assert mirrored(tokens("turn right after the lamp")) == tokens("turn left after the lamp")


@given(st.lists(st.sampled_from(["turn", "left", "leftmost", "the", "clockwise", "lamp"])))
def test_a_mirror_of_a_mirror_is_what_was_said(words):
    assert mirrored(mirrored(words)) == words


def test_a_misspelt_word_is_read_as_the_closest_known_one(vocabulary):
    assert vocabulary.row("straigt") == vocabulary.row("straight")
    assert vocabulary.row("zzz") == UNKNOWN


def test_an_instruction_without_words_is_one_unknown_word(vocabulary):
    assert vocabulary.encode([]).tolist() == [UNKNOWN]
    assert len(vocabulary.encode(["turn"] * 300)) == MAX_TOKENS


def test_a_name_of_two_words_lies_between_them(vocabulary):
    both = vocabulary.vectors[[vocabulary.row("red"), vocabulary.row("door")]].mean(axis=0)
    np.testing.assert_allclose(vocabulary.phrase("red door"), both)


def test_both_sides_of_a_mirror_are_always_in_the_vocabulary():
    words = collect(["turn left"], ["red door"])
    assert words[: len(MARKS)] == MARKS
    assert {"left", "right", "red door", "red"} <= set(words)


def test_a_vocabulary_without_its_marks_is_refused():
    with pytest.raises(ConfigError, match="marks"):
        Vocabulary(("turn",), np.zeros((1, 4), np.float32))
