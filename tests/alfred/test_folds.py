"""What is measured was never fitted from."""

import pytest
from small_alfred import TRAJECTORY, write

from envs.alfred.dataset import AlfredData, find_alfred
from envs.alfred.folds import HALVES, fold, thinned
from envs.alfred.scenes.store import fit_selection


@pytest.fixture
def data(root, published):
    """One room with six trajectories in train and four in valid_seen, another with one in train."""
    for split, count in (("train", 6), ("valid_seen", 4)):
        for number in range(2, count + 1):
            write(root, published, split=split, name=TRAJECTORY[:-1] + str(number))
    write(root, published, name=TRAJECTORY.replace("Shelf-1/", "Shelf-2/"))
    return AlfredData(find_alfred(root))


@pytest.mark.parametrize("half", HALVES)
@pytest.mark.parametrize("split", ["train", "valid_seen"])
def test_a_fold_fits_from_nothing_that_it_measures(data, tmp_path, split, half):
    lines, measured = fold(data, split, [1], half)
    assert measured
    assert not {f"{split}/{each}" for each in measured} & set(lines)
    # Everything of train that is not measured is fitted from, other rooms too.
    rest = set(data.index("train")) - (set(measured) if split == "train" else set())
    assert {f"train/{each}" for each in rest} <= set(lines)
    path = tmp_path / "fit.txt"
    path.write_text("\n".join(lines), "utf-8")
    assert len(fit_selection(data, str(path))) == len(lines)


@pytest.mark.parametrize("split", ["train", "valid_seen"])
def test_the_two_halves_measure_every_recording_of_the_room_once(data, split):
    even, odd = (fold(data, split, [1], half)[1] for half in HALVES)
    room = [each for each in data.index(split) if "Shelf-1/" in each]
    assert sorted(even + odd) == room
    assert abs(len(even) - len(odd)) <= 1


def test_no_rooms_named_are_all_of_the_split(data):
    _, measured = fold(data, "valid_seen", [], "even")
    assert len(measured) == 2


def test_few_episodes_still_come_from_everywhere():
    assert thinned("abcdefgh", 4) == ["a", "c", "e", "g"]
    assert thinned("abc", None) == thinned("abc", 9) == ["a", "b", "c"]
