"""One task on its way through the stages, and what each stage asks about it."""

from dataclasses import dataclass, field, replace

from embodied.core.errors import PlanningError
from embodied.core.plan import Subgoal
from embodied.core.protocols import PlanContext
from embodied.core.task import Task
from embodied.core.task_plans import subgoals_of
from planners.flowplan.evaluation import Verdict
from planners.flowplan.information import Information, information_model, task_from
from planners.flowplan.prompts import reason, reconsider, retrieve, write
from planners.llm.plan_once.prompt import question, system
from planners.llm.types import Message
from planners.wording import in_words


@dataclass
class Flow:
    """One task on its way through the stages.

    Attributes:
        context: The task.
        said: Stage to what it took the task to name; `opinion` is nobody's of the model.
        confidence: How sure the second opinion is, if there is one.
        steps: The steps in words.
        subgoals: The plan so far.
        written: The task that the third stage's plan amounts to, if any.
        verdict: What the evaluation found last.
        reasons: What happened, a sentence a stage, for people.
        error: Why there is no plan, if there is none.
    """

    context: PlanContext
    said: dict[str, Information] = field(default_factory=dict)
    confidence: float = 0.0
    steps: tuple[str, ...] = ()
    subgoals: tuple[Subgoal, ...] = ()
    written: Task | None = None
    verdict: Verdict | None = None
    reasons: list[str] = field(default_factory=list)
    error: PlanningError | None = None


@dataclass(frozen=True)
class Explanation:
    """How a plan came about.

    Attributes:
        confidence: Share of the stages that took the task to name what it was decided to name; None
            where it is of a kind that is not compared.
        reasons: What happened, a sentence a stage.
    """

    confidence: float | None
    reasons: tuple[str, ...]


def explain(flow: Flow) -> Explanation:
    """Return how a flow's plan came about."""
    verdict = flow.verdict
    if verdict is None or verdict.goal is None:
        return Explanation(None, tuple(flow.reasons))
    said = [task_from(information) for information in flow.said.values()]
    if flow.written is not None:
        said.append(flow.written)
    same = sum(task == verdict.goal for task in said)
    return Explanation(same / len(said), tuple(flow.reasons))


def _fresh(context: PlanContext) -> PlanContext:
    return replace(context, history=())


def retrieved(flow: Flow) -> tuple[Message, ...]:
    """Ask what the task names, by its words alone, whatever has been done since."""
    return retrieve(_fresh(flow.context))


def reasoned(flow: Flow) -> tuple[Message, ...]:
    """Ask for the steps in words, by the task's words alone."""
    return reason(_fresh(flow.context))


def again(flow: Flow) -> tuple[Message, ...]:
    """Ask again what the task names, where the stages disagree."""
    verdict = flow.verdict
    assert verdict is not None
    return reconsider(_fresh(flow.context), information=verdict.information, doubts=verdict.doubts)


def written(flow: Flow) -> tuple[Message, ...]:
    """Ask for the plan, or ask again with what is wrong with it."""
    context, verdict = flow.context, flow.verdict
    if verdict is None and not flow.steps:
        # Nobody has thought of steps: the plan is a reading of its own.
        return system(context.skills, None), question(context)
    if verdict is None:
        information = flow.said["retrieve"]
        return write(context, context.skills, information=information, steps=flow.steps)
    goal = task_from(verdict.information)
    return write(
        context,
        context.skills,
        information=verdict.information,
        steps=in_words(subgoals_of(goal)) if goal else flow.steps,
        wrong=[str(fault) for fault in verdict.faults],
    )


def narrowed(flow: Flow) -> type[Information]:
    """Return the form of that answer: only what was said is left to choose from."""
    verdict = flow.verdict
    assert verdict is not None
    return information_model(flow.context.skills, only=verdict.doubts)
