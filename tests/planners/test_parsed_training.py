"""`embodied train task=parser` on a handful of texts: weights, a card, and going on after a cut."""

import json
from dataclasses import replace

import pytest

from embodied.core import task as tasks
from embodied.core.annotated import AnnotatedTask
from embodied.core.instruction import Instruction
from embodied.core.task import Task
from embodied.core.task_plans import subgoals_of
from envs.household.skills import SKILLS
from planners.parsed.plausibility import FEATURES

pytest.importorskip("torch")

from planners.parsed.reader import TaskReader
from planners.parsed.training.data import FOLDS, in_fold, is_development, split_off
from planners.parsed.training.refusing import RefusalTraining, fitted
from planners.parsed.training.run import ParserTraining

WORDS = {"Mug": "mug", "Book": "book", "Apple": "apple"}
PLACES = {"Desk": "desk", "Shelf": "shelf", "Bed": "bed"}


class FewTexts:
    """Three things to three places, said in two ways by two people."""

    def annotated(self, *, split: str) -> list[AnnotatedTask]:
        found = []
        for thing, noun in WORDS.items():
            for place, where in PLACES.items():
                task = Task(tasks.PICK_AND_PLACE, thing, parent=place)
                for number, form in enumerate(("put the {} on the {}", "bring a {} to the {}")):
                    said = Instruction.from_text(
                        form.format(noun, where),
                        id=f"{thing}-{place}-7/t/{number}",
                        steps=(f"pick up the {noun}", f"put it on the {where}"),
                    )
                    plan = subgoals_of(task)
                    trial = f"{thing}-{place}-7/t"
                    found.append(AnnotatedTask(said, task, plan, True, split, trial))
        return found


def training(**settings) -> ParserTraining:
    sizes = {"width": 16, "hidden": 16, "buckets": 64, "heads": 2, "dropout": 0.0}
    return ParserTraining(
        **{
            "texts": FewTexts(),
            "members": [sizes, {**sizes, "reads": "goals"}],
            "epochs": 30,
            "batch": 6,
            "rate": 0.03,
        }
        | settings,
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("parser")
    training().run(output_dir=path, seed=0)
    return path


def test_what_was_trained_is_read_back_without_torch(folder) -> None:
    reader = TaskReader(folder)
    for thing, noun in WORDS.items():
        found = reader.read(f"put the {noun} on the bed").task
        assert found == Task(tasks.PICK_AND_PLACE, thing, parent="Bed")
    steps = ("pick up the book", "put it on the shelf")
    assert reader.read("tidy up", steps).task.object == "Book"


def test_the_card_says_how_it_was_made(folder) -> None:
    card = json.loads((folder / "card.json").read_text())
    assert card["command"] == "embodied train task=parser"
    assert card["data"].startswith("ALFRED train, 18 texts")
    assert card["training_cpu_s"] > 0


def test_a_cut_run_goes_on_to_the_same_weights(folder, tmp_path, monkeypatch) -> None:
    import planners.parsed.training.run as module

    monkeypatch.setattr(module, "CHECKPOINT_EVERY", 50)
    reached = []

    def stop(*words, **_) -> None:
        reached.append(words)
        if len(reached) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr("builtins.print", stop)
    with pytest.raises(KeyboardInterrupt):
        training().run(output_dir=tmp_path, seed=0)
    training().run(output_dir=tmp_path, seed=0)
    reader = TaskReader(tmp_path)
    assert reader.read("put the apple on the desk").task == Task(
        tasks.PICK_AND_PLACE, "Apple", parent="Desk"
    )


def test_development_trajectories_stay_together_and_out() -> None:
    texts = FewTexts().annotated(split="train")
    kept, held = split_off(texts)
    assert len(kept) + len(held) == len(texts)
    assert not {t.trajectory_id for t in kept} & {t.trajectory_id for t in held}
    assert all(is_development(each.trajectory_id) for each in held)


def test_every_room_is_held_out_once() -> None:
    rooms = [f"pick_and_place_simple-Mug-None-Desk-{room}/trial_1/0" for room in range(1, 431)]
    for each in rooms:
        assert [in_fold(each, fold) for fold in range(FOLDS)].count(True) == 1
    sizes = [sum(in_fold(each, fold) for each in rooms) for fold in range(FOLDS)]
    assert min(sizes) > len(rooms) / FOLDS / 1.5


def test_a_fold_is_scored_as_rooms_nobody_trained_in(tmp_path) -> None:
    class TwoRooms(FewTexts):
        def annotated(self, *, split: str) -> list[AnnotatedTask]:
            return [
                replace(each, trajectory_id=each.trajectory_id.replace("-7/", f"-{room}/"))
                for each in super().annotated(split=split)
                for room in (7, other)
            ]

    fold = next(each for each in range(FOLDS) if in_fold("Mug-Desk-7/t", each))
    other = next(room for room in range(8, 30) if not in_fold(f"Mug-Desk-{room}/t", fold))
    training(texts=TwoRooms(), hold_out=True, fold=fold).run(output_dir=tmp_path, seed=0)
    card = json.loads((tmp_path / "card.json").read_text())
    assert card["settings"]["fold"] == fold
    assert card["data"] == "ALFRED train, 18 texts; 18 held out"
    assert card["development"] == {
        "exact goal+steps, held-out rooms": 1.0,
        "exact goal, held-out rooms": 1.0,
    }


def test_logistic_regression_finds_the_side() -> None:
    import numpy as np

    rng = np.random.default_rng(0)
    features = np.column_stack([np.ones(400), rng.normal(size=400)])
    labels = (features[:, 1] + 0.1 * rng.normal(size=400) > 0).astype(float)
    weights = fitted(features, labels)
    assert np.mean((features @ weights > 0) == (labels > 0)) > 0.95


def test_refusing_is_learned_and_written_with_every_weight(folder, tmp_path, monkeypatch) -> None:
    import planners.parsed.training.refusing as module

    monkeypatch.setattr(module, "split_off", lambda texts: ([], list(texts)))
    trainer = RefusalTraining(
        texts=FewTexts(), skills=SKILLS, weights=folder, impossible=40, false_alarms=0.1
    )
    assert "false alarms" in trainer.run(output_dir=tmp_path, seed=0)
    plain = json.loads((tmp_path / "plausibility.json").read_text())
    assert set(plain["weights"]) == set(FEATURES)
