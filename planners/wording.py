"""Subgoals in words."""

from collections.abc import Mapping, Sequence

from embodied.core.naming import spoken
from embodied.core.plan import Argument, ObjectRef, Subgoal
from embodied.core.task_plans import ANOTHER, OFF, ON, SLICED, switched_to
from planners.supports import stands_there

_HOLLOW = (
    "Bathtub BathtubBasin Bowl Box Cabinet Cup Drawer Fridge GarbageCan LaundryHamper Microwave "
    "Mug Pan Pot Safe Sink SinkBasin Toilet"
)
HOLLOW = frozenset(_HOLLOW.split())
"""Receptacles that things go into; onto all others."""

PHRASES: Mapping[str, str] = {
    "pick": "take the {object}",
    "place": "put the {object} {receptacle}",
    "slice": "slice the {object}",
    "heat": "heat the {object} {receptacle}",
    "cool": "cool the {object} {receptacle}",
    "clean": "clean the {object} {receptacle}",
    "look": "look at the {object} under the {lamp}",
    "open": "open the {object}",
    "close": "close the {object}",
    "toggle": "switch the {object}",
    "goto": "go to the {object}",
    "push": "push the {object} {receptacle}",
    "put_down": "put down what is held",
}


def in_words(subgoals: Sequence[Subgoal]) -> tuple[str, ...]:
    """Return each subgoal as a short sentence: `take the knife`."""
    return tuple(_sentence(subgoal) for subgoal in subgoals)


def sentence(subgoal: Subgoal) -> str:
    """Return a subgoal as people are told of it: `Take the knife.`, say."""
    return f"{_sentence(subgoal).capitalize()}."


def share_in_words(share: float) -> str:
    """Return how far something is to be open, as said after what: nothing for wholly or shut."""
    return "" if share in (0.0, 1.0) else f" to {share:.0%}"


def _sentence(subgoal: Subgoal) -> str:
    pattern = PHRASES.get(subgoal.skill)
    words = {name: _words(name, value) for name, value in subgoal.arguments.items()}
    relation, place = subgoal.arguments.get("relation"), subgoal.arguments.get("receptacle")
    if isinstance(relation, str) and isinstance(place, ObjectRef):
        words["receptacle"] = f"{relation} the {_words('object', place)}"
    if subgoal.skill == "toggle" and (state := switched_to(subgoal)):
        pattern = f"{pattern} {state}"
    if pattern is not None and isinstance(share := subgoal.arguments.get("share"), float):
        pattern = f"{pattern}{share_in_words(share)}"
    if pattern is None:
        return " ".join([subgoal.skill.replace("_", " "), *words.values()])
    try:
        return pattern.format_map(words).replace("the another", "another")
    except KeyError:
        return " ".join([subgoal.skill.replace("_", " "), *words.values()])


def _words(name: str, value: Argument) -> str:
    if not isinstance(value, ObjectRef):
        return str(value)
    noun = spoken(value.category)
    others = [word for word in value.attributes if word not in (SLICED, ANOTHER, ON, OFF)]
    named = " ".join([*others, noun])
    if SLICED in value.attributes:
        named = f"slice of {named}"
    if ANOTHER in value.attributes:
        named = f"another {named}"
    if name == "receptacle" and (beside := stands_there(value.relation)):
        return f"next to the {beside}"
    if value.relation:
        named += f" {value.relation}"
    if name == "receptacle":
        return f"{'in' if value.category in HOLLOW else 'on'} the {named}"
    return named
