"""What a body that walks along a navigation graph can do, as planners see it.

Verbs follow A2Nav (Chen et al., 2023): an instruction is a chain of sub-tasks, each with an action
demand and a landmark.
"""

from embodied.core.routes import ROUTE
from embodied.core.skills import SkillSpec

_WORDS = {"landmark": "object", "span": "text", ROUTE: "text"}

SKILLS = (
    SkillSpec(
        "follow",
        {"instruction": "text", ROUTE: "text"},
        "Follow a whole instruction from here and stop where it ends.",
        effects=("the agent is where the instruction ends",),
    ),
    SkillSpec(
        "go_to",
        _WORDS,
        "Walk to a landmark, or on ahead where none is named.",
        effects=("the landmark is near",),
    ),
    SkillSpec(
        "pass",
        _WORDS,
        "Walk past, around or along a landmark.",
        effects=("the landmark is behind",),
    ),
    SkillSpec(
        "enter",
        _WORDS,
        "Walk into a room, or through a door.",
        effects=("the agent is in the room, or behind the door",),
    ),
    SkillSpec(
        "leave",
        _WORDS,
        "Walk out of a room.",
        effects=("the agent is outside the room",),
    ),
    SkillSpec(
        "turn",
        {"direction": "direction", **_WORDS},
        "Turn left, right or around, at a landmark where one is named.",
        effects=("the agent faces the new direction",),
    ),
    SkillSpec(
        "climb",
        {"direction": "direction", **_WORDS},
        "Take the stairs up or down.",
        effects=("the agent is on another level",),
    ),
    SkillSpec(
        "stop_at",
        _WORDS,
        "Stop near a landmark; the route ends there.",
        effects=("the route is done",),
    ),
)
