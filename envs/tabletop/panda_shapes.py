"""The Panda's outside: bent tubes with round ends and dark rings, made from numbers.

Each piece is a tube swept along a bent line with a radius that changes along it; frames are those
of the links (`panda.LINKS`).
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
SIDES, BEND_STEPS, CAP_STEPS = 14, 4, 3


@dataclass(frozen=True, eq=False)
class Piece:
    """A triangle mesh.

    Attributes:
        vertices_m: [V, 3] in the link's frame.
        normals: [V, 3].
        triangles: [T, 3], counter-clockwise seen from outside.
        dark: Whether it is a joint's dark ring rather than white shell.
    """

    vertices_m: Floats
    normals: Floats
    triangles: NDArray[np.int32]
    dark: bool = False


def tube(
    points_m: Sequence[Sequence[float]],
    radii_m: Sequence[float],
    *,
    bend_m: float = 0.05,
    dark: bool = False,
) -> Piece:
    """Sweep a circle along a line with rounded corners and round the ends off.

    Args:
        points_m: [N, 3], the line's corners.
        radii_m: [N], the tube's radius at each.
        bend_m: Radius-like length over which a corner is rounded.
        dark: Colour of the piece.
    """
    line, radii = _rounded(np.asarray(points_m, float), np.asarray(radii_m, float), bend_m)
    line, radii = _capped(line, radii)
    along = np.gradient(line, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    across = _carried_along(along)
    other = np.cross(along, across)
    angle = np.linspace(0.0, 2.0 * np.pi, SIDES, endpoint=False)
    circle = (
        np.cos(angle)[None, :, None] * across[:, None]
        + np.sin(angle)[None, :, None] * other[:, None]
    )
    vertices = line[:, None] + radii[:, None, None] * circle
    length = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
    slope = np.gradient(radii, length)
    normals = circle - slope[:, None, None] * along[:, None]
    normals /= np.linalg.norm(normals, axis=2, keepdims=True)
    return _outward(vertices.reshape(-1, 3), normals.reshape(-1, 3), _strip(len(line)), dark)


def _outward(
    vertices: Floats, normals: Floats, triangles: NDArray[np.int32], dark: bool = False
) -> Piece:
    """Return a piece whose triangles all run counter-clockwise seen from outside."""
    a, b, c = (vertices[triangles[:, k]] for k in range(3))
    across = np.cross(b - a, c - a)
    inwards = np.einsum("ti,ti->t", across, normals[triangles].mean(axis=1)) < 0.0
    flat = np.linalg.norm(across, axis=1) < 1e-12
    turned = np.where(inwards[:, None], triangles[:, [0, 2, 1]], triangles)
    return Piece(vertices, normals, turned[~flat], dark)


def lathe(profile_m: Sequence[Sequence[float]], *, curved: float = 0.0, sides: int = 24) -> Piece:
    """Turn a profile about z.

    Args:
        profile_m: [N, 2] of (radius, height), from the foot's middle outwards and up and back in.
        curved: How far long edges bulge outwards, as a share of their length.
        sides: How many sides a turn has.
    """
    points = np.asarray(profile_m, float)
    vertices, normals, faces, start = [], [], [], 0
    angle = np.linspace(0.0, 2.0 * np.pi, sides, endpoint=False)
    for a, b in itertools.pairwise(points):
        steps = 4 if abs(b[1] - a[1]) > 0.02 else 1
        t = np.linspace(0.0, 1.0, steps + 1)[:, None]
        edge = b - a
        away = np.array([abs(edge[1]), -abs(edge[0])])
        line = a + t * edge + curved * t * (1 - t) * away * (steps > 1)
        along = np.gradient(line, axis=0)
        out = np.stack([along[:, 1], -along[:, 0]], axis=1)
        out /= np.linalg.norm(out, axis=1, keepdims=True)
        for source, into in ((line, vertices), (out, normals)):
            into.append(
                np.stack(
                    [
                        source[:, :1] * np.cos(angle),
                        source[:, :1] * np.sin(angle),
                        np.repeat(source[:, 1:], sides, axis=1),
                    ],
                    axis=-1,
                ).reshape(-1, 3)
            )
        faces.append(_strip(steps + 1, sides) + start)
        start += (steps + 1) * sides
    return _outward(np.concatenate(vertices), np.concatenate(normals), np.concatenate(faces))


def _rounded(points: Floats, radii: Floats, bend: float) -> tuple[Floats, Floats]:
    """Replace inner corners by quadratic curves."""
    line, out = [points[0]], [radii[0]]
    for index in range(1, len(points) - 1):
        before, corner, after = points[index - 1 : index + 2]
        reach_in = min(bend, 0.5 * float(np.linalg.norm(corner - before)))
        reach_out = min(bend, 0.5 * float(np.linalg.norm(after - corner)))
        start = corner + (before - corner) / np.linalg.norm(before - corner) * reach_in
        end = corner + (after - corner) / np.linalg.norm(after - corner) * reach_out
        for t in np.linspace(0.0, 1.0, BEND_STEPS + 1):
            line.append((1 - t) ** 2 * start + 2 * t * (1 - t) * corner + t**2 * end)
            out.append(radii[index])
    line.append(points[-1])
    out.append(radii[-1])
    return np.array(line), np.array(out)


def _capped(line: Floats, radii: Floats) -> tuple[Floats, Floats]:
    """Close both ends with flattened half balls."""
    angles = np.linspace(0.0, np.pi / 2.0, CAP_STEPS + 1)[1:]
    depth = np.minimum(0.4 * radii[[0, -1]], 0.02)
    first = (line[0] - line[1]) / np.linalg.norm(line[0] - line[1])
    last = (line[-1] - line[-2]) / np.linalg.norm(line[-1] - line[-2])
    head = line[0] + np.sin(angles[::-1])[:, None] * depth[0] * first
    tail = line[-1] + np.sin(angles)[:, None] * depth[1] * last
    head_radii = np.maximum(np.cos(angles[::-1]) * radii[0], 1e-4)
    tail_radii = np.maximum(np.cos(angles) * radii[-1], 1e-4)
    all_points = np.concatenate([head, line, tail])
    all_radii = np.concatenate([head_radii, radii, tail_radii])
    apart = np.linalg.norm(np.diff(all_points, axis=0), axis=1) > 1e-5
    kept = np.concatenate([[True], apart])
    return all_points[kept], all_radii[kept]


def _carried_along(along: Floats) -> Floats:
    """Return a direction across the line, turned as little as possible from point to point."""
    start = np.eye(3)[int(np.argmin(np.abs(along[0])))]
    across = []
    for direction in along:
        start = start - direction * float(start @ direction)
        start = start / np.linalg.norm(start)
        across.append(start)
    return np.array(across)


def _strip(rings: int, sides: int = SIDES) -> NDArray[np.int32]:
    ring, side = np.meshgrid(np.arange(rings - 1), np.arange(sides), indexing="ij")
    a = ring * sides + side
    b = ring * sides + (side + 1) % sides
    c, d = a + sides, b + sides
    faces = np.stack([np.stack([a, b, d], -1), np.stack([a, d, c], -1)], axis=2)
    return faces.reshape(-1, 3).astype(np.int32)


LINK_SHAPES: dict[str, tuple[Piece, ...]] = {
    "link0": (
        tube([(-0.10, 0, 0.045), (0.0, 0, 0.06)], [0.055, 0.07]),
        tube([(0, 0, 0.012), (0, 0, 0.06), (0, 0, 0.13)], [0.085, 0.075, 0.066]),
        tube([(0, 0, 0.132), (0, 0, 0.15)], [0.061, 0.061], dark=True),
    ),
    "link1": (
        tube([(0, 0, -0.178), (0, 0, -0.08), (0, 0, 0.0)], [0.064, 0.061, 0.05]),
        tube([(0, -0.062, 0), (0, 0.062, 0)], [0.06, 0.06]),
    ),
    "link2": (
        tube([(0, 0, -0.075), (0, 0, 0.075)], [0.045, 0.045], dark=True),
        tube([(0, 0.0, 0), (0, -0.09, 0), (0, -0.185, 0)], [0.048, 0.06, 0.063]),
        tube([(0, -0.187, 0), (0, -0.202, 0)], [0.058, 0.058], dark=True),
    ),
    "link3": (
        tube([(0, 0, -0.11), (0, 0, -0.045), (0.0825, 0, 0)], [0.062, 0.062, 0.05], bend_m=0.06),
        tube([(0.0825, -0.058, 0), (0.0825, 0.058, 0)], [0.055, 0.055]),
    ),
    "link4": (
        tube([(0, 0, -0.072), (0, 0, 0.072)], [0.042, 0.042], dark=True),
        tube([(0, 0, 0), (-0.0825, 0.045, 0), (-0.0825, 0.12, 0)], [0.05, 0.062, 0.063],
             bend_m=0.06),
        tube([(-0.0825, 0.122, 0), (-0.0825, 0.137, 0)], [0.057, 0.057], dark=True),
    ),
    "link5": (
        tube([(0, 0, -0.245), (0, 0, -0.2), (0, 0.05, -0.1), (0, 0.058, 0.0)],
             [0.062, 0.061, 0.046, 0.046], bend_m=0.08),
        tube([(0, -0.035, 0), (0, 0.085, 0)], [0.047, 0.047]),
    ),
    "link6": (
        tube([(0, 0, -0.095), (0, 0, 0.045)], [0.036, 0.036], dark=True),
        tube([(0, 0, 0.0), (0.05, 0, 0.0), (0.088, 0, 0)], [0.046, 0.046, 0.046]),
        tube([(0.088, 0.05, 0), (0.088, -0.04, 0)], [0.05, 0.05]),
    ),
    "link7": (
        tube([(0, 0, 0.045), (0, 0, 0.06)], [0.044, 0.044], dark=True),
        tube([(0, 0, 0.062), (0, 0, 0.1)], [0.046, 0.042]),
        tube([(0.03, 0, 0.082), (0.062, 0, 0.082)], [0.022, 0.018], dark=True),
    ),
    "hand": (
        tube([(0, 0, -0.002), (0, 0, 0.012)], [0.036, 0.036], dark=True),
        tube([(0, -0.07, 0.034), (0, 0.07, 0.034)], [0.031, 0.031]),
    ),
}  # fmt: skip
"""Link to its pieces."""
