"""What the household's body can do, as planners see it."""

from embodied.core.skills import SkillSpec

SKILLS = (
    SkillSpec(
        "goto",
        {"object": "object"},
        "Walk to where the object is in reach and in view.",
        effects=("the object is in reach and in view",),
    ),
    SkillSpec(
        "pick",
        {"object": "object"},
        "Take an object into the hand.",
        preconditions=("the hand is empty", "what holds the object is open"),
        effects=("the object is in the hand",),
    ),
    SkillSpec(
        "place",
        {"object": "object", "receptacle": "receptacle"},
        "Put the held object into or onto a receptacle.",
        preconditions=("the object is in the hand", "the receptacle is open"),
        effects=("the object is in or on the receptacle", "the hand is empty"),
    ),
    SkillSpec(
        "open",
        {"object": "object"},
        "Open a door, drawer, lid or box.",
        effects=("the object is open",),
    ),
    SkillSpec("close", {"object": "object"}, "Close it again.", effects=("the object is closed",)),
    SkillSpec(
        "toggle",
        {"object": "object"},
        "Switch a lamp, tap or appliance on, or off where it is on.",
        effects=("the object is on, or off where it was on",),
    ),
    SkillSpec(
        "slice",
        {"object": "object"},
        "Cut an object with the knife in the hand.",
        preconditions=("a knife is in the hand",),
        effects=("the object is in slices",),
    ),
    SkillSpec(
        "heat",
        {"object": "object", "receptacle": "receptacle"},
        "Heat the held object in a microwave and take it out again.",
        preconditions=("the object is in the hand",),
        effects=("the object was heated", "the object is in the hand"),
    ),
    SkillSpec(
        "cool",
        {"object": "object", "receptacle": "receptacle"},
        "Cool the held object in a fridge and take it out again.",
        preconditions=("the object is in the hand",),
        effects=("the object was cooled", "the object is in the hand"),
    ),
    SkillSpec(
        "clean",
        {"object": "object", "receptacle": "receptacle"},
        "Rinse the held object in a sink and take it out again.",
        preconditions=("the object is in the hand",),
        effects=("the object was cleaned", "the object is in the hand"),
    ),
    SkillSpec(
        "look",
        {"object": "object", "lamp": "object"},
        "Switch a lamp on and look at the held object in its light.",
        preconditions=("the object is in the hand",),
        effects=("the lamp is on and in view",),
    ),
)
