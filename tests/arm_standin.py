"""A kinematic stand-in for an arm at a table: no forces, no collisions, the same observations.

The hand goes exactly where it is told; what its fingers close around comes along; what they let go
of falls straight down; a handle they hold draws its drawer; a closed hand pushes what it touches.
"""

from dataclasses import dataclass, field

import numpy as np

from embodied.core.action import VectorAction
from embodied.core.arm import ArmState
from embodied.core.entity import Entity
from embodied.core.observation import Observation

DT_S = 0.05
WIDTH_M = 0.08
GRIPPER_MPS = 0.2
TRAVEL_M = 0.15


@dataclass
class Item:
    """A thing on the stand-in's table."""

    category: str
    colour: str
    place: np.ndarray
    size: tuple[float, float, float] = (0.04, 0.04, 0.04)
    yaw: float = 0.0
    openness: float | None = None


def block(colour: str, x: float, y: float, *, yaw: float = 0.0) -> Item:
    return Item("block", colour, np.array([x, y, 0.02]), yaw=yaw)


def bowl(colour: str, x: float, y: float) -> Item:
    return Item("bowl", colour, np.array([x, y, 0.025]), (0.15, 0.15, 0.05))


def drawer(x: float = 0.55, y: float = -0.2, openness: float = 0.0) -> Item:
    place = np.array([x - TRAVEL_M * openness, y, 0.062])
    return Item("drawer", "yellow", place, (0.014, 0.1, 0.014), openness=openness)


@dataclass
class Standin:
    """The arm and its table."""

    items: list[Item]
    hand: np.ndarray = field(default_factory=lambda: np.array([0.4, 0.0, 0.35]))
    finger_rad: float = np.pi / 2
    width: float = WIDTH_M
    held: Item | None = None
    steps: int = 0
    dropped_from_m: float = 0.0

    def item(self, name: str) -> Item:
        return next(each for each in self.items if name in (each.category, self.name(each)))

    @staticmethod
    def name(item: Item) -> str:
        return f"{item.colour} {item.category}"

    def observation(self) -> Observation:
        # Pointing down: half a turn about x, then the fingers' direction about z.
        half = (self.finger_rad - np.pi / 2) / 2
        quat = np.array([np.cos(half), np.sin(half), 0.0, 0.0])
        state = ArmState(np.zeros(7), np.zeros(7), self.hand.copy(), quat, self.width)
        entities = tuple(
            Entity(
                each.category,
                position_m=tuple(each.place),
                attributes=(each.colour,),
                extent_m=each.size,
                yaw_rad=each.yaw,
                openness=each.openness,
            )
            for each in self.items
        )
        return Observation(stamp_s=self.steps * DT_S, state=state.vector, entities=entities)

    def step(self, action: VectorAction) -> None:
        values = np.asarray(action.values, dtype=float)
        self.steps += 1
        move = values[:3] * DT_S
        self.hand = self.hand + move
        self.finger_rad += values[5] * DT_S
        self._move_fingers(values[6] * WIDTH_M)
        if self.held is not None:
            if self.held.openness is None:
                self.held.place = self.held.place + move
            else:
                self._slide(self.held, move[0])
        elif self.width < 0.03:
            self._push(move)

    def _move_fingers(self, wanted: float) -> None:
        step = float(np.clip(wanted - self.width, -GRIPPER_MPS * DT_S, GRIPPER_MPS * DT_S))
        least = 0.0
        between = self.held or self._between()
        if between is not None:
            least = min(between.size[:2])
        self.width = max(self.width + step, min(least, self.width))
        if between is not None and self.width <= least + 1e-6:
            self.held = between
        elif self.held is not None and self.width > least + 0.004:
            item, self.held = self.held, None
            if item.openness is None:
                self._fall(item)

    def _between(self) -> Item | None:
        near = [e for e in self.items if e.category != "bowl" and self._gap(e) < 0.015]
        return min(near, key=self._gap, default=None)

    def _gap(self, item: Item) -> float:
        return float(np.linalg.norm(item.place - self.hand))

    def _fall(self, item: Item) -> None:
        floor = 0.0
        for each in self.items:
            if each is item or each.openness is not None:
                continue
            if np.linalg.norm((each.place - item.place)[:2]) < each.size[0] / 2:
                top = 0.006 if each.category == "bowl" else each.place[2] + each.size[2] / 2
                floor = max(floor, top)
        height = floor + item.size[2] / 2
        self.dropped_from_m = max(self.dropped_from_m, float(item.place[2] - height))
        item.place = np.array([*item.place[:2], height])

    def _slide(self, item: Item, move_x: float) -> None:
        shut_x = item.place[0] + TRAVEL_M * item.openness
        item.openness = float(np.clip(item.openness - move_x / TRAVEL_M, 0.0, 1.0))
        item.place = np.array([shut_x - TRAVEL_M * item.openness, *item.place[1:]])

    def _push(self, move: np.ndarray) -> None:
        for each in self.items:
            if each.category == "block" and abs(each.place[2] - self.hand[2]) < 0.03:
                gap = each.place[:2] - self.hand[:2]
                reach = 0.03
                length = float(np.linalg.norm(gap))
                if 1e-6 < length < reach:
                    each.place[:2] += gap / length * (reach - length)
