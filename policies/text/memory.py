"""What is known of a text world: what stands there, what was seen where, what is in the hand."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from embodied.mapping.text_world import read, type_of

OPENABLE = frozenset({"Cabinet", "Drawer", "Fridge", "Microwave", "Safe"})
"""Types that are mostly shut: looking into one takes a second command."""


@dataclass(frozen=True)
class Command:
    """A command with what it names.

    Attributes:
        verb: `go`, `open`, `close`, `examine`, `take`, `move`, `use`, `heat`, `cool` or `clean`.
        thing: Name of what is handled; empty for those before `take`.
        place: Name of the receptacle or device; empty for `use`.
    """

    verb: str
    thing: str = ""
    place: str = ""

    def __str__(self) -> str:
        return {
            "go": f"go to {self.place}",
            "open": f"open {self.place}",
            "examine": f"examine {self.place}",
            "take": f"take {self.thing} from {self.place}",
            "move": f"move {self.thing} to {self.place}",
            "close": f"close {self.place}",
            "use": f"use {self.thing}",
        }.get(self.verb, f"{self.verb} {self.thing} with {self.place}")


@dataclass
class TextMemory:
    """What the answers of the world add up to.

    Attributes:
        places: Name of each receptacle to the names of what it is known to hold; None where it was
            not looked into.
        here: Name of the receptacle before the agent; empty at the start.
        beside: Name of a receptacle to those known to stand at the same spot, where one cannot go
            to one from the other.
        held: Name of what is in the hand; empty if nothing.
        shut: Names of receptacles known to be closed.
        laid_down: Names of things the agent put somewhere and left there.
        given_up: Kinds of things whose search was given up once.
        refused: Commands after which nothing happened, by where they were given.
    """

    places: dict[str, list[str] | None] = field(default_factory=dict)
    here: str = ""
    beside: dict[str, set[str]] = field(default_factory=dict)
    held: str = ""
    shut: set[str] = field(default_factory=set)
    laid_down: set[str] = field(default_factory=set)
    given_up: set[tuple[str, ...]] = field(default_factory=set)
    refused: set[tuple[str, Command]] = field(default_factory=set)

    def hear(self, text: str, command: Command | None) -> None:
        """Take in what the world answered, and what the command did if it was not refused."""
        reading = read(text)
        if reading.refused:
            if command is not None:
                self.refused.add((self.here, command))
                if command.verb == "go" and self.here:
                    self._stand_together(self.here, command.place)
            return
        if command is not None:
            self._apply(command)
        if reading.arrived_at:
            self.here = reading.arrived_at
        for mention in reading.mentions:
            if not mention.place:
                self.places.setdefault(mention.name, None)
            if "open" in mention.states:
                (self.shut.discard if mention.states["open"] else self.shut.add)(mention.name)
        for place in reading.listed:
            self.places[place] = [m.name for m in reading.mentions if m.place == place]

    def forget_tries(self) -> None:
        """Forget what was done and tried; what stands where stays known."""
        self.laid_down.clear()
        self.given_up.clear()
        self.refused.clear()

    def _apply(self, command: Command) -> None:
        if command.verb == "go":
            self.here = command.place
        elif command.verb == "take":
            self.held = command.thing
            self.laid_down.discard(command.thing)
            inside = self.places.get(command.place) or []
            self.places[command.place] = [name for name in inside if name != command.thing]
        elif command.verb == "move":
            self.held = ""
            self.laid_down.add(command.thing)
            self.places[command.place] = [*(self.places.get(command.place) or []), command.thing]

    def _stand_together(self, one: str, other: str) -> None:
        spot = {one, other} | self.beside.get(one, set()) | self.beside.get(other, set())
        self.beside |= dict.fromkeys(spot, spot)

    def is_here(self, place: str) -> bool:
        """Return whether a receptacle is in reach without going anywhere."""
        return place == self.here or place in self.beside.get(self.here, ())

    def known(self, kind: str) -> Iterator[tuple[str, str]]:
        """Yield the things of a type with their places, those before the agent first."""
        for place in sorted(self.places, key=lambda name: not self.is_here(name)):
            for name in self.places[place] or ():
                if type_of(name) == kind:
                    yield name, place

    def of_type(self, kind: str) -> list[str]:
        """Return the receptacles of a type, the one before the agent first, then open ones."""
        names = [name for name in self.places if type_of(name) == kind]
        return sorted(names, key=lambda name: (not self.is_here(name), self._shut(name)))

    def unseen(self) -> list[str]:
        """Return the receptacles not looked into."""
        return [name for name, inside in self.places.items() if inside is None]

    def cost(self, place: str) -> int:
        """Return how many commands it takes to look into a receptacle."""
        return (not self.is_here(place)) + self._shut(place)

    def _shut(self, place: str) -> bool:
        return place in self.shut or (
            self.places[place] is None and place != self.here and type_of(place) in OPENABLE
        )
