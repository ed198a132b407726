"""Worked examples, and which of them to show."""

from collections.abc import Sequence
from dataclasses import dataclass

from embodied.core.task import (
    LOOK_IN_LIGHT,
    PICK_AND_PLACE,
    PICK_CLEAN,
    PICK_COOL,
    PICK_HEAT,
    PICK_TWO,
    PICK_WITH_MOVABLE,
    Task,
)
from embodied.core.task_plans import subgoals_of
from planners.wording import in_words


@dataclass(frozen=True)
class Example:
    """A task in someone's words, with its steps in ours."""

    words: str
    steps: tuple[str, ...]


def _example(words: str, task: Task) -> Example:
    return Example(words, in_words(subgoals_of(task)))


EXAMPLES: tuple[Example, ...] = tuple(
    _example(words, task)
    for words, task in (
        ("Bring the vase over to the shelf.", Task(PICK_AND_PLACE, "Vase", "Shelf")),
        ("The pen belongs in the drawer.", Task(PICK_AND_PLACE, "Pen", "Drawer")),
        ("Throw the soap away.", Task(PICK_AND_PLACE, "SoapBar", "GarbageCan")),
        (
            "Lay a piece of bread on the counter.",
            Task(PICK_AND_PLACE, "Bread", "CounterTop", sliced=True),
        ),
        ("Collect both pillows on the sofa.", Task(PICK_TWO, "Pillow", "Sofa")),
        ("Stow two spray bottles in a cabinet.", Task(PICK_TWO, "SprayBottle", "Cabinet")),
        ("Put the forks, two of them, into the drawer.", Task(PICK_TWO, "Fork", "Drawer")),
        ("Read the book by the lamp.", Task(LOOK_IN_LIGHT, "Book", toggle="DeskLamp")),
        (
            "Check the statue under the standing lamp.",
            Task(LOOK_IN_LIGHT, "Statue", toggle="FloorLamp"),
        ),
        ("Warm up a potato and serve it on the table.", Task(PICK_HEAT, "Potato", "DiningTable")),
        ("Microwave the mug, then leave it by the sink.", Task(PICK_HEAT, "Mug", "CounterTop")),
        (
            "Place a hot slice of tomato in the fridge.",
            Task(PICK_HEAT, "Tomato", "Fridge", sliced=True),
        ),
        ("Chill the wine bottle for the table.", Task(PICK_COOL, "WineBottle", "DiningTable")),
        ("Have a cold apple in the microwave.", Task(PICK_COOL, "Apple", "Microwave")),
        (
            "Set cooled slices of lettuce on the side table.",
            Task(PICK_COOL, "Lettuce", "SideTable", sliced=True),
        ),
        ("Rinse a bowl and put it in the cupboard.", Task(PICK_CLEAN, "Bowl", "Cabinet")),
        ("Return a washed cloth to the bathtub.", Task(PICK_CLEAN, "Cloth", "BathtubBasin")),
        ("Clean the ladle and leave it on the table.", Task(PICK_CLEAN, "Ladle", "DiningTable")),
        (
            "Carry the spoon to the counter in a cup.",
            Task(PICK_WITH_MOVABLE, "Spoon", "CounterTop", mrecep="Cup"),
        ),
        (
            "Set a box with a remote in it on the armchair.",
            Task(PICK_WITH_MOVABLE, "RemoteControl", "ArmChair", mrecep="Box"),
        ),
        (
            "Store a pan with a slice of apple in the fridge.",
            Task(PICK_WITH_MOVABLE, "Apple", "Fridge", mrecep="Pan", sliced=True),
        ),
    )
)
"""Written for this file; no words of any data set."""


def nearest(examples: Sequence[Example], scores: Sequence[float], count: int) -> list[Example]:
    """Return the examples of the highest scores, the best one last, next to the task.

    Args:
        examples: What there is to choose from.
        scores: Cosine of each with the task's words.
        count: How many.
    """
    order = sorted(range(len(examples)), key=lambda index: scores[index])
    return [examples[index] for index in order[len(order) - count :]] if count else []
