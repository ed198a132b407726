"""Geometry of a put: how far things reach, what is in plain view, what is clear of the rest."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
from numpy.typing import NDArray

from envs.household.footprints import Footprints
from envs.household.placement import TOUCH_M, Floats, PutQuery, Spot

MARGIN_M = 0.03
"""How far bounding boxes stand out from what is seen of a type that `colliders.json` lacks."""

THIN_M = 0.004
"""What is no higher over a point than this does not count as there."""


@dataclass(frozen=True)
class Collider:
    """A thing's bounding box seen from above, own frame, from its pivot.

    Attributes:
        middle_xz_m: Its middle.
        half_m: Its half sides.
    """

    middle_xz_m: Floats
    half_m: Floats


@cache
def _learned(name: str) -> Mapping[str, Any]:
    """A table of `colliders.json`, by type; the file says what is in it."""
    text = resources.files("envs.alfred").joinpath("colliders.json").read_text("utf-8")
    table: Mapping[str, Any] = json.loads(text)[name]
    return table


def collider_of(query: PutQuery) -> Collider:
    """The bounding box of what is put: its type's, else what is seen of it and a margin."""
    width, _, depth = query.size_m
    right, _, ahead = query.pivot_m
    seen = (width / 2 + right, width / 2 - right, depth / 2 + ahead, depth / 2 - ahead)
    known = _learned("reach_m").get(query.type, (None,) * 4)
    reach = [
        own + MARGIN_M if side is None else side for own, side in zip(seen, known, strict=True)
    ]
    left, right, back, front = reach
    return Collider(
        np.array([right - left, front - back]) / 2.0, np.array([left + right, back + front]) / 2.0
    )


def shows(query: PutQuery, spot: Spot) -> bool:
    """Whether any of a few points up the middle of the thing is in plain view once it is put."""
    up = np.array([0.2, 0.5, 0.9])[:, None] * np.array([0.0, query.height_m, 0.0])
    base = spot.position_m - np.array([0.0, query.pivot_m[1], 0.0])
    return bool(seen(query, base + up, np.zeros(3)).any())


def seen(query: PutQuery, at_m: Floats, tolerance_m: Floats) -> NDArray[np.bool_]:
    """Which points are in reach, in the picture and in plain view."""
    offset = at_m - np.asarray(query.agent.eye_m)
    local = offset @ query.agent.camera_rotation
    height, width = query.depth_m.shape
    focal = height / 2.0 / np.tan(np.deg2rad(query.fov_deg) / 2.0)
    ahead = np.maximum(local[:, 2], 1e-6)
    column = np.floor(width / 2.0 + focal * local[:, 0] / ahead).astype(int)
    row = np.floor(height / 2.0 - focal * local[:, 1] / ahead).astype(int)
    inside = (local[:, 2] > 0.0) & (column >= 0) & (column < width) & (row >= 0) & (row < height)
    deep = query.depth_m[np.where(inside, row, 0), np.where(inside, column, 0)]
    plain = inside & (deep > local[:, 2] - tolerance_m)
    plain &= np.hypot(offset[:, 0], offset[:, 2]) < query.reach_m
    return np.asarray(plain, dtype=np.bool_)


def clear_at(
    query: PutQuery, centres_m: Floats, half_m: Floats, axis_xz: Floats
) -> NDArray[np.bool_]:
    """At which centres [P, 3], y that of the bottom, a box touches nothing that is there."""
    count = len(centres_m)
    low = centres_m[:, 1]
    mine = Footprints(
        centres_m[:, [0, 2]],
        np.broadcast_to(axis_xz / max(float(np.hypot(*axis_xz)), 1e-12), (count, 2)),
        np.broadcast_to(half_m, (count, 2)),
        low,
        low + query.height_m,
    )
    others = query.things
    level = float(low.mean()) + THIN_M
    others = others.select((others.high_m > level) & (others.low_m < level + query.height_m))
    touched = np.any(mine.overlaps(others, margin_m=TOUCH_M), axis=1)
    return np.asarray(~touched, dtype=np.bool_)
