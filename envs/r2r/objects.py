"""Named objects around viewpoints, from the published boxes of REVERIE.

A box is given in one or more of 36 pictures of a viewpoint: twelve headings 30 degrees apart at
elevations -30, 0 and +30 degrees, 640x480 pixels, 60 degrees of vertical field of view. Here each
object becomes one direction with an apparent size.
"""

import math
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embodied.core.errors import DataError
from embodied.core.geometry import Intrinsics
from envs.r2r.files import r2r_folder, read_json
from envs.r2r.graph import TURN_RAD, NavGraph, wrap_rad

VIEWS = 36
HEADINGS = 12
VIEW_STEP_RAD = math.pi / 6.0
_CAMERA = Intrinsics.from_vertical_fov(width_px=640, height_px=480, fov_deg=60.0)


@dataclass(frozen=True, eq=False)
class ViewpointObjects:
    """What is seen around one viewpoint, K objects.

    Attributes:
        category: int32 [K], rows of `ScanObjects.names`.
        heading_rad: float32 [K], absolute headings of the middles, in [0, 2 pi).
        elevation_rad: float32 [K], of the middles above the horizon.
        size_rad: float32 [K, 2], apparent width and height.
    """

    category: NDArray[np.int32]
    heading_rad: NDArray[np.float32]
    elevation_rad: NDArray[np.float32]
    size_rad: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.category)


NOTHING = ViewpointObjects(
    np.zeros(0, np.int32),
    np.zeros(0, np.float32),
    np.zeros(0, np.float32),
    np.zeros((0, 2), np.float32),
)


@dataclass(frozen=True, eq=False)
class ScanObjects:
    """The objects of a building.

    Attributes:
        scan: The building.
        names: Categories that occur in it, sorted, in plain words: `bath cabinet`.
        at: Viewpoint id to what is seen from there; viewpoints without objects may be missing.
    """

    scan: str
    names: tuple[str, ...]
    at: dict[str, ViewpointObjects]

    def around(self, viewpoint_id: str) -> ViewpointObjects:
        """Return what is seen from a viewpoint; nothing where no box was published."""
        return self.at.get(viewpoint_id, NOTHING)


def plain_name(name: str) -> str:
    """Return a category in plain words: `bath#cabinet` is a `bath cabinet`."""
    return re.sub(r"[^a-z0-9]+", " ", name.lower()).strip()


@lru_cache(maxsize=128)
def load_objects(data_root: str | Path, scan: str) -> ScanObjects:
    """Read a building's objects from `r2r/object_boxes/<scan>.json`; kept in memory.

    Where that file is missing, the published files of its viewpoints are read in its place,
    `<scan>_<viewpoint>.json`.

    Raises:
        DataError: If neither is there, or one is malformed.
    """
    try:
        return _build(scan, _read_boxes(data_root, scan))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise DataError(f"Scan {scan} has no file of object boxes: {error!r}") from error


@lru_cache(maxsize=4096)
def rows_showing(data_root: str | Path, graph: NavGraph, target: str) -> frozenset[int] | None:
    """Return rows of the viewpoints a REVERIE object has a box at; none where there is no target.

    An agent that ends at one of them has found it (Qi et al. 2020, section 5; in the published
    code by exactly these boxes).

    Raises:
        DataError: If the files are missing or malformed, or the object is seen from nowhere.
    """
    if not target:
        return None
    boxes = _read_boxes(data_root, graph.scan)
    try:
        seen = [name for name, things in boxes.items() if things.get(target, {}).get("visible_pos")]
    except AttributeError as error:
        raise DataError(f"Scan {graph.scan} has no file of object boxes: {error!r}") from error
    known = set(graph.viewpoint_ids)
    if not known.intersection(seen):
        raise DataError(f"Object {target} has no box in scan {graph.scan}: it can not be found.")
    return frozenset(graph.row(name) for name in seen if name in known)


def _read_boxes(data_root: str | Path, scan: str) -> dict[str, Any]:
    folder = r2r_folder(data_root) / "object_boxes"
    path = folder / f"{scan}.json"
    singles = [] if path.exists() else sorted(folder.glob(f"{scan}_*.json"))
    what = f"object boxes of scan {scan}"
    content: dict[str, Any] = {}
    for single in singles:
        content.update(read_json(single, what=what))
    return content if singles else read_json(path, what=what)


def _build(scan: str, content: dict[str, dict[str, Any]]) -> ScanObjects:
    owners, names, counts, views, boxes = [], [], [], [], []
    for viewpoint, objects in content.items():
        for thing in objects.values():
            name = plain_name(thing["name"])
            if not name or not thing["visible_pos"]:
                continue
            owners.append(viewpoint)
            names.append(name)
            counts.append(len(thing["visible_pos"]))
            views.extend(thing["visible_pos"])
            boxes.extend(thing["bbox2d"])
    known, category = np.unique(np.array(names, dtype=object), return_inverse=True)
    heading, elevation, size = _directions(
        np.array(counts, dtype=np.int64),
        np.array(views, dtype=np.int64),
        np.array(boxes, dtype=np.float64).reshape(-1, 4),
    )
    rows: dict[str, list[int]] = {}
    for row, viewpoint in enumerate(owners):
        rows.setdefault(viewpoint, []).append(row)
    at = {
        viewpoint: ViewpointObjects(
            category[kept].astype(np.int32), heading[kept], elevation[kept], size[kept]
        )
        for viewpoint, kept in rows.items()
    }
    return ScanObjects(scan, tuple(map(str, known)), at)


def _directions(
    counts: NDArray[np.int64], views: NDArray[np.int64], boxes_xywh: NDArray[np.float64]
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """Return heading, elevation and size of objects given `counts[k]` boxes each.

    A box cut by its picture's border shows a part of the object, so the extent of an object is
    what its boxes span together. Edges are taken at their middles.
    """
    if not len(counts):
        return NOTHING.heading_rad, NOTHING.elevation_rad, NOTHING.size_rad
    left, top, width, height = boxes_xywh.T
    middle_x, middle_y = left + width / 2.0, top + height / 2.0
    points = [(left, middle_y), (left + width, middle_y)]
    points += [(middle_x, top), (middle_x, top + height)]
    seen = [box_direction(views, x, y) for x, y in points]
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    owner = np.repeat(np.arange(len(counts)), counts)
    # Headings are compared relative to each object's first box, so that none wraps around.
    anchor = box_direction(views[starts], middle_x[starts], middle_y[starts])[0][owner]
    west = np.minimum.reduceat(wrap_rad(seen[0][0] - anchor), starts)
    east = np.maximum.reduceat(wrap_rad(seen[1][0] - anchor), starts)
    high = np.maximum.reduceat(seen[2][1], starts)
    low = np.minimum.reduceat(seen[3][1], starts)
    heading = (anchor[starts] + (west + east) / 2.0) % TURN_RAD
    size = np.stack([np.maximum(east - west, 0.0), np.maximum(high - low, 0.0)], axis=1)
    return (
        heading.astype(np.float32),
        ((high + low) / 2.0).astype(np.float32),
        size.astype(np.float32),
    )


def box_direction(
    views: NDArray[np.int64], x_px: NDArray[np.float64], y_px: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return absolute heading and elevation, radians, of pixels in discretised views.

    Args:
        views: int [M], view indices 0-35: elevation * 12 + heading.
        x_px: float64 [M], columns in the 640 px wide picture.
        y_px: float64 [M], rows in the 480 px high picture.
    """
    right = (x_px - _CAMERA.width_px / 2.0) / _CAMERA.focal_px
    up = (_CAMERA.height_px / 2.0 - y_px) / _CAMERA.focal_px
    pitch = (views // HEADINGS - 1) * VIEW_STEP_RAD
    ahead = np.cos(pitch) - up * np.sin(pitch)
    rise = np.sin(pitch) + up * np.cos(pitch)
    heading = (views % HEADINGS) * VIEW_STEP_RAD + np.arctan2(right, ahead)
    return heading % TURN_RAD, np.arctan2(rise, np.hypot(right, ahead))
