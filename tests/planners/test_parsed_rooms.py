"""Rooms told apart by words: trained, read back, and what they do to the reading of a task."""

import json
from pathlib import Path

import numpy as np
import pytest
from small_alfred import trajectory, write

from embodied.core import task as tasks
from embodied.core.annotated import AnnotatedTask
from embodied.core.errors import DataError
from embodied.core.instruction import Instruction
from embodied.core.protocols import PlanContext
from embodied.core.task import Task
from embodied.core.task_plans import subgoals_of
from envs.alfred.dataset import SPLITS
from envs.alfred.plan_texts import FAMILIAR_SPLITS, AlfredTexts
from envs.household.skills import SKILLS
from planners.parsed.decode import Decoder
from planners.parsed.planner import ParsedPlanner
from planners.parsed.priors import BY_ROOM
from planners.parsed.rooms import Rooms, room_of, terms_of
from planners.parsed.slots import TaskTable

pytest.importorskip("torch")

from planners.parsed.training.rooms import RoomTraining

DESK = {"7": "Desk", "8": "DiningTable"}
"""What people call a desk, by room: in the second it is a dining table to everybody else."""
LOOKS = {"7": "between the green sofas", "8": "under the round window"}


class TwoRooms:
    """The same words in two rooms that look different, and mean different furniture."""

    def annotated(self, *, split: str) -> list[AnnotatedTask]:
        found = []
        for room, desk in DESK.items():
            for trial, thing in enumerate(("Mug", "Book", "Pen", "Watch")):
                task = Task(tasks.PICK_AND_PLACE, thing, parent=desk)
                said = Instruction.from_text(
                    f"put the {thing.lower()} on the desk",
                    steps=(f"walk to the {thing.lower()} {LOOKS[room]}", "put it on the desk"),
                )
                name = f"pick_and_place_simple-{thing}-None-{desk}-{room}/t{trial}"
                found.append(AnnotatedTask(said, task, subgoals_of(task), True, split, name))
        return found


TABLE = TaskTable.of([each.task for each in TwoRooms().annotated(split="train")])


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("rooms")
    training = RoomTraining(
        texts=TwoRooms(), epochs=150, batch=8, rate=0.02, hidden=8, dropout=0.0, least=1
    )
    training.run(output_dir=path, seed=0)
    return path


def open_slots() -> list[np.ndarray]:
    """Scores of a reader that knows it is a mug and a desk of some kind, and no more."""
    found = [np.full(size, -9.0, dtype=np.float32) for size in TABLE.sizes]
    wanted = TABLE.indices(Task(tasks.PICK_AND_PLACE, "Mug", parent="Desk"))
    for slot, value in zip(found, wanted, strict=True):
        slot[value] = 0.0
    found[4][:] = 0.0
    return found


@pytest.mark.parametrize("room", DESK)
def test_a_desk_is_what_it_is_in_the_room_that_the_words_tell_of(folder: Path, room: str) -> None:
    rooms = Rooms.load(folder)
    where = rooms.shares("put the mug on the desk", (f"walk to the mug {LOOKS[room]}",))
    assert where.shape == (2,)
    assert where.sum() == pytest.approx(1.0, abs=1e-5)
    assert rooms.names[int(where.argmax())] == room
    decoder = Decoder(TABLE, rooms.counts(TABLE))
    assert (
        TABLE.task(decoder.decode(open_slots(), prior=BY_ROOM, where=where).indices).parent
        == DESK[room]
    )


def test_without_a_familiar_room_the_prior_knows_types_alone() -> None:
    rooms = np.array([[9.0] * len(TABLE.counts), [0.0] * len(TABLE.counts)], dtype=np.float32)
    plain, told = Decoder(TABLE), Decoder(TABLE, rooms)
    assert told.decode(open_slots()) == plain.decode(open_slots())


def test_a_room_does_not_make_a_task_impossible(folder: Path) -> None:
    rooms = Rooms.load(folder)
    slots = open_slots()
    slots[4][:] = -9.0
    slots[4][TABLE.values["parent"].index("DiningTable")] = 0.0
    sure = np.array([1.0, 0.0], dtype=np.float32)  # of the first room, which has a desk alone
    found = Decoder(TABLE, rooms.counts(TABLE)).decode(slots, prior=BY_ROOM, where=sure)
    assert TABLE.task(found.indices).parent == "DiningTable"


def test_words_that_were_never_heard_leave_the_room_open(folder: Path) -> None:
    shares = Rooms.load(folder).shares("zzz qqq")
    assert shares.sum() == pytest.approx(1.0, abs=1e-5)
    assert shares.max() < 0.9


def test_what_was_asked_for_is_counted_by_trajectory(folder: Path) -> None:
    counts = Rooms.load(folder).counts(TABLE)
    assert counts.sum(1).tolist() == [4.0, 4.0]
    assert set(counts.ravel().tolist()) == {0.0, 1.0}


def test_the_card_says_how_it_was_made_and_damage_what_to_do(folder: Path, tmp_path: Path) -> None:
    card = json.loads((folder / "rooms_card.json").read_text())
    assert card["command"] == "embodied train task=parser_rooms"
    assert card["data"].startswith("ALFRED train, 8 texts of 2 rooms")
    with pytest.raises(DataError, match="task=parser_rooms"):
        Rooms.load(tmp_path)


def test_terms_are_words_and_pairs_within_a_sentence() -> None:
    assert terms_of(["Turn left.", "Go on"]) == ["turn", "left", "turn left", "go", "on", "go on"]
    assert room_of("pick_and_place_simple-Mug-None-Desk-301/trial_T2019/0") == "301"


def test_rooms_nobody_trained_in_are_not_familiar() -> None:
    assert not {"valid_unseen", "tests_unseen"} & set(FAMILIAR_SPLITS)
    assert set(FAMILIAR_SPLITS) < set(SPLITS)


@pytest.mark.parametrize("split", ["train", "valid_seen", "valid_unseen"])
def test_only_texts_of_seen_splits_are_of_familiar_rooms(tmp_path: Path, split: str) -> None:
    write(tmp_path, trajectory(), split=split)
    texts = AlfredTexts(data_root=tmp_path).annotated(split=split)
    assert {each.instruction.familiar for each in texts} == {not split.endswith("unseen")}


@pytest.mark.parametrize(
    ("familiar", "told", "asked"),
    [
        (True, {}, True),
        (False, {}, False),
        (True, {"rooms": False}, False),
        (True, {"familiar": False}, False),
        (False, {"familiar": True}, True),
    ],
)
def test_rooms_are_asked_for_familiar_texts_alone_and_where_the_config_says_so(
    monkeypatch: pytest.MonkeyPatch, familiar: bool, told: dict[str, bool], asked: bool
) -> None:
    calls: list[str] = []
    shares = Rooms.shares

    def noted(self: Rooms, goal: str, steps: tuple[str, ...] = ()) -> np.ndarray:
        calls.append(goal)
        return shares(self, goal, steps)

    monkeypatch.setattr(Rooms, "shares", noted)
    said = Instruction.from_text("put a mug on the desk", one_task=True, familiar=familiar)
    ParsedPlanner(**told).plan(PlanContext(said, SKILLS))
    assert bool(calls) is asked
