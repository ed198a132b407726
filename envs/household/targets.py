"""From a mask to the object it means, as ALFRED's published evaluation resolves it."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embodied.core.arrays import Mask

INTERACTABLE = ("pickupable", "receptacle", "openable", "toggleable", "sliceable")
"""An object with none of these is never what a mask means."""


def rank_by_iou(mask: Mask, instance_ids: NDArray[np.int32]) -> list[tuple[int, float]]:
    """Rank the instances under a mask by the overlap of the two, best first.

    Args:
        mask: bool [H, W].
        instance_ids: int32 [H, W], 0 where there is no instance.

    Returns:
        (instance number, intersection over union) of every instance with a pixel under the mask.
    """
    areas_px = np.bincount(instance_ids.ravel())
    under_px = np.bincount(instance_ids[mask], minlength=areas_px.size)
    union_px = areas_px + np.count_nonzero(mask) - under_px
    iou = under_px / np.maximum(union_px, 1)
    iou[0] = 0.0
    # Ties go to the larger overlap, as counting before sorting by score does.
    order = np.lexsort((-under_px, -iou))
    return [(int(i), float(iou[i])) for i in order[: np.count_nonzero(iou)]]


def resolve_mask(
    mask: Mask,
    *,
    instance_ids: NDArray[np.int32],
    object_ids: Sequence[str],
    metadata: Mapping[str, Any],
) -> str | None:
    """Return the id of the object a mask means, or None where it means none.

    Instances under the mask are ranked by their IoU with it; the held object and whatever cannot
    be acted on are passed over, and the first one left is it.

    Args:
        mask: bool [H, W].
        instance_ids: int32 [H, W]; number i stands for `object_ids[i - 1]`, 0 for none.
        object_ids: Object ids in the order of their numbers.
        metadata: THOR metadata of the same moment.
    """
    held = {entry["objectId"] for entry in metadata["inventoryObjects"][:1]}
    usable = {
        entry["objectId"]
        for entry in metadata["objects"]
        if any(entry[affordance] for affordance in INTERACTABLE)
    } - held
    ranked = (object_ids[number - 1] for number, _ in rank_by_iou(mask, instance_ids))
    return next((object_id for object_id in ranked if object_id in usable), None)
