"""One text read twice: as a task by the learned half, as commands by the grammar."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from embodied.core.plan import ObjectRef, Subgoal
from embodied.core.task import LOOK_IN_LIGHT, PICK_TWO, PICK_WITH_MOVABLE, Task
from embodied.core.task_plans import (
    ANOTHER,
    DEVICE_OF,
    KNIFE_RESTS_ON,
    KNIVES,
    LAMPS,
    subgoals_of,
    task_of,
)
from planners.parsed.clauses import Clause
from planners.parsed.commands import Command, CommandReader
from planners.parsed.priors import AS_TRAINED, Prior
from planners.parsed.reader import TaskReader, TaskReading
from planners.parsed.refusals import UNABLE, Question, Refused
from planners.parsed.slots import values_of
from planners.parsed.words import load
from planners.supports import stands_there

FOREIGN = frozenset({"open", "close", "goto", "turn", "tilt", "move", "toggle"})
"""Skills that no task of ALFRED's kind asks for by name."""
CLEAR = -0.9
"""Evidence from which on the learned half is believed against a grammar that read two errands."""
PLAIN = -0.3
"""Evidence from which on it is believed where the grammar read walking or switching as well."""
DOUBTFUL = -2.0
"""Evidence below which the grammar may be believed where the two read different tasks."""
OBVIOUS = -0.15
"""Evidence from which on no objection of the grammar counts, where people asked just this."""
LOST = 0.12
"""Confidence below which the learned half is not believed where the grammar refuses."""
UNSURE = 0.35
"""Confidence below which it may."""
SURE = 0.5
"""Confidence from which on a task is believed whose end the words leave open."""
CHANGES = frozenset(DEVICE_OF)
DEEDS_APART = frozenset({"open", "close", "turn", "tilt", "move"})
"""Skills that the words must name to be asked for, so that there is no mistaking them."""
_ONLY_IT = re.compile(r"^(?:please )?[a-z]+ (?:it|them|this|that)\b(?!.*\b(?:the|a|an|my)\b)", re.I)
"""Words that name nothing before `it`, nor after."""
_APART = re.compile(r"\band\b|\bthen\b|[,;]", re.IGNORECASE)
"""What stands between things told one after another."""


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
    def is_command(self) -> bool:
        """Whether the grammar's reading is believed rather than the learned one."""
        if self.command is None or not self.command.subgoals or self.with_steps:
            return False
        if not self.command.unread and (
            self._several_things
            or self._several_places
            or self._two
            or self._one_other
            or self._changed_in_vessel
            or self._says_more
            or self._ends_in_hand
            or self._ends_cut
            or self._lays_knife
            or self._stands_beside
            or self._ends_in_vessel
        ):
            return True
        doubtful = self.reading.evidence < DOUBTFUL and self.reading.confidence < UNSURE
        if self.amounts_to is not None:
            if self._left_in_hand or not self.expressible:
                return self._left_in_hand or self.reading.evidence < CLEAR or not self._known_thing
            return doubtful and not self.command.unread and not self.agrees
        skills = [step.skill for step in self.command.subgoals]
        if "pick" in skills and "place" not in skills and self._lights:
            return False
        if DEEDS_APART & set(skills) or set(skills) == {"pick"}:
            return True
        if "place" in skills and {"look", "toggle"} & set(skills):
            return True
        if FOREIGN & set(skills):
            return self.reading.evidence < PLAIN or not self.reading.seen
        return doubtful or (self.reading.evidence < CLEAR and self._several_errands)

    @property
    def _says_more(self) -> bool:
        """Whether the words ask for all that the learned task does, and for heat, cold or water."""
        assert self.command is not None
        task = Counter((step.skill, *_ends(step)) for step in subgoals_of(self.reading.task))
        told = Counter((step.skill, *_ends(step)) for step in self.command.subgoals)
        more = told - task
        return bool(more) and told > task and {skill for skill, *_ in more} <= CHANGES

    @property
    def _changed_in_vessel(self) -> bool:
        """Whether what is heated, cooled or rinsed is brought in something: no task has both."""
        assert self.command is not None
        steps = self.command.subgoals
        brought = [_ends(step) for step in steps if step.skill == "place"]
        vessels = {place for _, place in brought} & {thing for thing, _ in brought}
        return bool(vessels) and bool(CHANGES & {step.skill for step in steps})

    @property
    def _ends_in_hand(self) -> bool:
        """Whether what is heated, cooled or rinsed last goes nowhere then, or to the speaker."""
        assert self.command is not None
        last = self.command.subgoals[-1]
        if last.skill not in CHANGES or _ends(last)[0] in self._placed:
            return False
        several = bool(self._placed - set(KNIVES))
        here = self.command.clauses[-1].here
        parent = self.reading.task.parent
        return several or here or not load().says(self.text, parent, by_any_name=True)

    @property
    def _ends_cut(self) -> bool:
        """Whether something is cut last, and it is not said where it goes then."""
        assert self.command is not None
        steps, parent = self.command.subgoals, self.reading.task.parent
        cut = steps[-1].skill == "slice" and not self._placed
        return cut and not load().says(self.text, parent, by_any_name=True)

    @property
    def _lays_knife(self) -> bool:
        """Whether it is said where the knife goes after cutting: of nothing else, or elsewhere."""
        assert self.command is not None
        skills = {step.skill for step in self.command.subgoals}
        ends = (_ends(step) for step in self.command.subgoals if step.skill == "place")
        if any(what in KNIVES and where != KNIFE_RESTS_ON for what, where in ends):
            return "slice" in skills
        laid = bool(self._placed) and self._placed <= set(KNIVES)
        return laid and "slice" in skills and not skills & CHANGES

    @property
    def _stands_beside(self) -> bool:
        """Whether something goes next to what no task names as a place."""
        assert self.command is not None
        places = (step.arguments.get("receptacle") for step in self.command.subgoals)
        return any(isinstance(each, ObjectRef) and stands_there(each.relation) for each in places)

    @property
    def _ends_in_vessel(self) -> bool:
        """Whether the words end with a thing in a vessel, and do not say where that goes."""
        assert self.command is not None
        last, parent = self.command.subgoals[-1], self.reading.task.parent
        if last.skill != "place" or self.reading.task.task_type != PICK_WITH_MOVABLE:
            return False
        vessel = _ends(last)[-1]
        return vessel == self.reading.task.mrecep and not load().says(
            self.text, parent, by_any_name=True
        )

    @property
    def _placed(self) -> set[str]:
        """The types that the grammar has put somewhere."""
        assert self.command is not None
        return {_ends(step)[0] for step in self.command.subgoals if step.skill == "place"}

    @property
    def _several_things(self) -> bool:
        """Whether things of several types are to be brought, beside what they are carried in.

        A bottle of soap is one thing: several are told one after another.
        """
        assert self.command is not None
        placed = [_ends(step) for step in self.command.subgoals if step.skill == "place"]
        changed = CHANGES & {s.skill for s in self.command.subgoals}
        vessel = {place for _, place in placed} & {thing for thing, _ in placed}
        if max(Counter(placed).values(), default=0) > (1 if changed or vessel else 2):
            return True  # of one kind ALFRED's tasks bring two at most, as they are and in nothing
        alike = Counter((s.skill, *_ends(s)) for s in self.command.subgoals if s.skill in CHANGES)
        if max(alike.values(), default=0) > 1:
            return True
        if not _APART.search(self.text):
            return False
        brought = set(placed)
        places = {place for _, place in brought}
        tools = set(KNIVES) if "slice" in {s.skill for s in self.command.subgoals} else set()
        return len({thing for thing, _ in brought} - places - tools) > 1

    @property
    def _two(self) -> bool:
        """Whether the words ask for two of what the learned task has one of: `a couple of mugs`."""
        meant, task = self.amounts_to, self.reading.task
        two = meant is not None and meant.task_type == PICK_TWO and meant.object == task.object
        return two and task.task_type != PICK_TWO and self.reading.confidence < SURE

    @property
    def _one_other(self) -> bool:
        """Whether one thing is asked for where the learned task brings two: `another mug`."""
        assert self.command is not None
        picks = [step.arguments["object"] for step in self.command.subgoals if step.skill == "pick"]
        if self.reading.task.task_type != PICK_TWO or len(picks) != 1:
            return False
        return isinstance(picks[0], ObjectRef) and ANOTHER in picks[0].attributes

    @property
    def _several_places(self) -> bool:
        """Whether one thing and another of its type go to different places: no task has both."""
        assert self.command is not None
        places: dict[tuple[str, bool], str] = {}
        for step in self.command.subgoals:
            thing, place = (step.arguments.get(name) for name in ("object", "receptacle"))
            if step.skill == "place" and isinstance(thing, ObjectRef):
                key = thing.category, ANOTHER in thing.attributes
                places[key] = getattr(place, "category", "")
        return any(
            other and place != places.get((kind, False), place)
            for (kind, other), place in places.items()
        )

    @property
    def _several_errands(self) -> bool:
        """Whether more is asked than one task has: things to several places, or several changes."""
        assert self.command is not None
        steps = self.command.subgoals
        brought = {_ends(step) for step in steps if step.skill == "place"}
        brought = {(thing, place) for thing, place in brought if thing not in KNIVES}
        if not brought and "slice" in {step.skill for step in steps} and self._lays_down:
            return True
        vessels = {thing for thing, _ in brought} & {place for _, place in brought}
        places = {place for _, place in brought} - vessels
        if "place" not in {step.skill for step in steps}:
            return self.reading.confidence < SURE
        changes = CHANGES & {step.skill for step in steps}
        if len(changes) > 1 and self.reading.evidence < DOUBTFUL:
            return True
        if self.reading.task.task_type == PICK_WITH_MOVABLE:
            return len(places) > 1 and not vessels and self.reading.confidence < SURE
        return len(brought) > 1 and not vessels

    @property
    def _known_thing(self) -> bool:
        """Whether the learned task is about what the grammar read, wherever it is to go."""
        return bool(self.hints) and self.reading.task.object in self.hints[1]

    @property
    def _lays_down(self) -> bool:
        """Whether it is said where the knife goes."""
        assert self.command is not None
        return self.command.subgoals[-1].skill == "place"

    @property
    def _left_in_hand(self) -> bool:
        """Whether something is taken up last, after something else was put down."""
        assert self.command is not None
        skills = [step.skill for step in self.command.subgoals]
        return skills[-1] == "pick" and "place" in skills

    @property
    def is_open(self) -> bool:
        """Whether to ask: the grammar would, and the learned half is not sure either."""
        if self.question is None or self.with_steps:
            return False
        if self.question.known and self.reading.evidence < CLEAR:
            return True
        return self.question.certain or self.reading.confidence < (
            SURE if self.question.known else UNSURE
        )

    @property
    def is_made_up(self) -> bool:
        """Whether no word names what the learned task is about, and neither half is sure."""
        if self.amounts_to is not None:
            return False
        named = load().says(self.text, self.reading.task.object, by_any_name=True)
        if self.with_steps:
            return False
        parent = self.reading.task.parent
        if named and parent and self.refusal is not None and self.refusal.raw in self.heard:
            # "put the keys by the door": no word says the place, and one says another; where it is
            # no word at all ("the sinc") it may be a slip of the keys
            placed = load().says(self.text, parent, by_any_name=True)
            return not placed and self.reading.confidence < SURE
        if named:
            return False
        return self.reading.confidence < SURE or _ONLY_IT.search(self.text) is not None

    @property
    def is_lost(self) -> bool:
        """Whether neither half made sense of the words, or a verb is of no skill's."""
        if self.refusal is None:
            return False
        return self.refusal.kind == UNABLE or self.reading.confidence < LOST or self._light_unsaid

    @property
    def is_plain(self) -> bool:
        """Whether the learned half is so sure that what the grammar objects to was misread.

        Steps say the task a second time, so that less is asked of them.
        """
        if self.with_steps:
            return self.reading.confidence >= UNSURE
        if self._light_unsaid:
            return False
        return self.reading.evidence > OBVIOUS and self.reading.seen > 0

    @property
    def _light_unsaid(self) -> bool:
        """Whether something is to be looked at by a light that the words do not name."""
        task = self.reading.task
        named = any(load().says(self.text, lamp, by_any_name=True) for lamp in LAMPS)
        return task.task_type == LOOK_IN_LIGHT and not (named or self.with_steps)

    @property
    def _lights(self) -> bool:
        """Whether a light is switched on, and nothing else is done to anything but picking up."""
        assert self.command is not None
        rest = [step for step in self.command.subgoals if step.skill != "pick"]
        return bool(rest) and all(
            s.skill == "toggle" and _ends(s)[0] in (*LAMPS, "LightSwitch") for s in rest
        )


def _task(subgoals: Sequence[Subgoal]) -> Task | None:
    """The task that commands amount to, if they ask for nothing else besides."""
    skills = {step.skill for step in subgoals}
    for step in subgoals:
        lamp = step.skill == "toggle" and _ends(step)[0] in LAMPS
        if step.skill in FOREIGN and (not lamp or "place" in skills):
            return None
    return None if {"look", "place"} <= skills else task_of(subgoals)


def _ends(step: Subgoal) -> tuple[str, ...]:
    return tuple(getattr(value, "category", "") for value in step.arguments.values())


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
