"""What a correction asks of a plan."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from embodied.core.plan import ObjectRef, Subgoal

SOUGHT_FOR = ("pick", "slice")
"""Skills for which a thing has to be found."""


class Kind(StrEnum):
    """How a plan is to change."""

    DETAIL = "detail"
    OTHER_OBJECT = "other_object"
    OTHER_PLACE = "other_place"
    WHEREABOUTS = "whereabouts"
    OTHER_DEED = "other_deed"
    WITHOUT = "without"
    SHARE = "share"
    PUT_DOWN = "put_down"
    KEEP = "keep"
    LEAVE = "leave"
    FEWER = "fewer"
    SWAPPED = "swapped"
    SKIP = "skip"
    FIRST = "first"
    ALSO = "also"
    ASKED = "asked"
    RETOLD = "retold"


@dataclass(frozen=True)
class Change:
    """One change to a plan.

    Attributes:
        kind: How it is to change.
        thing: What is meant instead, or what more is known of it; without a category it is about
            the thing at hand.
        instead_of: What is not meant, where that was said.
        skill: The skill to leave out, for `without` and `skip`; that opens or closes, for
            `share`; the one to do something else in place of, for `other_deed`; the one to do
            something before, for `first`, where that was said.
        text: Words of something to do as well, for `first`, `also` and, where neither was said,
            `asked`; of all that is still to be done with the thing at hand, for `retold`; the skill
            that is meant, for `other_deed`.
        rejects: Whether it began with a no: what is being done is not what was meant.
        share: How far something is to be open, 0 to 1, for `share`.
        any_time: Whether nothing was said of when to do it: it may take the place of its contrary,
            or be done before a thing goes where it goes.
        relation: How it is to be at its other place, where the skills tell such things apart.
        count: How many more, for `also` with a thing.
    """

    kind: Kind
    thing: ObjectRef | None = None
    instead_of: ObjectRef | None = None
    skill: str = ""
    text: str = ""
    relation: str = ""
    rejects: bool = False
    share: float = 0.0
    any_time: bool = False
    count: int = 1

    @property
    def lasting(self) -> bool:
        """Whether it holds for later plans of the same instruction, too."""
        return self.kind not in (Kind.FIRST, Kind.PUT_DOWN, Kind.KEEP, Kind.LEAVE, Kind.SKIP)


Reader = Callable[[str, Sequence[Subgoal], frozenset[str]], Change | None]
"""Reads words, of a plan that is ahead and the types there are; None where it does not."""
