"""Sentences of ALFWorld's grammar."""

from hypothesis import given
from hypothesis import strategies as st

from embodied.mapping.text_world import SPELLING, read, type_of


def test_a_room_is_a_list_of_furniture() -> None:
    reading = read(
        "You are in the middle of a room. Looking quickly around you, you see a armchair 1, a "
        "cabinet 12, and a tvstand 1."
    )
    assert [each.name for each in reading.mentions] == ["armchair 1", "cabinet 12", "tvstand 1"]
    assert [each.category for each in reading.mentions] == ["ArmChair", "Cabinet", "TVStand"]
    assert reading.listed == ()


def test_arriving_shows_what_is_there() -> None:
    reading = read("You arrive at desk 1. On the desk 1, you see a cd 2, and a pen 1.")
    assert reading.arrived_at == "desk 1"
    assert reading.listed == ("desk 1",)
    assert {each.name: each.place for each in reading.mentions} == {
        "desk 1": "", "cd 2": "desk 1", "pen 1": "desk 1",
    }  # fmt: skip


def test_a_shut_thing_shows_nothing() -> None:
    reading = read("You arrive at drawer 3. The drawer 3 is closed.")
    assert reading.listed == ()
    assert [(each.name, each.states) for each in reading.mentions] == [
        ("drawer 3", {"open": False})
    ]


def test_opening_shows_the_inside() -> None:
    said = "You open the fridge 1. The fridge 1 is open. In it, you see a egg 1, and a pan 2."
    reading = read(said)
    assert reading.listed == ("fridge 1",)
    assert [each.name for each in reading.mentions] == ["fridge 1", "egg 1", "pan 2"]
    assert reading.mentions[0].states == {"open": True}
    assert read("The safe 1 is open. In it, you see nothing.").listed == ("safe 1",)


def test_nothing_happens_is_a_refusal() -> None:
    assert read("Nothing happens.").refused
    assert not read("You pick up the mug 1 from the desk 1.").refused


@given(st.text(max_size=200))
def test_any_text_can_be_read(text: str) -> None:
    reading = read(text)
    assert all(each.place == "" or each.place in reading.listed for each in reading.mentions)


@given(
    place=st.sampled_from(sorted(SPELLING)),
    things=st.lists(
        st.tuples(st.sampled_from(sorted(SPELLING)), st.integers(1, 99)), max_size=9, unique=True
    ),
)
def test_every_list_is_read_whole(place: str, things: list[tuple[str, int]]) -> None:
    names = [f"{kind} {number}" for kind, number in things]
    shown = [f"a {name}" for name in names]
    listed = ", ".join(shown[:-1]) + ", and " + shown[-1] if shown[1:] else "".join(shown)
    reading = read(f"On the {place} 100, you see {listed or 'nothing'}.")
    assert [each.name for each in reading.mentions if each.place] == names
    assert all(type_of(each.name) == SPELLING[each.name.split()[0]] for each in reading.mentions)
