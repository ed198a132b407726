from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embodied.core.errors import DataError
from embodied.mapping.whereabouts import Whereabouts, load_whereabouts
from envs.alfred.dataset import HighAction
from envs.alfred.pickups import first_pickups
from policies.whereabouts.learn import WhereaboutsTraining

ROOMS = [
    [("Desk", ["Pen", "Pen"]), ("Drawer", []), ("Drawer", ["Pen"]), ("Bed", ["Book"])],
    [("Desk", ["Book"]), ("Drawer", ["Pen"]), ("Drawer", [])],
    [("Desk", []), ("Shelf", ["Vase"])],
]

rooms = st.lists(
    st.lists(
        st.tuples(
            st.sampled_from(["Desk", "Bed", "Shelf"]),
            st.lists(st.sampled_from(["Pen", "Book", "Vase"]), max_size=3),
        ),
        max_size=4,
    ),
    max_size=5,
)


def test_receptacles_are_counted_in_the_rooms_that_have_such_a_thing() -> None:
    table = Whereabouts.counted(ROOMS)
    assert table.rooms == {"Pen": 2, "Book": 2, "Vase": 1}
    assert table.seen["Pen"] == {"Desk": 2, "Drawer": 4, "Bed": 1}
    assert table.held["Pen"] == {"Desk": 1, "Drawer": 2}
    assert table.ranked("Vase", ["Desk", "Shelf"]) == ["Shelf", "Desk"]
    assert list(table.mass("Pen", {"Desk": 1, "Drawer": 6})) == ["Drawer", "Desk"]


@given(rooms)
def test_rates_are_shares(drawn: list) -> None:
    table = Whereabouts.counted(drawn)
    for thing in (*table.things, "Unheard"):
        for kind in (*table.receptacles, "Unseen"):
            assert 0.0 <= table.rate(thing, kind) <= 1.0


@given(rooms)
def test_a_table_comes_back_as_it_was_saved(
    tmp_path_factory: pytest.TempPathFactory, drawn: list
) -> None:
    table = Whereabouts.counted(drawn, about={"data": "drawn"})
    path = tmp_path_factory.mktemp("table") / "whereabouts.json"
    table.save(path)
    again = load_whereabouts(path)
    assert (again.rooms, again.seen, again.about) == (table.rooms, table.seen, table.about)
    for thing in table.things:
        assert again.ranked(thing, table.receptacles) == table.ranked(thing, table.receptacles)


def test_the_shipped_table_knows_the_house_and_says_where_it_is_from() -> None:
    table = load_whereabouts()
    assert "train" in table.about["data"]
    assert table.about["command"].startswith("embodied train task=whereabouts")
    for thing, likely, unlikely in (
        ("Book", "Bed", "SinkBasin"),
        ("Tomato", "Fridge", "Drawer"),
        ("ToiletPaper", "ToiletPaperHanger", "BathtubBasin"),
        ("DeskLamp", "Desk", "GarbageCan"),
    ):
        assert table.rate(thing, likely) > 3 * table.rate(thing, unlikely)


def test_training_counts_and_needs_rooms(tmp_path: Path) -> None:
    said = WhereaboutsTraining(rooms=ROOMS, data="three rooms").run(output_dir=tmp_path, seed=0)
    assert "3 rooms" in said
    assert load_whereabouts(tmp_path / "whereabouts.json").rooms["Pen"] == 2
    with pytest.raises(DataError, match=r"task\.make\.rooms"):
        WhereaboutsTraining(rooms=[]).run(output_dir=tmp_path, seed=0)


def test_where_wanted_things_are_is_a_share_over_all_kinds_of_places() -> None:
    table = Whereabouts.counted(ROOMS, pickups=[("Pen", "Desk")] * 3 + [("Pen", "Drawer")])
    assert table.taken_from == ("Desk", "Drawer")
    assert table.share("Pen", "Desk") == pytest.approx(4 / 6)
    assert sum(table.share("Pen", kind) for kind in table.taken_from) == pytest.approx(1.0)
    assert table.share("Unheard", "Desk") == pytest.approx(0.5)


def test_the_shipped_table_knows_what_wanted_things_were_taken_from() -> None:
    table = load_whereabouts()
    assert "split train" in table.about["taken"]["data"]
    assert table.share("Tomato", "Fridge") > 3 * table.share("Tomato", "Bed")
    assert set(table.taken) <= set(table.things)


def test_what_an_expert_takes_again_tells_nothing_of_where_things_are_kept() -> None:
    mug, fork = "Mug|+01|+01|+01", "Fork|+02|+01|+01"
    plan = [
        HighAction("PickupObject", ("mug",), mug, None, holder="Cabinet|+00|+01|+01"),
        HighAction("PutObject", ("mug", "sink"), mug, "Sink|+00|+01|+01"),
        HighAction("PickupObject", ("mug",), mug, None, holder="Sink|+00|+01|+01"),
        HighAction("PickupObject", ("fork",), fork, None, holder="Drawer|+00|+01|+01"),
    ]
    assert first_pickups(plan) == [("Mug", "Cabinet"), ("Fork", "Drawer")]


@pytest.mark.parametrize("content", ["", "[]", '{"counts": {"Mug": {}}}', '{"counts": {"Mug": 3}}'])
def test_a_damaged_table_is_named(tmp_path: Path, content: str) -> None:
    path = tmp_path / "whereabouts.json"
    path.write_text(content)
    with pytest.raises(DataError, match="task=whereabouts"):
        load_whereabouts(path)
