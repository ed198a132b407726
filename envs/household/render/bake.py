"""A scene's parts as one vertex buffer, cut into groups that are drawn or not as a whole.

MuJoCo's axes (x right, y ahead, z up) throughout; vertices are in their body's frame.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from envs.household.frames import SWAP
from envs.household.model import SceneModel
from envs.household.parts import PartTable
from envs.household.render.materials import material
from envs.household.shape import Part
from envs.household.shapes.mesh_table import MESHES
from envs.household.shapes.meshes import Mesh, finish, grid_triangles, unit_mesh

Floats = NDArray[np.float64]

VERTEX = np.dtype(
    [
        ("position", "f4", 3),
        ("normal", "u1", 4),
        ("uv", "f2", 2),
        ("colour", "u1", 4),
        ("surface", "u1", 4),
    ]
)
STEP_M = 0.45
"""Faces longer than this are cut into a grid: light is summed at vertices."""

FOOT_SHADE, FOOT_M = 0.2, 0.02
"""How much darker loose things are at their foot, and over which height that fades."""

CELL_M = 0.05
HANGS_M = 0.5
"""What begins higher hangs on a wall and shades no floor."""

SMALL_M = 0.05
"""Round parts thinner than this get fewer sides."""


@dataclass(frozen=True, eq=False)
class Baked:
    """What GL needs of a scene.

    Attributes:
        vertices: [N] of `VERTEX`.
        indices: [M] of uint32.
        first: [G], a group's first index.
        count: [G], how many.
        slot: [G], the body it hangs on.
        part: [G], one of its parts; all of a group are drawn or none.
        translucent: [G].
        centre: [G, 3] and radius: [G], bounding sphere in the body's frame.
    """

    vertices: NDArray[np.void]
    indices: NDArray[np.uint32]
    first: NDArray[np.uint32]
    count: NDArray[np.uint32]
    slot: NDArray[np.intp]
    part: NDArray[np.intp]
    translucent: NDArray[np.bool_]
    centre: Floats
    radius: Floats


@dataclass(frozen=True, eq=False)
class HeightMap:
    """Blurred height of the furniture seen from above.

    Attributes:
        heights: float32 [rows (y), columns (x)].
        scale: World xy to map coordinates: multiply,
        bias: then add.
    """

    heights: NDArray[np.float32]
    scale: Floats
    bias: Floats


@cache
def gridded_box(nx: int, ny: int, nz: int, crowded: bool) -> Mesh:
    """Return the unit box with its faces cut; `crowded` puts more cuts near the edges."""

    def cuts(n: int) -> Floats:
        t = np.linspace(-1.0, 1.0, n + 1)
        if crowded and n > 2:
            t = np.sign(t) * (1 - (1 - np.abs(t)) ** 1.8)
        return t / 2

    corners, normals, faces, start = [], [], [], 0
    for axis, counts in enumerate(((ny, nz), (nz, nx), (nx, ny))):
        a, b = (axis + 1) % 3, (axis + 2) % 3
        u, v = np.meshgrid(cuts(counts[0]), cuts(counts[1]), indexing="ij")
        for sign in (-0.5, 0.5):
            points = np.empty((u.size, 3))
            points[:, axis], points[:, a], points[:, b] = sign, u.ravel(), v.ravel()
            corners.append(points)
            normals.append(np.repeat((np.eye(3)[axis] * sign * 2)[None], u.size, axis=0))
            faces.append(grid_triangles(*u.shape) + start)
            start += u.size
    return finish(np.concatenate(corners), np.concatenate(normals), np.concatenate(faces))


@cache
def capsule(ratio: float) -> Mesh:
    """Return a capsule whose length is `ratio` times its width, in the unit box."""
    ball = unit_mesh("ellipsoid_small")
    lift = np.where(ball.vertices[:, 1] >= 0, 0.5, -0.5) * max(ratio - 1.0, 0.0)
    return finish(ball.vertices + lift[:, None] * [0.0, 1.0, 0.0], ball.normals, ball.triangles)


def mesh_key(part: Part, room: bool) -> tuple[object, ...]:
    """Return which unit mesh draws a part; parts with the same key are baked together."""
    if part.kind == "mesh":
        return (part.mesh,)
    if part.kind == "box":
        counts = tuple(min(16, max(1, int(np.ceil(s / STEP_M)))) for s in part.size_m)
        if max(counts) == 1:
            return ("box",)
        return ("grid", *counts, room)
    small = max(part.size_m[0], part.size_m[2]) < SMALL_M
    if part.kind == "capsule":
        return ("capsule", round(part.size_m[1] / part.size_m[0], 1))
    name = f"{part.kind}_small" if small else part.kind
    return (name if name in MESHES else part.kind,)


def key_mesh(key: tuple[object, ...]) -> Mesh:
    """Return the unit mesh of a key."""
    if key[0] == "grid":
        return gridded_box(*key[1:])  # type: ignore[arg-type]
    if key[0] == "capsule":
        return capsule(float(key[1]))  # type: ignore[arg-type]
    return unit_mesh(str(key[0]))


def texture_coordinates(points: Floats, normals: Floats, size: Floats, tile_m: Floats) -> Floats:
    """Project [K, V, 3] unit points on the face they look out of; the long side runs along u.

    Where `tile_m` [K] is 0 the texture covers the face once, its top row up.
    """
    k = len(size)
    # Round edges of cushions and blankets count as their top, so that stripes run over them.
    face = (np.abs(normals) * [1.0, 1.8, 1.0]).argmax(axis=-1)
    across = np.array([2, 0, 0])[face]
    along = np.array([1, 2, 1])[face]
    v = len(face)
    rows = np.arange(v)
    sign = np.where(np.array([normals[rows, face] < 0])[0], 1.0, -1.0)
    sign = np.where(face == 0, -sign, sign)
    # Seen from in front a level face has its far side (-z) up and +x to the left.
    u01 = points[rows, across] * np.where(face == 1, -1.0, sign) + 0.5
    v01 = 0.5 + points[rows, along] * np.where(face == 1, 1.0, -1.0)
    extent_u, extent_v = size[:, across], size[:, along]
    metres = (
        np.stack([(u01 - 0.5)[None] * extent_u, (v01 - 0.5)[None] * extent_v], axis=-1)
        / np.maximum(tile_m, 1e-6)[:, None, None]
    )
    turned = extent_v > extent_u * 1.2
    metres = np.where(turned[..., None], metres[..., ::-1], metres)
    whole = np.broadcast_to(np.stack([u01, v01], axis=-1)[None], (k, v, 2))
    return np.where((tile_m > 0)[:, None, None], metres, whole)


def bake(table: PartTable, loose: NDArray[np.bool_]) -> Baked:
    """Lay out all parts' triangles, sorted by group.

    Args:
        table: The parts.
        loose: [P], parts of things that can be moved; they darken towards their foot, as if they
            touched what they stand on.
    """
    materials = [material(part.material) for part in table.parts]
    translucent = np.array([m.opacity < 1.0 for m in materials])
    _, shows = np.unique(table.shows, return_inverse=True)
    groups, group = np.unique(
        np.stack([table.slot, shows, translucent], axis=1), axis=0, return_inverse=True
    )
    group = group.ravel()
    by_mesh: dict[tuple[object, ...], list[int]] = {}
    for row, part in enumerate(table.parts):
        by_mesh.setdefault(mesh_key(part, bool(table.owner[row] < 0)), []).append(row)
    vertices, faces, face_groups, start = [], [], [], 0
    colours = np.array([part.colour for part in table.parts])
    tile_m = np.array([m.tile_m for m in materials])
    surface = np.array(
        [[m.layer(int(o) + i), m.shine * 255, m.glows, 0]
         for i, (m, o) in enumerate(zip(materials, table.owner, strict=True))]
    ).astype(np.uint8)  # fmt: skip
    opacity = np.array([m.opacity for m in materials])
    rgba = np.concatenate([np.sqrt(np.clip(colours, 0, 1)), opacity[:, None]], axis=1) * 255
    for key, picked in by_mesh.items():
        mesh, rows = key_mesh(key), np.asarray(picked)
        size = table.size_m[rows]
        points = mesh.vertices[None] * size[:, None]
        normals = mesh.normals[None] / size[:, None]
        normals /= np.maximum(np.linalg.norm(normals, axis=-1, keepdims=True), 1e-12)
        turn = table.rotation[rows]
        count = len(mesh.vertices)
        block = np.zeros((len(rows), count), dtype=VERTEX)
        placed = np.einsum("kij,kvj->kvi", turn, points) + table.position_m[rows][:, None]
        block["position"] = placed @ SWAP
        facing = np.einsum("kij,kvj->kvi", turn, normals) @ SWAP
        block["normal"][..., :3] = np.round(facing * 127.5 + 127.5)
        block["uv"] = texture_coordinates(mesh.vertices, mesh.normals, size, tile_m[rows])
        foot = 1.0 - FOOT_SHADE * np.exp(-np.maximum(placed[..., 1], 0.0) / FOOT_M)
        foot = np.where(loose[rows][:, None], foot, 1.0)
        block["colour"][..., :3] = rgba[rows][:, None, :3] * foot[..., None] + 0.5
        block["colour"][..., 3] = rgba[rows][:, None, 3] + 0.5
        block["surface"] = surface[rows][:, None]
        vertices.append(block.ravel())
        triangles = mesh.triangles[:, [0, 2, 1]]
        offsets = start + np.arange(len(rows)) * count
        faces.append((triangles[None] + offsets[:, None, None]).reshape(-1, 3))
        face_groups.append(np.repeat(group[rows], len(triangles)))
        start += len(rows) * count
    vertex = np.concatenate(vertices)
    face_group = np.concatenate(face_groups)
    order = np.argsort(face_group, kind="stable")
    indices = np.concatenate(faces)[order].astype(np.uint32)
    counts = np.bincount(face_group, minlength=len(groups)) * 3
    firsts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    points = vertex["position"][indices.ravel()].astype(np.float64)
    low, high = np.minimum.reduceat(points, firsts), np.maximum.reduceat(points, firsts)
    sample = np.zeros(len(groups), dtype=np.intp)
    sample[group] = np.arange(len(group))
    return Baked(
        vertices=vertex,
        indices=indices.ravel(),
        first=firsts.astype(np.uint32),
        count=counts.astype(np.uint32),
        slot=groups[:, 0].astype(np.intp),
        part=sample,
        translucent=groups[:, 2].astype(bool),
        centre=(low + high) / 2,
        radius=np.linalg.norm(high - low, axis=1) / 2,
    )


def height_map(model: SceneModel) -> HeightMap:
    """Draw the furniture's height from above and blur it: floor beside a sofa is in its shade."""
    (x0, z0), (x1, z1) = model.scene.floor.min_xz_m, model.scene.floor.max_xz_m
    low, span = np.array([x0, z0]), np.array([x1 - x0, z1 - z0])
    columns, rows = (int(np.clip(np.ceil(s / CELL_M), 8, 256)) for s in span)
    heights = np.zeros((rows, columns), dtype=np.float32)
    cell = span / [columns, rows]
    table = model.table
    for row in np.flatnonzero((table.owner >= 0) & table.solid & model.drawn):
        spec = model.spec(model.object_ids[table.owner[row]])
        if spec.info.can("pickupable") or spec.position_m[1] - spec.pivot_m[1] > HANGS_M:
            continue
        slot = table.slot[row]
        turn = model.slot_rotation[slot] @ table.rotation[row]
        centre = model.slot_position_m[slot] + model.slot_rotation[slot] @ table.position_m[row]
        half = np.abs(turn) @ (table.size_m[row] / 2)
        a = np.floor(((centre - half)[[0, 2]] - low) / cell + 0.5).astype(int)
        b = np.floor(((centre + half)[[0, 2]] - low) / cell + 0.5).astype(int)
        a, b = np.clip(a, 0, [columns, rows]), np.clip(b, 0, [columns, rows])
        view = heights[a[1] : b[1], a[0] : b[0]]
        np.maximum(view, centre[1] + half[1], out=view)
    # What hangs high takes little light from the floor: count at most so much.
    blurred = gaussian_filter(np.minimum(heights, 1.2), 0.11 / float(cell.mean()), mode="nearest")
    return HeightMap(blurred, 1.0 / span, -low / span)
