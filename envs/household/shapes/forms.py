"""Particular forms: vessels, spouts, leaves, loaves, pillows."""

from collections.abc import Callable

import numpy as np

from envs.household.shapes.meshes import (
    Mesh,
    arc,
    finish,
    join,
    placed,
    prism,
    revolve,
    rounded,
    sheet,
    tube,
)


def turn_y(degrees: float) -> np.ndarray:
    """Return the matrix of a turn about y."""
    a = np.deg2rad(degrees)
    return np.array([[np.cos(a), 0, np.sin(a)], [0, 1, 0], [-np.sin(a), 0, np.cos(a)]])


def turn_x(degrees: float) -> np.ndarray:
    """Return the matrix of a turn about x."""
    a = np.deg2rad(degrees)
    return np.array([[1, 0, 0], [0, np.cos(a), -np.sin(a)], [0, np.sin(a), np.cos(a)]])


def cube() -> Mesh:
    """Return the unit box with sharp edges."""
    corners, normals, faces = [], [], []
    for axis in range(3):
        for sign in (-1.0, 1.0):
            u, v = np.eye(3)[(axis + 1) % 3], np.eye(3)[(axis + 2) % 3]
            middle = np.eye(3)[axis] * sign
            first = len(corners)
            corners += [
                (middle + a * u + b * v) / 2 for a, b in ((-1, -1), (1, -1), (1, 1), (-1, 1))
            ]
            normals += [middle] * 4
            faces += [[first, first + 1, first + 2], [first, first + 2, first + 3]]
    return finish(np.asarray(corners), np.asarray(normals), faces)


def cup(
    rim: float,
    *,
    wall: float = 0.04,
    foot: float | None = None,
    bow: float = 0.0,
    segments: int = 20,
    floor: float = 0.06,
    square: float = 0.0,
) -> Mesh:
    """Return a vessel open at the top: foot radius to rim radius, walls bowed by `bow`."""
    foot = rim if foot is None else foot
    heights = np.linspace(0.0, 1.0, 6 if bow else 2)
    outer = foot + (rim - foot) * heights + bow * np.sin(np.pi / 2 * heights) * (1 - heights)
    outside = list(zip(outer, heights, strict=True))
    inside = [(max(r - wall, 0.01), max(y, floor)) for r, y in reversed(outside)]
    return revolve([(0.0, 0.0), *outside, *inside, (0.0, floor)], segments=segments, square=square)


def shell(profile: list[tuple[float, float]], wall: float, *, segments: int = 20) -> Mesh:
    """Return a tube of revolution open at both ends, as a lamp shade is."""
    inside = [(r - wall, y) for r, y in reversed(profile)]
    return revolve([*profile, *inside, profile[0]], segments=segments)


def torus(
    thickness: float, *, start: float = 0.0, end: float = 360.0, count: int = 16, segments: int = 6
) -> Mesh:
    """Return a ring, or a part of one, in the x-y plane."""
    whole = end - start >= 360.0
    points = arc(start, end, count + whole)[: count if whole else None]
    return tube(points, thickness, segments=segments, closed=whole)


def spout() -> Mesh:
    """Return a tap's neck: up, over in a half circle towards +z, and a little down."""
    bend = arc(180, 0, 9)[:, [2, 1, 0]] * [1, 1, 1]
    path = np.concatenate([[[0, -2.4, -1]], bend, [[0, -0.5, 1]]])
    return tube(path, 0.2, segments=8)


def bent_pipe() -> Mesh:
    """Return a pipe from the wall (-z) ahead and bending down."""
    bend = arc(90, 0, 6)[:, [2, 1, 0]]
    path = np.concatenate([[[0, 1, -2.0]], bend, [[0, -0.6, 1]]])
    return tube(path, 0.22, segments=8)


def foliage(count: int, *, droop: float, width: float, seed: int) -> Mesh:
    """Return a bush of bent leaves around a stem."""
    rng = np.random.default_rng(seed)
    leaves = []
    for i in range(count):
        length = rng.uniform(0.7, 1.1)
        t = np.linspace(0, 1, 5)
        rise = rng.uniform(0.5, 1.25)
        x, y = length * t, rise * t - droop * t**2 * length
        half = width * np.sin(np.pi * np.clip(t * 0.9 + 0.08, 0, 1))
        spine = np.stack([np.zeros(5), y, x], axis=1)
        side = np.stack([half, half * 0.25, np.zeros(5)], axis=1)
        other = side * [-1, 1, 1]
        lift = np.array([0, 0.02, 0])
        top = np.stack([spine + side, spine, spine + other], axis=1).reshape(-1, 3)
        under = top - lift
        slope = np.gradient(spine, axis=0)
        up = np.cross(slope, [1.0, 0, 0])
        up = np.repeat(up * np.sign(up[:, 1:2] + 1e-9), 3, axis=0)
        up /= np.linalg.norm(up, axis=1, keepdims=True)
        grid = np.array(
            [[r * 3 + c, r * 3 + c + 1, r * 3 + c + 4] for r in range(4) for c in (0, 1)]
            + [[r * 3 + c, r * 3 + c + 4, r * 3 + c + 3] for r in range(4) for c in (0, 1)]
        )
        leaf = finish(
            np.concatenate([top, under]),
            np.concatenate([up, -up]),
            np.concatenate([grid, grid + 15]),
            fit=False,
        )
        angle = 360.0 * i / count * 2.4 + rng.uniform(-20, 20)
        leaves.append(placed(leaf, (1, 1, 1), (0, rng.uniform(0, 0.35), 0), turn_y(angle)))
    return join(*leaves)


def lettuce() -> Mesh:
    """Return a crinkled head of leaves."""
    base = rounded(1.0, 1.0, rows=10, columns=18)
    lon = np.arctan2(base.vertices[:, 0], base.vertices[:, 2])
    lat = base.vertices[:, 1] * 2
    ruffle = 1 + 0.10 * np.sin(lon * 7) * np.cos(lat) + 0.06 * np.sin(lat * 9 + lon * 3)
    normals = base.normals + 0.5 * np.stack(
        [np.cos(lon * 7), np.sin(lat * 9), np.sin(lon * 7)], axis=1
    )
    return finish(base.vertices * ruffle[:, None], normals, base.triangles)


def apple() -> Mesh:
    """Return a ball with a dimple at the top and a small one below."""
    a = np.linspace(-np.pi / 2, np.pi / 2, 11)
    r = np.cos(a) * (1 + 0.08 * np.sin(a))
    y = np.sin(a) - 0.28 * np.exp(-((r / 0.35) ** 2)) * np.sign(np.sin(a)) * (0.4 + 0.6 * (a > 0))
    return revolve([(max(p, 0.0), q) for p, q in zip(r, y, strict=True)], segments=16)


def loaf() -> Mesh:
    """Return a tin loaf along z: flat sides and a swollen top."""
    outline = [
        (-0.42, -0.5),
        (0.42, -0.5),
        (0.45, 0.1),
        (0.5, 0.28),
        (0.4, 0.44),
        (0.2, 0.5),
        (-0.2, 0.5),
        (-0.4, 0.44),
        (-0.5, 0.28),
        (-0.45, 0.1),
    ]
    block = prism(outline)
    # The prism stands along y; lay it down along z.
    lay = np.array([[1.0, 0, 0], [0, 0, 1.0], [0, 1.0, 0]])
    return finish(block.vertices @ lay.T, block.normals @ lay.T, block.triangles)


def pillow() -> Mesh:
    """Return a stuffed square: thick in the middle, pinched at the corners."""
    base = rounded(1.0, 0.35, rows=9, columns=24)
    x, z = base.vertices[:, 0] * 2, base.vertices[:, 2] * 2
    fullness = (1 - 0.75 * np.abs(x * z) ** 1.5)[:, None] * [0, 1, 0] + [1, 0, 1]
    return finish(base.vertices * fullness, base.normals, base.triangles)


def wave(count: float, swing: float) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
    """Return a height function of `count` folds across u."""
    return lambda u, v: swing * np.sin(2 * np.pi * count * u) * (1 + 0.35 * np.sin(5 * v + 3 * u))


def upright(mesh: Mesh) -> Mesh:
    """Stand a sheet up: its faces look along z, its v runs along y."""
    stand = np.array([[1.0, 0, 0], [0, 0, 1.0], [0, 1.0, 0]])
    return finish(mesh.vertices @ stand.T, mesh.normals @ stand.T, mesh.triangles)


def boot() -> Mesh:
    """Return a boot seen from the side: shaft, instep, toe; toe towards +z."""
    shaft = placed(
        revolve([(0, 0), (0.42, 0), (0.46, 1), (0.38, 1), (0.34, 0.2), (0, 0.2)], segments=14),
        (0.62, 0.72, 0.52),
        (0, 0.14, -0.2),
    )
    foot = placed(rounded(0.7, 0.8, rows=7, columns=14), (0.66, 0.4, 0.98), (0, -0.26, 0.0))
    sole = placed(rounded(0.3, 0.7, rows=5, columns=14), (0.72, 0.1, 1.0), (0, -0.45, 0.0))
    return join(shaft, foot, sole)


def crumpled(seed: int) -> Mesh:
    """Return a cloth dropped in a heap: a sheet with soft folds."""
    rng = np.random.default_rng(seed)
    waves = rng.uniform([2, -4, 0], [6, 4, 6], (4, 3))

    def height(u: np.ndarray, v: np.ndarray) -> np.ndarray:
        folds = sum(np.sin(a * u * 2 + b * v * 2 + c) for a, b, c in waves)
        return 0.12 * folds * (1.2 - 1.6 * np.maximum(np.abs(u), np.abs(v)))

    return sheet(height, columns=10, rows=10, thickness=0.12)
