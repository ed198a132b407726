"""Language motions: the level of words between a subgoal and numbers ("move arm forward").

Belkhale et al. 2024 ("RT-H: Action Hierarchies Using Language", section 3) put a short phrase for
the motion between task and action, so that a person can correct a robot in the words it uses
itself. One table serves both ways here: skills report a `Motion`, people say one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from embodied.core.plan import Argument, ObjectRef


class MotionKind(StrEnum):
    """What moves."""

    MOVE = "move"
    ROTATE = "rotate"
    TILT = "tilt"
    GRIPPER = "gripper"
    SPEED = "speed"


class Frame(StrEnum):
    """Whose left is meant."""

    ROBOT = "robot"
    SPEAKER = "speaker"
    OBJECT = "object"


DIRECTIONS: Mapping[MotionKind, Mapping[str, tuple[float, float, float]]] = {
    MotionKind.MOVE: {
        "forward": (1.0, 0.0, 0.0),
        "back": (-1.0, 0.0, 0.0),
        "left": (0.0, 1.0, 0.0),
        "right": (0.0, -1.0, 0.0),
        "up": (0.0, 0.0, 1.0),
        "down": (0.0, 0.0, -1.0),
    },
    MotionKind.ROTATE: {"left": (0.0, 0.0, 1.0), "right": (0.0, 0.0, -1.0)},
    MotionKind.TILT: {
        "forward": (0.0, 1.0, 0.0),
        "back": (0.0, -1.0, 0.0),
        "left": (-1.0, 0.0, 0.0),
        "right": (1.0, 0.0, 0.0),
    },
}
"""Unit vectors in the base frame (x forward, y left, z up): of the way, or of the axis turned
about by the right-hand rule."""

TOWARDS, AWAY = "towards", "away"
"""Directions of a move that are told from where an object is."""
OPEN, CLOSE = "open", "close"
SLOWER, FASTER = "slower", "faster"

_ARM = {MotionKind.MOVE: "move arm", MotionKind.ROTATE: "rotate arm", MotionKind.TILT: "tilt arm"}
STILL = "hold still"
"""What no motion is called."""
_STILL_MPS = 0.01
_STILL_RADPS = 0.05


@dataclass(frozen=True)
class Motion:
    """One language motion.

    Attributes:
        kind: What moves.
        direction: A row of `DIRECTIONS`, `towards` or `away`, `open` or `close`, `slower` or
            `faster`.
        frame: Whose direction it is.
        amount: Metres, radians, or the factor of a speed; None where it was not said.
        holds: Whether it lasts until the subgoal ends; otherwise it is over once it is done.
        about: The object whose frame is meant.
    """

    kind: MotionKind
    direction: str
    frame: Frame = Frame.ROBOT
    amount: float | None = None
    holds: bool = False
    about: ObjectRef | None = None

    def __str__(self) -> str:
        if self.kind is MotionKind.GRIPPER:
            return f"{self.direction} gripper"
        if self.kind is MotionKind.SPEED:
            return self.direction
        words = f"{_ARM[self.kind]} {self.direction}"
        if self.about is not None:
            link = {TOWARDS: "", AWAY: " from"}.get(self.direction, " of")
            words += f"{link} {self.about}"
        elif self.frame is Frame.SPEAKER:
            words += " as you see it"
        return words


DIRECTIONS_OF: Mapping[str, tuple[str, ...]] = {
    **{str(kind): (*DIRECTIONS[kind],) for kind in DIRECTIONS},
    str(MotionKind.GRIPPER): (OPEN, CLOSE),
    str(MotionKind.SPEED): (SLOWER, FASTER),
}
"""Directions of each kind of motion that can be told without naming an object."""
LASTING = 1e3
"""Amount of a motion that lasts until somebody says otherwise."""


def arguments_of(motion: Motion) -> dict[str, Argument]:
    """Return a motion that is not told from an object as a subgoal's arguments."""
    return {
        "motion": str(motion.kind),
        "direction": motion.direction,
        "amount": LASTING if motion.holds else motion.amount or 0.0,
        "frame": str(motion.frame),
    }


def motion_of(arguments: Mapping[str, Argument]) -> Motion:
    """Return the motion that a subgoal's arguments name, see `arguments_of`.

    Raises:
        ValueError: If there is no such motion.
    """
    kind, direction = MotionKind(str(arguments["motion"])), str(arguments["direction"])
    amount = arguments["amount"]
    if direction not in DIRECTIONS_OF[kind] or not isinstance(amount, int | float):
        raise ValueError(f"no motion is called {kind} {direction} {amount!r}")
    return Motion(
        kind,
        direction,
        Frame(str(arguments["frame"])),
        amount=None if amount <= 0.0 else float(amount),
        holds=amount >= LASTING,
    )


def describe(
    linear_mps: tuple[float, float, float] | np.ndarray,
    angular_radps: tuple[float, float, float] | np.ndarray,
    *,
    gripper: str = "",
) -> str:
    """Return the language motion that a velocity amounts to: `move arm forward`.

    Args:
        linear_mps: (x, y, z) in the base frame.
        angular_radps: Likewise, about the axes.
        gripper: `open` or `close` where the fingers move, or nothing.
    """
    if gripper:
        return str(Motion(MotionKind.GRIPPER, gripper))
    for kind, vector, least in (
        (MotionKind.MOVE, linear_mps, _STILL_MPS),
        (MotionKind.ROTATE, angular_radps, _STILL_RADPS),
        (MotionKind.TILT, angular_radps, _STILL_RADPS),
    ):
        values = np.asarray(vector, dtype=np.float64)
        shares = {name: float(values @ np.asarray(unit)) for name, unit in DIRECTIONS[kind].items()}
        direction = max(shares, key=lambda name: shares[name])
        if shares[direction] >= least:
            return str(Motion(kind, direction))
    return STILL
