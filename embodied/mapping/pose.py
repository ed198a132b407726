"""Where the agent is: counted from the actions it took."""

from dataclasses import dataclass, replace
from typing import TypeAlias

STEP_M = 0.25
LOOK_DEG = 15
START_HORIZON_DEG = 30
"""ALFRED's agents begin with the camera tilted down so far."""
LOWEST_HORIZON_DEG, HIGHEST_HORIZON_DEG = -30, 60

Cell: TypeAlias = tuple[int, int]

AHEAD: tuple[Cell, ...] = ((0, 1), (1, 0), (0, -1), (-1, 0))
"""Step of each heading, in cells; a turn to the right adds one to the heading."""


@dataclass(frozen=True)
class GridPose:
    """A pose on the lattice of steps.

    Attributes:
        x: Cells to the right of the start.
        y: Cells ahead of the start.
        heading: 0 as at the start, 1 to the right of that, 2 back, 3 left.
        horizon_deg: The camera's pitch, positive down.
    """

    x: int = 0
    y: int = 0
    heading: int = 0
    horizon_deg: int = START_HORIZON_DEG

    @property
    def cell(self) -> Cell:
        """(x, y)."""
        return (self.x, self.y)

    @property
    def xy_m(self) -> tuple[float, float]:
        """Where it is, map frame."""
        return (self.x * STEP_M, self.y * STEP_M)

    def after(self, action: str) -> "GridPose":
        """Return the pose after an action that worked; interactions leave it as it is."""
        if action == "MoveAhead":
            dx, dy = AHEAD[self.heading]
            return replace(self, x=self.x + dx, y=self.y + dy)
        if action in ("RotateLeft", "RotateRight"):
            turn = 1 if action == "RotateRight" else -1
            return replace(self, heading=(self.heading + turn) % 4)
        if action in ("LookUp", "LookDown"):
            tilt = LOOK_DEG if action == "LookDown" else -LOOK_DEG
            return replace(self, horizon_deg=self.horizon_deg + tilt)
        return self
