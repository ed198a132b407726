"""Joint states by name: drivers publish joints in any order, and often more than the arm's."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embodied.core.errors import DataError


@dataclass(frozen=True)
class JointReading:
    """The joints one asked for, in one's own order.

    Attributes:
        position: float [N], radians or metres.
        velocity: float [N], per second; zeros where the driver sends none.
    """

    position: NDArray[np.float64]
    velocity: NDArray[np.float64]


def read_joints(
    wanted: Sequence[str],
    names: Sequence[str],
    positions: Sequence[float],
    velocities: Sequence[float] = (),
) -> JointReading | None:
    """Put a joint_states message into one's own order.

    Args:
        wanted: Names in one's own order.
        names: Names of the message.
        positions: Its positions.
        velocities: Its velocities, as many or none.

    Returns:
        The reading; None where the message is about other joints altogether, as that of a gripper
        with a driver of its own is.

    Raises:
        DataError: If some of the joints are there and others are not, or the lengths differ, or a
            position is not a finite number.
    """
    place = {name: index for index, name in enumerate(names)}
    found = [name for name in wanted if name in place]
    if not found:
        return None
    if len(found) < len(wanted):
        missing = ", ".join(name for name in wanted if name not in place)
        raise DataError(
            f"joint_states names {len(found)} of {len(wanted)} joints; missing: {missing}. "
            "Check the parameter with the joints' names."
        )
    if len(positions) != len(names) or len(velocities) not in (0, len(names)):
        raise DataError(
            f"joint_states has {len(names)} names, {len(positions)} positions and "
            f"{len(velocities)} velocities."
        )
    order = [place[name] for name in wanted]
    position = np.asarray(positions, dtype=np.float64)[order]
    if not np.isfinite(position).all():
        raise DataError("joint_states holds a position that is not a number.")
    moving = np.asarray(velocities, dtype=np.float64)
    velocity = moving[order] if moving.size else np.zeros(len(order))
    return JointReading(position, np.nan_to_num(velocity))
