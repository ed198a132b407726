"""A model's drawn geoms as one vertex buffer, each in its geom's frame."""

from dataclasses import dataclass

import mujoco
import numpy as np
from numpy.typing import NDArray

from envs.tabletop.panda import SHOWN_GROUP
from envs.tabletop.panda_shapes import lathe

VERTEX = np.dtype([("position", "f4", 3), ("normal", "f4", 3)])
GEOM = mujoco.mjtGeom
BEVEL_M = 0.0025


@dataclass(frozen=True, eq=False)
class Baked:
    """What GL needs of a model.

    Attributes:
        vertices: [N] of `VERTEX`.
        indices: [M] of uint32.
        geoms: [G], geoms that are drawn.
        first: [G], a geom's first index.
        count: [G], how many.
    """

    vertices: NDArray[np.void]
    indices: NDArray[np.uint32]
    geoms: NDArray[np.intp]
    first: NDArray[np.uint32]
    count: NDArray[np.uint32]


def bake(model: mujoco.MjModel) -> Baked:
    """Lay out the triangles of every geom of the group that is drawn."""
    geoms = np.flatnonzero(model.geom_group == SHOWN_GROUP)
    vertices, faces, counts, start = [], [], [], 0
    for geom in geoms:
        points, normals, triangles = _mesh_of(model, int(geom))
        block = np.zeros(len(points), dtype=VERTEX)
        block["position"], block["normal"] = points, normals
        vertices.append(block)
        faces.append(triangles.ravel() + start)
        counts.append(triangles.size)
        start += len(points)
    return Baked(
        vertices=np.concatenate(vertices),
        indices=np.concatenate(faces).astype(np.uint32),
        geoms=geoms,
        first=np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.uint32),
        count=np.array(counts, dtype=np.uint32),
    )


def _mesh_of(model: mujoco.MjModel, geom: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    kind, size = model.geom_type[geom], model.geom_size[geom]
    if kind == GEOM.mjGEOM_BOX:
        return _box(size)
    if kind == GEOM.mjGEOM_CYLINDER:
        radius, half = size[:2]
        piece = lathe([(0, -half), (radius, -half), (radius, half), (0, half)])
        return piece.vertices_m, piece.normals, piece.triangles
    if kind == GEOM.mjGEOM_MESH:
        return _stored_mesh(model, int(model.geom_dataid[geom]))
    raise ValueError(f"geom {geom} is of a kind that is not drawn here: {GEOM(kind).name}")


def _stored_mesh(model: mujoco.MjModel, mesh: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return a mesh; MuJoCo keeps normals apart from vertices, GL wants them in pairs."""
    at, count = model.mesh_vertadr[mesh], model.mesh_vertnum[mesh]
    normal_at, normals = model.mesh_normaladr[mesh], model.mesh_normalnum[mesh]
    face_at, faces = model.mesh_faceadr[mesh], model.mesh_facenum[mesh]
    corner = model.mesh_face[face_at : face_at + faces].ravel().astype(np.int64)
    normal = model.mesh_facenormal[face_at : face_at + faces].ravel().astype(np.int64)
    pairs, index = np.unique(corner * normals + normal, return_inverse=True)
    points = model.mesh_vert[at : at + count][pairs // normals]
    facing = model.mesh_normal[normal_at : normal_at + normals][pairs % normals]
    return points, facing, index.reshape(-1, 3)


def _box(half: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return a box with edges cut off a little, which catch the light."""
    bevel = min(BEVEL_M, 0.25 * float(np.min(half)))
    inner = half - bevel
    points, normals, faces = [], [], []

    def add(corners: list[np.ndarray], normal: np.ndarray) -> None:
        order = np.cross(corners[1] - corners[0], corners[2] - corners[0]) @ normal
        start = len(points)
        for corner in corners if order > 0 else corners[::-1]:
            points.append(corner)
            normals.append(normal)
        faces.extend([start, start + k, start + k + 1] for k in range(1, len(corners) - 1))

    signs = (-1.0, 1.0)
    for axis in range(3):
        b, c = (axis + 1) % 3, (axis + 2) % 3
        for s in signs:
            quad = []
            for u, v in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
                corner = np.zeros(3)
                corner[axis], corner[b], corner[c] = s * half[axis], u * inner[b], v * inner[c]
                quad.append(corner)
            add(quad, np.eye(3)[axis] * s)
        for u in signs:
            for v in signs:
                strip = []
                for s, outer in ((-1, b), (1, b), (1, c), (-1, c)):
                    corner = np.zeros(3)
                    corner[axis] = s * inner[axis]
                    corner[b] = u * (half if outer == b else inner)[b]
                    corner[c] = v * (half if outer == c else inner)[c]
                    strip.append(corner)
                slope = np.zeros(3)
                slope[b], slope[c] = u, v
                add(strip, slope / np.sqrt(2.0))
    for x in signs:
        for y in signs:
            for z in signs:
                at = np.array([x, y, z])
                corners = [at * np.where(np.arange(3) == k, half, inner) for k in range(3)]
                add(corners, at / np.sqrt(3.0))
    return np.array(points), np.array(normals), np.array(faces)
