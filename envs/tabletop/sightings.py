"""Privileged perception of the table: true places of what a camera has in view, nothing else."""

import mujoco
import numpy as np
from numpy.typing import NDArray

from embodied.core.entity import Entity
from envs.tabletop.furniture import BOWL_HEIGHT_M, HANDLE_HALF_M
from envs.tabletop.panda import SHOWN_GROUP
from envs.tabletop.render.camera import FAR_M, NEAR_M, view_of
from envs.tabletop.world import TabletopWorld

Floats = NDArray[np.float64]
_GROUPS = np.zeros(6, dtype=np.uint8)
_GROUPS[SHOWN_GROUP] = 1
CUBE_POINTS = np.array(
    [(x, y, z) for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)] + [(0, 0, 1)], float
)
RIM_POINTS = np.array([(np.cos(a), np.sin(a), 1.0) for a in np.arange(0, 2 * np.pi, np.pi / 3)])


def entities_in_view(world: TabletopWorld, cameras: tuple[str, ...]) -> tuple[Entity, ...]:
    """Return what at least one camera sees, in the base frame, from left to right.

    A drawer's place is that of its handle's bar, which is where a hand takes hold of it.

    Args:
        world: The world.
        cameras: Names of cameras (`render.MOUNTS`).
    """
    found = []
    for points, thing, entity in _things(world):
        if any(_sees(world, camera, points, thing) for camera in cameras):
            found.append(entity)
    return tuple(sorted(found, key=lambda each: -(each.position_m or (0.0, 0.0))[1]))


def _things(world: TabletopWorld) -> list[tuple[Floats, int, Entity]]:
    """Return (points to look at, number of the thing, what is seen of it)."""
    things = []
    number = {thing: 1 + index for index, thing in enumerate(world.model.things)}
    for index, block in enumerate(world.scene.blocks):
        place, turn = world.block_pose(index)
        points = place + (CUBE_POINTS * block.size_m / 2 * 0.9) @ turn.T
        size = (block.size_m,) * 3
        entity = Entity("block", 1.0, _triple(place), attributes=(block.colour,), extent_m=size,
                        yaw_rad=yaw_of_cube(turn))  # fmt: skip
        things.append((points, number["block", index], entity))
    for index, bowl in enumerate(world.scene.bowls):
        foot, turn = world.bowl_pose(index)
        centre = foot + turn @ np.array([0.0, 0.0, BOWL_HEIGHT_M / 2])
        scale = np.array([bowl.radius_m * 0.97, bowl.radius_m * 0.97, BOWL_HEIGHT_M])
        points = foot + (RIM_POINTS * scale) @ turn.T
        size = (2 * bowl.radius_m, 2 * bowl.radius_m, BOWL_HEIGHT_M)
        entity = Entity("bowl", 1.0, _triple(centre), attributes=(bowl.colour,), extent_m=size,
                        yaw_rad=0.0)  # fmt: skip
        things.append((points, number["bowl", index], entity))
    if world.scene.drawer is not None:
        place = world.data.geom("handle").xpos.copy()
        ends = np.array([[0.0, side, 0.0] for side in (-0.9, -0.4, 0.0, 0.4, 0.9)])
        points = place + ends * HANDLE_HALF_M[1]
        size = tuple(2 * half for half in HANDLE_HALF_M)
        openness = float(np.clip(world.drawer_openness(), 0.0, 1.0))
        entity = Entity(
            "drawer", 1.0, _triple(place), states={"open": openness > 0.1},
            attributes=(world.scene.drawer.colour,), extent_m=size, yaw_rad=0.0, openness=openness,
        )  # fmt: skip
        things.append((points, number["handle", 0], entity))
    return things


def _sees(world: TabletopWorld, camera: str, points: Floats, thing: int) -> bool:
    """Whether a ray from a camera meets a thing at one of its points before anything else."""
    view = view_of(camera, world.model.mj, world.data)
    tan = np.tan(np.deg2rad(view.fov_deg) / 2.0)
    seen = (points - view.eye_m) @ view.axes.T
    ahead = seen[:, 2]
    inside = (
        (ahead > NEAR_M) & (ahead < FAR_M) & (np.abs(seen[:, :2]) < ahead[:, None] * tan).all(1)
    )
    geom = np.array([-1], dtype=np.int32)
    for point in points[inside]:
        way = point - view.eye_m
        mujoco.mj_ray(world.model.mj, world.data, view.eye_m, way, _GROUPS, 1, -1, geom)
        if geom[0] >= 0 and world.model.thing_of_geom[geom[0]] == thing:
            return True
    return False


def yaw_of_cube(turn: Floats) -> float:
    """Return how a cube's sides are turned about z, in [-pi/4, pi/4), whichever side is up."""
    level = np.argsort(np.abs(turn[2]))[:2]
    side = turn[:, level[0]]
    angle = float(np.arctan2(side[1], side[0]))
    return (angle + np.pi / 4) % (np.pi / 2) - np.pi / 4


def _triple(vector: Floats) -> tuple[float, float, float]:
    x, y, z = (float(number) for number in vector)
    return x, y, z
