"""What every planner's plans go through before anything moves."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Protocol, runtime_checkable

from embodied.core.correction import Correction, CorrectionKind
from embodied.core.errors import PlanningError
from embodied.core.instruction import Instruction
from embodied.core.plan import ObjectRef, Plan, Status, Subgoal
from embodied.core.protocols import PlanContext, Planner
from embodied.core.skills import SkillSpec
from embodied.core.task import Task
from embodied.core.task_plans import ANOTHER, subgoals_of, task_of
from planners.corrections import (
    Change,
    DoneAnyway,
    Kind,
    PlanText,
    fold,
    in_hand,
    is_wrong,
    not_of,
    other_knife,
    parts_of,
    recover,
    resolve,
    still_ahead,
    taking,
    timed,
    understand,
    without_needless_picks,
)
from planners.cutting import cut_types, without_cutting
from planners.parsed.refusals import UNABLE, Refused, asks
from planners.parsed.words import load
from planners.symbolic import repair
from planners.symbolic.check import misfits
from planners.symbolic.domain import Domain
from planners.symbolic.repair import lay_aside
from planners.wording import sentence

_MAY_END = frozenset([Kind.KEEP, Kind.LEAVE, Kind.FEWER, Kind.SKIP])
"""Changes after which nothing may be left to do."""
SAY = "Name the thing that is meant, a place for it, or what to do as well, first, or not at all."
"""What to say instead of what was not understood."""
REMEMBERED = 16
"""Plans whose corrections are remembered; an agent has one at hand."""


@dataclass(frozen=True)
class _Told:
    """What is in a plan that was given out.

    Attributes:
        subgoals: The plan's, known again by identity.
        count: How many corrections are in it.
        changes: What they asked, naming what they are about, for the plans that come after it.
    """

    subgoals: tuple[Subgoal, ...]
    count: int
    changes: tuple[Change, ...] = ()


@runtime_checkable
class KnowsOthers(Protocol):
    """A planner that can say what else words may have meant."""

    def instead(self, instruction: Instruction, task: Task, missing: str) -> Sequence[str]:
        """Return what was meant by a type that is not there, the likeliest first.

        Args:
            instruction: What was asked for.
            task: What it was read as.
            missing: The type, which the task names.
        """


class CheckedPlanner:
    """A planner whose plans are checked and mended, know the history and take corrections.

    A new plan is asked of the planner itself; what was done is left out of it, what was sought in
    vain is taken for something likelier, and what people said is carried into it. A correction of
    the plan at hand changes what is still ahead of it, without asking the planner again where the
    words can be read without. Every plan is then checked against what the skills need, and mended.

    Args:
        planner: Makes plans.
        reads_corrections: Whether the planner itself reads corrections that no rule understood; if
            not, such a correction is reported as not understood.
    """

    def __init__(self, planner: Planner, *, reads_corrections: bool = False) -> None:
        self._planner = planner
        self._reads_corrections = reads_corrections
        self._told: list[_Told] = []

    def plan(self, context: PlanContext) -> Plan:
        """Return a plan that can be carried out as far as is known.

        Raises:
            PlanningError: If there is none, or a new correction was not understood.
        """
        said = _of_this_instruction(context.corrections)
        told = self._known(context.current_plan)
        new = said[told.count :]
        if context.current_plan is not None and new:
            subgoals, changes = self._amended(context, told, new)
        else:
            subgoals, changes = self._anew(context, told, new)
        subgoals = repair(
            subgoals, context.skills, history=context.history, entities=context.entities
        )
        before = context.current_plan.subgoals if context.current_plan else ()
        if any(each.text for each in (*subgoals, *before)):
            subgoals = tuple(map(_worded, subgoals))
        self._told = [*self._told[1 - REMEMBERED :], _Told(subgoals, len(said), changes)]
        return Plan(context.instruction, 0, subgoals)

    def plan_many(self, contexts: Sequence[PlanContext]) -> list[Plan | PlanningError]:
        """Plan several tasks from their beginning, together where the planner can."""
        many = getattr(self._planner, "plan_many", None)
        if many is None or not all(_fresh(context) for context in contexts):
            return [_tried(self.plan, context) for context in contexts]
        return [
            made if isinstance(made, PlanningError) else _tried(_mend, context, made)
            for made, context in zip(many(contexts), contexts, strict=True)
        ]

    def measures(self) -> Mapping[str, float]:
        """Return what the planner itself counts, for the records."""
        count = getattr(self._planner, "measures", None)
        return count() if count else {}

    def _known(self, plan: Plan | None) -> _Told:
        for told in reversed(self._told):
            if plan is not None and plan.subgoals is told.subgoals:
                return told
        return _Told((), 0)

    def _amended(
        self, context: PlanContext, told: _Told, new: Sequence[Correction]
    ) -> tuple[tuple[Subgoal, ...], tuple[Change, ...]]:
        current = context.current_plan
        ahead = still_ahead(current.subgoals if current else (), context.history)
        changes = told.changes
        for correction in _apart(new, ahead, context.skills):
            found = self._change(ahead, correction, context)
            if found is None and self._reads_corrections:
                return self._anew(context, told, new)
            if found is None:
                raise PlanningError(self._objection(ahead, correction, context))
            ahead, change = found
            changes = (*changes, change) if change.lasting else changes
        return ahead, changes

    def _anew(
        self, context: PlanContext, told: _Told, new: Sequence[Correction]
    ) -> tuple[tuple[Subgoal, ...], tuple[Change, ...]]:
        asked = replace(context, corrections=(), current_plan=None)
        if self._reads_corrections:
            unread = [said for said in context.corrections if self._unread(said, context)]
            asked = replace(asked, corrections=tuple(unread), current_plan=context.current_plan)
        subgoals = own = self._planner.plan(asked).subgoals
        if not context.history:
            subgoals = own = without_cutting(subgoals, cut_types(context.entities))
        for change in told.changes:
            subgoals = self._folded(subgoals, change, context) or subgoals
        changes = told.changes
        for correction in _apart(new, subgoals, context.skills):
            found = self._change(subgoals, correction, context)
            if found is None and context.objected and not self._reads_corrections:
                raise PlanningError(self._objection(subgoals, correction, context))
            if found is not None:
                subgoals, change = found
                changes = (*changes, change) if change.lasting else changes
        left = recover(
            *(subgoals, context.history),
            skills=context.skills,
            entities=context.entities,
            instead=partial(self._instead, context.instruction, own),
        )
        return left, changes

    def _instead(
        self, instruction: Instruction, subgoals: Sequence[Subgoal], missing: str
    ) -> Sequence[str]:
        """Return what the words may have meant by a type that is not there, if it can be told.

        A type that came in by a correction is none of theirs, and there is no other meaning of it.
        """
        task = task_of(subgoals)
        if task is None or not isinstance(self._planner, KnowsOthers):
            return ()
        return self._planner.instead(instruction, task, missing)

    def _unread(self, said: Correction, context: PlanContext) -> bool:
        current = context.current_plan.subgoals if context.current_plan else ()
        return understand(said.text, current, context.skills) is None

    def _change(
        self, subgoals: tuple[Subgoal, ...], correction: Correction, context: PlanContext
    ) -> tuple[tuple[Subgoal, ...], Change] | None:
        """Return the plan with a correction in it, and what it asked; None if not understood."""
        change = understand(correction.text, subgoals, context.skills)
        if change is None:
            return None
        held = in_hand(context.history)
        if held is not None and change.kind in (Kind.PUT_DOWN, Kind.LEAVE):
            return (*_put_down(held, context), *not_of(held, subgoals)), change
        if change.kind is Kind.PUT_DOWN:
            return None
        if held is not None and (cutting := other_knife(held, change, subgoals)):
            return (*_aside(held, context), *cutting), change
        if change.kind is Kind.ASKED:
            try:
                change = timed(change, subgoals, self._reader(subgoals, context))
            except DoneAnyway as planned:
                raise PlanningError(f"{correction.text!r}: {planned}") from None
            except PlanningError:
                return None
        change = resolve(change, subgoals, entities=context.entities)
        changed = self._folded(subgoals, change, context)
        if changed is None:
            return None
        if change.kind in (Kind.FIRST, Kind.ALSO, Kind.RETOLD):
            changed = without_needless_picks(changed, held)
            if held is not None and changed and changed[0].skill == "pick":
                changed = (*_aside(held, context), *changed)
        elif held is not None and is_wrong(held, change):
            changed = (*_aside(held, context), taking(held, changed), *changed)
        return changed, change

    def _folded(
        self, subgoals: tuple[Subgoal, ...], change: Change, context: PlanContext
    ) -> tuple[Subgoal, ...] | None:
        # Words that would make nonsense of the plan were not meant so: a bowl is not to be cut as
        # the tomato was, but may be brought to where that was to go.
        domain = Domain(context.skills)
        for each in self._ways(subgoals, change, context):
            if (each or change.kind in _MAY_END) and not any(
                misfits(subgoal, domain) for subgoal in each
            ):
                return each
        return None

    def _ways(
        self, subgoals: tuple[Subgoal, ...], change: Change, context: PlanContext
    ) -> tuple[tuple[Subgoal, ...], ...]:
        """Return the plans that a change may mean, the likeliest first."""
        try:
            return fold(subgoals, change, self._reader(subgoals, context)), _whole(subgoals, change)
        except PlanningError:
            return ()

    def _reader(self, subgoals: Sequence[Subgoal], context: PlanContext) -> PlanText:
        """Return what plans words said in passing, by the planner itself."""

        def plan_text(text: str) -> tuple[Subgoal, ...]:
            instruction = Instruction.from_text(text, id=f"{context.instruction.id}+")
            asked = PlanContext(instruction, context.skills, context.entities)
            return without_cutting(self._planner.plan(asked).subgoals, cut)

        done = (step for step, outcome in context.history if outcome.status is Status.DONE)
        cut = cut_types(context.entities, (*done, *subgoals))
        return plan_text

    def _objection(
        self, ahead: tuple[Subgoal, ...], correction: Correction, context: PlanContext
    ) -> str:
        """Say why a correction changes nothing."""
        told = f"Not understood: {correction.text!r}."
        change = understand(correction.text, ahead, context.skills)
        domain = Domain(context.skills)
        if change is not None and change.kind in (Kind.OTHER_PLACE, Kind.OTHER_OBJECT, Kind.ALSO):
            change = resolve(change, ahead, entities=context.entities)
            for way in self._ways(ahead, change, context)[:1]:
                for fault in (each for step in way for each in misfits(step, domain)):
                    return f"{told} {fault}"
            if change.kind is Kind.OTHER_PLACE and not self._ways(ahead, change, context):
                return f"{correction.text!r} changes nothing: it is being done so already."
        return f"{told} {self._unable(ahead, correction, context) or SAY}"

    def _unable(
        self, ahead: tuple[Subgoal, ...], correction: Correction, context: PlanContext
    ) -> str:
        """Return why words cannot be done at all, as a task of their own; empty where they can."""
        if asks(correction.text):
            return "I answer no questions while I work."
        verb = re.match(r"[a-z]+", correction.text.lower())
        if not verb or not load().no_action.at([verb[0]], 0):
            return ""
        try:
            self._reader(ahead, context)(correction.text)
        except Refused as refused:
            return str(refused) if refused.kind == UNABLE else ""
        except PlanningError:
            pass
        return ""


def _apart(
    new: Sequence[Correction], plan: Sequence[Subgoal], skills: Sequence[SkillSpec]
) -> list[Correction]:
    """Return corrections one by one, where two are said in one breath."""
    found = []
    for correction in new:
        parts = parts_of(correction.text)
        several = len(parts) > 1 and understand(parts[0], plan, skills) is not None
        texts = parts if several else (correction.text,)
        found += [replace(correction, text=text) for text in texts]
    return found


def _aside(held: ObjectRef, context: PlanContext) -> tuple[Subgoal, ...]:
    """Return the step that lays down what is in the hand: not where it was to go in the end."""
    return lay_aside(held, Domain(context.skills), context.entities)


def _put_down(held: ObjectRef, context: PlanContext) -> tuple[Subgoal, ...]:
    """Return the step that puts down what is in the hand, as the embodiment has it."""
    own = any(skill.name == "put_down" for skill in context.skills)
    return (Subgoal("put_down", {}),) if own else _aside(held, context)


def _worded(subgoal: Subgoal) -> Subgoal:
    """Put a step into words that was added to a plan in words."""
    return subgoal if subgoal.text else replace(subgoal, text=sentence(subgoal))


def _whole(subgoals: Sequence[Subgoal], change: Change) -> tuple[Subgoal, ...]:
    """Return the plan for another object whole, where slices were asked for; empty for others."""
    task = task_of(subgoals) if change.kind is Kind.OTHER_OBJECT else None
    if (
        task is None
        or not task.sliced
        or change.thing is None
        or ANOTHER in change.thing.attributes
    ):
        return ()
    return subgoals_of(replace(task, object=change.thing.category, sliced=False))


def _fresh(context: PlanContext) -> bool:
    return not context.history and not context.corrections and context.current_plan is None


def _mend(context: PlanContext, plan: Plan) -> Plan:
    subgoals = repair(plan.subgoals, context.skills, entities=context.entities)
    return replace(plan, subgoals=subgoals)


def _tried(make: Callable[..., Plan], context: PlanContext, *given: Any) -> Plan | PlanningError:
    try:
        return make(context, *given)
    except PlanningError as error:
        return error


def _of_this_instruction(corrections: Sequence[Correction]) -> list[Correction]:
    """What was said since the instruction was last replaced; halts ask nothing of a plan."""
    said: list[Correction] = []
    for correction in corrections:
        if correction.kind is CorrectionKind.REPLACE:
            said.clear()
        elif correction.kind is not CorrectionKind.STOP:
            said.append(correction)
    return said
