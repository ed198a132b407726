"""Whether a receptacle has room for one thing more, or two: the sizes of things, laid out level."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from envs.household.generator.surfaces import Surface, surfaces_of
from envs.household.scene import ObjectSpec, Scene
from envs.household.shape import Vec3

STEP_M = 0.05
GAP_M = 0.02


def spots(scene: Scene, receptacle: ObjectSpec, size: Vec3) -> int:
    """Count how many things of a size find room, at most two.

    Args:
        scene: The room; what lies in the receptacle at the start takes its place.
        receptacle: Where they are to go.
        size: Width, height, depth of one of them.
    """
    found = 0
    for surface in surfaces_of(receptacle, scene.objects):
        if size[1] > surface.clearance_m:
            continue
        taken = list(_taken(scene, surface))
        while found < 2:
            spot = _free(surface, taken, size)
            if spot is None:
                break
            taken.append(spot)
            found += 1
    return found


def _taken(scene: Scene, surface: Surface) -> Iterator[NDArray[np.float64]]:
    """Rectangles [2, 2] (lower, upper) of what lies on a surface, in its frame."""
    for spec in scene.objects:
        if spec.parent != surface.receptacle.object_id:
            continue
        place = surface.rotation.T @ (np.asarray(spec.position_m) - surface.centre_m)
        if not -0.05 < place[1] < surface.clearance_m + 0.05:
            continue
        turn = np.deg2rad(spec.rotation_deg[1] - surface.receptacle.rotation_deg[1])
        cosine, sine = abs(np.cos(turn)), abs(np.sin(turn))
        half = np.array(
            [
                spec.size_m[0] * cosine + spec.size_m[2] * sine,
                spec.size_m[0] * sine + spec.size_m[2] * cosine,
            ]
        )
        yield np.stack([place[[0, 2]] - half / 2, place[[0, 2]] + half / 2])


def _free(
    surface: Surface, taken: list[NDArray[np.float64]], size: Vec3
) -> NDArray[np.float64] | None:
    """Return a free rectangle for a thing, either way round; None where there is none."""
    for width, depth in ((size[0], size[2]), (size[2], size[0])):
        half = np.array([width, depth]) / 2 + GAP_M / 2
        play = np.array(surface.size_m) / 2 - half
        if (play < 0).any():
            continue
        axes = [np.linspace(-p, p, max(1, round(2 * p / STEP_M) + 1)) for p in play]
        centres = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 2)
        free = np.ones(len(centres), dtype=bool)
        for lower, upper in taken:
            free &= ((centres - half >= upper) | (centres + half <= lower)).any(axis=1)
        if free.any():
            centre = centres[int(np.argmax(free))]
            return np.stack([centre - half, centre + half])
    return None
