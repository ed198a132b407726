"""Annotated texts: what is told of a task, and the task."""

import pytest
from small_alfred import TRAJECTORY, write

from embodied.core import task as tasks
from embodied.core.errors import ConfigError, DataError
from embodied.core.task import Task
from embodied.core.task_plans import task_of
from envs.alfred.plan_texts import AlfredTexts


def test_every_annotation_comes_with_its_task_and_plan(root):
    first, second = AlfredTexts(data_root=root).annotated(split="train")
    assert first.instruction.text == "Put the mug on the shelf."
    assert first.instruction.steps == ("Step up.", "Take the mug.", "Put it back.")
    assert [each.instruction.id for each in (first, second)] == [
        f"{TRAJECTORY}/0",
        f"{TRAJECTORY}/1",
    ]
    assert first.task == Task(tasks.PICK_AND_PLACE, "Mug", parent="Shelf")
    assert [str(step) for step in first.plan] == ["goto(Shelf)", "pick(Mug)", "place(Mug, Shelf)"]
    assert first.aligned
    assert task_of(first.plan) == first.task


def test_steps_that_are_not_one_a_subgoal_are_not_aligned(root, published):
    published["turk_annotations"]["anns"][0]["high_descs"] = ["Do it."]
    write(root, published)
    assert [a.aligned for a in AlfredTexts(data_root=root).annotated(split="train")] == [
        False,
        True,
    ]


def test_splits_without_tasks_say_so(root):
    with pytest.raises(DataError, match="publishes no tasks"):
        AlfredTexts(data_root=root).annotated(split="tests_seen")


def test_a_damaged_file_is_named(root):
    path = write(root, "{")
    with pytest.raises(DataError, match=str(path)):
        AlfredTexts(data_root=root).annotated(split="train")


def test_without_a_folder_the_message_says_what_to_set(monkeypatch):
    monkeypatch.delenv("EMBODIED_DATA", raising=False)
    with pytest.raises(ConfigError, match="EMBODIED_DATA"):
        AlfredTexts()


@pytest.mark.data
def test_recorded_plans_amount_to_their_tasks(real_root):
    """But for recordings that lay a slice aside, stop after cutting, or start half done."""
    found = AlfredTexts(data_root=real_root).annotated(split="valid_seen")
    assert len(found) == 820
    right = sum(task_of(each.plan) == each.task for each in found)
    assert right >= 0.98 * len(found)
