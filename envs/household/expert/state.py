"""A read-only view of a controller's metadata: what is where, what holds what.

Reads nothing but what THOR reports, so it serves generated rooms, rebuilt ones and THOR itself.
Frame: THOR's, metres and degrees.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

MUST_OPEN = frozenset({"Box", "Cabinet", "Drawer", "Fridge", "Microwave", "Safe"})
"""Receptacles whose contents are out of reach while they are shut."""
EYE_M = 0.675
"""The camera above the agent's position."""
GRID_M = 0.25


@dataclass(frozen=True)
class Pose:
    """Where the agent stands and looks, on the grid.

    Attributes:
        cell: Steps of 0.25 m from the origin of the agent's grid, along x and z.
        heading: Quarter turns clockwise from +z.
        horizon_deg: Camera pitch, positive down.
    """

    cell: tuple[int, int]
    heading: int
    horizon_deg: int


class State:
    """One moment of the world.

    Args:
        metadata: The controller's metadata.
    """

    def __init__(self, metadata: Mapping[str, Any]) -> None:
        self.metadata = metadata
        self.objects: dict[str, Mapping[str, Any]] = {
            entry["objectId"]: entry for entry in metadata["objects"]
        }
        inventory = metadata["inventoryObjects"]
        self.held: str | None = inventory[0]["objectId"] if inventory else None

    def __contains__(self, object_id: object) -> bool:
        return object_id in self.objects

    def __getitem__(self, object_id: str) -> Mapping[str, Any]:
        return self.objects[object_id]

    def position_m(self, object_id: str) -> tuple[float, float, float]:
        """Position (x, y, z) of an object."""
        at = self.objects[object_id]["position"]
        return at["x"], at["y"], at["z"]

    def of_type(self, *types: str, affordance: str = "") -> list[Mapping[str, Any]]:
        """Objects of some types, with an affordance where one is named."""
        return [
            entry
            for entry in self.objects.values()
            if entry["objectType"] in types and (not affordance or entry[affordance])
        ]

    def contents(self, object_id: str) -> list[str]:
        """Ids of what lies directly in or on an object."""
        return list(self.objects[object_id]["receptacleObjectIds"] or ())

    def parents(self, object_id: str) -> Iterator[str]:
        """Ids of what an object lies in, from the nearest outwards."""
        seen = {object_id}
        queue = [object_id]
        while queue:
            for parent in self.objects[queue.pop(0)]["parentReceptacles"] or ():
                if parent in self.objects and parent not in seen:
                    seen.add(parent)
                    queue.append(parent)
                    yield parent

    def container(self, object_id: str) -> str | None:
        """Id of the outermost receptacle with a door that an object lies in, None where none."""
        shut = [p for p in self.parents(object_id) if self.objects[p]["objectType"] in MUST_OPEN]
        return shut[-1] if shut else None

    def lies_in(self, object_id: str, receptacle_id: str) -> bool:
        """Whether a receptacle lists an object as its own: what stands in a cup on it does not."""
        return object_id in self.contents(receptacle_id)

    @property
    def eye_height_m(self) -> float:
        """Height of the camera."""
        return float(self.metadata["agent"]["position"]["y"]) + EYE_M

    def agent_pose(self) -> Pose:
        """Where the agent is, on the grid through the world's origin."""
        agent = self.metadata["agent"]
        return Pose(
            cell_of(agent["position"]["x"], agent["position"]["z"]),
            round(agent["rotation"]["y"] / 90.0) % 4,
            round(agent["cameraHorizon"] / 15.0) * 15,
        )


def cell_of(x_m: float, z_m: float) -> tuple[int, int]:
    """Grid cell nearest to a place."""
    return round(x_m / GRID_M), round(z_m / GRID_M)


def cells_of(positions: list[Mapping[str, float]]) -> np.ndarray:
    """Grid cells int[N, 2] of what GetReachablePositions answers."""
    xz = np.array([(p["x"], p["z"]) for p in positions], dtype=float).reshape(-1, 2)
    return np.unique(np.round(xz / GRID_M).astype(int), axis=0)
