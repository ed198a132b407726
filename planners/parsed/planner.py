"""`planner=parsed`: the default planner, which needs no language model."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from embodied.core.instruction import Instruction
from embodied.core.plan import Argument, ObjectRef, Plan, Subgoal
from embodied.core.protocols import PlanContext
from embodied.core.routes import ROUTE
from embodied.core.skills import SkillSpec
from embodied.core.task import Task
from embodied.core.task_plans import ANOTHER, subgoals_of
from planners.cues import described, mentions_in
from planners.parsed import belief, plausibility
from planners.parsed import encoder as encoder_files
from planners.parsed.arm import ArmReader, is_arm
from planners.parsed.arm_scene import refuse_promises
from planners.parsed.commands import CommandReader
from planners.parsed.encoder import AdaptedEncoder
from planners.parsed.left_open import ask_what_is_left_open
from planners.parsed.literal import fits, literal
from planners.parsed.paraphrases import plainly
from planners.parsed.plausibility import Plausibility
from planners.parsed.priors import ANYWHERE, AS_TRAINED, BY_ROOM, Prior
from planners.parsed.reader import TaskReader, TaskReading
from planners.parsed.refusals import UNABLE, UNKNOWN, Question, Refused
from planners.parsed.spoken import spoken
from planners.parsed.understanding import Understander, Understanding
from planners.parsed.words import load
from planners.wanted import wanted

READ_WHOLE = 0.9
"""Confidence in words that the grammar read to the last one."""


@dataclass(frozen=True)
class Explanation:
    """Why a plan is as it is.

    Attributes:
        kind: `task` where the words were read as one task, `commands` where one by one.
        confidence: How likely it is to be what was meant.
        reasons: Whole sentences.
    """

    kind: str
    confidence: float
    reasons: tuple[str, ...]


class ParsedPlanner:
    """Reads words as one task with a learned parser, and as commands with a grammar.

    FILM (Min et al. 2021, section 3.1) parses the task's type and each argument with models of
    their own; here one network reads goal and steps, all arguments are decided together, and a
    grammar reads what is no such task: several errands, opening and closing, walking, turning,
    tilting. What the words say of a thing beside its type (how it looks, where it stands) rides on
    its references. Words that ask for what no declared skill can do are refused; words that leave
    open what has to be known are answered with a question. An instruction that is known to be one
    task is read as one, however it is worded.

    Args:
        weights: Folder of the weights; None takes the shipped ones.
        encoder: A published sentence encoder that reads tasks too, by name: `minilm`. It needs
            torch; None does without. What is refused or asked back does not depend on it.
        rooms: Whether a text that is known to be about one of the rooms of training is read by what
            was asked for in the room that its words tell of (`rooms.Rooms`).
        familiar: Whether texts that are known to be one task are about rooms that the weights were
            trained in; None goes by what the instruction says.

    Raises:
        ConfigError: If the encoder is not installed.
    """

    def __init__(
        self,
        *,
        weights: str | Path | None = None,
        encoder: str | None = None,
        rooms: bool = True,
        familiar: bool | None = None,
    ) -> None:
        self._by_room, self._familiar = rooms, familiar
        self._tasks = TaskReader(weights)
        folder = None if weights is None else Path(weights)
        self._encoder = None if encoder is None else self._adapted(encoder, folder)
        self._plausibility = (
            Plausibility.load(folder)
            if folder is not None and (folder / plausibility.FILE).exists()
            else plausibility.shipped()
        )
        self._understander: tuple[tuple[SkillSpec, ...], Understander] | None = None
        self.explanation: Explanation | None = None

    def plan(self, context: PlanContext) -> Plan:
        """Return the whole plan for the instruction.

        Raises:
            Refused: If the words cannot be meant or done; says why, and what could be.
            Question: If something has to be known first.
        """
        self.explanation = None
        instruction = context.instruction
        if any(ROUTE in skill.arguments for skill in context.skills):
            raise Refused(
                "planner=parsed reads tasks of a household or an arm; this body follows routes.",
                alternative="Choose planner=routes, or planner=route_whole for policy=vln.",
                kind=UNABLE,
            )
        if is_arm(context.skills):
            text = ". ".join([instruction.text, *instruction.steps]).strip()
            if not text:
                raise Question("What should I do?", raw=text)
            refuse_promises(text)
            left = wanted(text)
            if not left:
                raise Question("What should I do instead?", raw=text, certain=True)
            steps = ArmReader(context.skills).read(left, entities=context.entities)
            self.explanation = Explanation("commands", 0.9, ("Read by the arm's grammar.",))
            return Plan(instruction, 0, steps)
        subgoals = self.read(
            instruction.text,
            instruction.steps,
            skills=context.skills,
            one_task=instruction.one_task,
            familiar=instruction.familiar,
        )
        revision = context.current_plan.revision + 1 if context.current_plan else 0
        return Plan(instruction, revision, subgoals)

    def read(
        self,
        text: str,
        steps: Sequence[str] = (),
        *,
        skills: tuple[SkillSpec, ...],
        one_task: bool = False,
        familiar: bool = False,
    ) -> tuple[Subgoal, ...]:
        """Return the subgoals that words ask for; raises as `plan` does.

        Args:
            text: The goal's words.
            steps: The steps' words.
            skills: What the embodiment declares.
            one_task: As `Instruction` has it.
            familiar: As `Instruction` has it.
        """
        if not text.strip() and not any(step.strip() for step in steps):
            raise Question("What should I do?", raw=text)
        said = text
        if not one_task:
            text = wanted(plainly(load().with_verbs_corrected(said)))
            if said.strip() and not text:
                raise Question("What should I do instead?", raw=said, certain=True)
            ask_what_is_left_open(text)
        prior = self._prior(one_task=one_task, familiar=familiar)
        understanding = self.understand(text, steps, skills=skills, prior=prior)
        if one_task:
            understanding = self._read_further(understanding, steps, prior)
            subgoals, self.explanation = _as_task(understanding, understanding.reading.task)
        else:
            subgoals, self.explanation = self._decide(understanding, steps, skills)
            if text != said:
                left = f"Read as: {text!r}."
                told = (*self.explanation.reasons, left)
                self.explanation = replace(self.explanation, reasons=told)
        subgoals = described(subgoals, mentions_in([text, *steps], subgoals, any_place=one_task))
        return tuple(replace(step, text=step.text or spoken(step)) for step in subgoals)

    def instead(self, instruction: Instruction, task: Task, missing: str) -> tuple[str, ...]:
        """Return what the words may have meant by a type that is not there, the likeliest first.

        None where they are a person's own: what is absent is not taken for whatever else is near.

        Args:
            instruction: What was asked for.
            task: What it was read as.
            missing: The type.
        """
        if not instruction.one_task:
            return ()
        return self._tasks.instead(
            *(task, missing, instruction.text, instruction.steps),
            further=self._encoder,
            prior=self._prior(one_task=True, familiar=instruction.familiar),
        )

    def understand(
        self,
        text: str,
        steps: Sequence[str] = (),
        *,
        skills: tuple[SkillSpec, ...],
        prior: Prior = AS_TRAINED,
    ) -> Understanding:
        """Return everything that is made of words, before it is decided what to do."""
        if self._understander is None or self._understander[0] is not skills:
            self._understander = skills, Understander(self._tasks, CommandReader(skills))
        return self._understander[1].understand(text, steps, prior=prior)

    def _prior(self, *, one_task: bool, familiar: bool) -> Prior:
        """Return what to believe before anything is read."""
        if not one_task:
            return AS_TRAINED
        if not (familiar if self._familiar is None else self._familiar):
            return ANYWHERE
        return BY_ROOM if self._by_room else AS_TRAINED

    def _decide(
        self, understanding: Understanding, steps: Sequence[str], skills: tuple[SkillSpec, ...]
    ) -> tuple[tuple[Subgoal, ...], Explanation]:
        command = understanding.command
        if belief.reads_commands(understanding) and command is not None:
            unread = f" Not understood: {', '.join(command.unread)}." if command.unread else ""
            return command.subgoals, Explanation(
                "commands",
                READ_WHOLE * 0.8 ** len(command.unread),
                (f"{len(command.clauses)} commands, read one by one.{unread}",),
            )
        doubted = belief.is_lost(understanding) or belief.is_open(understanding)
        doubted = doubted or self._plausibility.refuses(understanding)
        doubted = doubted or belief.is_made_up(understanding)
        if doubted and not belief.is_plain(understanding):
            raise _objection(understanding)
        understanding = self._read_further(understanding, steps, AS_TRAINED)
        task = literal(understanding, skills)
        refusal = understanding.refusal
        if refusal is not None and refusal.skill == "place" and not fits(task, skills):
            raise refusal  # mended, it would lead to a place that nobody named
        subgoals, explanation = _as_task(understanding, task)
        subgoals = _told_apart(subgoals, () if command is None else command.subgoals)
        if understanding.refusal is not None and understanding.refusal.kind != UNKNOWN:
            passed_over = f"Passed over: {understanding.refusal}"
            explanation = replace(explanation, reasons=(*explanation.reasons, passed_over))
        return subgoals, explanation

    def _read_further(
        self, understanding: Understanding, steps: Sequence[str], prior: Prior
    ) -> Understanding:
        """Let the encoder read a task too, where there is one."""
        if self._encoder is None:
            return understanding
        reading = self._tasks.read(
            understanding.text,
            steps,
            hints=understanding.hints,
            further=self._encoder,
            prior=prior,
        )
        return replace(understanding, reading=reading)

    def _adapted(self, name: str, folder: Path | None) -> AdaptedEncoder:
        """Return the encoder with the folder's adapter, or else with the shipped one."""
        values = self._tasks.ensemble.table.values
        if folder is not None and (folder / encoder_files.WEIGHTS).exists():
            return AdaptedEncoder(folder, values, name=name)
        return encoder_files.shipped(name, tuple(values.items()))


def _as_task(understanding: Understanding, task: Task) -> tuple[tuple[Subgoal, ...], Explanation]:
    reading, command = understanding.reading, understanding.command
    if task == reading.task:
        explanation = Explanation("task", reading.confidence, tuple(_reasons(reading)))
        return subgoals_of(task), explanation
    meant = ", ".join(_differing(reading.task, task))
    reasons = (
        f"Taken by its own words: {', '.join(_differing(task, reading.task))}.",
        f"ALFRED's annotators would have meant {meant} by them ({reading.confidence:.0%}).",
    )
    as_read = understanding.amounts_to == task and command is not None and not command.unread
    confidence = max(reading.confidence, READ_WHOLE) if as_read else reading.confidence
    return subgoals_of(task), Explanation("task", confidence, reasons)


def _told_apart(subgoals: tuple[Subgoal, ...], told: Sequence[Subgoal]) -> tuple[Subgoal, ...]:
    """Return subgoals about another thing of its type, where the words are: `the other mug`.

    Args:
        subgoals: Those of a task, which knows types alone.
        told: The same words, read one by one.
    """
    things = [
        value for step in told if isinstance(value := step.arguments.get("object"), ObjectRef)
    ]
    others = {each.category for each in things if ANOTHER in each.attributes}
    others -= {each.category for each in things if ANOTHER not in each.attributes}

    def apart(value: Argument) -> Argument:
        if not isinstance(value, ObjectRef) or value.category not in others:
            return value
        return replace(value, attributes=tuple(dict.fromkeys((*value.attributes, ANOTHER))))

    return tuple(
        replace(step, arguments={name: apart(value) for name, value in step.arguments.items()})
        for step in subgoals
    )


def _objection(understanding: Understanding) -> Refused | Question:
    """Say what is wrong, as the grammar has it, or else that nothing like it was ever asked."""
    if understanding.refusal is not None:
        return understanding.refusal
    if understanding.question is not None:
        return understanding.question
    return Refused(
        f"I do not understand {understanding.text!r}.",
        alternative="Say what to bring, and where to; or what to open, switch, cut, heat or clean.",
        raw=understanding.text,
    )


def _differing(task: Task, other: Task) -> list[str]:
    """Return what a task has otherwise than another."""
    return [
        f"{name} {getattr(task, name) or 'none'}"
        for name in ("task_type", "object", "sliced", "mrecep", "parent", "toggle")
        if getattr(task, name) != getattr(other, name)
    ]


def _reasons(reading: TaskReading) -> list[str]:
    least, probability = min(reading.slots, key=lambda pair: pair[1])
    said = [
        f"Read as {reading.task.task_type} with {reading.confidence:.0%} confidence; least sure of "
        f"{least} ({probability:.0%})."
    ]
    if reading.runner_up is not None and reading.confidence < 0.9:
        differing = ", ".join(_differing(reading.runner_up, reading.task))
        said.append(f"Next likeliest: {differing}.")
    if reading.seen == 0:
        said.append("Nobody asked for just this in training.")
    return said
