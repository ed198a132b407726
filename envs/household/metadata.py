"""THOR's metadata of a household, named as AI2-THOR 2.1 names them.

Each event gets its own copy, so that what an earlier event says stays true. What does not
change from step to step is kept and copied whole.
"""

from collections.abc import Iterable
from typing import Any

import numpy as np

from envs.household.visibility import Sight
from envs.household.world import ObjectState, World

CAMERA_NEAR_M, CAMERA_FAR_M = 0.05, 20.0


def vector(values: Iterable[float]) -> dict[str, float]:
    """Write three numbers as THOR does."""
    x, y, z = values
    return {"x": float(x), "y": float(y), "z": float(z)}


class MetadataBuilder:
    """Writes the metadata of one world.

    Args:
        world: The world.
        width_px: Width of the frames.
        height_px: Height of the frames.
        fov_deg: Their vertical field of view.
    """

    def __init__(self, world: World, *, width_px: int, height_px: int, fov_deg: float) -> None:
        self._world = world
        self._entries: dict[str, dict[str, Any]] = {}
        floor = world.scene.floor
        low, high = np.array(floor.min_xz_m), np.array(floor.max_xz_m)
        middle, size = (low + high) / 2.0, high - low
        self._fixed = {
            "sceneName": world.scene.name,
            "screenWidth": width_px,
            "screenHeight": height_px,
            "fov": fov_deg,
            "agentId": 0,
            "cameraNearPlane": CAMERA_NEAR_M,
            "cameraFarPlane": CAMERA_FAR_M,
            "thirdPartyCameras": [],
            "colors": [],
            "sceneBounds": {
                "center": vector((middle[0], floor.height_m / 2.0, middle[1])),
                "size": vector((size[0], floor.height_m, size[1])),
            },
        }

    def refresh(self, object_ids: Iterable[str]) -> None:
        """Write anew what is kept of these objects."""
        for object_id in object_ids:
            state = self._world[object_id]
            if state.shown or state.sliced:
                self._entries[object_id] = self._entry(state)
            else:
                self._entries.pop(object_id, None)

    def build(
        self,
        sight: Sight,
        *,
        action: str,
        error: str = "",
        error_code: str = "",
        answer: Any = None,
    ) -> dict[str, Any]:
        """Write the metadata after an action.

        Args:
            sight: What the agent sees now.
            action: What was done.
            error: Why it was refused; empty where it was done.
            error_code: The reason as a `Reason`.
            answer: The action's own return value.
        """
        world = self._world
        agent = world.agent
        offset = world.positions_m - np.asarray(agent.position_m)
        distance = np.sqrt(np.einsum("ni,ni->n", offset, offset)).tolist()
        visible = sight.visible.tolist()
        objects = []
        for object_id in world.object_ids:
            kept = self._entries.get(object_id)
            if kept is None:
                continue
            entry = kept.copy()
            row = world.states[object_id].index
            entry["distance"] = distance[row]
            if visible[row]:
                entry["visible"] = world.shut_in(object_id) is None
            objects.append(entry)
        held = world.held
        return {
            **self._fixed,
            "objects": objects,
            "agent": {
                "name": "agent",
                "position": vector(agent.position_m),
                "rotation": vector((0.0, agent.yaw_deg, 0.0)),
                "cameraHorizon": agent.horizon_deg,
            },
            "cameraPosition": vector(agent.eye_m),
            "inventoryObjects": (
                [{"objectId": held, "objectType": world[held].spec.type}] if held else []
            ),
            "lastAction": action,
            "lastActionSuccess": not error,
            "errorMessage": error,
            "errorCode": error_code,
            "actionReturn": answer,
            "reachablePositions": answer if action == "GetReachablePositions" else [],
        }

    def _entry(self, state: ObjectState) -> dict[str, Any]:
        world, spec = self._world, state.spec
        can = spec.info.can
        parent = state.parent
        return {
            "name": spec.name or spec.object_id,
            "objectId": spec.object_id,
            "objectType": spec.type,
            "position": vector(world.position_m(spec.object_id)),
            "rotation": vector(world.rotation_deg(spec.object_id)),
            "distance": 0.0,
            "visible": False,
            "receptacle": can("receptacle"),
            "receptacleObjectIds": list(state.contents),
            "parentReceptacles": [] if parent is None else [parent],
            "openable": can("openable"),
            "isOpen": state.is_open,
            "openPercent": state.openness,
            "pickupable": can("pickupable"),
            "isPickedUp": world.held == spec.object_id,
            "toggleable": can("toggleable"),
            "isToggled": state.on,
            "sliceable": can("sliceable"),
            "isSliced": state.sliced,
            "dirtyable": can("dirtyable"),
            "isDirty": state.dirty,
            "canFillWithLiquid": can("fillable"),
            "isFilledWithLiquid": state.filled,
            "ObjectTemperature": state.temperature,
        }
