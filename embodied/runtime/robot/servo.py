"""What a controller does with commands: a twist dies by itself, a path is followed to its end."""

import bisect
import threading
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embodied.core.errors import DataError

Floats = NDArray[np.float64]

CLOSE_RAD = 0.02
"""How near the end of a path counts as there."""


@dataclass(frozen=True)
class PathPoint:
    """A point of a path.

    Attributes:
        at_s: Time from its start.
        position_rad: [N].
        velocity_rad_s: [N], or None where the path has none.
    """

    at_s: float
    position_rad: tuple[float, ...]
    velocity_rad_s: tuple[float, ...] | None = None


class JointPath:
    """A path of joints over time: cubic between points with velocities, else straight.

    Args:
        start_rad: Where the joints are when it begins.
        points: In order of time.

    Raises:
        DataError: If times do not grow, or numbers are not finite.
    """

    def __init__(self, start_rad: Sequence[float], points: Sequence[PathPoint]) -> None:
        still = (0.0,) * len(start_rad)
        first = PathPoint(0.0, tuple(start_rad), still)
        listed = [first, *points] if not points or points[0].at_s > 0 else list(points)
        self._times = [point.at_s for point in listed]
        if any(b <= a for a, b in zip(self._times, self._times[1:], strict=False)):
            raise DataError("the times of a path's points have to grow.")
        for point in listed:
            if (
                len(point.position_rad) != len(start_rad)
                or not np.isfinite([*point.position_rad, *(point.velocity_rad_s or ())]).all()
            ):
                raise DataError("a path's point holds numbers that are too few or not finite.")
        self._points = listed

    @property
    def end_s(self) -> float:
        """When it ends."""
        return self._times[-1]

    @property
    def end_rad(self) -> Floats:
        """Where it ends."""
        return np.array(self._points[-1].position_rad)

    def at(self, time_s: float) -> Floats:
        """Return where the joints are to be, [N]; after the end, the end."""
        if time_s >= self.end_s:
            return self.end_rad
        index = max(bisect.bisect_right(self._times, time_s), 1)
        one, other = self._points[index - 1], self._points[index]
        span_s = other.at_s - one.at_s
        share = max(time_s - one.at_s, 0.0) / span_s
        start, end = np.array(one.position_rad), np.array(other.position_rad)
        if one.velocity_rad_s is None or other.velocity_rad_s is None:
            return np.asarray(start + share * (end - start))
        out, into = np.array(one.velocity_rad_s), np.array(other.velocity_rad_s)
        square, cube = share**2, share**3
        return np.asarray(
            (2 * cube - 3 * square + 1) * start
            + (cube - 2 * square + share) * span_s * out
            + (3 * square - 2 * cube) * end
            + (cube - square) * span_s * into
        )


class CommandKeeper:
    """The newest command of an arm; every method is safe from any thread.

    A twist counts for `timeout_s`, so that an arm whose commander died stands still. A path is
    followed until it ends, is stopped, or a twist or another path takes over.

    Args:
        timeout_s: Age at which a twist counts no longer.
        joints: How many joints a path has.
    """

    def __init__(self, *, timeout_s: float, joints: int) -> None:
        self._timeout_s = timeout_s
        self._count = joints
        self._lock = threading.Lock()
        self._twist: tuple[Floats, float] | None = None
        self._path: tuple[int, JointPath, float] | None = None
        self._number = 0
        self._position_rad: Floats = np.zeros(joints)
        self._moved_s = 0.0
        self.opening = 1.0
        self.width_m = 0.0
        self.grips = 0

    def twist(self, values: Sequence[float], now_s: float) -> None:
        """Take a twist (m/s x 3, rad/s x 3); one that is not finite stands still.

        A twist of zeros ends a path, too: that is how a commander stops.
        """
        six = np.asarray(values, dtype=np.float64)
        if six.shape != (6,) or not np.isfinite(six).all():
            six = np.zeros(6)
        with self._lock:
            self._twist, self._path = (six, now_s), None

    def path(self, path: JointPath, now_s: float) -> int:
        """Take a path; return its number."""
        with self._lock:
            self._number += 1
            self._path, self._twist = (self._number, path, now_s), None
            return self._number

    def stop(self) -> None:
        """Forget path and twist."""
        with self._lock:
            self._path = self._twist = None

    def grip(self, opening: float) -> int:
        """Take an opening, 0 closed to 1 open; return its number."""
        with self._lock:
            self.opening = opening
            self.grips += 1
            self._moved_s = float("inf")  # until the next step has been seen
            return self.grips

    def now(self, now_s: float, position_rad: Floats) -> tuple[str, Floats] | None:
        """Return (space, values) of what is to be done now; None to stand still."""
        with self._lock:
            if self._path is not None:
                _, path, began_s = self._path
                return "joint_position", path.at(now_s - began_s)
            if self._twist is not None and now_s - self._twist[1] <= self._timeout_s:
                return "ee_velocity", self._twist[0]
            return None

    def reached(self, position_rad: Floats, width_m: float, now_s: float) -> None:
        """Note where joints and fingers are after a step."""
        with self._lock:
            self._position_rad = np.array(position_rad)
            if abs(width_m - self.width_m) > 1e-4 or self._moved_s == float("inf"):
                self._moved_s = now_s
            self.width_m = width_m

    def follows(self, number: int) -> bool:
        """Whether a path is still the one that is followed."""
        with self._lock:
            return self._path is not None and self._path[0] == number

    def arrived(self, number: int, now_s: float) -> bool:
        """Whether a path has come to its end, and the joints with it."""
        with self._lock:
            if self._path is None or self._path[0] != number:
                return False
            _, path, began_s = self._path
            near = np.max(np.abs(self._position_rad - path.end_rad)) < CLOSE_RAD
            return bool(now_s - began_s >= path.end_s and near)

    def still_s(self, now_s: float) -> float:
        """Return how long the fingers have not moved."""
        with self._lock:
            return max(0.0, now_s - self._moved_s)
