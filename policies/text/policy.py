"""`policy=text`: subgoals carried out in commands, one at a time."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from embodied.core.action import Action, TextAction
from embodied.core.observation import Observation
from embodied.core.plan import DONE, RUNNING, Cause, Outcome, Status, Subgoal
from embodied.mapping.whereabouts import Whereabouts, load_whereabouts
from policies.text.courses import CourseError, Courses
from policies.text.memory import Command, TextMemory


class Eliminator(Protocol):
    """Says what a step does not need; PET's Eliminate."""

    def keep(self, step: Subgoal, types: Sequence[str]) -> frozenset[str]:
        """Return those of the types that the step may need."""


class ProgressJudge(Protocol):
    """Says from the answers whether a step is done; PET's Track."""

    def done(self, step: Subgoal, turns: Sequence[tuple[str, str]]) -> bool | None:
        """Judge after the last of the episode's turns, each a command and its answer.

        None leaves it to what the commands did.
        """


class TextPolicy:
    """Carries out pick, place, heat, cool, clean, look, goto, open and toggle in a text world.

    What is not in sight is looked for where such things are kept: receptacles are visited in the
    order of the learned rate of their type over the number of commands that looking takes.

    Args:
        whereabouts: Where things are kept; None takes the shipped table.
        eliminate: Leaves out what a step does not need; what it leaves out is looked into last.
            None leaves out nothing.
        track: Judges whether a step is done; None leaves it to what the commands did.
        patience: Share of where a thing may be that is looked into before it is reported as not
            found. Asked for it again, the search goes through the rest: so a planner can think of
            something likelier in between.
    """

    def __init__(
        self,
        *,
        whereabouts: Whereabouts | None = None,
        eliminate: Eliminator | None = None,
        track: ProgressJudge | None = None,
        patience: float = 1.0,
    ) -> None:
        self._whereabouts = whereabouts or load_whereabouts()
        self._eliminate = eliminate
        self._track = track
        self._patience = patience
        self.reset()

    def reset(self) -> None:
        """Forget the last episode."""
        self.memory = TextMemory()
        self._courses = Courses(self.memory, self._whereabouts, self._keep, patience=self._patience)
        self._turns: list[tuple[str, str]] = []
        self._sent: Command | None = None
        self._course: Iterator[Command] = iter(())

    def interrupt(self) -> None:
        """Leave off the subgoal; what was seen and what is held stay known."""
        self._course = iter(())

    def next_task(self) -> None:
        """Likewise; what was put down, given up or refused may be meant or tried again."""
        self.interrupt()
        self.memory.forget_tries()

    def begin(self, subgoal: Subgoal) -> None:
        """Start on a subgoal."""
        self._subgoal = subgoal
        self._kept: dict[str, bool] = {}
        self._turns_before = len(self._turns)
        self._course = self._follow(subgoal)

    def act(self, observation: Observation) -> tuple[Action | None, Outcome]:
        """Return the next command, and how the subgoal stands."""
        self._hear(observation)
        judged = self._judged()
        if judged:
            return None, DONE
        try:
            self._sent = next(self._course)
        except StopIteration:
            if judged is None:
                return None, DONE
            why = "by what the world answered the step is not done"
            return None, Outcome(Status.FAILED, Cause.NO_EFFECT, why)
        except CourseError as failed:
            return None, failed.outcome
        return TextAction(str(self._sent)), RUNNING

    def measures(self) -> Mapping[str, float]:
        """Return what eliminating and tracking count together, for the records."""
        found: dict[str, float] = {}
        for part in (self._eliminate, self._track):
            count = getattr(part, "measures", None)
            for name, value in (count() if count else {}).items():
                found[name] = found.get(name, 0.0) + value
        return found

    def _follow(self, subgoal: Subgoal) -> Iterator[Command]:
        yield from self._courses.of(subgoal)

    def _hear(self, observation: Observation) -> None:
        text = observation.text or ""
        if self._sent is not None:
            self._turns.append((str(self._sent), text))
            self.memory.hear(text, self._sent)
            self._sent = None
        elif not self.memory.places:
            self.memory.hear(text, None)

    def _judged(self) -> bool | None:
        """Ask the judge, if there is one and something was done for the step."""
        if self._track is None or len(self._turns) == self._turns_before:
            return None
        return self._track.done(self._subgoal, self._turns)

    def _keep(self, types: Sequence[str]) -> frozenset[str]:
        if self._eliminate is None:
            return frozenset(types)
        new = [kind for kind in types if kind not in self._kept]
        if new:
            kept = self._eliminate.keep(self._subgoal, new)
            self._kept |= {kind: kind in kept for kind in new}
        return frozenset(kind for kind in types if self._kept[kind])
