"""THOR's frame (x right, y up, z ahead; left-handed) to MuJoCo's (x right, y ahead, z up) and back.

Swapping y and z is a reflection, so it turns the left-handed frame into a right-handed one and
keeps yaw: clockwise seen from above in both.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

SWAP = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, 1.0, 0.0]])
"""Its own inverse."""


def swap(vectors_m: ArrayLike) -> NDArray[np.float64]:
    """Swap y and z of [..., 3] vectors: THOR to MuJoCo, and MuJoCo to THOR."""
    return np.asarray(vectors_m, dtype=np.float64)[..., [0, 2, 1]]


def rotation_matrix(rotation_deg: ArrayLike) -> NDArray[np.float64]:
    """Return the 3x3 matrix of Unity Euler angles (x, y, z) in THOR's frame: R = Ry Rx Rz."""
    x, y, z = np.deg2rad(np.asarray(rotation_deg, dtype=np.float64))
    (cx, sx), (cy, sy), (cz, sz) = ((np.cos(a), np.sin(a)) for a in (x, y, z))
    about_x = np.array([[1, 0, 0], [0, cx, -sx], [0, sx, cx]])
    about_y = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    about_z = np.array([[cz, -sz, 0], [sz, cz, 0], [0, 0, 1]])
    return about_y @ about_x @ about_z


def euler_deg(matrix: ArrayLike) -> tuple[float, float, float]:
    """Return Unity Euler angles (x, y, z), in [0, 360), of a 3x3 matrix in THOR's frame."""
    m = np.asarray(matrix, dtype=np.float64)
    x = np.arcsin(np.clip(-m[1, 2], -1.0, 1.0))
    if abs(m[1, 2]) < 1.0 - 1e-9:
        y, z = np.arctan2(m[0, 2], m[2, 2]), np.arctan2(m[1, 0], m[1, 1])
    else:
        y, z = np.arctan2(-m[2, 0], m[0, 0]), 0.0
    degrees = np.rad2deg([x, y, z]) % 360.0
    return (float(degrees[0]), float(degrees[1]), float(degrees[2]))


def to_mujoco_rotation(matrix: ArrayLike) -> NDArray[np.float64]:
    """Turn a 3x3 rotation of THOR's frame into MuJoCo's, or back."""
    return SWAP @ np.asarray(matrix, dtype=np.float64) @ SWAP
