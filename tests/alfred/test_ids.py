"""Object ids as THOR writes them."""

import pytest

from envs.alfred import ids


@pytest.mark.parametrize(
    ("position", "expected"),
    [
        ((0.627, 0.711, 0.4211), "Mug|+00.63|+00.71|+00.42"),
        ((-1.71406972, 0.45388782, 12.441216), "Mug|-01.71|+00.45|+12.44"),
        ((0.0, 0.001, -0.001), "Mug|+00.00|+00.00|00.00"),
        # Seven digits first, then halves away from zero.
        ((-1.96499991, 0.404999971, 1.625), "Mug|-01.97|+00.41|+01.63"),
    ],
)
def test_positions_are_written_as_the_data_set_has_them(position, expected):
    assert ids.thor_id("Mug", position) == expected


@pytest.mark.parametrize(
    ("object_id", "type_name", "root"),
    [
        ("Mug|+00.63|+00.71|+00.42", "Mug", "Mug|+00.63|+00.71|+00.42"),
        ("Sink|+00.10|+00.90|00.00|SinkBasin", "SinkBasin", "Sink|+00.10|+00.90|00.00"),
        ("Apple|+00.10|+00.90|+01.00|AppleSliced_3", "AppleSliced", "Apple|+00.10|+00.90|+01.00"),
    ],
)
def test_types_and_wholes(object_id, type_name, root):
    assert ids.type_of(object_id) == type_name
    assert ids.root_id(object_id) == root


def test_position_of_an_id():
    assert ids.position_m("Sink|+00.10|-00.90|00.00|SinkBasin").tolist() == [0.1, -0.9, 0.0]


def test_type_of_a_name():
    assert ids.type_of_name("Mug_2197d4a8") == "Mug"
