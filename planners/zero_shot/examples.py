"""Worked examples, and which of them to show."""

from collections.abc import Sequence
from dataclasses import dataclass

from planners.demonstrations import DEMONSTRATIONS
from planners.wording import in_words


@dataclass(frozen=True)
class Example:
    """A task in someone's words, with its steps in ours."""

    words: str
    steps: tuple[str, ...]


EXAMPLES = tuple(Example(each.words, in_words(each.subgoals)) for each in DEMONSTRATIONS)


def nearest(examples: Sequence[Example], scores: Sequence[float], count: int) -> list[Example]:
    """Return the examples of the highest scores, the best one last, next to the task.

    Args:
        examples: What there is to choose from.
        scores: Cosine of each with the task's words.
        count: How many.
    """
    order = sorted(range(len(examples)), key=lambda index: scores[index])
    return [examples[index] for index in order[len(order) - count :]] if count else []
