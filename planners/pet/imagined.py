"""Rooms and runs that might have been: what the small language model learns tracking from.

Rooms are drawn from the table of whereabouts, runs are the commands that carry a plan out, with the
answers that ALFWorld's grammar gives. Nothing of a recorded game is in them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from embodied.core.plan import ObjectRef, Subgoal
from embodied.core.task_plans import ANOTHER, ANY_LAMP
from embodied.mapping.whereabouts import Whereabouts
from planners.pet.prompts import Turn

_OPENABLE = ("Cabinet", "Drawer", "Fridge", "Microwave", "Safe")
_MANY = {"Cabinet": 6, "Drawer": 6, "StoveBurner": 4, "Shelf": 4, "CounterTop": 2, "SideTable": 2}
_MANY_THINGS = 3
_REFUSED = "Nothing happens."


@dataclass
class Room:
    """A drawn room: names of receptacles to the names of what they hold."""

    contents: dict[str, list[str]] = field(default_factory=dict)

    @property
    def types(self) -> tuple[str, ...]:
        """Lower-case types of all there is, each once."""
        names = [*self.contents, *(name for held in self.contents.values() for name in held)]
        return tuple(dict.fromkeys(name.split()[0] for name in names))

    def of_type(self, kind: str) -> list[str]:
        """Names of receptacles of a type."""
        return [name for name in self.contents if name.split()[0] == kind.lower()]


def draw_room(
    table: Whereabouts, needed: Sequence[str], rng: np.random.Generator, *, copies: int = 1
) -> Room:
    """Draw a room that has what a plan needs.

    Args:
        table: Where things are kept.
        needed: Types of receptacles, and of things to be found, the first of which sets the scene.
        rng: Draws it.
        copies: How many of the first thing there must be.
    """
    scene = table.seen.get(needed[0], {})
    often = max(table.rooms.get(needed[0], 0), 1)
    room = Room()
    likely = table.ranked(needed[0], scene or table.receptacles)[:3]
    wanted = [kind for kind in (*needed, *likely) if kind in table.receptacles]
    for kind in dict.fromkeys([*wanted, *rng.permutation(sorted(scene) or table.receptacles)]):
        expected = scene.get(kind, 0) / often
        if kind in wanted or rng.random() < min(expected, 0.95):
            most = max(1, min(_MANY.get(kind, 1), round(expected) or 1))
            for number in range(int(rng.integers(1, most + 1)), 0, -1):
                room.contents[f"{kind.lower()} {number}"] = []
    counts: dict[str, int] = {}
    for thing, rate in _inhabitants(table, room, rng):
        for name in room.contents:
            if rng.random() < rate[name.split()[0]] and counts.get(thing, 0) < _MANY_THINGS:
                counts[thing] = counts.get(thing, 0) + 1
                room.contents[name].append(f"{thing.lower()} {counts[thing]}")
    for thing in dict.fromkeys(needed):
        if thing not in table.receptacles:
            _ensure(room, table, thing, copies if thing == needed[0] else 1, counts, rng)
    return room


def _inhabitants(
    table: Whereabouts, room: Room, rng: np.random.Generator
) -> Iterator[tuple[str, Mapping[str, float]]]:
    kinds = {name.split()[0] for name in room.contents}
    spelled = {kind.lower(): kind for kind in table.receptacles}
    for thing in rng.permutation(table.things):
        seen = table.seen[str(thing)]
        met = sum(spelled[kind] in seen for kind in kinds) / len(kinds)
        if met > 0.7 and rng.random() < 0.6:
            rates = {
                kind: table.rate(str(thing), spelled[kind]) if spelled[kind] in seen else 0.0
                for kind in kinds
            }
            yield str(thing), rates


def _ensure(
    room: Room,
    table: Whereabouts,
    thing: str,
    copies: int,
    counts: dict[str, int],
    rng: np.random.Generator,
) -> None:
    spelled = {kind.lower(): kind for kind in table.receptacles}
    names = list(room.contents)
    weights = np.array([table.rate(thing, spelled[name.split()[0]]) for name in names]) + 1e-4
    while counts.get(thing, 0) < copies:
        counts[thing] = counts.get(thing, 0) + 1
        place = names[int(rng.choice(len(names), p=weights / weights.sum()))]
        room.contents[place].append(f"{thing.lower()} {counts[thing]}")


class Run:
    """Carries a plan out in a drawn room, and says after each command whether the step is done.

    Args:
        room: The room; it changes.
        rng: Draws detours and slips.
    """

    def __init__(self, room: Room, rng: np.random.Generator) -> None:
        self._room = room
        self._rng = rng
        self._open: set[str] = set()
        self.turns: list[Turn] = []
        self.held = ""
        self.moved: set[str] = set()

    def follow(self, step: Subgoal) -> Iterator[tuple[Turn, bool]]:
        """Yield each command with its answer, and whether the step is done after it.

        Slips that do not do the step come before the command that does: refused commands, another
        thing taken up and laid back, a wrong place.
        """
        thing, other = _names(step)
        if step.skill == "pick":
            yield from self._pick(step, thing)
        elif step.skill == "place":
            yield from self._place(other)
        elif step.skill == "look":
            yield from self._look(other)
        else:
            yield from self._change(step.skill, other)

    def _tell(self, command: str, answer: str, done: bool = False) -> tuple[Turn, bool]:
        turn = Turn(command, answer)
        self.turns.append(turn)
        return turn, done

    def _go(self, place: str) -> tuple[Turn, bool]:
        closed = place.split()[0].title() in _OPENABLE and place not in self._open
        said = f"The {place} is closed." if closed else self._listing(place)
        return self._tell(f"go to {place}", f"You arrive at {place}. {said}")

    def _open_up(self, place: str) -> Iterator[tuple[Turn, bool]]:
        if place.split()[0].title() in _OPENABLE and place not in self._open:
            self._open.add(place)
            listed = ", ".join(f"a {name}" for name in self._room.contents[place]) or "nothing"
            said = f"You open the {place}. The {place} is open. In it, you see {listed}."
            yield self._tell(f"open {place}", said)

    def _listing(self, place: str) -> str:
        names = [f"a {name}" for name in self._room.contents[place]]
        listed = ", ".join(names[:-1]) + f", and {names[-1]}" if names[1:] else "".join(names)
        return f"On the {place}, you see {listed or 'nothing'}."

    def _detours(self, most: int) -> Iterator[tuple[Turn, bool]]:
        names = list(self._room.contents)
        for _ in range(int(self._rng.integers(0, most + 1))):
            place = names[int(self._rng.integers(len(names)))]
            yield self._go(place)
            yield from self._open_up(place)

    def _refused(self, *commands: str) -> Iterator[tuple[Turn, bool]]:
        if commands and self._rng.random() < 0.3:
            yield self._tell(commands[int(self._rng.integers(len(commands)))], _REFUSED)

    def _pick(self, step: Subgoal, thing: str) -> Iterator[tuple[Turn, bool]]:
        found = [
            (name, place)
            for place, names in self._room.contents.items()
            for name in names
            if name.split()[0] == thing and name not in self.moved
        ]
        name, place = found[int(self._rng.integers(len(found)))]
        yield from self._detours(3)
        yield from self._refused(
            f"take {name} from {place}", f"move {name} to {place}", f"heat {name} with microwave 1"
        )
        second = ANOTHER in step.arguments["object"].attributes  # type: ignore[union-attr]
        if second and self._rng.random() < 0.4:
            yield from self._retake(thing)
        yield self._go(place)
        yield from self._open_up(place)
        strangers = [near for near in self._room.contents[place] if near.split()[0] != thing]
        if strangers and self._rng.random() < 0.35:
            wrong = strangers[int(self._rng.integers(len(strangers)))]
            yield self._tell(
                f"take {wrong} from {place}", f"You pick up the {wrong} from the {place}."
            )
            yield self._tell(f"move {wrong} to {place}", f"You move the {wrong} to the {place}.")
        self._room.contents[place].remove(name)
        self.held = name
        said = f"You pick up the {name} from the {place}."
        yield self._tell(f"take {name} from {place}", said, True)

    def _retake(self, thing: str) -> Iterator[tuple[Turn, bool]]:
        """Take up the very one that was laid down before, and lay it back."""
        for place, names in self._room.contents.items():
            for name in names:
                if name in self.moved and name.split()[0] == thing:
                    said = f"You pick up the {name} from the {place}."
                    yield self._tell(f"take {name} from {place}", said)
                    said = f"You move the {name} to the {place}."
                    yield self._tell(f"move {name} to {place}", said)
                    return

    def _place(self, kind: str) -> Iterator[tuple[Turn, bool]]:
        places = self._room.of_type(kind)
        place = places[int(self._rng.integers(len(places)))]
        yield from self._detours(1)
        yield from self._refused(f"move {self.held} to {place}", f"take {self.held} from {place}")
        yield from self._astray(kind)
        yield self._go(place)
        yield from self._open_up(place)
        name, self.held = self.held, ""
        self.moved.add(name)
        self._room.contents[place].append(name)
        yield self._tell(f"move {name} to {place}", f"You move the {name} to the {place}.", True)

    def _astray(self, kind: str) -> Iterator[tuple[Turn, bool]]:
        """Lay what is held down where it does not belong, and take it up again."""
        others = [name for name in self._room.contents if name.split()[0] != kind]
        if others and self._rng.random() < 0.3:
            wrong = others[int(self._rng.integers(len(others)))]
            said = f"You move the {self.held} to the {wrong}."
            yield self._tell(f"move {self.held} to {wrong}", said)
            said = f"You pick up the {self.held} from the {wrong}."
            yield self._tell(f"take {self.held} from {wrong}", said)

    def _change(self, skill: str, kind: str) -> Iterator[tuple[Turn, bool]]:
        device = self._room.of_type(kind)[0]
        yield from self._astray("")
        yield from self._refused(f"{skill} {self.held} with {device}")
        yield self._go(device)
        if self._rng.random() < 0.3:
            yield from self._open_up(device)
        others = {"heat": "cool", "cool": "heat", "clean": "heat"}
        yield from self._refused(f"{others[skill]} {self.held} with {device}")
        said = f"You {skill} the {self.held} using the {device}."
        yield self._tell(f"{skill} {self.held} with {device}", said, True)

    def _look(self, kind: str) -> Iterator[tuple[Turn, bool]]:
        wanted = ("desklamp", "floorlamp") if kind == ANY_LAMP.lower() else (kind,)
        name, place = next(
            (name, place)
            for place, names in self._room.contents.items()
            for name in names
            if name.split()[0] in wanted
        )
        yield from self._detours(2)
        yield from self._astray("")
        yield from self._refused(f"use {name}", f"examine {self.held}")
        yield self._go(place)
        yield self._tell(f"use {name}", f"You turn on the {name}.", True)


def _names(step: Subgoal) -> tuple[str, str]:
    """Return the step's thing and its receptacle or lamp, in lower case."""
    named = [
        each.category.lower() for each in step.arguments.values() if isinstance(each, ObjectRef)
    ]
    return named[0], named[1] if named[1:] else ""
