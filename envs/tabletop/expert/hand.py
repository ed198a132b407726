"""How the expert's hand gets from here to there; every move is a run of velocity commands."""

from collections.abc import Callable, Generator

import numpy as np
from numpy.typing import NDArray

from embodied.core.action import VectorAction
from envs.tabletop.control import BASE_FRAME, CONTROL_HZ, EE_VELOCITY
from envs.tabletop.panda import HOME_RAD, MAX_WIDTH_M
from envs.tabletop.world import TabletopWorld

Floats = NDArray[np.float64]
Run = Generator[VectorAction, None, None]

SAFE_M = 0.2
"""Height at which the hand travels."""
FAST_MPS, CAREFUL_MPS = 0.4, 0.12
GAIN = 6.0
TURN_RAD_S = 1.4
WRIST_RAD = 2.5
"""How far the last joint may be turned when the hand has come to a place."""
GIVE_UP_STEPS = 30
"""Steps without getting nearer after which a move ends where it is."""


class Hand:
    """Moves the hand, pointing down.

    Args:
        world: The world it reads.
    """

    def __init__(self, world: TabletopWorld) -> None:
        self.world = world
        self.opening = 1.0

    @property
    def place_m(self) -> Floats:
        """[3], the point between the fingertips."""
        return self.world.state().ee_position_m

    @property
    def width_m(self) -> float:
        """Between the fingertips."""
        return self.world.state().gripper_width_m

    def _axes(self) -> Floats:
        return self.world.data.site_xmat[self.world.model.tcp].reshape(3, 3)

    def yaw_rad(self) -> float:
        """How the hand is turned about z; at 0 its fingers open along y."""
        axis = self._axes()[:, 0]
        return float(np.arctan2(axis[1], axis[0]))

    def yaw_for(self, fingers_rad: float, place_m: Floats) -> float:
        """Return the hand's turn that opens the fingers along a direction, wrist within range."""
        azimuth = float(np.arctan2(place_m[1], place_m[0]))
        choices = fingers_rad - np.pi / 2 + np.pi * np.arange(-2, 3)
        # Pointing down, the last joint turns against the hand, and makes up for the first.
        wrist = HOME_RAD[6] + azimuth - choices
        good = choices[np.abs(wrist) < WRIST_RAD]
        return float(good[np.argmin(np.abs(good - self.yaw_rad()))])

    def _command(self, linear: Floats, angular: Floats) -> VectorAction:
        values = np.concatenate([linear, angular, [self.opening]]).astype(np.float32)
        return VectorAction(values, EE_VELOCITY, BASE_FRAME, CONTROL_HZ)

    def to(
        self,
        target: Callable[[], Floats] | Floats,
        *,
        yaw_rad: float | None = None,
        speed_mps: float = FAST_MPS,
        near_m: float = 0.004,
        until: Callable[[], bool] = lambda: False,
    ) -> Run:
        """Move in a straight line until the hand is there, or comes no nearer."""
        best, idle = np.inf, 0
        turn_to = self.yaw_rad() if yaw_rad is None else yaw_rad
        while not until():
            aim = target() if callable(target) else target
            way = aim - self.place_m
            down = np.cross(self._axes()[:, 2], [0.0, 0.0, -1.0])
            turn = turn_to - self.yaw_rad()
            turn = (turn + np.pi) % (2.0 * np.pi) - np.pi
            left = float(np.linalg.norm(way)) + 0.03 * abs(turn)
            if left < near_m + 0.001:
                return
            idle = 0 if left < best - 0.0005 else idle + 1
            best = min(best, left)
            if idle > GIVE_UP_STEPS:
                return
            angular = _cut(GAIN * (down + up(turn)), TURN_RAD_S)
            yield self._command(_cut(GAIN * way, speed_mps), angular)

    def over(self, place_m: Floats, *, yaw_rad: float | None = None, height_m: float) -> Run:
        """Rise, travel over everything, and stop above a place."""
        here = self.place_m
        if here[2] < SAFE_M - 0.02 and np.linalg.norm(here[:2] - place_m[:2]) > 0.02:
            yield from self.to(np.array([here[0], here[1], SAFE_M]), near_m=0.03)
            high = np.array([place_m[0], place_m[1], SAFE_M])
            yield from self.to(high, yaw_rad=yaw_rad, near_m=0.01)
        above = np.array([place_m[0], place_m[1], height_m])
        yield from self.to(above, yaw_rad=yaw_rad, near_m=0.006)

    def grip(self, width_m: float) -> Run:
        """Open or close the fingers to a width, and wait until they rest."""
        self.opening = float(np.clip(width_m / MAX_WIDTH_M, 0.0, 1.0))
        rests = 0
        for step in range(40):
            before = self.width_m
            yield self.still()
            rests = rests + 1 if abs(self.width_m - before) < 2e-4 else 0
            if step > 4 and rests > 3:
                return

    def still(self) -> VectorAction:
        """Return the command to stand still."""
        return self._command(np.zeros(3), np.zeros(3))


def up(length: float) -> Floats:
    """Return the vector [3] that points up, of a length."""
    return np.array([0.0, 0.0, length])


def _cut(vector: Floats, most: float) -> Floats:
    length = float(np.linalg.norm(vector))
    return vector if length <= most else vector * (most / length)
