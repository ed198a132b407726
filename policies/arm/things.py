"""What stands on the table, and which of it words mean."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embodied.core.entity import Entity
from embodied.core.naming import spoken
from embodied.core.plan import ObjectRef
from embodied.core.task_plans import ANOTHER

Floats = NDArray[np.float64]

USUAL_SIZE_M = (0.04, 0.04, 0.04)
SAME_PLACE_M = 0.02
"""Things no farther apart than this along the way asked about are not told apart by it."""


@dataclass(frozen=True, eq=False)
class Thing:
    """A thing on the table, in the arm's base frame.

    Attributes:
        category: Its type.
        attributes: Colours and the like.
        position_m: float [3], its middle; the handle's of what opens.
        size_m: (x, y, z) along its own axes.
        yaw_rad: How it is turned about z.
        openness: 0 shut to 1 open, of what opens.
    """

    category: str
    attributes: tuple[str, ...]
    position_m: Floats
    size_m: tuple[float, float, float] = USUAL_SIZE_M
    yaw_rad: float = 0.0
    openness: float | None = None

    @property
    def name(self) -> str:
        """What it is called: `red block`."""
        noun = spoken(self.category)
        return " ".join([*self.attributes, noun])

    @property
    def radius_m(self) -> float:
        """Half of its longer side."""
        return max(self.size_m[:2]) / 2.0

    @property
    def top_m(self) -> float:
        """Height of its top over the table."""
        return float(self.position_m[2]) + self.size_m[2] / 2.0

    @property
    def is_vessel(self) -> bool:
        """Whether things go into it: wider than it is high, and no cube."""
        return self.openness is not None or self.size_m[0] > 1.8 * self.size_m[2]


def things_of(entities: Sequence[Entity]) -> tuple[Thing, ...]:
    """Return every entity whose place is known."""
    return tuple(
        Thing(
            each.category,
            each.attributes,
            np.asarray(each.position_m, dtype=np.float64),
            each.extent_m or USUAL_SIZE_M,
            each.yaw_rad or 0.0,
            each.openness,
        )
        for each in entities
        if each.position_m is not None
    )


_SORTED: Mapping[str, Callable[[Thing, Floats], float]] = {
    "left": lambda each, hand: -float(each.position_m[1]),
    "leftmost": lambda each, hand: -float(each.position_m[1]),
    "right": lambda each, hand: float(each.position_m[1]),
    "rightmost": lambda each, hand: float(each.position_m[1]),
    "front": lambda each, hand: float(each.position_m[0]),
    "near": lambda each, hand: float(each.position_m[0]),
    "nearest": lambda each, hand: float(each.position_m[0]),
    "closest": lambda each, hand: float(each.position_m[0]),
    "back": lambda each, hand: -float(each.position_m[0]),
    "far": lambda each, hand: -float(each.position_m[0]),
    "farthest": lambda each, hand: -float(each.position_m[0]),
    "furthest": lambda each, hand: -float(each.position_m[0]),
    "big": lambda each, hand: -each.size_m[0],
    "biggest": lambda each, hand: -each.size_m[0],
    "large": lambda each, hand: -each.size_m[0],
    "small": lambda each, hand: each.size_m[0],
    "smallest": lambda each, hand: each.size_m[0],
    "top": lambda each, hand: -float(each.position_m[2]),
    "upper": lambda each, hand: -float(each.position_m[2]),
    "bottom": lambda each, hand: float(each.position_m[2]),
    "lower": lambda each, hand: float(each.position_m[2]),
}
"""Words of place and size to what they sort by, least first; left is the robot's."""
_SIDE = re.compile(
    r"^(?:(?:to|on|at|in)(?: the)? (?P<side>left|right|front|back|far|near)(?: side)?"
    r"|(?P<superlative>nearest|closest|farthest|furthest)(?: to .*)?)$"
)
_BESIDE = re.compile(
    r"^(?:(?:on|to|at) the )?(?P<way>left of|right of|next to|beside|near|by|close to|behind|"
    r"in front of|in|inside|on|on top of|closest to|nearest)(?: the| a)? (?P<other>.+)$"
)
_AXES: Mapping[str, tuple[float, float]] = {
    "left of": (0.0, 1.0),
    "right of": (0.0, -1.0),
    "behind": (1.0, 0.0),
    "in front of": (-1.0, 0.0),
}


@dataclass(frozen=True)
class Grounding:
    """Which things a reference may mean.

    Attributes:
        candidates: Those that fit all that was said, the likeliest first.
        told_apart: Whether the words leave one alone.
    """

    candidates: tuple[Thing, ...]
    told_apart: bool

    @property
    def question(self) -> str:
        """What to ask, one sentence; empty where the words tell."""
        if self.told_apart or len(self.candidates) < 2:
            return ""
        names = [f"the {each.name}" for each in self.candidates[:3]]
        if len(set(names)) < len(names):
            one, other = sorted(self.candidates[:2], key=lambda each: -each.position_m[1])
            if one.position_m[1] - other.position_m[1] > SAME_PLACE_M:
                return f"Which {one.name} do you mean: the left one or the right one?"
            return f"Which {one.name} do you mean: the near one or the far one?"
        return f"Which one do you mean: {', '.join(names[:-1])} or {names[-1]}?"


def ground(
    reference: ObjectRef,
    things: Sequence[Thing],
    *,
    hand_m: Floats,
    before: Sequence[Thing] = (),
) -> Grounding:
    """Return what a reference may mean.

    Args:
        reference: Type, attributes and relation, as they were said.
        things: What is there.
        hand_m: Where the hand is: of things alike the nearest comes first.
        before: What was meant before, which `another` excludes.
    """
    found = [each for each in things if each.category.lower() == reference.category.lower()]
    found.sort(key=lambda each: float(np.linalg.norm(each.position_m - hand_m)))
    another = ANOTHER in reference.attributes
    if another:
        found = [each for each in found if not any(same(each, one) for one in before)]
    for word in reference.attributes:
        if word == ANOTHER or word in _SORTED:
            continue
        fits = [each for each in found if word in each.attributes or not each.attributes]
        # "another red block" where there is but one red block: any other
        found = found if another and not fits else fits
    sorters = [word for word in reference.attributes if word in _SORTED]
    relation = reference.relation.strip()
    side = _SIDE.match(relation)
    if side:
        sorters.append(side["side"] or side["superlative"])
    for word in sorters:
        found.sort(key=lambda each, word=word: _SORTED[word](each, hand_m))
    told = bool(sorters)
    if relation and not side:
        found, told = _beside(relation, found, things, hand_m)
    return Grounding(tuple(found), told or len(found) < 2)


def _beside(
    relation: str, found: list[Thing], things: Sequence[Thing], hand_m: Floats
) -> tuple[list[Thing], bool]:
    """Sort by how well things stand in a relation to another."""
    match = _BESIDE.match(relation)
    other = _named(match["other"], things) if match else None
    if match is None or other is None:
        return found, False
    way = _AXES.get(match["way"])

    def off(each: Thing) -> float:
        gap = each.position_m[:2] - other.position_m[:2]
        distance = float(np.linalg.norm(gap))
        if way is None:
            return distance
        along = float(gap @ np.asarray(way))
        return distance - along if along > SAME_PLACE_M else 10.0 + distance

    found = sorted((each for each in found if each is not other), key=off)
    return found, True


def _named(words: str, things: Sequence[Thing]) -> Thing | None:
    """Return the one thing that words name, if any."""
    said = set(words.lower().split())
    fits = [each for each in things if each.name.split()[-1] in said]
    exact = [each for each in fits if set(each.attributes) & said]
    return (exact or fits or [None])[0]


def same_look(one: Thing, other: Thing) -> bool:
    """Whether two things look alike."""
    return (one.category, one.attributes) == (other.category, other.attributes)


def same(one: Thing, other: Thing) -> bool:
    """Whether two sights of things are of one and the same, by looks and then by place."""
    return same_look(one, other) and bool(np.linalg.norm(one.position_m - other.position_m) < 0.05)
