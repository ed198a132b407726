"""Questions for a plan with their right answers, for the small language model."""

from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from embodied.core.annotated import AnnotatedTask
from embodied.core.instruction import Instruction
from embodied.core.plan import DONE, Cause, Outcome, Status, Subgoal
from embodied.core.protocols import PlanContext
from embodied.core.skills import SkillSpec
from embodied.core.task_plans import subgoals_of
from planners.llm.plan_once.prompt import HEADING, question
from planners.llm.plan_schema import from_subgoals, plan_model
from planners.llm.structured import answer_text
from planners.llm.types import Exchange, Message

ARGUMENTS: Mapping[str, tuple[str, ...]] = {
    "pick": ("object",),
    "place": ("object", "receptacle"),
    "slice": ("object",),
    "heat": ("object", "receptacle"),
    "cool": ("object", "receptacle"),
    "clean": ("object", "receptacle"),
    "look": ("object", "lamp"),
}
"""Skills that the plans of tasks use, with their arguments."""

STEPS_SHARE = 0.25
"""Share of the questions that carry step-by-step directions."""
RESUMED_SHARE = 0.1
"""Share of the questions asked after a failure half way."""

_FAILURES = (Cause.NOT_FOUND, Cause.NOT_REACHABLE, Cause.REFUSED, Cause.BLOCKED, Cause.NO_EFFECT)

_MODEL = plan_model(
    [SkillSpec(name, dict.fromkeys(arguments, "object")) for name, arguments in ARGUMENTS.items()]
)


def exchanges(tasks: Iterable[AnnotatedTask], rng: np.random.Generator) -> Iterator[Exchange]:
    """Yield one question and answer a task: goal alone or with steps, some half way through.

    Args:
        tasks: Texts with the tasks they mean.
        rng: Draws which question is asked of each.
    """
    for task in tasks:
        steps = task.instruction.steps if rng.random() < STEPS_SHARE else ()
        instruction = Instruction(task.instruction.id, task.instruction.parts, steps)
        plan = subgoals_of(task.task)
        history: tuple[tuple[Subgoal, Outcome], ...] = ()
        if rng.random() < RESUMED_SHARE:
            done = int(rng.integers(0, len(plan)))
            why = _FAILURES[int(rng.integers(len(_FAILURES)))]
            failed = (plan[done], Outcome(Status.FAILED, why))
            history = (*((step, DONE) for step in plan[:done]), failed)
            plan = plan[done:]
        context = PlanContext(instruction, history=history)
        yield exchange(context, plan)


def exchange(context: PlanContext, plan: tuple[Subgoal, ...]) -> Exchange:
    """Return the question of a context with its right plan as the answer."""
    messages = (Message.system(HEADING), question(context))
    return Exchange(messages, answer_text(from_subgoals(plan, _MODEL)))
