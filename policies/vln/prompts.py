"""Action prompts: what an instruction asks to be done, and by what, read off its words.

After ADAPT (Lin et al. 2022, section 3): the walk's instruction is accompanied by prompts, each an
action with the thing it is done by, and a way onward is trained to match the prompt of its action.
"""

import math

import torch
from torch import Tensor

ACTIONS = ("ahead", "left", "right", "back", "up", "down", "stop", "pass", "enter", "leave")
"""Actions with a prompt. The first six are also what a way onward can be, by its direction."""

MAX_PROMPTS = 10
STEEP = 0.5
"""A way is stairs from here on: twice the sine of its elevation, 14.5 degrees."""

_WORDS = {
    "left": "left",
    "right": "right",
    "straight": "ahead",
    "forward": "ahead",
    "ahead": "ahead",
    "around": "back",
    "back": "back",
    "up": "up",
    "upstairs": "up",
    "ascend": "up",
    "climb": "up",
    "down": "down",
    "downstairs": "down",
    "descend": "down",
    "stop": "stop",
    "wait": "stop",
    "stand": "stop",
    "past": "pass",
    "pass": "pass",
    "by": "pass",
    "enter": "enter",
    "into": "enter",
    "in": "enter",
    "through": "enter",
    "exit": "leave",
    "leave": "leave",
    "out": "leave",
}
_FILLERS = "the a an and then to of your you on at it is with that this"
_DULL = frozenset(_FILLERS.split()) | {*_WORDS}


def parse(words: list[str]) -> list[tuple[int, int, str]]:
    """Return (row of `ACTIONS`, place, landmark) for each action word, in order.

    The landmark is the next word that is neither an action nor a filler, up to the sentence's end.
    """
    found = []
    for place, word in enumerate(words):
        if word not in _WORDS:
            continue
        landmark = ""
        for later in words[place + 1 : place + 6]:
            if later in {".", ","}:
                break
            if later not in _DULL:
                landmark = later
                break
        found.append((ACTIONS.index(_WORDS[word]), place, landmark))
    return found[:MAX_PROMPTS]


def way_actions(heading_rad: Tensor, lift: Tensor) -> Tensor:
    """Return the row of `ACTIONS` that each way amounts to.

    Args:
        heading_rad: [N], relative to where one faces, positive to the right.
        lift: [N], twice the sine of the elevation.
    """
    size = heading_rad.abs()
    side = torch.where(heading_rad < 0, ACTIONS.index("left"), ACTIONS.index("right"))
    flat = torch.where(size > 5 * math.pi / 6, ACTIONS.index("back"), side)
    flat = torch.where(size < math.pi / 6, ACTIONS.index("ahead"), flat)
    steep = torch.where(lift > 0, ACTIONS.index("up"), ACTIONS.index("down"))
    return torch.where(lift.abs() > STEEP, steep, flat)
