"""What comes back from one action: the frame, depth, instance ids and THOR's metadata."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray


class InstanceMasks(Mapping[str, NDArray[np.bool_]]):
    """Object id to its mask bool[H, W], made when asked for; only ids in view are keys.

    Args:
        instance_ids: int32[H, W], 0 for the room, i + 1 for `object_ids[i]`.
        object_ids: Every id the image may hold.
    """

    def __init__(self, instance_ids: NDArray[np.int32], object_ids: tuple[str, ...]) -> None:
        self._ids = instance_ids
        counts = np.bincount(instance_ids.ravel(), minlength=len(object_ids) + 1)
        self._index = {object_ids[i - 1]: int(i) for i in np.flatnonzero(counts) if i > 0}

    def __getitem__(self, object_id: str) -> NDArray[np.bool_]:
        return self._ids == self._index[object_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._index)

    def __len__(self) -> int:
        return len(self._index)


@dataclass(frozen=True, eq=False)
class Event:
    """The world after one action.

    The arrays are shared between events where nothing changed and are read-only; copy before
    writing.

    Attributes:
        metadata: As AI2-THOR 2.1 names it (`objects`, `agent`, `inventoryObjects`,
            `lastAction`, `lastActionSuccess`, `errorMessage`, `errorCode`, `actionReturn`, ...),
            in THOR's frame: metres and degrees. Lists that THOR leaves null are empty here.
        frame: RGB uint8[H, W, 3].
        depth_frame: Planar depth in metres, float32[H, W].
        instance_ids: int32[H, W]; 0 is the room, i + 1 is `object_ids[i]`.
        object_ids: Every object the image may show.
        scene_label: Where the scene comes from (`generated`, `reconstructed`).
    """

    metadata: dict[str, Any]
    frame: NDArray[np.uint8]
    depth_frame: NDArray[np.float32]
    instance_ids: NDArray[np.int32]
    object_ids: tuple[str, ...]
    scene_label: str

    @cached_property
    def instance_masks(self) -> InstanceMasks:
        """Masks by object id, of the objects in view."""
        return InstanceMasks(self.instance_ids, self.object_ids)

    @cached_property
    def instance_segmentation_frame(self) -> NDArray[np.uint8]:
        """Instance ids as colours, uint8[H, W, 3], as THOR draws them."""
        return instance_colours(len(self.object_ids) + 1)[self.instance_ids]

    @cached_property
    def color_to_object_id(self) -> dict[tuple[int, int, int], str]:
        """Colour of `instance_segmentation_frame` to object id."""
        colours = instance_colours(len(self.object_ids) + 1)[1:].tolist()
        return {(r, g, b): name for (r, g, b), name in zip(colours, self.object_ids, strict=True)}

    @cached_property
    def _by_id(self) -> dict[str, dict[str, Any]]:
        return {entry["objectId"]: entry for entry in self.metadata["objects"]}

    def get_object(self, object_id: str) -> dict[str, Any] | None:
        """Return one object's metadata, None where the scene has no such object now."""
        return self._by_id.get(object_id)


def instance_colours(count: int) -> NDArray[np.uint8]:
    """Return `count` colours uint8[count, 3], all different; the first is black.

    An odd multiplier modulo 2**24 permutes the 24-bit numbers, so that neighbouring ids look
    different and none collide.
    """
    codes = (np.arange(count, dtype=np.int64) * 0x9E3779B1) & 0xFFFFFF
    return np.stack([codes >> 16, (codes >> 8) & 255, codes & 255], axis=1).astype(np.uint8)
