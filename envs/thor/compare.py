"""What tells an event that came through the package from the same event in process."""

import numpy as np

from envs.household.event import Event

NOT_SENT = frozenset(
    ["colors", "errorCode", "actionReturn", "reachablePositions", "agent", "objects"]
)
"""Fields that the wire says in its own way; the last two are compared field by field."""

CLIPPED_M = 4.99
DEPTH_STEP_M = 1e-3
"""2.1.0's depth ends at 5 m and comes in steps of less than this."""


def differences(ours: Event, theirs: Event) -> list[str]:
    """Name every field and image in which two events differ.

    Args:
        ours: The event in process.
        theirs: The same event through a dialect of AI2-THOR. Its depth may be clipped and rounded
            as the dialect's is; everything else has to be equal, bit by bit.
    """
    mine, other = ours.metadata, theirs.metadata
    found = [key for key in mine if key not in NOT_SENT and mine[key] != other.get(key)]
    found += [f"agent.{k}" for k, v in mine["agent"].items() if other["agent"].get(k) != v]
    if len(mine["objects"]) != len(other["objects"]):
        found.append("number of objects")
    for one, two in zip(mine["objects"], other["objects"], strict=False):
        found += [f"{one['objectId']}.{k}" for k, v in one.items() if two.get(k) != v]
    found += [] if np.array_equal(ours.frame, theirs.frame) else ["frame"]
    same_ids = ours.object_ids == theirs.object_ids
    found += [] if same_ids and np.array_equal(ours.instance_ids, theirs.instance_ids) else ["ids"]
    near = ours.depth_frame < CLIPPED_M
    apart = np.abs(ours.depth_frame - theirs.depth_frame)[near]
    return found + ([] if apart.max(initial=0.0) < DEPTH_STEP_M else ["depth"])
