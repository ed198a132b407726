"""From clauses to deeds: what each is about, with every `it` and `there` resolved."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from planners.parsed.abilities import Abilities
from planners.parsed.clauses import Clause, Ref
from planners.parsed.refusals import UNKNOWN, Question, Refused
from planners.parsed.tagging import Thing

NEAR = {"next to", "near", "beside", "close to", "by", "to the side of", "to the left of",
        "to the right of", "above", "below", "behind", "in front of", "under", "underneath",
        "beneath", "not", "on the left of", "on the right of", "on the left side of",
        "on the right side of", "to the left side of", "to the right side of", "around",
        "against", "across", "along", "between", "over by", "for"}  # fmt: skip
BESIDE = {"next to", "near", "beside", "close to", "by", "over by", "against", "around", "behind",
          "in front of", "to the side of", "to the left of", "to the right of", "on the left of",
          "on the right of", "on the left side of", "on the right side of",
          "to the left side of", "to the right side of", "between", "among"}  # fmt: skip
"""Of these, what leads to a place on the same furniture."""
TO = {"to", "into", "onto", "over to", "in to", "on to", "back to", "back into", "back onto",
      "up to", "inside", "inside of", "back in", "back on", "towards", "toward"}  # fmt: skip
BRINGING = ("bring", "carry", "move", "transport", "transfer", "haul", "relocate", "i need",
            "i want", "i would", "id like", "pack", "take")  # fmt: skip

COUNTED = ("one ", "1 ")
"""Beginnings of a phrase after which `one` is another one."""


@dataclass(frozen=True)
class Item:
    """A thing with all that was said of it.

    Attributes:
        types: What it may be, the likeliest first.
        phrase: Its words.
        states: Skills that must have been used on it.
        attributes: What describes it.
        count: How many are meant.
        other: Whether it is another one than before.
        contents: What is to be in it.
        beside: Of a place, what stands there: something goes next to that.
    """

    types: tuple[str, ...]
    phrase: str = ""
    states: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()
    count: int = 1
    other: bool = False
    contents: "Item | None" = None
    beside: "Item | None" = None


@dataclass(frozen=True)
class Deed:
    """One thing to do, with everything resolved.

    Attributes:
        kind: A skill, or `hold` for taking up without saying whereto.
        items: What it is done to.
        places: Whereto, the first that will do.
        direction: For motions; `on` or `off` for what is switched.
        amount: Degrees or metres, where they were said.
        times: How often, for motions.
        text: The words it came from.
        order: `earlier` or `later`.
        found: Whether the words only ask to find it.
    """

    kind: str
    items: tuple[Item, ...] = ()
    places: tuple[Item, ...] = ()
    direction: str = ""
    amount: float | None = None
    times: int = 1
    text: str = ""
    order: str = ""
    found: bool = False


@dataclass
class Mentions:
    """What was talked about so far, the latest last."""

    groups: list[tuple[Item, ...]] = field(default_factory=list)
    placed: dict[str, tuple[Item, ...]] = field(default_factory=dict)
    one: set[str] = field(default_factory=set)

    def note(self, *items: Item) -> None:
        """Remember items that were mentioned together."""
        if items:
            self.groups.append(items)

    def latest(
        self, abilities: Abilities, skill: str, argument: str, *, but: Sequence[Item] = ()
    ) -> tuple[Item, ...]:
        """Return what `it` or `them` is: the latest that the skill may name, but for some."""
        barred = {name for item in but for name in item.types}
        for group in reversed(self.groups):
            fitting = tuple(
                item
                for item in group
                if abilities.choose(skill, argument, item.types) is not None
                and not barred & set(item.types)
            )
            if fitting:
                return fitting
        return ()

    def places(self) -> tuple[Item, ...]:
        """Return where things were put, but for what was put somewhere itself."""
        every = (item for items in self.placed.values() for item in items)
        return tuple(item for item in every if not set(item.types) & set(self.placed))

    def last_two(self, abilities: Abilities, skill: str, argument: str) -> tuple[Item, ...]:
        """Return what `both` is: the last two things of different types that the skill may name."""
        found: dict[tuple[str, ...], Item] = {}
        for item in (item for group in reversed(self.groups) for item in reversed(group)):
            if abilities.choose(skill, argument, item.types) is not None:
                found.setdefault(item.types, item)
        return tuple(reversed(list(found.values())[:2])) if len(found) > 1 else ()


def item_of(thing: Thing) -> Item:
    """Return the item of a noun phrase."""
    return Item(
        types=thing.types,
        phrase=thing.phrase,
        states=thing.states,
        attributes=thing.attributes,
        count=thing.count,
        other=thing.other,
    )


class Resolver:
    """Finds what references stand for, in the order of the words.

    Args:
        abilities: What may be done with what.
    """

    def __init__(self, abilities: Abilities) -> None:
        self.abilities = abilities
        self.mentions = Mentions()

    def items(
        self,
        refs: Sequence[Ref],
        skill: str,
        argument: str = "object",
        *,
        quiet: bool = False,
        but: Sequence[Item] = (),
    ) -> tuple[Item, ...]:
        """Return what references name, as far as the skill may name it.

        Raises:
            Refused: If something is called by a name that nothing has.
            Question: If `it` could be nothing that was mentioned.
        """
        found: list[Item] = []
        for ref in refs:
            found += self._one(ref, skill, argument, quiet=quiet, but=but)
        self.mentions.note(*found)
        return tuple(found)

    def is_lamp(self, ref: Ref) -> bool:
        """Whether a reference names what things are looked at under."""
        if ref.pronoun:
            return bool(self.mentions.latest(self.abilities, "look", "lamp"))
        types = ref.thing.types if ref.thing else ()
        return self.abilities.choose("look", "lamp", types) is not None

    def _one(
        self, ref: Ref, skill: str, argument: str, *, quiet: bool, but: Sequence[Item]
    ) -> list[Item]:
        thing = ref.thing
        door = thing is not None and thing.head == "door" and skill in ("open", "close")
        if ref.pronoun or door or (thing is not None and thing.head in ("it", "one", "ones")):
            other = thing is not None and thing.other
            told = self.mentions.places() if ref.one_more and not but else ()
            meant = self.mentions.latest(self.abilities, skill, argument, but=(*but, *told))
            if door and not meant:
                raise Question("The door of what: the fridge, the microwave, a cabinet?")
            if not meant and not quiet:
                raise Question("What do you mean by it?" if ref.thing else "Where to?")
            both = thing is not None and "both" in thing.phrase.split()
            if both and len(meant) < 2:
                meant = self.mentions.last_two(self.abilities, skill, argument) or meant
            states = thing.states if thing else ()
            if thing is not None and thing.phrase == "one":
                # "put one here and one there": two of them
                names = {each.types[0] for each in meant}
                other = other or bool(names & {*self.mentions.one, *self.mentions.placed})
                self.mentions.one |= names
            return [
                Item(
                    *(each.types, each.phrase, states or each.states, each.attributes),
                    count=thing.count if thing is not None and thing.states else 1,
                    other=other,
                )
                for each in meant
            ]
        if thing is None or (thing.head == "water" and skill != "toggle"):
            return []
        if not thing.types:
            if quiet:
                return []
            raise unknown(thing)
        contents = None
        if ref.contents is not None:
            if not ref.contents.types:
                raise unknown(ref.contents)
            contents = item_of(ref.contents)
        item = self._as_before(item_of(thing))
        if thing.phrase.startswith(COUNTED):  # "one apple in the fridge and one in the sink"
            self.mentions.one |= {item.types[0]}
        return [replace(item, contents=contents)]

    def _as_before(self, item: Item) -> Item:
        """A knife that was called a butter knife before is still that one."""
        for group in reversed(self.mentions.groups):
            for each in group:
                if set(each.types) < set(item.types) and not item.other:
                    return replace(item, types=each.types)
        return item


def unknown(thing: Thing) -> Refused:
    """Say that nothing is called so."""
    return Refused(
        f"I know nothing that is called {thing.head or thing.phrase!r}.",
        alternative="Say it in other words if it is something of a household.",
        raw=thing.head or thing.phrase,
        kind=UNKNOWN,
    )


def amount_of(clause: Clause, *, length: bool) -> float | None:
    """Return an amount that was said, in metres or degrees."""
    if clause.amount is None:
        return None
    value, unit = clause.amount
    if not length:
        return value if unit in ("degrees", "") else None
    return value * {"centimetres": 0.01, "feet": 0.3048, "steps": 0.25, "metres": 1.0}.get(
        unit, 0.25
    )
