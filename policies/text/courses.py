"""How each skill is done in a text world: generators of commands that read the memory as they go.

A course yields a command, and finds the memory brought up to date by the answer when it goes on. It
returns when the skill is done and raises `CourseError` when it cannot be.
"""

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence

from embodied.core.plan import Cause, ObjectRef, Outcome, Status, Subgoal
from embodied.core.task_plans import ANOTHER, LAMPS
from embodied.mapping.text_world import type_of
from embodied.mapping.whereabouts import Whereabouts
from policies.skills.cues import cue_of
from policies.text.memory import Command, TextMemory

Keep = Callable[[Sequence[str]], frozenset[str]]
"""Takes types of things to those that the step may need."""

MAX_PLACES_TRIED = 3
"""Receptacles of one type in which putting something down is tried."""
STRANGE_SHARE = 0.3
"""Share of a room's kinds of furniture never met beside a thing that make it out of place there."""
WASHING_PLACES = ("SinkBasin", "Sink", "BathtubBasin")


class CourseError(Exception):
    """A skill that cannot be done; carries the outcome."""

    def __init__(self, cause: Cause, evidence: str, status: Status = Status.FAILED) -> None:
        super().__init__(evidence)
        self.outcome = Outcome(status, cause, evidence)


class Courses:
    """The skills of a text world.

    Args:
        memory: What is known; the owner keeps it up to date between commands.
        whereabouts: Where things are kept.
        keep: Says what the current step may need; what it leaves out comes last in a search.
        patience: Share of where a thing may be that is looked into before it is reported as not
            found; asked again, the search goes through the rest.
    """

    def __init__(
        self, memory: TextMemory, whereabouts: Whereabouts, keep: Keep, *, patience: float = 1.0
    ) -> None:
        self._memory = memory
        self._whereabouts = whereabouts
        self._keep = keep
        self._patience = patience
        self._by_skill = {
            "pick": self.pick,
            "place": self.place,
            "heat": self.change,
            "cool": self.change,
            "clean": self.change,
            "look": self.look,
            "toggle": self.toggle,
            "goto": self.goto,
            "open": self.open,
            "close": self.close,
        }

    def of(self, step: Subgoal) -> Iterator[Command]:
        """Return the course of a step.

        Raises:
            CourseError: When the course is followed, if a text world has no such skill.
        """
        if step.skill not in self._by_skill:
            raise CourseError(
                Cause.REFUSED, f"a text world has no skill {step.skill!r}", Status.IMPOSSIBLE
            )
        return self._by_skill[step.skill](step)

    def pick(self, step: Subgoal) -> Iterator[Command]:
        """Find a thing and take it."""
        named = _named(step, "object")
        another = ANOTHER in named.attributes
        memory = self._memory
        if type_of(memory.held) == named.category and not another:
            return
        if memory.held:
            yield from self._put_away()
        # What was laid down as the plan said is taken up again only if the step says where it is,
        # or if there is no other.
        told = named.relation.rpartition(" ")[2]
        there = {name for name, place in memory.known(named.category) if type_of(place) == told}
        passed_over = memory.laid_down - there
        while True:
            try:
                name, place = yield from self._find((named.category,), but=passed_over)
            except CourseError:
                if another or not memory.laid_down & passed_over:
                    raise
                passed_over -= memory.laid_down
                memory.laid_down.clear()
                continue
            yield from self._reach(place)
            yield Command("take", name, place)
            if memory.held == name:
                return
            passed_over.add(name)

    def place(self, step: Subgoal) -> Iterator[Command]:
        """Put what is held into or onto a receptacle."""
        memory = self._memory
        thing = yield from self._in_hand(step)
        named = _named(step, "receptacle")
        kind = named.category
        beside = yield from self._where_stands(named)
        places = memory.of_type(kind)
        if not (places or beside):
            raise CourseError(Cause.NOT_FOUND, f"there is no {kind} here")
        for place in [*beside, *places][:MAX_PLACES_TRIED]:
            yield from self._reach(place)
            yield Command("move", thing, place)
            if not memory.held:
                return
        raise CourseError(Cause.REFUSED, f"{type_of(thing)} does not go into or onto {kind}")

    def change(self, step: Subgoal) -> Iterator[Command]:
        """Heat, cool or clean what is held."""
        thing = yield from self._in_hand(step)
        kind = _named(step, "receptacle").category
        kinds = WASHING_PLACES if step.skill == "clean" else (kind,)
        devices = [name for each in kinds for name in self._memory.of_type(each)]
        if not devices:
            raise CourseError(Cause.NOT_FOUND, f"there is no {kind} here")
        for device in devices[:MAX_PLACES_TRIED]:
            if not self._memory.is_here(device):
                yield Command("go", place=device)
            command = Command(step.skill, thing, device)
            yield command
            if (self._memory.here, command) not in self._memory.refused:
                return
        raise CourseError(Cause.REFUSED, f"{type_of(thing)} cannot be {step.skill}ed")

    def look(self, step: Subgoal) -> Iterator[Command]:
        """Look at what is held in the light of a lamp: the named one, or any there is."""
        yield from self._in_hand(step)
        lamp = _named(step, "lamp").category
        yield from self._switch([lamp, *(kind for kind in LAMPS if kind != lamp)])

    def toggle(self, step: Subgoal) -> Iterator[Command]:
        """Switch a lamp."""
        yield from self._switch([_named(step, "object").category])

    def goto(self, step: Subgoal) -> Iterator[Command]:
        """Go to a receptacle, or to where a thing is."""
        kind = _named(step, "object").category
        places = self._memory.of_type(kind)
        if places:
            yield from self._reach(places[0])
        else:
            _, place = yield from self._find((kind,), but=set())
            yield from self._reach(place)

    def open(self, step: Subgoal) -> Iterator[Command]:
        """Open a receptacle."""
        places = self._memory.of_type(_named(step, "object").category)
        if not places:
            raise CourseError(Cause.NOT_FOUND, f"there is no {_named(step, 'object')} here")
        yield from self._reach(places[0])

    def close(self, step: Subgoal) -> Iterator[Command]:
        """Close a receptacle."""
        places = self._memory.of_type(_named(step, "object").category)
        if not places:
            raise CourseError(Cause.NOT_FOUND, f"there is no {_named(step, 'object')} here")
        if not self._memory.is_here(places[0]):
            yield Command("go", place=places[0])
        yield Command("close", place=places[0])

    def _in_hand(self, step: Subgoal) -> Generator[Command, None, str]:
        """Return the name of the step's thing in the hand; fetched first if it is not there.

        Plans see to that themselves; but who takes a step for done too early goes on without it.
        """
        named = _named(step, "object")
        if type_of(self._memory.held) != named.category:
            yield from self.pick(Subgoal("pick", {"object": named}))
        return self._memory.held

    def _where_stands(self, where: ObjectRef) -> Generator[Command, None, list[str]]:
        """Return the place of what a place is told by: `where the laptop is`.

        Empty where it is told otherwise, or by furniture, which stands by itself in a text world.
        """
        cue = cue_of(where)
        if cue is None or cue.kind != "with":
            return []
        if any(self._memory.of_type(kind) for kind in cue.landmarks):
            return []
        _, place = yield from self._find(cue.landmarks, but=set())
        return [place]

    def _switch(self, lamps: Sequence[str]) -> Iterator[Command]:
        memory, tried = self._memory, set[str]()
        for kinds in (lamps[:1], lamps[1:]):
            while True:
                try:
                    name, place = yield from self._find(kinds, but=tried)
                except CourseError:
                    break
                yield from self._reach(place)
                command = Command("use", name)
                yield command
                if (memory.here, command) not in memory.refused:
                    return
                tried.add(name)
        raise CourseError(Cause.NOT_FOUND, f"no {lamps[0]} was found")

    def _put_away(self) -> Iterator[Command]:
        """Lay down what is held and not wanted, here if it goes here."""
        memory, thing = self._memory, self._memory.held
        for place in sorted(memory.places, key=memory.cost):
            yield from self._reach(place)
            yield Command("move", thing, place)
            if not memory.held:
                memory.laid_down.discard(
                    thing
                )  # it was in the way, and lies nowhere it was meant to
                return
        raise CourseError(Cause.HAND_FULL, f"there is nowhere to put {thing}")

    def _find(
        self, kinds: Sequence[str], *, but: Iterable[str]
    ) -> Generator[Command, None, tuple[str, str]]:
        """Look around until one of the kinds is seen, and return its name and place."""
        passed_over = set(but)
        while True:
            for kind in kinds:
                for name, place in self._memory.known(kind):
                    if name not in passed_over:
                        return name, place
            place = "" if self._given_up(kinds) else self._next_place(kinds)
            if not place:
                seen = len(self._memory.places) - len(self._memory.unseen())
                raise CourseError(
                    Cause.NOT_FOUND, f"no {' or '.join(kinds)} was found in {seen} places"
                )
            yield from self._reach(place)
            if self._memory.places[place] is None:
                self._memory.places[place] = []  # it shows nothing of itself, shut or open

    def _given_up(self, kinds: Sequence[str]) -> bool:
        """Return whether to stop looking: once, when hardly a place is left where such a thing is.

        Asked for the same again, the search goes on through the rest.
        """

        def mass(places: Iterable[str]) -> float:
            return sum(self._whereabouts.rate(k, type_of(p)) for k in kinds for p in places)

        unseen = self._memory.unseen()
        if not unseen or self._patience >= 1.0 or tuple(kinds) in self._memory.given_up:
            return False
        hardly_left = mass(unseen) <= (1.0 - self._patience) * mass(self._memory.places)
        if not hardly_left and not all(self._out_of_place(kind) for kind in kinds):
            return False
        self._memory.given_up.add(tuple(kinds))
        return True

    def _out_of_place(self, kind: str) -> bool:
        """Return whether rooms with such furniture never had such a thing, as far as is known."""
        met = self._whereabouts.seen.get(kind)
        here = {type_of(place) for place in self._memory.places}
        known = here & set(self._whereabouts.receptacles)
        return bool(met) and len(known - set(met or ())) > STRANGE_SHARE * len(known)

    def _next_place(self, kinds: Sequence[str]) -> str:
        """Return where to look next: the likeliest for what it costs; empty where all was seen."""
        unseen = self._memory.unseen()
        kept = self._keep(sorted({type_of(name) for name in unseen})) if unseen else frozenset()

        def worth(place: str) -> tuple[bool, float]:
            rate = sum(self._whereabouts.rate(kind, type_of(place)) for kind in kinds)
            return type_of(place) in kept, rate / max(self._memory.cost(place), 1)

        return max(unseen, key=worth, default="")

    def _reach(self, place: str) -> Iterator[Command]:
        """Go before a receptacle and open it if it is shut."""
        if not self._memory.is_here(place):
            yield Command("go", place=place)
        if self._memory.here != place and self._memory.places[place] is None:
            # It stands where the agent stands already: one cannot go there, but look at it.
            yield Command("examine", place=place)
        if place in self._memory.shut:
            yield Command("open", place=place)


def _named(step: Subgoal, argument: str) -> ObjectRef:
    named = step.arguments.get(argument)
    if not isinstance(named, ObjectRef):
        raise CourseError(Cause.NOT_UNDERSTOOD, f"{step} names no {argument}", Status.IMPOSSIBLE)
    return named
