"""Questions for programs with their right answers, for the small language model."""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from embodied.core.annotated import AnnotatedTask
from embodied.core.instruction import Instruction
from embodied.core.plan import ObjectRef, Subgoal
from embodied.core.protocols import PlanContext
from embodied.core.task_plans import subgoals_of
from planners.llm.plan_once.corpus import STEPS_SHARE
from planners.llm.structured import answer_text
from planners.llm.types import Exchange
from planners.program.prompts import Program, ask_for


def exchanges(tasks: Iterable[AnnotatedTask], rng: np.random.Generator) -> Iterator[Exchange]:
    """Yield one question and answer a task, goal alone or with steps.

    Args:
        tasks: Texts with the tasks they mean.
        rng: Draws which question is asked of each.
    """
    for task in tasks:
        steps = task.instruction.steps if rng.random() < STEPS_SHARE else ()
        context = PlanContext(Instruction(task.instruction.id, task.instruction.parts, steps))
        program = program_of(subgoals_of(task.task))
        yield Exchange(ask_for(context, ()), answer_text(Program(program=program)))


def program_of(subgoals: Sequence[Subgoal]) -> str:
    """Return the plain program of a plan: one call a line."""
    return "\n".join(_call(subgoal) for subgoal in subgoals)


def _call(subgoal: Subgoal) -> str:
    said = []
    for value in subgoal.arguments.values():
        if not isinstance(value, ObjectRef):
            said.append(repr(value))
        elif value.attributes or value.relation:
            words = [repr(value.category), *map(repr, value.attributes)]
            words += [f"where={value.relation!r}"] if value.relation else []
            said.append(f"thing({', '.join(words)})")
        else:
            said.append(repr(value.category))
    return f"{subgoal.skill}({', '.join(said)})"
