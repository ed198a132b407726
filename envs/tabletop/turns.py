"""Rotations as quaternions (w, x, y, z), by MuJoCo's own functions: some of them a step add up."""

import mujoco
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def of_matrix(matrix: Floats) -> Floats:
    """Return the quaternion [4] of a rotation matrix, flat or [3, 3]."""
    quat = np.empty(4)
    mujoco.mju_mat2Quat(quat, matrix.ravel())
    return quat


def turned(quat: Floats, by_rad: Floats) -> Floats:
    """Return a rotation followed by another.

    Args:
        quat: [4].
        by_rad: [3], rotation vector about the fixed axes.
    """
    angle = float(np.sqrt(by_rad @ by_rad))
    if angle < 1e-12:
        return quat
    more, out = np.empty(4), np.empty(4)
    mujoco.mju_axisAngle2Quat(more, by_rad / angle, angle)
    mujoco.mju_mulQuat(out, more, quat)
    return out


def between(start: Floats, end: Floats) -> Floats:
    """Return the rotation vector [3], about the fixed axes, that takes one rotation to another."""
    back, way, vector = np.empty(4), np.empty(4), np.empty(3)
    mujoco.mju_negQuat(back, start)
    mujoco.mju_mulQuat(way, end, back)
    mujoco.mju_quat2Vel(vector, way, 1.0)
    return vector


def from_xyzw(quat_xyzw: Floats) -> Floats:
    """Return a unit quaternion of one written scalar last.

    Raises:
        ValueError: If it has no length.
    """
    quat = np.asarray(quat_xyzw, dtype=np.float64)[[3, 0, 1, 2]]
    length = float(np.linalg.norm(quat))
    if not length > 1e-6:
        raise ValueError(f"a quaternion without length turns nothing: {quat_xyzw}")
    return quat / length


def to_xyzw(quat: Floats) -> Floats:
    """Return a quaternion scalar last, as poses are written."""
    return quat[[1, 2, 3, 0]]
