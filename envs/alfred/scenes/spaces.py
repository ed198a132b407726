"""Receptacles with their trigger boxes as their spaces."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from envs.alfred.scenes.triggers import LEVEL_M, TriggerBox
from envs.household.frames import rotation_matrix
from envs.household.palette import RoomPalette
from envs.household.scene import ObjectSpec
from envs.household.shape import Shape, Space
from envs.household.shapes import shape_of

LEAST_CLEARANCE_M = 0.1


def with_trigger_boxes(
    furniture: Sequence[ObjectSpec],
    found: Mapping[str, tuple[TriggerBox, ...]],
    palette: RoomPalette,
) -> tuple[ObjectSpec, ...]:
    """Furniture with the spaces that trigger boxes make, where starts tell them.

    Args:
        furniture: The rebuilt room's.
        found: Trigger boxes by receptacle.
        palette: The room's colours.
    """
    return tuple(
        _with_spaces(spec, found[spec.object_id], palette) if spec.object_id in found else spec
        for spec in furniture
    )


def _with_spaces(
    spec: ObjectSpec, boxes: tuple[TriggerBox, ...], palette: RoomPalette
) -> ObjectSpec:
    """The receptacle with a space for each trigger box instead of those it had."""
    shape = spec.shape if spec.shape is not None else shape_of(spec, palette)
    spaces = tuple(_space(spec, shape, box, boxes) for box in boxes)
    return replace(spec, shape=replace(shape, spaces=spaces))


def _space(spec: ObjectSpec, shape: Shape, box: TriggerBox, boxes: tuple[TriggerBox, ...]) -> Space:
    turn = rotation_matrix(spec.rotation_deg)
    own = (np.array(box.centre_m) - np.array(spec.position_m)) @ turn + np.array(spec.pivot_m)
    known = min(shape.spaces, key=lambda space: abs(space.centre_m[1] - own[1]), default=None)
    above = [each.centre_m[1] for each in boxes if each.centre_m[1] > box.centre_m[1] + LEVEL_M]
    clearance = known.clearance_m + known.centre_m[1] - own[1] if known is not None else np.inf
    if above:
        clearance = min(above) - box.centre_m[1]
    return Space(
        centre_m=tuple(map(float, own)),  # type: ignore[arg-type]
        size_m=box.size_m,
        clearance_m=max(float(clearance), LEAST_CLEARANCE_M),
        moves=known.moves if known is not None else False,
        inside=known.inside if known is not None else False,
        yaw_deg=(box.yaw_deg - spec.rotation_deg[1]) % 360.0,
    )
