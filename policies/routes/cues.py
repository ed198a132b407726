"""Whether a landmark of an instruction may be what is seen: words against names of things.

Common sense in tables: what other names a thing has, and what stands in a room. Nothing here was
learned from routes.
"""

from collections.abc import Iterable
from functools import lru_cache

from embodied.core.entity import Entity

_ROOMS = {
    "bedroom": "bed nightstand dresser",
    "bathroom": "toilet sink bathtub shower towel washbasin bath",
    "restroom": "toilet sink washbasin",
    "kitchen": "refrigerator stove oven microwave kitchen countertop faucet",
    "living room": "couch sofa fireplace tv",
    "family room": "couch sofa fireplace tv",
    "sitting room": "couch sofa armchair",
    "lounge": "couch sofa armchair",
    "dining room": "dining chandelier",
    "dining area": "dining chandelier",
    "office": "desk monitor office keyboard computer",
    "study": "desk bookshelf",
    "laundry room": "washing washer dryer",
    "closet": "clothes hangers shoes",
    "gym": "exercise treadmill",
}
_SAME = (
    "couch sofa loveseat",
    "tv television",
    "fridge refrigerator",
    "painting picture art artwork photo",
    "stair step staircase stairway stairs",
    "tub bathtub",
    "rug carpet mat",
    "plant flowerpot flower",
    "counter countertop island",
    "door doorway entryway",
    "bookshelf bookcase shelf shelving",
    "washer washing dryer",
    "pillar column post",
    "arch archway",
    "railing banister handrail",
    "lamp light",
    "armchair chair seat",
    "stove oven",
    "statue sculpture bust",
    "window windowframe",
    "sink washbasin basin",
    "trashcan trash bin",
)
_NO_NAME = frozenset(("room", "area", "way", "floor", "wall", "house", "hall", "hallway"))
ROOM_WEIGHT = 0.7
"""A room told by a thing that stands in it is less sure than the thing itself."""


def stem(word: str) -> str:
    """Return a noun in the singular, roughly: `shelves` stays, `chairs` is a `chair`."""
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "xes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us")):
        return word[:-1]
    return word


def _stems(text: str) -> frozenset[str]:
    return frozenset(map(stem, text.lower().split()))


_NAMES = {word: row for row in map(_stems, _SAME) for word in row}
_CONTENTS = {frozenset(_stems(room)): _stems(things) for room, things in _ROOMS.items()}


@lru_cache(maxsize=4096)
def _wanted(landmark: str) -> tuple[tuple[frozenset[str], float], ...]:
    """Return sets of words any of which a thing's name may hold, with how sure that makes."""
    words = _stems(landmark)
    cues = [(things, ROOM_WEIGHT) for room, things in _CONTENTS.items() if room <= words]
    for word in words - _NO_NAME:
        cues.append((_NAMES.get(word, frozenset((word,))), 1.0))
    return tuple(cues)


@lru_cache(maxsize=65536)
def likeness(landmark: str, category: str) -> float:
    """Return how well a thing of this name fits the words of a landmark, in [0, 1]."""
    names = _stems(category)
    return max((weight for words, weight in _wanted(landmark) if words & names), default=0.0)


def shows(landmark: str, entities: Iterable[Entity]) -> float:
    """Return how well the best of what is seen fits the words of a landmark, in [0, 1]."""
    return max((likeness(landmark, entity.category) for entity in entities), default=0.0)
