"""Language motions that a person asked for, laid over what a skill does."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from embodied.core.motion import (
    AWAY,
    DIRECTIONS,
    OPEN,
    TOWARDS,
    Frame,
    Motion,
    MotionKind,
)
from embodied.core.plan import ObjectRef
from policies.arm.body import DT_S, ArmBody, Command
from policies.arm.things import Thing

Floats = NDArray[np.float64]

USUAL_M, USUAL_RAD = 0.05, np.deg2rad(15.0)
"""How far a motion goes that does not say how far."""
MOST_M, MOST_RAD = 0.30, np.pi
MOVE_MPS, TURN_RADPS = 0.15, 0.8
GRIP_S = 0.8
SPEEDS = (0.2, 2.0)
"""Least and greatest factor of all speeds."""
FAR = 1e3
"""Metres or radians of a motion that lasts until the subgoal ends."""


@dataclass
class Overlay:
    """What is left to do of the motions that were asked for.

    While a motion is under way the skill waits. Where the motion ended is where its aims then
    are, shifted by as much: for the rest of the subgoal, or ever less with a time constant.

    Args:
        speaker_yaw_rad: How the speaker is turned against the robot: 0 behind it, looking the same
            way, pi opposite it.
        decay_s: Time constant with which a shift is forgotten; None keeps it for the subgoal.
    """

    speaker_yaw_rad: float = 0.0
    decay_s: float | None = None
    way_m: Floats = field(default_factory=lambda: np.zeros(3))
    turn_rad: Floats = field(default_factory=lambda: np.zeros(3))
    grip_left_s: float = 0.0
    last_unit: Floats = field(default_factory=lambda: np.array([0.0, 1.0, 0.0]))

    def clear(self) -> None:
        """Forget every motion under way."""
        self.way_m, self.turn_rad, self.grip_left_s = np.zeros(3), np.zeros(3), 0.0

    @property
    def busy(self) -> bool:
        """Whether a motion is under way."""
        return bool(self.way_m.any() or self.turn_rad.any() or self.grip_left_s > 0.0)

    def add(self, motion: Motion, body: ArmBody) -> bool:
        """Begin a motion; return whether it is one for an arm here and now."""
        if motion.kind is MotionKind.SPEED:
            body.speed = float(np.clip(body.speed * (motion.amount or 1.0), *SPEEDS))
            return True
        if motion.kind is MotionKind.GRIPPER:
            share = 1.0 if motion.amount is None else motion.amount
            body.gripper = share if motion.direction == OPEN else 1.0 - share
            self.grip_left_s = GRIP_S
            return True
        unit = self._direction(motion, body)
        if unit is None:
            return False
        if motion.kind is MotionKind.MOVE:
            self.last_unit = unit
            # Two sentences in a row, "2 cm left" and "3 cm forward", add up.
            self.way_m = unit * FAR if motion.holds else self.way_m + unit * _metres(motion)
        else:
            amount = min(motion.amount or USUAL_RAD, MOST_RAD)
            self.turn_rad = unit * FAR if motion.holds else self.turn_rad + unit * amount
        return True

    def approach(self, thing: Thing, direction: str, amount: float, body: ArmBody) -> None:
        """Begin to move level towards a thing, to above it at most, or away from it.

        Args:
            thing: Which.
            direction: `towards` or `away`.
            amount: Metres; 0 is as far as usual, `LASTING` as far as it goes.
            body: The arm.
        """
        gap = (thing.position_m - body.hand_m) * [1.0, 1.0, 0.0]
        length = float(np.linalg.norm(gap))
        if length < 1e-3:
            return
        most = length if direction == TOWARDS else MOST_M
        far = min(amount if amount > 0.0 else USUAL_M, most)
        self.last_unit = gap / length * (1.0 if direction == TOWARDS else -1.0)
        self.way_m = self.way_m + self.last_unit * far

    def way_of(self, motion: Motion, body: ArmBody) -> Floats | None:
        """Return the way [3] in the base frame that a move is, None where its object is unseen."""
        unit = self._direction(motion, body)
        return None if unit is None else unit * _metres(motion)

    def _direction(self, motion: Motion, body: ArmBody) -> Floats | None:
        """Return the unit vector in the base frame, None where the object is not to be seen."""
        if motion.direction in (TOWARDS, AWAY):
            thing = named(motion.about, body)
            if thing is None:
                return None
            gap = (thing.position_m - body.hand_m) * [1.0, 1.0, 0.0]
            length = float(np.linalg.norm(gap))
            if length < 1e-3:
                return None
            return gap / length * (1.0 if motion.direction == TOWARDS else -1.0)
        unit = np.asarray(DIRECTIONS[motion.kind][motion.direction], dtype=np.float64)
        if motion.frame is Frame.SPEAKER and motion.kind is not MotionKind.ROTATE:
            cos, sin = np.cos(self.speaker_yaw_rad), np.sin(self.speaker_yaw_rad)
            unit = np.array([[cos, -sin, 0.0], [sin, cos, 0.0], [0.0, 0.0, 1.0]]) @ unit
        if motion.frame is Frame.OBJECT and motion.about is not None:
            thing = named(motion.about, body)
            if thing is None:
                return None
            # "left of the bowl" is a place: where the hand would be there, at the height it has.
            side = thing.position_m + unit * (thing.radius_m + 0.06)
            gap = (side - body.hand_m) * [1.0, 1.0, 0.0]
            length = float(np.linalg.norm(gap))
            return gap / length if length > 1e-3 else None
        return unit

    def step(self, body: ArmBody) -> Command | None:
        """Return the command of the motion under way, None where there is none."""
        if not self.busy:
            self._forget(body)
            return None
        linear = self._take(self.way_m, MOVE_MPS * body.speed)
        angular = self._take(self.turn_rad, TURN_RADPS * body.speed)
        self.way_m = _rest(self.way_m, linear)
        self.turn_rad = _rest(self.turn_rad, angular)
        body.offset_m = body.offset_m + linear * DT_S
        body.turn_rad += float(angular[2]) * DT_S
        body.lean_rad = body.lean_rad + angular * [1.0, 1.0, 0.0] * DT_S
        self.grip_left_s = max(0.0, self.grip_left_s - DT_S)
        return Command(linear, angular, body.gripper)

    @staticmethod
    def _take(left: Floats, speed: float) -> Floats:
        length = float(np.linalg.norm(left))
        return left / length * min(speed, length / DT_S) if length > 0 else left

    def _forget(self, body: ArmBody) -> None:
        if self.decay_s is not None:
            keep = float(np.exp(-DT_S / self.decay_s))
            body.offset_m = body.offset_m * keep
            body.turn_rad *= keep
            body.lean_rad = body.lean_rad * keep


def _metres(motion: Motion) -> float:
    return min(motion.amount or USUAL_M, MOST_M)


def _rest(left: Floats, speed: Floats) -> Floats:
    rest = left - speed * DT_S
    return rest if np.linalg.norm(rest) > 1e-9 else np.zeros(3)


def named(reference: ObjectRef | None, body: ArmBody) -> Thing | None:
    """Return the thing that words name, by noun and colour; the nearest where several fit."""
    if reference is None:
        return None
    said = set((reference.phrase or str(reference)).lower().split())
    fits = [each for each in body.things if each.name.split()[-1] in said]
    exact = [each for each in fits if set(each.attributes) & said]
    return min(
        exact or fits,
        key=lambda each: float(np.linalg.norm(each.position_m - body.hand_m)),
        default=None,
    )
