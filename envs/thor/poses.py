"""Poses from which an object can be acted on, for `GetInteractablePoses`."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from embodied.core.errors import UnknownNameError
from envs.household.controller import HouseholdController
from envs.household.metadata import vector
from envs.household.render import CameraPose
from envs.household.visibility import REACH_M, look

YAWS_DEG = (0.0, 90.0, 180.0, 270.0)
HORIZONS_DEG = (-30.0, 0.0, 30.0, 60.0)
SLACK_M = 0.5
"""Objects are in reach by their near side; from farther than this beyond it none is."""


def interactable_poses(
    household: HouseholdController,
    *,
    objectId: str,  # noqa: N803 - the wire's names
    positions: Sequence[Any] | None = None,
    rotations: Sequence[float] | None = None,
    horizons: Sequence[float] | None = None,
    standings: Sequence[bool] | None = None,
    maxDistance: float | None = None,  # noqa: N803
    maxPoses: int | None = None,  # noqa: N803
) -> list[dict[str, Any]]:
    """Draw what each pose would see and keep those that have the object in reach.

    Args:
        household: The household, which stays as it is.
        objectId: The object.
        positions: Where to try; everywhere that can be walked to by default.
        rotations: Yaws to try, degrees.
        horizons: Horizons to try, degrees.
        standings: Only standing poses are there; without True there are none.
        maxDistance: Reach, metres.
        maxPoses: Stop at so many.

    Raises:
        UnknownNameError: If there is no such object.
    """
    world = household.world
    if objectId not in world or not world[objectId].shown:
        raise UnknownNameError("object", objectId, [s.id for s in world if s.shown])
    if standings is not None and True not in standings:
        return []
    reach_m = REACH_M if maxDistance is None else maxDistance
    agent = world.agent
    x, y, z = agent.position_m
    if positions is None:
        points = household.navigator.reachable(np.array([x, z]))
    else:
        points = np.array([[each["x"], each["z"]] for each in positions]).reshape(-1, 2)
    low, high = (corner[[0, 2]] for corner in world.extent_m(objectId))
    gap = np.maximum(np.maximum(low - points, points - high), 0.0)
    near = points[np.hypot(*gap.T) <= reach_m + SLACK_M]
    index = world[objectId].index
    found: list[dict[str, Any]] = []
    for px, pz in near:
        for yaw_deg in rotations or YAWS_DEG:
            for horizon_deg in horizons or HORIZONS_DEG:
                if maxPoses is not None and len(found) >= maxPoses:
                    return found
                pose = replace(
                    agent,
                    position_m=(float(px), y, float(pz)),
                    yaw_deg=float(yaw_deg),
                    horizon_deg=float(horizon_deg),
                )
                frame = household.draw(CameraPose(pose.eye_m, pose.yaw_deg, pose.horizon_deg))
                sight = look(
                    frame.depth_m,
                    frame.ids,
                    object_count=len(world.object_ids),
                    fov_deg=household.fov_deg,
                    horizon_deg=pose.horizon_deg,
                    reach_m=reach_m,
                )
                if sight.visible[index]:
                    found.append(
                        {
                            **vector(pose.position_m),
                            "rotation": pose.yaw_deg,
                            "standing": True,
                            "horizon": pose.horizon_deg,
                        }
                    )
    return found
