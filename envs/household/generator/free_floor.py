"""The floor an agent can walk on, and whether it reaches everything from there."""

from collections.abc import Container, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from envs.household.generator.plan import Block, RoomPlan, axes
from envs.household.scene import ObjectSpec, Scene
from envs.household.shape import Vec3

GRID_M = 0.25
AGENT_RADIUS_M = 0.2
AGENT_HEIGHT_M = 1.8
DOORS = frozenset({"Cabinet", "Fridge", "Microwave", "Safe"})
DRAWERS = frozenset({"Drawer"})
ESSENTIAL = frozenset({"Fridge", "Microwave"})
"""What no room may have in a place where it cannot be opened."""
EYE_HEIGHT_M = 1.575
SIGHT_M = 1.3
"""Horizontal distance from which things must be in sight; the rules reach 1.5 m."""
REACH_M = 1.25
"""Less than the rules' 1.5 m, so that a pose with a view of it is likely within reach."""


def walkable_floor(scene: Scene) -> NDArray[np.float64]:
    """Return (x, z) [N, 2] of the largest connected part of a room's free floor, on the grid."""
    plan = RoomPlan(scene.kind, scene.floor, np.random.default_rng(0))
    for spec in scene.objects:
        if spec.info.can("pickupable") and spec.parent is not None:
            continue
        centre = (spec.position_m[0], spec.position_m[2])
        bottom = spec.position_m[1] - spec.pivot_m[1]
        yaw = spec.rotation_deg[1]
        plan.blocks.append(plan.block(centre, bottom, spec.size_m, yaw, spec.object_id))
    # A little less margin than rooms are checked with: what was free then is free here.
    return walkable(plan, margin_m=0.015)


def walkable(plan: RoomPlan, *, margin_m: float = 0.02) -> NDArray[np.float64]:
    """Return (x, z) [N, 2] of the largest connected part of the free floor, on the grid."""
    (x0, z0), (x1, z1) = plan.floor.min_xz_m, plan.floor.max_xz_m
    radius = AGENT_RADIUS_M + margin_m
    xs = np.arange(np.ceil((x0 + radius) / GRID_M), np.floor((x1 - radius) / GRID_M) + 1) * GRID_M
    zs = np.arange(np.ceil((z0 + radius) / GRID_M), np.floor((z1 - radius) / GRID_M) + 1) * GRID_M
    grid = np.stack(np.meshgrid(xs, zs, indexing="ij"), axis=-1)
    low = np.array([block.lower_m for block in plan.blocks])
    high = np.array([block.upper_m for block in plan.blocks])
    standing = low[:, 1] < AGENT_HEIGHT_M
    low, high = low[standing][:, [0, 2]], high[standing][:, [0, 2]]
    nearest = np.clip(grid[:, :, None, :], low, high)
    free = (np.linalg.norm(grid[:, :, None, :] - nearest, axis=-1) >= radius).all(axis=-1)
    parts, count = ndimage.label(free)
    if count == 0:
        return np.zeros((0, 2))
    sizes = ndimage.sum_labels(free, parts, index=range(1, count + 1))
    return grid[parts == int(np.argmax(sizes)) + 1]


def in_sight(
    blocks: Sequence[Block], floor_xz: NDArray[np.float64], point_m: Vec3, owners: Container[str]
) -> bool:
    """Whether an agent somewhere on the floor can reach a point and has a free line to it.

    Args:
        blocks: What furniture takes.
        floor_xz: Where the agent can stand: [N, 2].
        point_m: The point.
        owners: Whose blocks do not count: what the point lies on.
    """
    away = np.hypot(*(floor_xz - (point_m[0], point_m[2])).T)
    near = floor_xz[away <= SIGHT_M]
    if len(near) == 0:
        return False
    eyes = np.insert(near, 1, EYE_HEIGHT_M, axis=1)
    others = [block for block in blocks if block.owner not in owners]
    if not others:
        return True
    low = np.array([block.lower_m for block in others])
    high = np.array([block.upper_m for block in others])
    way = np.asarray(point_m) - eyes
    way = np.where(np.abs(way) < 1e-9, 1e-9, way)
    # Slab test of every line against every block: [eyes, blocks, axes].
    first = (low[None] - eyes[:, None]) / way[:, None]
    second = (high[None] - eyes[:, None]) / way[:, None]
    enter = np.minimum(first, second).max(axis=-1)
    leave = np.maximum(first, second).min(axis=-1)
    hit = (enter < leave) & (leave > 0.0) & (enter < 0.97)
    return bool((~hit.any(axis=1)).any())


def out_of_reach(plan: RoomPlan, floor_xz: NDArray[np.float64]) -> list[str]:
    """Return ids of receptacles and switches that no place on the floor is near to."""
    far = []
    for spec in plan.specs:
        if not (spec.info.can("receptacle") or spec.info.can("toggleable")):
            continue
        away = np.hypot(*(floor_xz - (spec.position_m[0], spec.position_m[2])).T)
        shut = spec.type in ESSENTIAL and not can_open(spec, floor_xz)
        if len(away) == 0 or away.min() > REACH_M or shut:
            far.append(spec.object_id)
    return far


def can_open(spec: ObjectSpec, floor_xz: NDArray[np.float64]) -> bool:
    """Whether there is a place in front of what opens, out of the way of its door or box."""
    if spec.type not in DOORS | DRAWERS:
        return True
    width, _, depth = spec.size_m
    room = depth / 2 + AGENT_RADIUS_M + (width if spec.type in DOORS else 0.75 * depth)
    right, ahead = axes(spec.rotation_deg[1])
    offset = floor_xz - (spec.position_m[0], spec.position_m[2])
    out, aside = offset @ np.array(ahead), np.abs(offset @ np.array(right))
    return bool(((out >= room) & (out <= room + 0.5) & (aside <= width / 2 + 0.2)).any())
