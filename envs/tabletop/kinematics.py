"""The arm alone as its controller knows it: where its parts are and how they move."""

from typing import Any

import mujoco
import numpy as np
from numpy.typing import NDArray

from embodied.core.errors import ConfigError
from envs.tabletop.panda import CAPSULES, FINGERTIP_M, HOME_RAD, add_panda
from envs.tabletop.turns import of_matrix

Floats = NDArray[np.float64]

GUARDED = ("c4", "c5a", "c5b", "c6", "c7", "c7b", "ch")
"""Capsules kept above the table."""
FINGER_CORNERS_M = tuple((x, y, FINGERTIP_M) for x in (-0.0095, 0.0095) for y in (-0.0515, 0.0515))
"""Ends of the open fingers in the hand's frame."""
_BASE, _WRIST = ("c0", "c1", "c2"), ("c5b", "c6", "c7", "c7b", "ch", "cf")
SELF_PAIRS = (
    *((a, b) for a in _BASE for b in _WRIST),
    ("c0", "c5a"),
    *((a, b) for a in ("c3", "c5a", "c5b") for b in ("ch", "cf")),
    ("c5b", "c7b"),
)
"""Parts that can meet within the joints' ranges; all others never do, or always touch."""
FINGER_CAPSULE = ("cf", "hand", (0.0, -0.035, 0.095, 0.0, 0.035, 0.095), 0.02)


def load_mink() -> tuple[Any, Any]:
    """Import mink and its solver, daqp.

    Raises:
        ConfigError: If they are not installed.
    """
    try:
        import daqp
        import mink
    except ImportError as error:
        raise ConfigError(
            'The arm\'s controller needs mink and daqp: pip install "embodied[arm]".'
        ) from error
    return mink, daqp


class ArmKinematics:
    """Forward kinematics, Jacobians and distances of a Panda.

    Attributes:
        configuration: mink's view of the arm; `move_to` changes it.
    """

    def __init__(self) -> None:
        mink, _ = load_mink()
        spec = mujoco.MjSpec()
        spec.compiler.degree = False
        add_panda(spec, fingers=False)
        name, body, ends, radius = FINGER_CAPSULE
        spec.body(body).add_geom(
            name=name, type=mujoco.mjtGeom.mjGEOM_CAPSULE, fromto=ends, size=(radius, 0, 0)
        )
        self.model = spec.compile()
        self.configuration = mink.Configuration(self.model)
        self.data: mujoco.MjData = self.configuration.data
        self._tcp = self.model.site("tcp").id
        radii = {row[0]: row[3] for row in CAPSULES}
        points = [
            (self.model.body(body).id, np.array(ends[k : k + 3]), radius)
            for name, body, ends, radius in CAPSULES
            if name in GUARDED
            for k in (0, 3)
        ]
        hand = self.model.body("hand").id
        points += [(hand, np.array(corner), 0.0) for corner in FINGER_CORNERS_M]
        self._point_body = np.array([row[0] for row in points])
        self._point_local = np.array([row[1] for row in points])
        self._point_radius = np.array([row[2] for row in points])
        geom = {name: self.model.geom(name).id for name in (*radii, "cf")}
        self.self_pairs = tuple((geom[a], geom[b]) for a, b in SELF_PAIRS)
        self._first = np.array([pair[0] for pair in self.self_pairs])
        self._second = np.array([pair[1] for pair in self.self_pairs])
        self._reach = self.model.geom_rbound[self._first] + self.model.geom_rbound[self._second]
        self._jacobian = np.zeros((3, self.model.nv))
        self._span = np.zeros(6)
        self.move_to(HOME_RAD)

    @property
    def position_rad(self) -> Floats:
        """[7], the configuration it stands at."""
        return self.data.qpos.copy()

    def move_to(self, position_rad: Floats) -> None:
        """Take a configuration [7]."""
        self.configuration.update(np.asarray(position_rad, dtype=np.float64))

    def tcp_m(self) -> Floats:
        """Return [3], the point between the fingertips, in the base frame."""
        return self.data.site_xpos[self._tcp].copy()

    def tcp_quat(self) -> Floats:
        """Return [4], how the hand is turned, (w, x, y, z)."""
        return of_matrix(self.data.site_xmat[self._tcp])

    def tcp_jacobian(self) -> Floats:
        """Return [3, 7], how the point between the fingertips moves."""
        mujoco.mj_jacSite(self.model, self.data, self._jacobian, None, self._tcp)
        return self._jacobian.copy()

    def heights_m(self) -> Floats:
        """Return [P], the lowest height of every guarded part."""
        turn = self.data.xmat[self._point_body].reshape(-1, 3, 3)[:, 2]
        up = np.einsum("pi,pi->p", turn, self._point_local)
        return self.data.xpos[self._point_body, 2] + up - self._point_radius

    def height_row(self, index: int) -> Floats:
        """Return [7], how the height of a guarded part changes with the joints."""
        body = int(self._point_body[index])
        turn = self.data.xmat[body].reshape(3, 3)
        point = self.data.xpos[body] + turn @ self._point_local[index]
        mujoco.mj_jac(self.model, self.data, self._jacobian, None, point, body)
        return self._jacobian[2].copy()

    def self_distances_m(self, within_m: float) -> Floats:
        """Return the distance of every pair that could meet, cut off at `within_m`."""
        distances = np.full(len(self.self_pairs), within_m)
        apart = self.data.geom_xpos[self._first] - self.data.geom_xpos[self._second]
        near = np.einsum("pi,pi->p", apart, apart) < (self._reach + within_m) ** 2
        for index in np.flatnonzero(near):
            a, b = self.self_pairs[index]
            distances[index] = mujoco.mj_geomDistance(
                self.model, self.data, a, b, within_m, self._span
            )
        return distances
