"""What an agent may answer with: one of four kinds of action."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from embodied.core.arrays import Mask, Vector


@dataclass(frozen=True)
class DiscreteAction:
    """A named action, as in ALFRED.

    Attributes:
        name: Action name of the environment, e.g. `MoveAhead` or `PickupObject`.
        mask: bool [H, W] over the agent's image, for actions on an object.
        target: Object id. Privileged: environments refuse it unless configured to take it.
        arguments: Further named arguments, where the environment declares them.
    """

    name: str
    mask: Mask | None = None
    target: str | None = None
    arguments: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ViewpointAction:
    """A move to a neighbouring viewpoint of a navigation graph; None stops there."""

    viewpoint: str | None


@dataclass(frozen=True)
class TextAction:
    """A command in a text world, e.g. `take mug 1 from desk 2`."""

    text: str


@dataclass(frozen=True)
class VectorAction:
    """A continuous command.

    Attributes:
        values: float32 [N], in the units that `space` declares.
        space: What the numbers are: `ee_velocity`, `ee_pose`, `joint_position`, `gripper`.
        frame: Frame they are given in.
        rate_hz: Rate the command is meant for.
    """

    values: Vector
    space: str
    frame: str
    rate_hz: float


Action: TypeAlias = DiscreteAction | ViewpointAction | TextAction | VectorAction

STOP = DiscreteAction("Stop")
"""The agent declares that it is done; household and ALFRED environments end the episode."""
