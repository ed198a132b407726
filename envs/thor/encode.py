"""Events as they go over the wire: raw images, and metadata named as a version names them."""

from functools import lru_cache
from typing import Any

import msgpack
import numpy as np
from numpy.typing import NDArray

from envs.household.event import Event, instance_colours
from envs.thor.dialect import Dialect
from envs.thor.objects import PackedList

RGB_DEPTH_RANGE_M = 10.0
"""2.1.0's depth images end here."""


def rgb_bytes(image: NDArray[np.uint8]) -> bytes:
    """Write uint8[H, W, C] with its lowest row first, as Unity reads textures."""
    return image[::-1].tobytes()


def depth_bytes(depth_m: NDArray[np.float32], dialect: Dialect) -> bytes:
    """Write planar depth: float32 metres, or RGB24 whose three bytes are a fraction of 10 m."""
    if dialect.float_depth:
        return depth_m[::-1].astype("<f4", copy=False).tobytes()
    share = np.clip(depth_m[::-1].astype(np.float64) / RGB_DEPTH_RANGE_M, 0.0, 1.0)
    code = np.minimum(np.round(share * 2**24), 2**24 - 1).astype(">u4")
    return code.view(np.uint8).reshape(*code.shape, 4)[..., 1:].tobytes()


def id_bytes(ids: NDArray[np.int32], colours: NDArray[np.uint8], dialect: Dialect) -> bytes:
    """Write ids as colours uint8[N, 3], with a fourth byte 255 where the dialect has it."""
    if not dialect.alpha_ids:
        return rgb_bytes(colours[ids])
    table = np.concatenate([colours, np.full((len(colours), 1), 255, np.uint8)], axis=1)
    return table.view(np.uint32)[:, 0][ids[::-1]].tobytes()


def normals_bytes(depth_m: NDArray[np.float32], fov_deg: float) -> bytes:
    """Write surface normals in the camera's frame as colours, from the depth around each pixel."""
    height, width = depth_m.shape
    tan = np.tan(np.deg2rad(fov_deg) / 2.0)
    x = ((np.arange(width) + 0.5) / width * 2.0 - 1.0) * tan * width / height
    y = (1.0 - (np.arange(height) + 0.5) / height * 2.0) * tan
    points = np.stack([x[None] * depth_m, y[:, None] * depth_m, depth_m], axis=-1)
    normal = np.cross(np.gradient(points, axis=1), np.gradient(points, axis=0))
    normal /= np.maximum(np.linalg.norm(normal, axis=-1, keepdims=True), 1e-12)
    normal[..., 2] *= -1.0  # towards the camera
    return rgb_bytes(np.round((normal * 0.5 + 0.5) * 255.0).astype(np.uint8))


@lru_cache(maxsize=8)
def palette(
    object_ids: tuple[str, ...],
) -> tuple[NDArray[np.uint8], NDArray[np.uint8], PackedList]:
    """Colours of a scene's instances and of their types, and the wire's list of both.

    Args:
        object_ids: Every object of the scene; row i + 1 of the colours is `object_ids[i]`, row 0
            the room.
    """
    types = [type_of(object_id) for object_id in object_ids]
    kinds = sorted(set(types))
    colours = instance_colours(len(object_ids) + len(kinds) + 1)
    instances, classes = colours[: len(object_ids) + 1], colours[len(object_ids) + 1 :]
    row = {kind: classes[index] for index, kind in enumerate(kinds)}
    by_type = np.array([[0, 0, 0], *(row[kind] for kind in types)], dtype=np.uint8)
    names = [*object_ids, *kinds]
    listed = [
        {"name": name, "color": colour.tolist()}
        for name, colour in zip(names, colours[1:], strict=True)
    ]
    packed = msgpack.packb(listed)
    return instances, by_type, PackedList(listed, lambda: packed)


def type_of(object_id: str) -> str:
    """The type in an object id: that of the piece where it is a slice."""
    parts = object_id.split("|")
    last = parts[-1]
    return last.split("_")[0] if "Sliced" in last or "Cracked" in last else parts[0]


def colour_bounds(ids: NDArray[np.int32], listed: list[Any]) -> list[dict[str, Any]]:
    """2D boxes of every colour in view, as 2.1.0 wants them: rows counted from below."""
    height = ids.shape[0]
    top, bottom = _first_and_last(ids)
    left, right = _first_and_last(ids.T)
    boxes = np.stack([left, height - bottom, right, height - top], axis=1).tolist()
    return [
        {"color": listed[index - 1]["color"], "bounds": boxes[index]}
        for index in np.flatnonzero(bottom >= 0).tolist()
        if index
    ]


def _first_and_last(ids: NDArray[np.int32]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """First and last row of each id; the last is -1 for one that is nowhere."""
    flat = ids.ravel()
    rows = np.repeat(np.arange(ids.shape[0]), ids.shape[1])
    first = np.zeros(int(flat.max(initial=0)) + 1, dtype=np.int64)
    last = np.full_like(first, -1)
    # Of several values written to one place the last one stays.
    first[flat[::-1]] = rows[::-1]
    last[flat] = rows
    return first, last


def agent_metadata(
    event: Event, objects: PackedList, dialect: Dialect, *, scene_name: str, cameras: list[Any]
) -> dict[str, Any]:
    """An event's metadata as one agent's part of a message.

    Args:
        event: The event.
        objects: Its objects as they go over the wire.
        dialect: The version spoken.
        scene_name: As the client named the room.
        cameras: Third-party cameras.
    """
    own = event.metadata
    return {
        **own,
        "objects": objects,
        "agent": {**own["agent"], "isStanding": True, "inHighFrictionArea": False},
        "sceneName": scene_name,
        "thirdPartyCameras": cameras,
        "depthFormat": "Meters" if dialect.float_depth else "Normalized",
        "isSceneAtRest": True,
        "collided": False,
        "collidedObjects": [],
        "reachablePositions": own["reachablePositions"] or None,
        "currentTime": 0.0,
        "isOpenableGrid": False,
    }
