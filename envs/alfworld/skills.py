"""What can be done in a text game, as planners see it: the household's skills, less the knife.

Names, arguments and conditions are the household's, so that one plan means the same in both; types
and what fits where are the games' own.
"""

from embodied.core.skills import Condition, SkillSpec
from embodied.core.task_plans import LAMPS
from envs.alfworld.rules import rules

_RULES = rules()
_MOVABLE = _RULES.can["pickupable"]
_PLACES = frozenset(_RULES.fits)
_HAND_EMPTY = Condition("hand_empty")
_HOLDING = Condition("holding", ("object",))
_OPEN = Condition("closed", ("object",), holds=False)


def _change(name: str, words: tuple[str, str], *, word: str, device: str) -> SkillSpec:
    able = _RULES.can[word]
    return SkillSpec(
        name,
        {"object": "object", "receptacle": "receptacle"},
        words[0],
        preconditions=("the object is in the hand",),
        effects=(f"the object was {words[1]}", "the object is in the hand"),
        requires=(_HOLDING,),
        causes=(Condition(words[1], ("object",)),),
        categories={"object": able, "receptacle": frozenset({device})},
        fits={device: able},
    )


SKILLS = (
    SkillSpec(
        "goto",
        {"object": "object"},
        "Go to a receptacle, and see what is there.",
        effects=("the receptacle is in reach",),
        categories={"object": _PLACES},
    ),
    SkillSpec(
        "pick",
        {"object": "object"},
        "Find an object and take it into the hand.",
        preconditions=("the hand is empty",),
        effects=("the object is in the hand",),
        requires=(_HAND_EMPTY,),
        causes=(_HOLDING, Condition("hand_empty", holds=False)),
        categories={"object": _MOVABLE},
    ),
    SkillSpec(
        "place",
        {"object": "object", "receptacle": "receptacle"},
        "Put the held object into or onto a receptacle.",
        preconditions=("the object is in the hand",),
        effects=("the object is in or on the receptacle", "the hand is empty"),
        requires=(_HOLDING,),
        causes=(
            Condition("inside", ("object", "receptacle")),
            Condition("holding", ("object",), holds=False),
            _HAND_EMPTY,
        ),
        categories={"object": _MOVABLE, "receptacle": _PLACES},
        fits=_RULES.fits,
    ),
    SkillSpec(
        "open",
        {"object": "object"},
        "Open a receptacle.",
        effects=("the receptacle is open",),
        causes=(_OPEN,),
        categories={"object": _RULES.openable},
    ),
    SkillSpec(
        "close",
        {"object": "object"},
        "Close a receptacle.",
        effects=("the receptacle is closed",),
        causes=(Condition("closed", ("object",)),),
        categories={"object": _RULES.openable},
    ),
    SkillSpec(
        "toggle",
        {"object": "object"},
        "Switch a lamp.",
        effects=("the lamp is on, or off where it was on",),
        categories={"object": _RULES.can["toggleable"]},
    ),
    _change(
        "heat",
        ("Heat the held object with a microwave.", "heated"),
        word="heatable",
        device="Microwave",
    ),
    _change(
        "cool",
        ("Cool the held object with a fridge.", "cooled"),
        word="coolable",
        device="Fridge",
    ),
    _change(
        "clean",
        ("Clean the held object with a sink.", "cleaned"),
        word="cleanable",
        device="SinkBasin",
    ),
    SkillSpec(
        "look",
        {"object": "object", "lamp": "object"},
        "Find a lamp, switch it on and look at the held object in its light.",
        preconditions=("the object is in the hand",),
        effects=("the lamp is on and in view",),
        requires=(_HOLDING,),
        causes=(Condition("examined", ("object", "lamp")),),
        categories={"object": _MOVABLE, "lamp": frozenset(LAMPS)},
    ),
)
