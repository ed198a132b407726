"""Where things can rest in a room: the spaces of its furniture, in the room's frame."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from envs.household.frames import rotation_matrix
from envs.household.scene import ObjectSpec
from envs.household.shapes import shape_of


@dataclass(frozen=True)
class Surface:
    """A level rectangle in the room.

    Attributes:
        receptacle: Whose it is.
        centre_m: Its centre.
        rotation: [3, 3], own frame to the room's.
        size_m: (width, depth) along its own x and z.
        clearance_m: Free height above it.
        inside: Whether it is shut in when its receptacle is closed.
    """

    receptacle: ObjectSpec
    centre_m: NDArray[np.float64]
    rotation: NDArray[np.float64]
    size_m: tuple[float, float]
    clearance_m: float
    inside: bool

    def point(self, right_m: float, ahead_m: float) -> tuple[float, float, float]:
        """Return a point of the rectangle, in the room."""
        x, y, z = self.centre_m + self.rotation @ np.array([right_m, 0.0, ahead_m])
        return float(x), float(y), float(z)


def surfaces_of(spec: ObjectSpec, specs: Iterable[ObjectSpec]) -> tuple[Surface, ...]:
    """Return an object's spaces where it stands, shut.

    Args:
        spec: The object.
        specs: The room's objects: what is built into it takes some of its surface.
    """
    rotation = rotation_matrix(spec.rotation_deg)
    origin = np.asarray(spec.position_m) - rotation @ np.asarray(spec.pivot_m)
    owned = [other for other in specs if other.owner == spec.object_id]
    shape = shape_of(spec, owned=owned)
    return tuple(
        Surface(
            receptacle=spec,
            centre_m=origin + rotation @ np.asarray(space.centre_m),
            rotation=rotation,
            size_m=space.size_m,
            clearance_m=space.clearance_m,
            inside=space.inside,
        )
        for space in shape.spaces
    )


def all_surfaces(specs: Iterable[ObjectSpec]) -> dict[str, tuple[Surface, ...]]:
    """Return the surfaces of every receptacle, by object id."""
    found = tuple(specs)
    return {
        spec.object_id: surfaces_of(spec, found) for spec in found if spec.info.can("receptacle")
    }
