"""A room of boxes: just enough world to test a map and skills on, cast ray by ray.

Frame: the map's own (metres, z up), the agent's start at the origin looking along +y.
"""

from dataclasses import dataclass, field, replace

import numpy as np

from embodied.core.action import DiscreteAction
from embodied.core.entity import Detection
from embodied.core.geometry import Intrinsics
from embodied.core.observation import Observation
from embodied.mapping.camera import EYE_HEIGHT_M, PosedCamera
from embodied.mapping.pose import AHEAD, HIGHEST_HORIZON_DEG, LOWEST_HORIZON_DEG, GridPose

SIZE_PX = 100
REACH_M = 1.5
RADIUS_M = 0.2


@dataclass
class Box:
    """A thing: its type, its extents, and what it lies in."""

    kind: str
    low: tuple[float, float, float]
    high: tuple[float, float, float]
    inside: "Box | None" = None
    open: bool = False
    on: bool = False
    solid: bool = True
    hides: bool = False
    changes: set = field(default_factory=set)

    @property
    def shut_in(self) -> bool:
        return self.inside is not None and self.inside.hides and not self.inside.open


class BoxWorld:
    """Boxes on a floor between four walls.

    Args:
        boxes: What stands there.
        half_m: Half the length of the room's sides.
    """

    def __init__(self, boxes: list[Box], *, half_m: float = 3.0) -> None:
        self.boxes = boxes
        self.half_m = half_m
        self.pose = GridPose()
        self.held: Box | None = None
        self.ok = True
        self.steps = 0
        self.log: list[str] = []
        intrinsics = Intrinsics.from_vertical_fov(width_px=SIZE_PX, height_px=SIZE_PX, fov_deg=60.0)
        self.camera = PosedCamera(intrinsics)

    # --- seeing

    def _shown(self) -> list[Box]:
        return [box for box in self.boxes if box is not self.held and not box.shut_in]

    def look(self) -> Observation:
        """Cast a ray a pixel against every box, the floor and the walls."""
        pixels = np.arange(SIZE_PX * SIZE_PX)
        ones = np.ones(len(pixels), dtype=np.float32)
        tip = self.camera.points_m(pixels, ones, self.pose).astype(np.float64)
        eye = np.array([*self.pose.xy_m, EYE_HEIGHT_M])
        ray = tip - eye
        depth, label = self._room(eye, ray), np.zeros(len(pixels), dtype=int)
        shown = self._shown()
        for number, box in enumerate(shown, start=1):
            hit = _cast(eye, ray, np.array(box.low), np.array(box.high), hollow=box.open)
            nearer = hit < depth
            depth[nearer], label[nearer] = hit[nearer], number
        found = []
        for number, box in enumerate(shown, start=1):
            mask = (label == number).reshape(SIZE_PX, SIZE_PX)
            if mask.any():
                rows, columns = np.nonzero(mask)
                bounds = (
                    int(columns.min()),
                    int(rows.min()),
                    int(columns.max()),
                    int(rows.max()),
                )
                found.append(Detection(box.kind, mask=mask, box_xyxy=bounds))
        if self.held is not None:
            depth, found = self._with_hand(depth, found)
        self._labels = label
        self._depth = depth
        return Observation(
            stamp_s=float(self.steps),
            depth_m={"ego": depth.reshape(SIZE_PX, SIZE_PX).astype(np.float32)},
            intrinsics={"ego": self.camera.intrinsics},
            entities=tuple(found),
            last_action_success=self.ok,
        )

    def _with_hand(self, depth: np.ndarray, found: list[Detection]):
        mask = np.zeros((SIZE_PX, SIZE_PX), dtype=bool)
        mask[75:95, 42:58] = True
        depth = np.where(mask.ravel(), 0.41, depth)
        cut = [replace(each, mask=each.mask & ~mask) for each in found]
        cut = [each for each in cut if each.mask.any()]
        return depth, [*cut, Detection(self.held.kind, mask=mask, box_xyxy=(42, 75, 57, 94))]

    def _room(self, eye: np.ndarray, ray: np.ndarray) -> np.ndarray:
        with np.errstate(divide="ignore"):
            floor = np.where(ray[:, 2] < 0.0, -eye[2] / ray[:, 2], np.inf)
            wall_x = np.where(ray[:, 0] > 0, self.half_m - eye[0], -self.half_m - eye[0])
            wall_y = np.where(ray[:, 1] > 0, self.half_m - eye[1], -self.half_m - eye[1])
            walls = np.minimum(wall_x / ray[:, 0], wall_y / ray[:, 1])
        return np.minimum(floor, walls)

    # --- acting

    def act(self, action: DiscreteAction) -> Observation:
        """Do an action if the room lets it."""
        self.look()
        target = self._meant(action.mask)
        self.ok = bool(self._carry_out(action.name, target))
        self.log.append(action.name if self.ok else f"{action.name} refused")
        self.steps += 1
        return self.look()

    def _meant(self, mask: np.ndarray | None) -> Box | None:
        if mask is None or not mask.any():
            return None
        numbers = np.bincount(self._labels[mask.ravel()])
        numbers[0] = 0
        shown = self._shown()
        target = shown[int(numbers.argmax()) - 1] if numbers.any() else None
        if target is None:
            return None
        seen = np.flatnonzero(self._labels == shown.index(target) + 1)
        points = self.camera.points_m(seen, self._depth[seen].astype(np.float32), self.pose)
        x, y = self.pose.xy_m
        near = np.hypot(points[:, 0] - x, points[:, 1] - y).min() < REACH_M
        return target if near else None

    def _carry_out(self, name: str, target: Box | None) -> bool:
        if name == "MoveAhead":
            return self._move()
        if name.startswith(("Rotate", "Look")):
            pose = self.pose.after(name)
            if not LOWEST_HORIZON_DEG <= pose.horizon_deg <= HIGHEST_HORIZON_DEG:
                return False
            self.pose = pose
            return True
        if target is None:
            return False
        return {
            "PickupObject": self._pick,
            "PutObject": self._put,
            "OpenObject": lambda box: self._set(box, "open", True),
            "CloseObject": lambda box: self._set(box, "open", False),
            "ToggleObjectOn": lambda box: self._set(box, "on", True),
            "ToggleObjectOff": lambda box: self._set(box, "on", False),
        }[name](target)

    def _move(self) -> bool:
        dx, dy = AHEAD[self.pose.heading]
        for part in (0.5, 1.0):
            at = np.array(self.pose.xy_m) + 0.25 * part * np.array([dx, dy])
            if np.abs(at).max() > self.half_m - RADIUS_M:
                return False
            for box in self.boxes:
                if box is self.held or not box.solid:
                    continue
                gap = np.maximum(np.array(box.low)[:2] - at, at - np.array(box.high)[:2])
                if np.hypot(*np.maximum(gap, 0.0)) < RADIUS_M - 1e-6:
                    return False
        self.pose = self.pose.after("MoveAhead")
        return True

    def _pick(self, box: Box) -> bool:
        if self.held is not None or box.solid:
            return False
        self.held, box.inside = box, None
        return True

    def _put(self, box: Box) -> bool:
        if self.held is None or (box.hides and not box.open):
            return False
        thing, self.held = self.held, None
        size = np.array(thing.high) - np.array(thing.low)
        middle = (np.array(box.low) + np.array(box.high)) / 2.0
        bottom = box.low[2] + 0.05 if box.hides else box.high[2]
        low = np.array([middle[0] - size[0] / 2, middle[1] - size[1] / 2, bottom])
        thing.low, thing.high, thing.inside = tuple(low), tuple(low + size), box
        return True

    def _set(self, box: Box, state: str, value: bool) -> bool:
        if getattr(box, state) == value or (state == "open" and not box.hides):
            return False
        setattr(box, state, value)
        for thing in self.boxes:
            if thing.inside is box and state == "on" and value:
                thing.changes.add("heated")
            if thing.inside is box and state == "open" and not value:
                thing.changes.add("shut in")
        return True


def _cast(
    eye: np.ndarray, ray: np.ndarray, low: np.ndarray, high: np.ndarray, *, hollow: bool
) -> np.ndarray:
    """Depth at which rays enter a box, or meet its far side where it is open; inf past it."""
    with np.errstate(divide="ignore", invalid="ignore"):
        one, two = (low - eye) / ray, (high - eye) / ray
    enter = np.nanmax(np.minimum(one, two), axis=1)
    leave = np.nanmin(np.maximum(one, two), axis=1)
    depth = leave - 0.01 if hollow else enter
    return np.where((enter <= leave) & (leave > 0) & (enter > 0.05), depth, np.inf)


def box_at(
    kind: str, x: float, y: float, z: float, size: tuple[float, float, float], **rest: object
) -> Box:
    """A box by the middle of its bottom."""
    low = (x - size[0] / 2, y - size[1] / 2, z)
    return Box(kind, low, (low[0] + size[0], low[1] + size[1], z + size[2]), **rest)
