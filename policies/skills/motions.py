"""Turning, tilting and stepping: what words ask of the body itself, in its own quarter turns."""

from collections.abc import Mapping
from typing import Any

from embodied.core.plan import Cause
from embodied.mapping.pose import LOOK_DEG, STEP_M
from policies.skills.body import Run, failed
from policies.skills.tools import Tools

QUARTER_DEG = 90.0
TURNED: Mapping[str, tuple[str, ...]] = {
    "forward": (),
    "right": ("RotateRight",),
    "back": ("RotateRight", "RotateRight"),
    "left": ("RotateLeft",),
}
"""Direction of a step to the turns before it; the body only walks ahead."""
UNTURNED = {"RotateRight": "RotateLeft", "RotateLeft": "RotateRight"}


class Turn:
    """Turn on the spot, by the nearest number of quarter turns, one at least."""

    def run(self, tools: Tools, arguments: Mapping[str, Any]) -> Run:
        """See `Skill`; takes `direction` and `angle_deg`."""
        name = "RotateLeft" if arguments["direction"] == "left" else "RotateRight"
        for _ in range(_times(arguments["angle_deg"], QUARTER_DEG)):
            yield from tools.body.do(name)
        return None


class Tilt:
    """Tilt the camera, by the nearest angle it can."""

    def run(self, tools: Tools, arguments: Mapping[str, Any]) -> Run:
        """See `Skill`; takes `direction` and `angle_deg`."""
        direction = arguments["direction"]
        name = "LookUp" if direction == "up" else "LookDown"
        for tilted in range(_times(arguments["angle_deg"], LOOK_DEG)):
            if not (yield from tools.body.do(name)):
                if tilted:
                    return None  # as far as it goes
                return failed(Cause.BLOCKED, f"the camera tilts no further {direction}")
        return None


class Move:
    """Step some way without turning: turned there, walked ahead, turned back."""

    def run(self, tools: Tools, arguments: Mapping[str, Any]) -> Run:
        """See `Skill`; takes `direction` and `distance_m`."""
        body, turns = tools.body, TURNED[arguments["direction"]]
        for name in turns:
            yield from body.do(name)
        wanted, walked = _times(arguments["distance_m"], STEP_M), 0
        while walked < wanted and (yield from body.do("MoveAhead")):
            walked += 1
        for name in turns:
            yield from body.do(UNTURNED[name])
        if walked < wanted:
            return failed(Cause.BLOCKED, f"something is in the way after {walked * STEP_M:g} m")
        return None


def _times(amount: float, unit: float) -> int:
    return max(1, round(amount / unit))
