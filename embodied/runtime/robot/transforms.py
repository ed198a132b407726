"""The tree of frames that tf publishes: newest transforms, chained on demand."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embodied.core.errors import DataError
from embodied.core.geometry import Pose

Quat = NDArray[np.float64]


def multiply(first: Sequence[float], second: Sequence[float]) -> Quat:
    """Return the product of two quaternions (x, y, z, w): turn by `second`, then by `first`."""
    x1, y1, z1, w1 = first
    x2, y2, z2, w2 = second
    return np.array(
        [
            w1 * x2 + x1 * w2 + y1 * z2 - z1 * y2,
            w1 * y2 - x1 * z2 + y1 * w2 + z1 * x2,
            w1 * z2 + x1 * y2 - y1 * x2 + z1 * w2,
            w1 * w2 - x1 * x2 - y1 * y2 - z1 * z2,
        ]
    )


def rotate(quat_xyzw: Sequence[float], vector: Sequence[float]) -> NDArray[np.float64]:
    """Return a vector [3] turned by a unit quaternion."""
    axis, scalar = np.asarray(quat_xyzw[:3], dtype=float), float(quat_xyzw[3])
    turned = np.asarray(vector, dtype=float)
    cross = np.cross(axis, turned)
    return np.asarray(turned + 2.0 * (scalar * cross + np.cross(axis, cross)))


@dataclass(frozen=True)
class Transform:
    """Where a child frame is in its parent's.

    Attributes:
        position_m: (x, y, z).
        quat_xyzw: Unit quaternion, scalar last.
        stamp_s: When it was so, on the sender's clock; infinity for what never changes.
        came_s: When it was heard, on this machine's clock; infinity likewise.
    """

    position_m: tuple[float, float, float]
    quat_xyzw: tuple[float, float, float, float]
    stamp_s: float = float("inf")
    came_s: float = float("inf")

    def then(self, child: "Transform") -> "Transform":
        """Return where the child's child is; as old as the older of the two."""
        position = np.asarray(self.position_m) + rotate(self.quat_xyzw, child.position_m)
        return Transform(
            _three(position),
            _unit(multiply(self.quat_xyzw, child.quat_xyzw)),
            min(self.stamp_s, child.stamp_s),
            min(self.came_s, child.came_s),
        )

    def inverse(self) -> "Transform":
        """Return where the parent is in the child's frame."""
        x, y, z, w = self.quat_xyzw
        back = (-x, -y, -z, w)
        return Transform(_three(-rotate(back, self.position_m)), back, self.stamp_s, self.came_s)


IDENTITY = Transform((0.0, 0.0, 0.0), (0.0, 0.0, 0.0, 1.0))


def _three(values: NDArray[np.float64]) -> tuple[float, float, float]:
    return (float(values[0]), float(values[1]), float(values[2]))


def _unit(quat: Sequence[float] | Quat) -> tuple[float, float, float, float]:
    values = np.asarray(quat, dtype=float)
    length = float(np.linalg.norm(values))
    if not 0.5 < length < 2.0:
        raise DataError(f"a transform has a quaternion of length {length:.3f}, expected 1.")
    x, y, z, w = values / length
    return (float(x), float(y), float(z), float(w))


class TransformTree:
    """The newest transform of every frame; every method is safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._parents: dict[str, tuple[str, Transform]] = {}

    def put(
        self,
        parent: str,
        child: str,
        position_m: Sequence[float],
        quat_xyzw: Sequence[float],
        *,
        stamp_s: float = float("inf"),
        came_s: float = float("inf"),
    ) -> None:
        """Take a transform in; one older than what is known is passed over.

        Args:
            parent: The frame it is given in.
            child: The frame it is about.
            position_m: Where the child is.
            quat_xyzw: How it is turned; lengths a little off 1 are mended.
            stamp_s: When, on the sender's clock; infinity for tf_static.
            came_s: When it was heard, on this machine's clock; infinity for tf_static.

        Raises:
            DataError: If numbers are not finite, or the quaternion is far from unit length.
        """
        if not np.isfinite([*position_m, *quat_xyzw]).all():
            raise DataError(f"the transform of {child} in {parent} holds a number not finite.")
        x, y, z = (float(value) for value in position_m)
        new = Transform((x, y, z), _unit(quat_xyzw), stamp_s, came_s)
        child, parent = child.lstrip("/"), parent.lstrip("/")
        with self._lock:
            known = self._parents.get(child)
            if known is None or known[0] != parent or new.stamp_s >= known[1].stamp_s:
                self._parents[child] = (parent, new)

    def find(self, target: str, source: str) -> Transform | None:
        """Return where `source` is in `target`, as old as the oldest link; None if unconnected."""
        with self._lock:
            parents = dict(self._parents)
        up = _chain(parents, source)
        down = _chain(parents, target)
        shared = next((frame for frame in up if frame in down), None)
        if shared is None:
            return None
        return down[shared].inverse().then(up[shared])

    def pose(self, target: str, source: str) -> Pose | None:
        """Return `find` as a pose in `target`."""
        found = self.find(target, source)
        return None if found is None else Pose(found.position_m, found.quat_xyzw, frame=target)


def _chain(parents: dict[str, tuple[str, Transform]], frame: str) -> dict[str, Transform]:
    """Return the frame and its ancestors, nearest first, each with where `frame` is in it."""
    frame = frame.lstrip("/")
    chain = {frame: IDENTITY}
    here = IDENTITY
    while frame in parents:
        frame, link = parents[frame]
        if frame in chain:
            raise DataError(f"tf goes round in a circle at {frame!r}: two nodes publish it.")
        here = link.then(here)
        chain[frame] = here
    return chain
