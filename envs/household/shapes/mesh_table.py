"""The meshes that shapes name: a table from name to maker."""

from collections.abc import Callable
from functools import partial

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


BOTTLE = [
    (0.0, 0.0),
    (0.42, 0.0),
    (0.5, 0.03),
    (0.5, 0.55),
    (0.46, 0.64),
    (0.22, 0.78),
    (0.17, 0.84),
    (0.17, 0.95),
    (0.21, 0.95),
    (0.21, 1.0),
    (0.12, 1.0),
    (0.12, 0.86),
    (0.0, 0.86),
]
WINE = [
    (0.0, 0.0),
    (0.46, 0.0),
    (0.5, 0.02),
    (0.5, 0.58),
    (0.44, 0.67),
    (0.21, 0.76),
    (0.18, 0.82),
    (0.18, 0.93),
    (0.22, 0.93),
    (0.22, 1.0),
    (0.0, 1.0),
]
VASES: tuple[list[tuple[float, float]], ...] = (
    [
        (0, 0),
        (0.3, 0),
        (0.42, 0.15),
        (0.5, 0.38),
        (0.44, 0.6),
        (0.26, 0.78),
        (0.22, 0.88),
        (0.32, 1.0),
        (0.28, 1.0),
        (0.18, 0.88),
        (0.2, 0.78),
        (0.1, 0.7),
        (0, 0.7),
    ],
    [
        (0, 0),
        (0.34, 0),
        (0.3, 0.06),
        (0.38, 0.3),
        (0.46, 0.65),
        (0.5, 1.0),
        (0.45, 1.0),
        (0.4, 0.65),
        (0.3, 0.3),
        (0, 0.3),
    ],
    [
        (0, 0),
        (0.28, 0),
        (0.46, 0.2),
        (0.5, 0.5),
        (0.46, 0.8),
        (0.3, 0.94),
        (0.3, 1.0),
        (0.24, 1.0),
        (0.24, 0.94),
        (0.3, 0.8),
        (0, 0.75),
    ],
)
KETTLE = [
    (0, 0),
    (0.46, 0),
    (0.5, 0.08),
    (0.48, 0.4),
    (0.36, 0.72),
    (0.24, 0.84),
    (0.1, 0.9),
    (0, 0.9),
]
STATUE = [
    (0, 0),
    (0.5, 0),
    (0.5, 0.1),
    (0.3, 0.14),
    (0.22, 0.25),
    (0.34, 0.45),
    (0.38, 0.58),
    (0.16, 0.7),
    (0.12, 0.74),
    (0.2, 0.8),
    (0.24, 0.88),
    (0.16, 0.97),
    (0, 1.0),
]
PLUNGER = [
    (0, 0.35),
    (0.4, 0.0),
    (0.5, 0.02),
    (0.46, 0.3),
    (0.36, 0.62),
    (0.16, 0.85),
    (0.14, 1.0),
    (0, 1.0),
]
PLATE = [
    (0, 0),
    (0.26, 0),
    (0.3, 0.25),
    (0.48, 0.85),
    (0.5, 1.0),
    (0.46, 1.0),
    (0.3, 0.5),
    (0.27, 0.35),
    (0, 0.35),
]

MESHES: dict[str, Callable[[], Mesh]] = {
    "box": cube,
    "cylinder": partial(revolve, [(0, 0), (0.5, 0), (0.5, 1), (0, 1)], segments=28),
    "cylinder_small": partial(revolve, [(0, 0), (0.5, 0), (0.5, 1), (0, 1)], segments=14),
    "cone": partial(revolve, [(0, 0), (0.5, 0), (0, 1)], segments=20),
    "frustum": partial(revolve, [(0, 0), (0.5, 0), (0.32, 1), (0, 1)], segments=20),
    "ellipsoid": partial(rounded, 1.0, 1.0, rows=13, columns=24),
    "ellipsoid_small": partial(rounded, 1.0, 1.0, rows=8, columns=12),
    "bowl": partial(cup, 0.5, foot=0.2, bow=0.22, wall=0.03, floor=0.1),
    "cup": partial(cup, 0.5, foot=0.36, wall=0.045, floor=0.06),
    "mug": partial(cup, 0.5, foot=0.47, wall=0.05, floor=0.07),
    "pot": partial(cup, 0.5, wall=0.03, floor=0.05, segments=24),
    "pan": partial(cup, 0.5, foot=0.4, wall=0.03, floor=0.14, segments=24),
    "bin": partial(cup, 0.5, foot=0.38, wall=0.03, floor=0.03),
    "bin_square": partial(cup, 0.5, foot=0.4, wall=0.03, floor=0.03, segments=24, square=6.0),
    "hamper": partial(cup, 0.5, foot=0.42, wall=0.035, floor=0.03, segments=24, square=5.0),
    "basin_oval": partial(
        cup, 0.5, foot=0.3, bow=0.25, wall=0.035, floor=0.08, segments=28, square=3.0
    ),
    "tub": partial(cup, 0.5, foot=0.4, bow=0.1, wall=0.05, floor=0.06, segments=36, square=4.0),
    "toilet_bowl": partial(cup, 0.5, foot=0.3, bow=0.16, wall=0.09, floor=0.35, segments=24),
    "plate": partial(revolve, PLATE, segments=24),
    "bottle": partial(revolve, BOTTLE, segments=16),
    "wine_bottle": partial(revolve, WINE, segments=16),
    "soap_bottle": partial(rounded, 0.25, 0.7, rows=9, columns=16),
    "shaker": partial(
        revolve, [(0, 0), (0.42, 0), (0.5, 0.05), (0.36, 0.75), (0.36, 0.8), (0, 0.8)], segments=14
    ),
    "dome": partial(revolve, [(0, 0), (0.5, 0), (0.46, 0.5), (0.28, 0.86), (0, 1.0)], segments=14),
    "kettle": partial(revolve, KETTLE, segments=20),
    "statue": partial(revolve, STATUE, segments=16),
    "plunger": partial(revolve, PLUNGER, segments=16),
    "vase0": partial(revolve, VASES[0], segments=20),
    "vase1": partial(revolve, VASES[1], segments=20),
    "vase2": partial(revolve, VASES[2], segments=20),
    "plant_pot": partial(cup, 0.5, foot=0.34, wall=0.05, floor=0.8, segments=18),
    "shade": partial(shell, [(0.5, 0.0), (0.34, 1.0)], 0.02, segments=22),
    "shade_drum": partial(shell, [(0.5, 0.0), (0.46, 1.0)], 0.02, segments=22),
    "ring_tube": partial(shell, [(0.5, 0.0), (0.5, 1.0)], 0.28, segments=20),
    "ring_flat": partial(shell, [(0.5, 0.0), (0.5, 1.0)], 0.08, segments=28),
    "disc_hole": partial(shell, [(0.5, 0.0), (0.5, 1.0)], 0.44, segments=24),
    "torus": partial(torus, 0.16),
    "torus_thin": partial(torus, 0.07, count=24),
    "handle": partial(torus, 0.16, start=-90, end=90, count=9),
    "arch": partial(torus, 0.08, start=0, end=180, count=11),
    "spout": spout,
    "bent_pipe": bent_pipe,
    "cushion": partial(rounded, 0.35, 0.3, rows=9, columns=20),
    "block": partial(rounded, 0.16, 0.16, rows=9, columns=24),
    "pebble": partial(rounded, 0.6, 0.6, rows=7, columns=14),
    "pillow": pillow,
    "apple": apple,
    "egg": partial(
        revolve,
        [
            (0, 0),
            (0.25, 0.05),
            (0.42, 0.2),
            (0.5, 0.4),
            (0.46, 0.6),
            (0.34, 0.82),
            (0.18, 0.96),
            (0, 1.0),
        ],
        segments=16,
    ),
    "tomato": partial(
        revolve,
        [
            (0, 0.04),
            (0.2, 0),
            (0.42, 0.16),
            (0.5, 0.42),
            (0.46, 0.74),
            (0.28, 0.96),
            (0.12, 1.0),
            (0, 0.92),
        ],
        segments=16,
    ),
    "lettuce": lettuce,
    "loaf": loaf,
    "foliage0": partial(foliage, 16, droop=0.9, width=0.12, seed=1),
    "foliage1": partial(foliage, 14, droop=0.3, width=0.08, seed=2),
    "foliage2": partial(foliage, 20, droop=1.3, width=0.09, seed=3),
    "curtain": lambda: upright(sheet(wave(4, 0.5), columns=33, rows=3, thickness=0.25)),
    "curtain_bunched": lambda: upright(sheet(wave(5, 0.5), columns=31, rows=3, thickness=0.3)),
    "towel": lambda: upright(sheet(wave(1.5, 0.2), columns=12, rows=6, thickness=0.5)),
    "cloth": partial(crumpled, 4),
    "boot": boot,
    "bread_slice": loaf,
    "frill": lambda: upright(sheet(wave(2.5, 0.4), columns=16, rows=5, thickness=0.5)),
    "wedge": partial(prism, [(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)], taper=0.7),
    "hexagon": partial(
        prism, [(0.5, 0), (0.25, 0.43), (-0.25, 0.43), (-0.5, 0), (-0.25, -0.43), (0.25, -0.43)]
    ),
    "blade": partial(
        prism, [(-0.5, -0.5), (0.5, -0.5), (0.5, 0.1), (0.3, 0.36), (-0.2, 0.5), (-0.5, 0.5)]
    ),
    "splat": partial(revolve, [(0, 0), (0.5, 0), (0.47, 0.7), (0.2, 1.0), (0, 1.0)], segments=16),
}
"""Name -> maker; call through `meshes.unit_mesh`, which keeps them."""
