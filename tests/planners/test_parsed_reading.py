"""The learned half: words, pieces, joint decoding, and numpy against torch."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embodied.core import task as tasks
from embodied.core.errors import DataError
from embodied.core.instruction import Instruction
from embodied.core.task import Task
from planners.parsed.decode import Decoder
from planners.parsed.forward import Ensemble, Network
from planners.parsed.planner import ParsedPlanner
from planners.parsed.priors import ANYWHERE, AS_TRAINED
from planners.parsed.reader import TaskReader
from planners.parsed.slots import SLOTS, TaskTable, task_from, values_of
from planners.parsed.text import pieces_of, words_of

ASKED = [
    Task(tasks.PICK_AND_PLACE, "Mug", parent="Shelf"),
    Task(tasks.PICK_HEAT, "Apple", parent="Fridge", sliced=True),
    Task(tasks.PICK_COOL, "Apple", parent="SinkBasin"),
    Task(tasks.LOOK_IN_LIGHT, "Book", toggle="DeskLamp"),
    Task(tasks.PICK_WITH_MOVABLE, "Spoon", parent="Fridge", mrecep="Bowl"),
]


@given(st.text())
def test_words_are_plain_and_few(sentence: str) -> None:
    words = words_of(sentence)
    assert len(words) <= 60
    assert all(word.isascii() and word.isalnum() and word == word.lower() for word in words)


def test_words_spelled_alike_share_pieces() -> None:
    tomato, typo, fork = (set(pieces_of(word, 4096)) for word in ("tomato", "tomatoe", "fork"))
    assert len(tomato & typo) > len(tomato) / 2
    assert len(tomato & fork) < len(tomato) / 4


@pytest.mark.parametrize("task", ASKED)
def test_a_task_is_its_values(task: Task) -> None:
    assert task_from(values_of(task)) == task


@given(st.integers(0, 2**32 - 1))
def test_whatever_the_scores_the_task_has_what_its_type_has(seed: int) -> None:
    table = TaskTable.of(ASKED)
    rng = np.random.default_rng(seed)
    slots = [rng.normal(0.0, 4.0, size).astype(np.float32) for size in table.sizes]
    found = Decoder(table).decode(slots)
    task = table.task(found.indices)
    look = task.task_type == tasks.LOOK_IN_LIGHT
    assert (task.parent == "") == look
    assert (task.toggle != "") == look
    assert (task.mrecep != "") == (task.task_type == tasks.PICK_WITH_MOVABLE)
    assert not task.sliced or task.object == "Apple"
    assert 0.0 < found.probability <= 1.0


def test_a_task_nobody_asked_for_is_found_where_the_words_are_clear() -> None:
    table = TaskTable.of(ASKED)
    wanted = table.indices(Task(tasks.PICK_AND_PLACE, "Book", parent="Fridge"))
    slots = [np.full(size, -9.0, dtype=np.float32) for size in table.sizes]
    for slot, index in zip(slots, wanted, strict=True):
        slot[index] = 0.0
    found = Decoder(table).decode(slots)
    assert list(found.indices) == wanted
    assert found.seen == 0


def test_what_people_ask_for_decides_where_the_words_do_not() -> None:
    often = Task(tasks.PICK_AND_PLACE, "Mug", parent="Shelf")
    seldom = Task(tasks.PICK_AND_PLACE, "Mug", parent="Desk")
    table = TaskTable.of([often] * 9 + [seldom])
    flat = [np.zeros(size, dtype=np.float32) for size in table.sizes]
    assert table.task(Decoder(table).decode(flat).indices) == often


def test_in_any_room_what_was_understood_outweighs_what_training_asked_for() -> None:
    often = Task(tasks.PICK_AND_PLACE, "Mug", parent="Shelf")
    seldom = Task(tasks.PICK_AND_PLACE, "Mug", parent="Desk")
    table = TaskTable.of([often] * 30 + [seldom])
    slots = [np.zeros(size, dtype=np.float32) for size in table.sizes]
    slots[4][table.values["parent"].index("Desk")] = 0.5
    whole = np.array([1.0 if table.task(row) == often else 0.0 for row in table.tasks])
    read = {
        prior: table.task(Decoder(table).decode(slots, whole, prior=prior).indices)
        for prior in (AS_TRAINED, ANYWHERE)
    }
    assert read == {AS_TRAINED: often, ANYWHERE: seldom}


def test_what_a_desk_may_be_instead_the_likeliest_first() -> None:
    reader = TaskReader()
    told = "put the cell phone on the desk"
    read = Task(tasks.PICK_AND_PLACE, "CellPhone", parent="Desk")
    instead = reader.instead(read, "Desk", told)
    assert set(instead[:3]) & {"SideTable", "DiningTable", "CoffeeTable"}
    assert not {"Desk", "CellPhone", "Fridge", ""} & set(instead)
    assert reader.instead(read, "Sofa", told) == ()


def test_only_annotators_words_are_taken_for_something_else() -> None:
    planner = ParsedPlanner()
    read = Task(tasks.PICK_AND_PLACE, "CellPhone", parent="Desk")
    text = "put the cell phone on the desk"
    assert planner.instead(Instruction.from_text(text, one_task=True), read, "Desk")
    assert planner.instead(Instruction.from_text(text), read, "Desk") == ()


def test_missing_weights_say_how_to_train_them(tmp_path) -> None:
    with pytest.raises(DataError, match="embodied train task=parser"):
        Ensemble.load(tmp_path)


def test_the_shipped_parser_reads_goals_and_steps() -> None:
    reader = TaskReader()
    found = reader.read("Put a chilled slice of apple in the sink.")
    assert found.task == Task(tasks.PICK_COOL, "Apple", parent="SinkBasin", sliced=True)
    vague = "Move a book."
    steps = ["Pick up the book from the bed.", "Go to the desk.", "Put the book on the desk."]
    assert reader.read(vague, steps).task == Task(tasks.PICK_AND_PLACE, "Book", parent="Desk")


def test_it_is_less_sure_of_less_clear_words() -> None:
    reader = TaskReader()
    clear = reader.read("Put a clean mug in the coffee machine.").confidence
    assert clear > 0.8
    assert clear > reader.read("Put the thing over there.").confidence


@pytest.mark.parametrize("text", ["", "?!", "zzxqj wqrk", "apple " * 300])
def test_any_words_are_read(text: str) -> None:
    found = TaskReader().read(text, [text, ""])
    assert 0.0 < found.confidence <= 1.0


@pytest.mark.parametrize("tasks_whole", [0, 5])
def test_numpy_computes_what_torch_does(tasks_whole: int) -> None:
    torch = pytest.importorskip("torch")
    from planners.parsed.training.data import Collator, Example
    from planners.parsed.training.network import ParserNetwork, Shape

    torch.manual_seed(0)
    words = {"": 0, "put": 1, "the": 2, "mug": 3, "on": 4, "desk": 5}
    shape = Shape(words=6, buckets=64, width=16, hidden=12, positions=3, tasks=tasks_whole)
    network = ParserNetwork(shape, (3, 4, 2, 2, 3, 2), (2, 2, 2)).eval()
    if network.whole is not None:
        torch.nn.init.normal_(network.whole.weight)
    sentences = [["put", "the", "mug"], ["go"], ["put", "mug", "on", "desk"], [], ["the", "desk"]]
    example = Example(tuple(sentences[0]), tuple(map(tuple, sentences[1:])), (), -1, ())
    with torch.no_grad():
        slots, _, whole = network(Collator(words, 64, 3)([example]))
    tensors = {name: tensor.numpy() for name, tensor in network.state_dict().items()}
    found, more = Network(vars(shape), tensors, words).logits(sentences)
    assert len(found) == len(SLOTS)
    for one, other in zip(found, slots, strict=True):
        np.testing.assert_allclose(one, other[0].numpy(), atol=1e-4)
    if whole is not None:
        np.testing.assert_allclose(more, whole[0].numpy(), atol=1e-4)
