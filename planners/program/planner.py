"""`planner=program`: the plan is what a program over the skills' API asks for."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from embodied.core.errors import PlanningError
from embodied.core.plan import Plan, Subgoal
from embodied.core.protocols import PlanContext
from planners.llm.structured import ask
from planners.llm.types import LlmClient
from planners.program.library import SavedSkill, SkillLibrary
from planners.program.prompts import Program, ask_for
from planners.program.sandbox import Limits, ProgramFailure, run
from planners.symbolic import check

GAVE_UP = "gave_up"


@dataclass(frozen=True)
class Explanation:
    """How a plan came about.

    Attributes:
        reasons: The program, a line each.
        confidence: Never known of a program.
    """

    reasons: tuple[str, ...]
    confidence: None = None


@dataclass
class _Attempts:
    """What came of the programs of one task.

    Attributes:
        source: The last program that ran through.
        subgoals: What it asked for.
        given_up: Why a program gave up, if one did.
    """

    source: str = ""
    subgoals: tuple[Subgoal, ...] = ()
    given_up: str = ""


class ProgramPlanner:
    """Plans by programs, after Instruct2Act (Huang et al. 2023) and CodeAct (Wang et al. 2024).

    The model writes a program over the declared skills, questions about what was seen, and the
    functions saved before. It runs in the sandbox and its calls of skills are the plan. What goes
    wrong in it, and what the symbolic check finds wrong with its plan, goes back to the model,
    which revises the program. Where it differs: in both papers programs act while they run, and
    Instruct2Act's call perception models; here a program runs before anything moves, over what has
    been seen so far, so that a whole plan can be checked first. New sights and failures start a new
    plan, with the history in the question.

    Args:
        llm: The model.
        library: Folder of saved skills; None keeps them in memory alone.
        max_revisions: Programs after the first.
        limits: What a program may use.

    Attributes:
        explanation: How the last plan came about.
    """

    def __init__(
        self,
        llm: LlmClient,
        *,
        library: str | Path | None = None,
        max_revisions: int = 3,
        limits: Limits | None = None,
    ) -> None:
        self._llm = llm
        self._library = SkillLibrary(library)
        self._max_revisions = max_revisions
        self._limits = limits or Limits()
        self._last: dict[str, str] = {}
        self.explanation: Explanation | None = None

    @property
    def saved(self) -> tuple[SavedSkill, ...]:
        """Functions that programs can call beside the API."""
        return self._library.skills

    def plan(self, context: PlanContext) -> Plan:
        """Return the plan that a program makes.

        A program that ran through but whose plan still has faults after the last revision is
        returned, for the caller to mend or refuse.

        Raises:
            PlanningError: If no program ran through, or one gave up; `raw` keeps the last.
        """
        attempts = _Attempts()
        messages = ask_for(context, context.skills, [skill.head for skill in self.saved])
        try:
            ask(
                self._llm,
                messages,
                Program,
                max_repairs=self._max_revisions,
                check=lambda answer: self._try(answer.program, context, attempts),
            )
        except PlanningError:
            if not attempts.subgoals:
                raise
        if attempts.given_up:
            raise PlanningError(attempts.given_up, raw=attempts.source)
        self.explanation = Explanation(tuple(attempts.source.splitlines()))
        self._last = {context.instruction.id or context.instruction.text: attempts.source}
        return Plan(context.instruction, 0, attempts.subgoals)

    def _try(self, source: str, context: PlanContext, attempts: _Attempts) -> list[str]:
        """Run a program; return what is wrong with it."""
        before = self._library.source
        whole = f"{before}\n{source}" if before else source
        result = run(whole, context.skills, entities=context.entities, limits=self._limits)
        failure = result.failure
        if failure is not None and failure.kind == GAVE_UP:
            attempts.given_up, attempts.source = failure.message, source
            return []
        if failure is not None:
            return [_shifted(failure, before.count("\n") + 1 if before else 0)]
        if not result.subgoals:
            return ["the program calls no skill, so there is nothing to do"]
        attempts.source, attempts.subgoals = source, result.subgoals
        faults = check(
            result.subgoals, context.skills, history=context.history, entities=context.entities
        )
        return [f"step {fault.index + 1} of the plan: {fault}" for fault in faults]

    def save_skill(
        self,
        context: PlanContext,
        *,
        name: str,
        description: str = "",
        parameters: Mapping[str, str] | None = None,
    ) -> SavedSkill:
        """Save the program of a task that was carried out as a new skill.

        Args:
            context: The task, with the history of how its plan went.
            name: What later programs call it.
            description: What it does; the instruction's words if empty.
            parameters: Name of an argument to the text in the program that it stands for.

        Raises:
            PlanningError: If there is no program of this task, or it did not work.
        """
        key = context.instruction.id or context.instruction.text
        source = self._last.get(key)
        if source is None:
            raise PlanningError(f"There is no program for {context.instruction.text!r} to save.")
        failed = [step for step, outcome in context.history if outcome.status.value != "done"]
        if failed or not context.history:
            why = f"{failed[-1]} failed" if failed else "nothing was carried out"
            raise PlanningError(f"Only a program that worked is saved: {why}.")
        words = description or context.instruction.text
        return self._library.save(source, name=name, description=words, parameters=parameters)

    def measures(self) -> Mapping[str, float]:
        """Return the model's running totals, for the records."""
        return self._llm.usage.measures()


def _shifted(failure: ProgramFailure, lines: int) -> str:
    """Say a failure with its line in the model's own program, not behind the saved functions."""
    line = failure.line - lines
    return f"line {line}: {failure.message}" if line > 0 else f"saved skill: {failure.message}"
