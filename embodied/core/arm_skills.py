"""What an arm at a table can do, as planners see it; simulated and real arms declare the same."""

from collections.abc import Iterable

from embodied.core.motion import AWAY, DIRECTIONS_OF, TOWARDS, Frame
from embodied.core.skills import Condition, SkillSpec

RELATIONS = ("in", "on", "next to", "left of", "right of", "in front of", "behind")
"""Where a thing can be put or pushed, seen from what it is put to; left is +y, front is -x."""
BESIDE = RELATIONS[2:]
"""Relations that leave a thing on the table beside the other."""

MOVE_HAND = "move_hand"
"""Skill that makes one language motion, see `embodied.core.motion.motion_of`."""
APPROACH = "approach"
"""Skill that moves the hand towards a thing or away from it, and takes nothing up."""
SHIFT = "shift"
"""Skill that moves a thing over the table the way a language motion tells."""
OVER_TABLE = ("left", "right", "forward", "back")
"""Directions that a thing can be shifted in."""
CARRIED, PUSHED = "carried", "pushed"
"""How it gets there."""

_HAND_EMPTY = Condition("hand_empty")
_HOLDING = Condition("holding", ("object",))


def arm_skills(
    *, movable: Iterable[str], receptacles: Iterable[str], openable: Iterable[str]
) -> tuple[SkillSpec, ...]:
    """Return the skills of an arm.

    Things of one type are told apart by the attributes of their `ObjectRef` (colours), and by its
    relation ("on the left").

    Args:
        movable: Types it can pick up and push.
        receptacles: Types that things are put in, on or next to.
        openable: Types with a handle.
    """
    things, places = frozenset(movable), frozenset(receptacles)
    openables = frozenset(openable)
    return (
        SkillSpec(
            "pick",
            {"object": "object"},
            "Grasp an object and lift it.",
            preconditions=("the hand is empty, or what is in it is put down first",),
            effects=("the object is in the hand",),
            causes=(_HOLDING, Condition("hand_empty", holds=False)),
            categories={"object": things},
        ),
        SkillSpec(
            "place",
            {"object": "object", "receptacle": "receptacle", "relation": "text"},
            "Put the held object in, on or next to something.",
            preconditions=("the object is in the hand",),
            effects=("the object is where it was asked for", "the hand is empty"),
            requires=(_HOLDING,),
            causes=(
                Condition("inside", ("object", "receptacle")),
                Condition("holding", ("object",), holds=False),
                _HAND_EMPTY,
            ),
            categories={
                "object": things,
                "receptacle": things | places,
                "relation": frozenset(RELATIONS),
            },
        ),
        SkillSpec(
            "push",
            {"object": "object", "receptacle": "receptacle", "relation": "text"},
            "Push an object over the table until it is next to something.",
            preconditions=("the hand is empty, or what is in it is put down first",),
            effects=("the object is where it was asked for",),
            causes=(Condition("beside", ("object", "receptacle")),),
            categories={
                "object": things,
                "receptacle": things | places,
                "relation": frozenset(BESIDE),
            },
        ),
        SkillSpec(
            SHIFT,
            {
                "object": "object",
                "direction": "text",
                "amount": "number",
                "frame": "text",
                "manner": "text",
            },
            "Move an object on the table some way, by metres; 0 is as far as usual.",
            preconditions=("the hand is empty, or what is in it is put down first",),
            effects=("the object is so far from where it was",),
            categories={
                "object": things,
                "direction": frozenset(OVER_TABLE),
                "frame": frozenset([str(Frame.ROBOT), str(Frame.SPEAKER)]),
                "manner": frozenset([CARRIED, PUSHED]),
            },
        ),
        SkillSpec(
            "open",
            {"object": "object", "share": "number"},
            "Pull a drawer open by its handle, to a share of its travel: 1 is all the way.",
            preconditions=("the hand is empty, or what is in it is put down first",),
            effects=("the drawer is open so far",),
            causes=(Condition("closed", ("object",), holds=False),),
            categories={"object": openables},
        ),
        SkillSpec(
            "close",
            {"object": "object", "share": "number"},
            "Push a drawer in until it is open by no more than a share of its travel: 0 is shut.",
            preconditions=("the hand is empty, or what is in it is put down first",),
            effects=("the drawer is open so far at most",),
            causes=(Condition("closed", ("object",)),),
            categories={"object": openables},
        ),
        SkillSpec(
            "put_down",
            {},
            "Lay what is held on the table where there is room.",
            preconditions=("something is in the hand",),
            effects=("the hand is empty",),
            causes=(_HAND_EMPTY,),
        ),
        SkillSpec(
            MOVE_HAND,
            {"motion": "text", "direction": "text", "amount": "number", "frame": "text"},
            "Move, rotate or tilt the hand, open or close the gripper, go slower or faster: by "
            "metres, radians, a share or a factor; 0 is as far as usual.",
            effects=("the hand is where it was asked for",),
            categories={
                "motion": frozenset(DIRECTIONS_OF),
                "direction": frozenset().union(*DIRECTIONS_OF.values()),
                "frame": frozenset([str(Frame.ROBOT), str(Frame.SPEAKER)]),
            },
        ),
        SkillSpec(
            APPROACH,
            {"object": "object", "direction": "text", "amount": "number"},
            "Move the hand level towards an object, or away from it, by metres; 0 is as far as "
            "usual, and never past it. Takes nothing up.",
            effects=("the hand is so much nearer to the object, or farther from it",),
            categories={
                "object": things | places | openables,
                "direction": frozenset([TOWARDS, AWAY]),
            },
        ),
    )
