"""What the household's body can do, as planners see it."""

from embodied.core.skills import Condition, SkillSpec
from embodied.core.task_plans import KNIVES, LAMPS
from envs.household.catalog import object_types


def _types(affordance: str) -> frozenset[str]:
    return frozenset(name for name, row in object_types().items() if row.can(affordance))


_MOVABLE = _types("pickupable")
_FITS = {name: row.fits for name, row in object_types().items() if row.can("receptacle")}


def _only(device: str) -> dict[str, frozenset[str]]:
    return {device: _FITS[device]}


_HAND_EMPTY = Condition("hand_empty")
_HOLDING = Condition("holding", ("object",))
_KNIFE = Condition("holding", (KNIVES,))
_OPEN = Condition("closed", ("object",), holds=False)

SKILLS = (
    SkillSpec(
        "goto",
        {"object": "object"},
        "Walk to where the object is in reach and in view.",
        effects=("the object is in reach and in view",),
        categories={"object": frozenset(object_types())},
    ),
    SkillSpec(
        "pick",
        {"object": "object"},
        "Take an object into the hand.",
        preconditions=("the hand is empty", "what holds the object is open"),
        effects=("the object is in the hand",),
        requires=(_HAND_EMPTY,),
        causes=(_HOLDING, Condition("hand_empty", holds=False)),
        categories={"object": _MOVABLE},
    ),
    SkillSpec(
        "place",
        {"object": "object", "receptacle": "receptacle"},
        "Put the held object into or onto a receptacle.",
        preconditions=("the object is in the hand", "the receptacle is open"),
        effects=("the object is in or on the receptacle", "the hand is empty"),
        requires=(_HOLDING, Condition("closed", ("receptacle",), holds=False)),
        causes=(
            Condition("inside", ("object", "receptacle")),
            Condition("holding", ("object",), holds=False),
            _HAND_EMPTY,
        ),
        categories={"object": _MOVABLE, "receptacle": frozenset(_FITS)},
        fits=_FITS,
    ),
    SkillSpec(
        "open",
        {"object": "object"},
        "Open a door, drawer, lid or box.",
        effects=("the object is open",),
        causes=(_OPEN,),
        categories={"object": _types("openable")},
    ),
    SkillSpec(
        "close",
        {"object": "object"},
        "Close it again.",
        effects=("the object is closed",),
        requires=(_OPEN,),
        causes=(Condition("closed", ("object",)),),
        categories={"object": _types("openable")},
    ),
    SkillSpec(
        "toggle",
        {"object": "object"},
        "Switch a lamp, tap or appliance on or off, as its attribute `on` or `off` says; the other "
        "way without one.",
        effects=("the object is on or off as asked",),
        categories={"object": _types("toggleable")},
    ),
    SkillSpec(
        "slice",
        {"object": "object"},
        "Cut an object with the knife in the hand.",
        preconditions=("a knife is in the hand",),
        effects=("the object is in slices",),
        requires=(_KNIFE,),
        causes=(Condition("sliced", ("object",)),),
        categories={"object": _types("sliceable")},
    ),
    SkillSpec(
        "heat",
        {"object": "object", "receptacle": "receptacle"},
        "Heat the held object in a microwave and take it out again.",
        preconditions=("the object is in the hand",),
        effects=("the object was heated", "the object is in the hand"),
        requires=(_HOLDING,),
        causes=(Condition("heated", ("object",)),),
        categories={"object": _FITS["Microwave"], "receptacle": frozenset({"Microwave"})},
        fits=_only("Microwave"),
    ),
    SkillSpec(
        "cool",
        {"object": "object", "receptacle": "receptacle"},
        "Cool the held object in a fridge and take it out again.",
        preconditions=("the object is in the hand",),
        effects=("the object was cooled", "the object is in the hand"),
        requires=(_HOLDING,),
        causes=(Condition("cooled", ("object",)),),
        categories={"object": _FITS["Fridge"], "receptacle": frozenset({"Fridge"})},
        fits=_only("Fridge"),
    ),
    SkillSpec(
        "clean",
        {"object": "object", "receptacle": "receptacle"},
        "Rinse the held object in a sink and take it out again.",
        preconditions=("the object is in the hand",),
        effects=("the object was cleaned", "the object is in the hand"),
        requires=(_HOLDING,),
        causes=(Condition("cleaned", ("object",)),),
        categories={
            "object": _FITS["SinkBasin"],
            "receptacle": frozenset({"Sink", "SinkBasin", "BathtubBasin"}),
        },
        fits={name: _FITS[name] for name in ("Sink", "SinkBasin", "BathtubBasin")},
    ),
    SkillSpec(
        "look",
        {"object": "object", "lamp": "object"},
        "Switch a lamp on and look at the held object in its light.",
        preconditions=("the object is in the hand",),
        effects=("the lamp is on and in view",),
        requires=(_HOLDING,),
        causes=(Condition("examined", ("object", "lamp")),),
        categories={"object": _MOVABLE, "lamp": frozenset(LAMPS)},
    ),
    SkillSpec(
        "turn",
        {"direction": "direction", "angle_deg": "number"},
        "Turn on the spot, by the nearest angle the body can.",
        effects=("the body faces another way",),
        categories={"direction": frozenset({"left", "right", "around"})},
    ),
    SkillSpec(
        "tilt",
        {"direction": "direction", "angle_deg": "number"},
        "Tilt the camera up or down, by the nearest angle it can.",
        effects=("the camera looks higher or lower",),
        categories={"direction": frozenset({"up", "down"})},
    ),
    SkillSpec(
        "move",
        {"direction": "direction", "distance_m": "number"},
        "Step that way without turning, by the nearest distance the body can.",
        effects=("the body stands elsewhere",),
        categories={"direction": frozenset({"forward", "back", "left", "right"})},
    ),
)
