"""Meshes made from numbers: surfaces of revolution, tubes, rounded blocks, waving sheets.

Every mesh fills the unit box [-0.5, 0.5]^3 in THOR's frame and is closed, so that rays and the
rasteriser agree on it; a `Part` scales it to its size. `unit_mesh(name)` makes each once.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from embodied.core.errors import UnknownNameError

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Mesh:
    """A triangle mesh.

    Attributes:
        vertices: [N, 3].
        normals: [N, 3], unit length, outwards.
        triangles: [M, 3] indices; cross(b - a, c - a) points outwards.
    """

    vertices: Array
    normals: Array
    triangles: NDArray[np.int32]


def finish(vertices: Array, normals: Array, triangles: ArrayLike, *, fit: bool = True) -> Mesh:
    """Drop empty triangles, turn all outwards, and fit the whole into the unit box."""
    faces = np.asarray(triangles, dtype=np.int32)
    if fit:
        low, high = vertices.min(axis=0), vertices.max(axis=0)
        extent = np.maximum(high - low, 1e-9)
        vertices = (vertices - (low + high) / 2) / extent
        normals = normals * extent
    normals = normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
    corners = vertices[faces]
    cross = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    kept = np.linalg.norm(cross, axis=1) > 1e-10
    faces, cross = faces[kept], cross[kept]
    inwards = np.einsum("ij,ij->i", cross, normals[faces].sum(axis=1)) < 0.0
    faces[inwards] = faces[inwards][:, [0, 2, 1]]
    return Mesh(vertices, normals, faces)


def join(*meshes: Mesh) -> Mesh:
    """Put meshes together as they stand, then fit the whole into the unit box."""
    starts = np.cumsum([0, *[len(m.vertices) for m in meshes[:-1]]])
    return finish(
        np.concatenate([m.vertices for m in meshes]),
        np.concatenate([m.normals for m in meshes]),
        np.concatenate([m.triangles + s for m, s in zip(meshes, starts, strict=True)]),
    )


def placed(mesh: Mesh, scale: ArrayLike, at: ArrayLike, turn: Array | None = None) -> Mesh:
    """Return a mesh scaled, turned and moved, for `join`."""
    s = np.asarray(scale, dtype=np.float64)
    turn = np.eye(3) if turn is None else turn
    return Mesh(
        (mesh.vertices * s) @ turn.T + np.asarray(at), (mesh.normals / s) @ turn.T, mesh.triangles
    )


def grid_triangles(rows: int, columns: int) -> NDArray[np.int32]:
    """Return the triangles of a [rows, columns] grid of vertices."""
    r, c = np.meshgrid(np.arange(rows - 1), np.arange(columns - 1), indexing="ij")
    a = (r * columns + c).ravel()
    b, d, e = a + 1, a + columns, a + columns + 1
    return np.concatenate([np.stack([a, b, e], 1), np.stack([a, e, d], 1)]).astype(np.int32)


def revolve(
    profile: Sequence[tuple[float, float]],
    *,
    segments: int = 20,
    fit: bool = True,
    square: float = 0,
) -> Mesh:
    """Turn a profile of (radius, height) about y.

    The profile runs from the bottom's centre outwards, up the outside, over the rim and down the
    inside; corners sharper than 50 degrees stay creases. `square` above 0 bends circles towards
    squares with round corners.
    """
    points = np.asarray(profile, dtype=np.float64)
    steps = np.diff(points, axis=0)
    facing = np.stack([steps[:, 1], -steps[:, 0]], axis=1)
    facing /= np.maximum(np.linalg.norm(facing, axis=1, keepdims=True), 1e-12)
    rings, ring_normals = [], []
    for i in range(len(steps)):
        for end in (0, 1):
            j = i - 1 if end == 0 else i + 1
            normal = facing[i]
            if 0 <= j < len(steps) and facing[i] @ facing[j] > 0.64:
                normal = facing[i] + facing[j]
            rings.append(points[i + end])
            ring_normals.append(normal)
    angles = np.linspace(0.0, 2 * np.pi, segments + 1)
    circle = np.stack([np.sin(angles), np.cos(angles)], axis=1)
    radial = circle * 1.0
    if square:
        circle = circle / (np.abs(circle) ** square).sum(axis=1, keepdims=True) ** (1 / square)
        radial = np.sign(circle) * np.abs(circle) ** (square - 1)
        radial /= np.linalg.norm(radial, axis=1, keepdims=True)
    r, n = np.asarray(rings), np.asarray(ring_normals)
    vertices = np.empty((len(r), segments + 1, 3))
    normals = np.empty_like(vertices)
    vertices[..., [0, 2]] = r[:, None, :1] * circle
    vertices[..., 1] = r[:, None, 1]
    normals[..., [0, 2]] = n[:, None, :1] * radial
    normals[..., 1] = n[:, None, 1]
    faces = grid_triangles(len(r), segments + 1)
    return finish(vertices.reshape(-1, 3), normals.reshape(-1, 3), faces, fit=fit)


def tube(
    path: ArrayLike, radius: ArrayLike, *, segments: int = 8, closed: bool = False, fit: bool = True
) -> Mesh:
    """Sweep a circle along a path of points [K, 3]; `radius` is one number or one a point."""
    points = np.asarray(path, dtype=np.float64)
    if closed:
        points = np.concatenate([points, points[:1]])
    radii = np.broadcast_to(np.asarray(radius, dtype=np.float64), (len(points),)).copy()
    ahead = np.gradient(points, axis=0)
    if closed:
        ahead[0] = ahead[-1] = points[1] - points[-2]
    ahead /= np.linalg.norm(ahead, axis=1, keepdims=True)
    side = np.eye(3)[np.argmin(np.abs(ahead[0]))]
    sides = []
    for direction in ahead:
        side = side - direction * (side @ direction)
        side /= np.linalg.norm(side)
        sides.append(side)
    u = np.asarray(sides)
    if closed:
        u[-1] = u[0]
    v = np.cross(ahead, u)
    angles = np.linspace(0.0, 2 * np.pi, segments + 1)
    normals = u[:, None] * np.cos(angles)[:, None] + v[:, None] * np.sin(angles)[:, None]
    vertices = points[:, None] + normals * radii[:, None, None]
    faces = grid_triangles(len(points), segments + 1)
    vertices, normals = vertices.reshape(-1, 3), normals.reshape(-1, 3)
    if not closed:
        for end, row in ((0, 0), (1, len(points) - 1)):
            ring = vertices[row * (segments + 1) :][: segments + 1]
            cap = np.concatenate([ring, points[row][None]])
            outward = ahead[row] * (1 if end else -1)
            first = len(vertices)
            fan = [[first + k, first + k + 1, first + segments + 1] for k in range(segments)]
            vertices = np.concatenate([vertices, cap])
            normals = np.concatenate([normals, np.repeat(outward[None], len(cap), axis=0)])
            faces = np.concatenate([faces, np.asarray(fan, dtype=np.int32)])
    return finish(vertices, normals, faces, fit=fit)


def rounded(vertical: float, level: float, *, rows: int = 9, columns: int = 20) -> Mesh:
    """Return a superellipsoid: 1 is an ellipsoid, towards 0 a box with round edges."""
    lat = np.linspace(-np.pi / 2, np.pi / 2, rows)
    lon = np.linspace(-np.pi, np.pi, columns + 1)

    def power(x: Array, e: float) -> Array:
        return np.sign(x) * np.abs(x) ** e

    def corners(angles: Array, e: float) -> Array:
        # Even steps of angle crowd the flats and starve the corners; undo that a little.
        return np.arctan2(power(np.sin(angles), 1 / e**0.5), power(np.cos(angles), 1 / e**0.5))

    lat, lon = corners(lat, vertical), corners(lon, level)
    cl, sl = power(np.cos(lat), vertical)[:, None], power(np.sin(lat), vertical)[:, None]
    vertices = np.stack(
        np.broadcast_arrays(cl * power(np.sin(lon), level), sl, cl * power(np.cos(lon), level)), -1
    )
    cn, sn = power(np.cos(lat), 2 - vertical)[:, None], power(np.sin(lat), 2 - vertical)[:, None]
    normals = np.stack(
        np.broadcast_arrays(
            cn * power(np.sin(lon), 2 - level), sn, cn * power(np.cos(lon), 2 - level)
        ),
        -1,
    )
    return finish(
        vertices.reshape(-1, 3), normals.reshape(-1, 3), grid_triangles(rows, columns + 1)
    )


def sheet(
    height: Callable[[Array, Array], Array],
    *,
    columns: int = 14,
    rows: int = 6,
    thickness: float = 0.06,
) -> Mesh:
    """Return a waving sheet over the (u, v) square: y = height(u, v), both sides and its rim."""
    u, v = np.meshgrid(np.linspace(-0.5, 0.5, columns), np.linspace(-0.5, 0.5, rows))
    y = height(u, v)
    gu, gv = np.gradient(y, 1 / (columns - 1), axis=1), np.gradient(y, 1 / (rows - 1), axis=0)
    up = np.stack([-gu, np.ones_like(y), -gv], axis=-1).reshape(-1, 3)
    top = np.stack([u, y + thickness / 2, v], axis=-1).reshape(-1, 3)
    bottom = top - [0.0, thickness, 0.0]
    inner = grid_triangles(rows, columns)
    n = rows * columns
    index = np.arange(n).reshape(rows, columns)
    rim = np.concatenate([index[0], index[1:, -1], index[-1, -2::-1], index[-2:0:-1, 0]])
    rim = np.append(rim, rim[0])
    skirt = np.concatenate([top[rim], bottom[rim]])
    out = skirt * [1.0, 0.0, 1.0]
    k = len(rim)
    return finish(
        np.concatenate([top, bottom, skirt]),
        np.concatenate([up, -up, out]),
        np.concatenate([inner, inner + n, grid_triangles(2, k) + 2 * n]),
    )


def prism(outline: Sequence[tuple[float, float]], *, taper: float = 1.0) -> Mesh:
    """Raise a convex outline of (x, z) points along y; the top is `taper` times as wide."""
    ring = np.asarray(outline, dtype=np.float64)
    n = len(ring)
    low = np.stack([ring[:, 0], np.full(n, -0.5), ring[:, 1]], axis=1)
    high = np.stack([ring[:, 0] * taper, np.full(n, 0.5), ring[:, 1] * taper], axis=1)
    vertices, normals, faces = [low, high], [[[0, -1, 0]] * n, [[0, 1, 0]] * n], []
    faces += [[0, i, i + 1] for i in range(1, n - 1)] + [
        [n, n + i, n + i + 1] for i in range(1, n - 1)
    ]
    for i in range(n):
        j = (i + 1) % n
        side = np.array([low[i], low[j], high[j], high[i]])
        normal = np.cross(side[1] - side[0], side[3] - side[0])
        middle = side.mean(axis=0)
        normal = normal * (1 if normal @ (middle * [1, 0, 1]) > 0 else -1)
        first = sum(len(v) for v in vertices)
        vertices.append(side)
        normals.append(np.repeat(normal[None], 4, axis=0))
        faces += [[first, first + 1, first + 2], [first, first + 2, first + 3]]
    return finish(
        np.concatenate(vertices), np.concatenate([np.asarray(x, float) for x in normals]), faces
    )


def arc(start_deg: float, end_deg: float, count: int, *, radius: float = 1.0) -> Array:
    """Return points of an arc in the x-y plane, [count, 3]."""
    a = np.deg2rad(np.linspace(start_deg, end_deg, count))
    return np.stack([np.cos(a) * radius, np.sin(a) * radius, np.zeros(count)], axis=1)


@cache
def unit_mesh(name: str) -> Mesh:
    """Make a mesh of the table in `mesh_table`, once a process.

    Raises:
        UnknownNameError: If there is no mesh of that name.
    """
    from envs.household.shapes.mesh_table import MESHES  # the table needs the makers above

    if name not in MESHES:
        raise UnknownNameError("mesh", name, MESHES)
    return MESHES[name]()
