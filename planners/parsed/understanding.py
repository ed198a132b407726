"""One text read twice: as a task by the learned half, as commands by the grammar."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from embodied.core.plan import Subgoal
from embodied.core.task import Task
from embodied.core.task_plans import LAMPS, task_of
from planners.parsed.clauses import Clause
from planners.parsed.commands import Command, CommandReader
from planners.parsed.priors import AS_TRAINED, Prior
from planners.parsed.reader import TaskReader, TaskReading
from planners.parsed.refusals import Question, Refused
from planners.parsed.slots import values_of

FOREIGN = frozenset({"open", "close", "goto", "turn", "tilt", "move", "toggle"})
"""Skills that no task of ALFRED's kind asks for by name."""


@dataclass(frozen=True)
class Understanding:
    """Everything that was made of a text.

    Attributes:
        text: The words.
        reading: As one task.
        command: As commands; None where the grammar had to refuse or ask.
        refusal: Why the grammar refused, if it did.
        question: What the grammar would ask, if it would.
        amounts_to: The task that the commands amount to, if any.
        expressible: Whether training had every type of the grammar's task.
        hints: What the grammar's task allows in each slot; empty without one.
        clauses: The words' clauses, as the grammar parts them.
        heard: Words that training knew.
        with_steps: Whether steps were told beside the goal, as is done for tasks alone.
    """

    text: str
    reading: TaskReading
    command: Command | None = None
    refusal: Refused | None = None
    question: Question | None = None
    amounts_to: Task | None = None
    expressible: bool = True
    hints: tuple[tuple[str, ...], ...] = ()
    clauses: tuple[Clause, ...] = ()
    heard: frozenset[str] = frozenset()
    with_steps: bool = False

    @property
    def agrees(self) -> bool:
        """Whether the learned task is one that the grammar's words may mean."""
        values = values_of(self.reading.task)
        return bool(self.hints) and all(
            value in hint for value, hint in zip(values, self.hints, strict=True)
        )

    @property
    def told(self) -> Command:
        """The commands, where there are any."""
        assert self.command is not None
        return self.command


def _task(subgoals: Sequence[Subgoal]) -> Task | None:
    """The task that commands amount to, if they ask for nothing else besides."""
    skills = {step.skill for step in subgoals}
    for step in subgoals:
        lamp = step.skill == "toggle" and categories_of(step)[0] in LAMPS
        if step.skill in FOREIGN and (not lamp or "place" in skills):
            return None
    return None if {"look", "place"} <= skills else task_of(subgoals)


class Understander:
    """Reads a text both ways.

    Args:
        tasks: The learned half.
        commands: The grammar.
    """

    def __init__(self, tasks: TaskReader, commands: CommandReader) -> None:
        self._tasks = tasks
        self._commands = commands

    def understand(
        self, text: str, steps: Sequence[str] = (), *, prior: Prior = AS_TRAINED
    ) -> Understanding:
        """Read a text, with its steps where they are given; as `TaskReader.read`."""
        command, refusal, question, amounts_to = None, None, None, None
        try:
            command = self._commands.read(text)
            amounts_to = _task(command.subgoals)
        except Refused as found:
            refusal = found
        except Question as found:
            question = found
        hints = hints_of(amounts_to, command.choices) if command and amounts_to else ()
        return Understanding(
            text=text,
            reading=self._tasks.read(text, steps, hints=hints, prior=prior),
            command=command,
            refusal=refusal,
            question=question,
            amounts_to=amounts_to,
            expressible=amounts_to is None or self._tasks.has(amounts_to),
            hints=hints,
            clauses=tuple(self._commands.clauses(text)) if command is None else command.clauses,
            heard=self._tasks.ensemble.words,
            with_steps=bool(steps),
        )


def hints_of(task: Task, choices: Mapping[str, tuple[str, ...]]) -> tuple[tuple[str, ...], ...]:
    """Return what the grammar's task allows in each slot: all that its words may mean."""
    return tuple((value, *choices.get(value, ())) for value in values_of(task))


def categories_of(step: Subgoal) -> tuple[str, ...]:
    """Return the types of what a step is done to and where, empty for what is neither."""
    return tuple(getattr(value, "category", "") for value in step.arguments.values())
