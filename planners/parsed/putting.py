"""Where things go: into, onto, beside, back to where they were."""

from collections.abc import Sequence
from dataclasses import replace

from planners.parsed.clauses import Clause, Ref
from planners.parsed.meaning import BESIDE, NEAR, Deed, Item, Resolver, unknown
from planners.parsed.refusals import Question, Refused
from planners.parsed.tagging import ROOMS
from planners.supports import SURFACES, supports_of

NO_FURNITURE = {"corner", "side", "edge", "middle", "place", "spot", "area", "somewhere", "room"}
"""Words for places where nothing can be put by themselves: which piece of furniture is asked."""


LAIN_IN = frozenset(
    [
        "SinkBasin",
        "Sink",
        "Fridge",
        "BathtubBasin",
        "Bathtub",
        "Bed",
        "Sofa",
        "ArmChair",
        "GarbageCan",
        "StoveBurner",
    ]
)
"""What stands on nothing: "the mug in the sink on the table" is to go from the one to the other."""


class Putting:
    """Makes deeds of putting.

    Args:
        resolve: Finds what references stand for, and remembers where things were put.
    """

    def __init__(self, resolve: Resolver) -> None:
        self._resolve = resolve
        self._laid: dict[str, Item] = {}

    def taken(self, items: Sequence[Item]) -> None:
        """Take note that things are no longer where they were put."""
        for name in (name for item in items for name in item.types):
            self._laid.pop(name, None)

    def place(
        self,
        items: tuple[Item, ...],
        goals: Sequence[Ref],
        clause: Clause,
    ) -> list[Deed]:
        """Put things where the words lead.

        Raises:
            Refused: If nothing is called so, or nothing can be put there.
            Question: If it is not said where.
        """
        back = "back" in clause.text.split() or clause.verb == "return"
        if back:
            home = [self._resolve.mentions.placed.get(t) for each in items for t in each.types[:1]]
            if home and home[0] and all(ref.pronoun for ref in goals):
                return self.deposit(items, home[0])
        if clause.objects and all(ref.pronoun and not ref.one_more for ref in clause.objects):
            items = self._in_what_it_is(items)
        goals = [ref for ref in goals if ref.led_by != "not"]
        if goals and all(map(is_room, goals)) and goals[0].thing is not None:
            raise Question(f"Where in the {goals[0].thing.head} should I put it?", known=True)
        goals = [ref for ref in goals if not is_room(ref)]
        goals = [ref for ref in goals if ref.led_by != "of"] or goals
        for ref in goals:
            nameless = ref.thing is not None and not ref.thing.types and not ref.pronoun
            if nameless and not _any_known(goals) and ref.thing.head not in NO_FURNITURE:
                raise unknown(ref.thing)
        beside = [ref for ref in goals if ref.led_by in NEAR]
        into = [ref for ref in goals if ref.led_by not in NEAR]
        if not into and beside:
            return self.deposit(items, self._beside(items, beside))
        if (
            items
            and (lamps := [ref for ref in into if self._resolve.is_lamp(ref)])
            and len(lamps) == len(into)
        ):
            lamp = self._resolve.items(lamps, "look", "lamp")
            return [Deed("look", (item,), lamp[:1]) for item in items]
        places = self._resolve.items(into, "place", "receptacle", quiet=True, but=items)
        self._resolve.items(beside, "goto", quiet=True)
        if not places:
            words = " ".join(ref.thing.head for ref in goals if ref.thing)
            if words and not set(words.split()) & NO_FURNITURE:
                raise Refused(f"I can not put anything at {words!r}.",
                              alternative="Name a piece of furniture or a vessel.")  # fmt: skip
            raise Question(f"Where should I put it{' back' * back}?", certain=back)
        return self.deposit(items, places)

    def _in_what_it_is(self, items: tuple[Item, ...]) -> tuple[Item, ...]:
        """Return the vessel that a thing was just put into: "... and bring it to the bed"."""
        latest = self._resolve.mentions.groups[-1] if self._resolve.mentions.groups else ()
        if len(items) != 1 or not items[0].types:
            return items
        where = self._laid.get(items[0].types[0])
        if where is None or latest != items:
            return items
        vessel = self._resolve.abilities.choose("pick", "object", where.types)
        return items if vessel is None else (where,)

    def _beside(self, items: Sequence[Item], refs: Sequence[Ref]) -> tuple[Item, ...]:
        """Next to something is where that was put, if it was; else what such things stand on.

        What stands on the floor is taken for the place itself, where it can be one.
        """
        near = self._resolve.items(refs, "goto")
        for item in near:
            for name in item.types:
                if where := self._resolve.mentions.placed.get(name):
                    return where
        if refs[0].led_by in BESIDE:
            for item in near:
                if refs[0].led_by.startswith("on ") and set(item.types) & set(SURFACES):
                    break  # "on the left side of the bed" is on the bed
                kinds = dict.fromkeys(kind for name in item.types for kind in supports_of(name))
                place = Item(tuple(kinds), beside=item)
                if kinds and self._fits(items, place):
                    return (place,)
        fitting = tuple(where for where in near if self._fits(items, where))
        if not fitting:
            raise Question("On which piece of furniture should I put it?", certain=True)
        return fitting

    def _fits(self, items: Sequence[Item], where: Item) -> bool:
        """Whether all of some things go there."""
        choose = self._resolve.abilities.choose_pair
        return all(
            choose("place", each.types, where.types, sliced="slice" in each.states)
            for each in items
        )

    def deposit(self, items: tuple[Item, ...], places: tuple[Item, ...]) -> list[Deed]:
        """Put things into the first of some places, and what that is carried in into the next."""
        first, *rest = places
        if items and rest and LAIN_IN.issuperset(first.types):
            first, *rest = [*(place for place in rest if self._fits(items, place)), first]
        for item in items:
            for name in item.types:
                self._resolve.mentions.placed[name] = (first,)
                self._laid[name] = first
        deeds = [Deed("place", (item,), (first,)) for item in items] or [
            Deed("place", (), (first,))
        ]
        vessel = self._resolve.abilities.choose("pick", "object", first.types)
        carried = [
            place
            for place in rest
            if not self._resolve.abilities.choose("pick", "object", place.types)
        ]
        if vessel and carried and items:
            deeds.append(Deed("place", (replace(first, contents=None),), (carried[0],)))
        self._resolve.mentions.note(*items)
        return deeds


def is_room(ref: Ref) -> bool:
    """Whether it is a room, of which there is one: "the sink in the bathroom"."""
    return ref.thing is not None and not ref.thing.types and ref.thing.head in ROOMS


def _any_known(refs: Sequence[Ref]) -> bool:
    """Whether some place is known; what it stands next to need not be."""
    return any(ref.pronoun or (ref.thing is not None and bool(ref.thing.types)) for ref in refs)
