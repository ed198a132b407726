"""Where the expert stood: its poses, replayed from the recorded low-level actions.

Every recorded action succeeded, so counting them up from the start pose gives the exact pose
behind each recorded mask: moves of 0.25 m along the heading, turns of 90 and looks of 15 degrees.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from embodied.core.arrays import Mask
from envs.alfred.dataset import LowAction, Trajectory

STEP_M = 0.25
FRAME_PX = 300

TURNS_DEG = {"RotateLeft": -90.0, "RotateRight": 90.0}
LOOKS_DEG = {"LookUp": -15.0, "LookDown": 15.0}


@dataclass(frozen=True)
class AgentPose:
    """Where the agent stands and looks, in THOR's frame.

    Attributes:
        position_m: (x, y, z); y is the agent's own height, about 0.9.
        yaw_deg: Heading, 0 along +z, 90 along +x.
        horizon_deg: Pitch of the camera, positive down.
    """

    position_m: tuple[float, float, float]
    yaw_deg: float
    horizon_deg: float


@dataclass(frozen=True, eq=False)
class Step:
    """One recorded action and the pose it was done from."""

    index: int
    action: LowAction
    pose: AgentPose


def start_pose(trajectory: Trajectory) -> AgentPose:
    """The pose an episode starts from."""
    start = trajectory.init_action
    return AgentPose(
        position_m=(start["x"], start["y"], start["z"]),
        yaw_deg=start["rotation"] % 360.0,
        horizon_deg=start["horizon"],
    )


def moved(pose: AgentPose, name: str) -> AgentPose:
    """The pose after one action; interactions leave it as it is."""
    if name == "MoveAhead":
        yaw = np.deg2rad(pose.yaw_deg)
        x, y, z = pose.position_m
        # Headings are multiples of 90 degrees: rounding keeps the grid free of drift.
        dx, dz = STEP_M * round(float(np.sin(yaw)), 6), STEP_M * round(float(np.cos(yaw)), 6)
        return replace(pose, position_m=(x + dx, y, z + dz))
    if name in TURNS_DEG:
        return replace(pose, yaw_deg=(pose.yaw_deg + TURNS_DEG[name]) % 360.0)
    if name in LOOKS_DEG:
        return replace(pose, horizon_deg=pose.horizon_deg + LOOKS_DEG[name])
    return pose


def replay(trajectory: Trajectory) -> Iterator[Step]:
    """Yield every recorded action with the pose it was done from."""
    pose = start_pose(trajectory)
    for index, action in enumerate(trajectory.low_actions):
        yield Step(index=index, action=action, pose=pose)
        pose = moved(pose, action.name)


def mask_of(action: LowAction, *, size_px: int = FRAME_PX) -> Mask | None:
    """Return a recorded mask as bool [size, size], None where the action has none.

    Runs that reach past the frame are cut at its end.
    """
    return None if action.runs is None else runs_mask(action.runs, size_px=size_px)


def runs_mask(runs: NDArray[np.int64], *, size_px: int = FRAME_PX) -> Mask:
    """Return runs [N, 2] of (start, length) as a mask, bool [size, size]."""
    # +1 where a run starts, -1 behind its end; the running sum is 1 inside runs.
    edges = np.zeros(size_px * size_px + 1, dtype=np.int64)
    starts = np.minimum(runs[:, 0], edges.size - 1)
    ends = np.minimum(runs.sum(axis=1), edges.size - 1)
    np.add.at(edges, starts, 1)
    np.add.at(edges, ends, -1)
    return (np.cumsum(edges[:-1]) > 0).reshape(size_px, size_px)
