"""Questions for the next step with their right answers, for the small language model."""

from collections.abc import Iterable, Iterator

import numpy as np

from embodied.core.annotated import AnnotatedTask
from embodied.core.instruction import Instruction
from embodied.core.task_plans import subgoals_of
from planners.llm.plan_once.corpus import STEPS_SHARE
from planners.llm.plan_once.prompt import task_lines
from planners.llm.types import Exchange
from planners.wording import in_words
from planners.zero_shot.examples import EXAMPLES
from planners.zero_shot.prompt import DONE, next_step


def exchanges(tasks: Iterable[AnnotatedTask], rng: np.random.Generator) -> Iterator[Exchange]:
    """Yield one question a task: what comes next after some of its steps.

    The example shown is any: which one is nearest, only an embedding knows, and a model that leans
    on it less is the better for it.

    Args:
        tasks: Texts with the tasks they mean.
        rng: Draws examples and how far the plan has come.
    """
    for task in tasks:
        steps = task.instruction.steps if rng.random() < STEPS_SHARE else ()
        lines = task_lines(Instruction("", task.instruction.parts, steps))
        plan = (*in_words(subgoals_of(task.task)), DONE)
        so_far = int(rng.integers(len(plan)))
        example = EXAMPLES[int(rng.integers(len(EXAMPLES)))]
        yield Exchange(next_step(lines, plan[:so_far], [example]), plan[so_far])
