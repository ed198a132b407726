"""How far a task has come: its words, its plan, what was done, and what was said meanwhile."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from embodied.core.correction import Correction
from embodied.core.entity import Entity
from embodied.core.instruction import Instruction
from embodied.core.plan import Outcome, Plan, Status, Subgoal
from embodied.core.protocols import PlanContext
from embodied.core.skills import SkillSpec
from embodied.runtime.talk import CorrectionLog
from embodied.runtime.tracking import FINISH, cause_of, likelier, remembered


@dataclass
class Progress:
    """What an agent keeps of one task.

    Attributes:
        instruction: What is asked, as it stands after the corrections.
        skills: What can be done.
        plan: The plan at hand; None before the first and while a failed one is made anew.
        index: Which of its subgoals is next.
        begun: Whether the policy was told to begin on the current subgoal.
        first: What has to be settled before the plan: what was begun for other words.
        history: Every subgoal that ended, and how.
        since: Where in it those of this instruction begin.
        replans: Plans made because a subgoal failed.
        corrections: What the planner has to take into account.
        log: Everything that was said, and what came of it.
        plans: Every plan there was, in words.
        left_out: Subgoals that failed and that no later plan has, each with why, in words.
        ending: Why it is over; empty while it is not.
        objected: Whether it is a task done before, asked for again because it was done wrong.
    """

    instruction: Instruction
    skills: tuple[SkillSpec, ...] = ()
    plan: Plan | None = None
    index: int = 0
    begun: bool = False
    first: list[Subgoal] = field(default_factory=list)
    history: list[tuple[Subgoal, Outcome]] = field(default_factory=list)
    since: int = 0
    replans: int = 0
    corrections: list[Correction] = field(default_factory=list)
    log: CorrectionLog = field(default_factory=CorrectionLog)
    plans: list[tuple[str, ...]] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    ending: str = ""
    objected: bool = False

    @property
    def current(self) -> Subgoal | None:
        """The subgoal that is next, or under way."""
        if self.first:
            return self.first[0]
        if self.plan is None or self.index >= len(self.plan.subgoals):
            return None
        return self.plan.subgoals[self.index]

    @property
    def left_off(self) -> bool:
        """Whether something of it is still to be done."""
        return self.plan is None or self.current is not None

    @property
    def reached(self) -> tuple[Subgoal, ...]:
        """The plan's subgoals up to the current one: what `it` may be."""
        return () if self.plan is None else self.plan.subgoals[: self.index + 1]

    def outlook(self) -> str:
        """Return what is being done and what comes after it, in words."""
        if self.current is None:
            return "making a plan"
        ahead = () if self.plan is None else self.plan.subgoals[self.index :]
        then = [str(step) for step in (ahead if self.first else ahead[1:])]
        return "; then: ".join([f"now: {self.current}", *([" ".join(then)] if then else [])])

    def context(self, entities: tuple[Entity, ...] = ()) -> PlanContext:
        """Return what a planner is told."""
        return PlanContext(
            instruction=self.instruction,
            skills=self.skills,
            entities=entities,
            history=tuple(self.history[self.since :]),
            corrections=tuple(self.corrections),
            current_plan=self.plan,
            objected=self.objected,
        )

    def take(self, plan: Plan, *, revision: int, now_s: float) -> None:
        """Go on with another plan; what is under way and still meant goes on where it is."""
        before = self.current if self.begun and not self.first else None
        self._note_what_is_left_out(plan)
        self.plan = dataclasses.replace(plan, revision=revision)
        listed = tuple(str(subgoal) for subgoal in plan.subgoals)
        self.plans.append(listed)
        self.log.take_effect(f"plan: {'; '.join(listed) or 'nothing more'}", now_s)
        self.index = 0
        if not self.first:
            self.begun = before is not None and before == self.current

    def _note_what_is_left_out(self, plan: Plan) -> None:
        """Note that what failed last is in the plan made for that no more, nor anything like it."""
        if self.plan is not None or len(self.history) <= self.since:
            return
        failed, outcome = self.history[-1]
        if outcome.status is Status.DONE or failed.skill == FINISH:
            return
        if all(step.skill != failed.skill for step in plan.subgoals):
            why = outcome.evidence or outcome.cause.value
            self.left_out.append(f"{str(failed).rstrip('.')}: {why}")

    def replace(self, instruction: Instruction) -> None:
        """Ask for something else; what was done for other words is no part of it."""
        self.instruction = instruction
        self.plan = None
        self.index = self.replans = 0
        self.since = len(self.history)
        self.begun = False

    def ended(self, outcome: Outcome) -> None:
        """Take in how the current subgoal ended, and go on to the next where that is it."""
        subgoal = self.current
        assert subgoal is not None
        self.begun = False
        self.history.append((subgoal, outcome))
        if self.first:
            self.first.pop(0)  # however it ended: the new task does not wait for the old one
        elif outcome.status is Status.DONE:
            self.index += 1

    def failures_of(self, subgoal: Subgoal) -> int:
        """Return how often a subgoal failed."""
        return sum(
            each == subgoal and done.status is not Status.DONE for each, done in self.history
        )

    def gave_up(self, outcome: Outcome, *, confidence: float | None) -> str:
        """Return why it is over where it ended with this.

        Args:
            outcome: How the last subgoal failed.
            confidence: How sure the planner was of its plan, see `likelier`.
        """
        why = outcome.evidence or outcome.cause.value
        cause = likelier(cause_of(outcome), confidence)
        return f"{cause}: gave up after {self.replans} new plans; last failure: {why}"

    def record(self) -> Mapping[str, Any]:
        """Return the part of it that goes into reports."""
        return {
            "instruction": self.instruction.text,
            "plans": tuple(self.plans),
            "subgoal": "" if self.current is None else str(self.current),
            "subgoal_index": self.index,
            "subgoal_count": 0 if self.plan is None else len(self.plan.subgoals),
            "left_out": tuple(self.left_out),
            "corrections": self.log.record(),
            "end_reason": self.ending,
        }

    def lines(self) -> list[str]:
        """Return it as lines: what is asked, the plan with what is done, the last failures."""
        subgoals = () if self.plan is None else self.plan.subgoals
        done = ["x" if n < self.index else ">" if n == self.index else " " for n in range(99)]
        listed = [f" {mark} {each}" for mark, each in zip(done, subgoals, strict=False)]
        return [f"asked: {self.instruction.text}", *listed, *remembered(self.history)]
