"""Tasks in people's words beside the plans that are right: what a language model is shown first."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ValidationError

from embodied.core.plan import Subgoal
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
from planners.llm.structured import answer_text


@dataclass(frozen=True)
class Demonstration:
    """A task in someone's words, and what it amounts to."""

    words: str
    task: Task

    @property
    def subgoals(self) -> tuple[Subgoal, ...]:
        """Return the right plan."""
        return subgoals_of(self.task)


DEMONSTRATIONS: tuple[Demonstration, ...] = tuple(
    Demonstration(words, task)
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


def one_of_each() -> tuple[Demonstration, ...]:
    """Return the first demonstration of each kind of task, slices being a kind of their own.

    The plainest comes last: what a small model read last it likes to say again.
    """
    kinds = {(each.task.sliced or each.task.task_type): each for each in reversed(DEMONSTRATIONS)}
    return tuple(each for each in reversed(DEMONSTRATIONS) if each in kinds.values())


def examples(answer: Callable[[Demonstration], BaseModel]) -> str:
    """Return what a prompt shows: goal and right answer by turns, nothing where none fits.

    Args:
        answer: What a right model would say; its `pydantic.ValidationError` means that the body
            asked about cannot do such a task, which is then left out.
    """
    shown = "\n".join(_shown(one_of_each(), answer))
    return f"Examples:\n{shown}" if shown else ""


def _shown(
    chosen: Sequence[Demonstration], answer: Callable[[Demonstration], BaseModel]
) -> Iterator[str]:
    for each in chosen:
        try:
            right = answer_text(answer(each))
        except ValidationError:
            continue
        yield f"Goal: {each.words}\n{right}"
