"""Subgoals in words, for people and for policies that read them."""

from collections.abc import Mapping

from embodied.core.plan import Argument, ObjectRef, Subgoal
from embodied.core.task_plans import ANOTHER, OFF, ON, SLICED, switched_to
from planners.parsed.words import load
from planners.supports import stands_there

INSIDE = frozenset(
    (
        *("Box", "Bowl", "Cabinet", "Cup", "Drawer", "Fridge", "GarbageCan", "Microwave", "Mug"),
        *("Pot", "Pan", "Safe", "Sink", "SinkBasin", "Bathtub", "BathtubBasin", "LaundryHamper"),
        "CoffeeMachine",
    )
)
"""What things are put into; onto everything else."""
FORMS: Mapping[str, str] = {
    "pick": "Pick up {object}.",
    "place": "Put {object} {at} {receptacle}.",
    "open": "Open {object}.",
    "close": "Close {object}.",
    "toggle": "Switch {object} on or off.",
    "slice": "Cut {object} into slices.",
    "heat": "Heat {object} in {receptacle}.",
    "cool": "Cool {object} in {receptacle}.",
    "clean": "Rinse {object} in {receptacle}.",
    "look": "Look at {object} in the light of {lamp}.",
    "goto": "Go to {object}.",
    "turn": "Turn {direction} by {angle_deg:.0f} degrees.",
    "tilt": "Tilt the camera {direction} by {angle_deg:.0f} degrees.",
    "move": "Step {direction} by {distance_m:.2f} m.",
}


def spoken(subgoal: Subgoal) -> str:
    """Return a subgoal as a sentence; empty for a skill that has no form of words."""
    form = FORMS.get(subgoal.skill)
    if form is None:
        return ""
    receptacle = subgoal.arguments.get("receptacle")
    inside = isinstance(receptacle, ObjectRef) and receptacle.category in INSIDE
    if isinstance(receptacle, ObjectRef) and (beside := stands_there(receptacle.relation)):
        form = form.replace("{at} {receptacle}", f"next to the {beside}")
    words = {name: _words(value) for name, value in subgoal.arguments.items()}
    if (state := switched_to(subgoal)) and subgoal.skill == "toggle":
        form = form.replace("on or off", state)
    return form.format(at="in" if inside else "on", **words)


def _words(value: Argument) -> str | float:
    if not isinstance(value, ObjectRef):
        return value
    if not value.category:
        return "what is held"
    attributes = [word for word in value.attributes if word not in (SLICED, ANOTHER, ON, OFF)]
    article = "another" if ANOTHER in value.attributes else "the"
    noun = " ".join([*attributes, load().names.get(value.category, value.category)])
    if SLICED in value.attributes:
        return f"{'another' if article == 'another' else 'a'} slice of {noun}"
    return f"{article} {noun}"
