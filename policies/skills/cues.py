"""Which instance is meant, by what the words say of where it stands: on the map, not in pictures.

A relation is a few words: `left of the sink`, `in the fridge`, `near the toaster`. Sides are those
of who looks at the landmark from where it was seen; `other` is what was not used yet.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from embodied.core.naming import spoken
from embodied.core.plan import ObjectRef
from embodied.mapping.instances import Instance
from embodied.mapping.scene_map import SceneMap
from embodied.mapping.text_world import type_names

NEAR_M, BESIDE_M = 0.8, 1.5
"""Two things are near each other within the first, and one is to the side of the other within the
second, between their nearest points, seen from above."""
LEAST_ASIDE_M = 0.04
OVER_M = 0.4
"""What is above or below something is no farther than this beside it."""

_SIDE = r"(?:(?:on|to|at|from) )?(?:the )?{} ?(?:hand)? ?(?:side)?"
_FORMS: tuple[tuple[str, str], ...] = (
    (_SIDE.format("left") + r" (?:of|from) (.+)", "left"),
    (_SIDE.format("right") + r" (?:of|from) (.+)", "right"),
    (_SIDE.format("left") + r"$", "left"),
    (_SIDE.format("right") + r"$", "right"),
    (r"where (.+) is$", "with"),
    (r"in front of (.+)", "front"),
    (r"(?:behind|in back of) (.+)", "behind"),
    (r"(?:next to|beside|near(?:est)?(?: to)?|close(?:st)? to|by|with|against|at) (.+)", "near"),
    (r"(?:under(?:neath)?|below|beneath) (.+)", "below"),
    (r"(?:above|over) (.+)", "above"),
    (r"(?:inside(?: of)?|in|into|within|from|out of) (.+)", "held"),
    (r"(?:on top of|on|onto|atop) (.+)", "held"),
)
"""Forms of words, tried in this order, to the kind of relation; the group is the landmark."""

_CALLED: Mapping[str, tuple[str, ...]] = {
    "sink": ("SinkBasin", "Sink"),
    "basin": ("SinkBasin", "Sink", "BathtubBasin"),
    "bath": ("BathtubBasin", "Bathtub"),
    "tub": ("BathtubBasin", "Bathtub"),
    "refrigerator": ("Fridge",),
    "stove": ("StoveBurner", "StoveKnob"),
    "burner": ("StoveBurner",),
    "counter": ("CounterTop",),
    "table": ("DiningTable", "CoffeeTable", "SideTable"),
    "nightstand": ("SideTable", "Dresser"),
    "night stand": ("SideTable", "Dresser"),
    "end table": ("SideTable",),
    "couch": ("Sofa",),
    "lamp": ("DeskLamp", "FloorLamp"),
    "light": ("DeskLamp", "FloorLamp", "LightSwitch"),
    "tap": ("Faucet",),
    "tv": ("Television", "TVStand"),
    "bin": ("GarbageCan",),
    "trash": ("GarbageCan",),
    "trash can": ("GarbageCan",),
    "cupboard": ("Cabinet",),
    "coffee maker": ("CoffeeMachine",),
    "computer": ("Laptop",),
    "phone": ("CellPhone",),
    "clock": ("AlarmClock",),
}
"""What people call things, to types, where that is not the type's own name."""


@dataclass(frozen=True)
class Cue:
    """What is said of where something stands.

    Attributes:
        kind: `left`, `right`, `front`, `behind`, `near`, `below`, `above`, `held`, `with` (where
            the landmark stands) or `other`.
        landmarks: Types of what it stands by; empty where none is named.
    """

    kind: str
    landmarks: tuple[str, ...] = ()


@cache
def _names() -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Words for types, longest first."""
    own = {spoken(each): (each,) for each in type_names()}
    return tuple(sorted({**own, **_CALLED}.items(), key=lambda pair: -len(pair[0])))


def types_called(words: str) -> tuple[str, ...]:
    """Return the types that words name; empty where they name none that is known."""
    text = f" {re.sub(r'[^a-z ]', ' ', words.lower())} "
    for name, types in _names():
        if f" {name} " in text or f" {name}s " in text or f" {name.replace(' ', '')} " in text:
            return types
    return ()


def cue_of(reference: ObjectRef) -> Cue | None:
    """Return what a reference says of where its thing stands, None where it says nothing."""
    if "other" in reference.attributes:
        return Cue("other")
    said = " ".join(reference.relation.lower().split())
    sides = [side for side in ("left", "right") if side in reference.attributes]
    if not said and sides:
        return Cue(sides[0])
    for form, kind in _FORMS:
        found = re.search(rf"\b{form}", said)
        if found is None:
            continue
        if not found.groups():
            return Cue(kind)
        types = types_called(found.group(1))
        return Cue(kind, types) if types else None
    return None


def fitting(
    cue: Cue, candidates: Sequence[Instance], scene: SceneMap, *, used: Callable[[Instance], bool]
) -> list[Instance]:
    """Return those candidates that a cue fits.

    Args:
        cue: What is said.
        candidates: What may be meant, of one type.
        scene: The map.
        used: Whether something was handled before: `other` is what was not.
    """
    if cue.kind == "other":
        return [each for each in candidates if not used(each)]
    if not cue.landmarks:
        return _outermost(cue.kind, candidates, scene)
    marks = scene.of_type(*cue.landmarks)
    return [
        each
        for each in candidates
        if any(mark is not each and _stands(cue.kind, each, mark, scene) for mark in marks)
    ]


def _stands(kind: str, thing: Instance, mark: Instance, scene: SceneMap) -> bool:
    if kind == "held":
        return any(each is thing for each in scene.contents(mark)) or thing.inside is mark
    apart_m = gap_m(thing, mark)
    if kind in ("near", "with"):
        return apart_m < NEAR_M
    if kind in ("above", "below"):
        higher = float(thing.centre_m[2] - mark.centre_m[2])
        return apart_m < OVER_M and (higher > 0.0) == (kind == "above")
    if apart_m > BESIDE_M:
        return False
    ahead, left = _axes(_seen_from(mark, scene), mark.centre_m[:2])
    off = (thing.centre_m - mark.centre_m)[:2]
    along = {"left": left, "right": -left, "front": -ahead, "behind": ahead}[kind]
    aside = float(off @ along)
    # More to that side than before or behind it, or the other way round.
    return aside > LEAST_ASIDE_M and aside > 0.5 * abs(float(off @ np.array([-along[1], along[0]])))


def _outermost(kind: str, candidates: Sequence[Instance], scene: SceneMap) -> list[Instance]:
    """The leftmost or rightmost of several, as seen from where they were seen."""
    if len(candidates) < 2 or kind not in ("left", "right"):
        return list(candidates)
    middle = np.mean([each.centre_m[:2] for each in candidates], axis=0)
    _, left = _axes(_seen_from(candidates[0], scene), middle)
    aside = [float((each.centre_m[:2] - middle) @ left) for each in candidates]
    best = int(np.argmax(aside) if kind == "left" else np.argmin(aside))
    return [candidates[best]]


def _seen_from(mark: Instance, scene: SceneMap) -> NDArray[np.float64]:
    """Where something was seen from, on average; where the agent is, if it was not."""
    if not mark.seen_from:
        return np.array(scene.pose.xy_m)
    return np.mean([pose.xy_m for pose in mark.seen_from], axis=0)


def _axes(
    eye_m: NDArray[np.float64], middle_m: NDArray[np.floating]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Unit vectors ahead and to the left of who looks from one point at another."""
    ahead = np.asarray(middle_m, dtype=np.float64) - eye_m
    ahead = ahead / max(float(np.hypot(*ahead)), 1e-6)
    return ahead, np.array([-ahead[1], ahead[0]])


def gap_m(one: Instance, other: Instance) -> float:
    """Distance between two boxes, seen from above."""
    apart = np.maximum(one.low_m - other.high_m, other.low_m - one.high_m)[:2]
    return float(np.hypot(*np.maximum(apart, 0.0)))
