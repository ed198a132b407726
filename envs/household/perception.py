"""Privileged perception: true masks, type labels and depth of what is in view, and nothing else.

No ids, poses, states or layouts. The order of the detections is that of their pixels, since the
scene's own order would tell instances apart from one frame to the next.
"""

import hashlib
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation, binary_erosion, find_objects

from embodied.core.arrays import DepthImage, Mask
from embodied.core.entity import Detection
from envs.household.catalog import object_types
from envs.household.event import Event

CAMERA = "ego"


@dataclass(frozen=True, eq=False)
class Percept:
    """What is perceived in one frame.

    Attributes:
        detections: Mask, type label and box of each instance in view.
        depth_m: float32 [H, W], planar depth.
    """

    detections: tuple[Detection, ...]
    depth_m: DepthImage


class Perception(Protocol):
    """A privileged perception: reads a frame's true instances."""

    def perceive(self, event: Event, *, episode_id: str) -> Percept:
        """Return what an event's frame shows."""


def instances_in_view(event: Event) -> list[tuple[int, tuple[slice, slice]]]:
    """Return (number, box as slices) of the instances that have pixels in a frame."""
    boxes = find_objects(event.instance_ids)
    return [(number + 1, box) for number, box in enumerate(boxes) if box is not None]


def type_by_id(event: Event) -> Mapping[str, str]:
    """Return the type name of every object by its id."""
    return {entry["objectId"]: entry["objectType"] for entry in event.metadata["objects"]}


def detection(mask: Mask, label: str) -> Detection | None:
    """Make a detection of a mask; None where it has no pixel."""
    rows = np.flatnonzero(mask.any(axis=1))
    if not len(rows):
        return None
    columns = np.flatnonzero(mask[rows[0] : rows[-1] + 1].any(axis=0))
    box = (int(columns[0]), int(rows[0]), int(columns[-1]), int(rows[-1]))
    return Detection(category=label, mask=mask, box_xyxy=box, camera=CAMERA)


def _in_order_of_pixels(detections: list[Detection]) -> tuple[Detection, ...]:
    return tuple(sorted(detections, key=lambda each: (each.box_xyxy, each.category)))


class PrivilegedPerception:
    """Everything in view, exactly.

    The same instance has the same mask and label whenever it is seen from the same pose.
    """

    def perceive(self, event: Event, *, episode_id: str) -> Percept:
        """Return what an event's frame shows.

        Args:
            event: The world after an action.
            episode_id: Name of the episode; not used where there are no errors to draw.
        """
        types = type_by_id(event)
        found = []
        for number, box in instances_in_view(event):
            mask = np.zeros(event.instance_ids.shape, dtype=bool)
            mask[box] = event.instance_ids[box] == number
            label = types.get(event.object_ids[number - 1])
            if label is None:
                continue
            bounds = (box[1].start, box[0].start, box[1].stop - 1, box[0].stop - 1)
            found.append(Detection(category=label, mask=mask, box_xyxy=bounds, camera=CAMERA))
        return Percept(_in_order_of_pixels(found), event.depth_frame.copy())


class NoisyPerception:
    """The same with masks missing, merged, mislabelled and jittered, and with wrong depth.

    Every error is drawn from the episode, the instance and the camera's pose: looking again from
    the same place repeats it, looking from another draws it anew.

    Args:
        drop: Share of instances that are not detected.
        merge: Share of instances whose mask takes in the nearest other instance, which is gone.
        mislabel: Share of instances with the label of another type.
        jitter_px: Largest shift of a mask, and up to one pixel more or less along its rim.
        depth_noise: Standard deviation of the factor that an instance's depth is wrong by.
        seed: Draws the errors.
    """

    def __init__(
        self,
        *,
        drop: float = 0.2,
        merge: float = 0.05,
        mislabel: float = 0.05,
        jitter_px: int = 2,
        depth_noise: float = 0.05,
        seed: int = 0,
    ) -> None:
        self._drop, self._merge, self._mislabel = drop, merge, mislabel
        self._jitter_px, self._depth_noise, self._seed = jitter_px, depth_noise, seed

    def perceive(self, event: Event, *, episode_id: str) -> Percept:
        """Return what an event's frame is taken to show.

        Args:
            event: The world after an action.
            episode_id: Name of the episode; another draws other errors.
        """
        pose = _pose_text(event)
        types = type_by_id(event)
        ids = event.instance_ids
        factor = np.ones(len(event.object_ids) + 1, dtype=np.float32)
        draws = {}
        factor[0] = self._factor(_uniforms(self._seed, episode_id, "room", pose))
        for number, _ in instances_in_view(event):
            name = event.object_ids[number - 1]
            draws[number] = _uniforms(self._seed, episode_id, name, pose)
            factor[number] = self._factor(draws[number])
        depth_m = event.depth_frame * factor[ids]
        owner = self._merged(event, draws)
        found = []
        for number, uniform in draws.items():
            label = types.get(event.object_ids[number - 1])
            members = [each for each, of in owner.items() if of == number]
            if label is None or not members or uniform[0] < self._drop:
                continue
            mask = self._jittered(np.isin(ids, members), uniform)
            if uniform[1] < self._mislabel:
                label = _other_type(label, uniform[2])
            each = detection(mask, label)
            if each is not None:
                found.append(each)
        return Percept(_in_order_of_pixels(found), depth_m)

    def _factor(self, uniform: NDArray[np.float64]) -> float:
        # Box and Muller's transform of two uniform numbers into a normal one.
        normal = np.sqrt(-2.0 * np.log(1.0 - uniform[3])) * np.cos(2.0 * np.pi * uniform[4])
        return float(np.clip(1.0 + self._depth_noise * normal, 0.5, 1.5))

    def _merged(self, event: Event, draws: Mapping[int, NDArray[np.float64]]) -> dict[int, int]:
        """Which instance's mask each instance's pixels go to."""
        owner = {number: number for number in draws}
        middles = {
            number: np.array([(box[0].start + box[0].stop) / 2, (box[1].start + box[1].stop) / 2])
            for number, box in instances_in_view(event)
        }
        for number, uniform in draws.items():
            others = [each for each in draws if each != number and owner[each] == each]
            if uniform[5] >= self._merge or owner[number] != number or not others:
                continue
            apart = [float(np.hypot(*(middles[each] - middles[number]))) for each in others]
            owner[others[int(np.argmin(apart))]] = number
        return owner

    def _jittered(self, mask: Mask, uniform: NDArray[np.float64]) -> Mask:
        span = 2 * self._jitter_px + 1
        down, right = (int(uniform[i] * span) - self._jitter_px for i in (6, 7))
        moved = np.roll(mask, (down, right), axis=(0, 1))
        if uniform[2] < 1.0 / 3.0:
            moved = np.asarray(binary_dilation(moved))
        elif uniform[2] > 2.0 / 3.0 and np.count_nonzero(mask) > 60:
            moved = np.asarray(binary_erosion(moved))
        return moved


def _pose_text(event: Event) -> str:
    agent = event.metadata["agent"]
    numbers = (*agent["position"].values(), agent["rotation"]["y"], agent["cameraHorizon"])
    return ",".join(f"{number:.2f}" for number in numbers)


def _uniforms(*key: object) -> NDArray[np.float64]:
    """Eight numbers in [0, 1) that a key always gives."""
    digest = hashlib.blake2b("|".join(map(str, key)).encode(), digest_size=32).digest()
    return np.array(struct.unpack("<8I", digest)) / 2.0**32


def _other_type(label: str, uniform: float) -> str:
    """Another type that can be picked up too, or cannot either."""
    movable = object_types()[label].can("pickupable")
    names = sorted(
        name
        for name, row in object_types().items()
        if row.can("pickupable") == movable and name != label
    )
    return names[int(uniform * len(names))]
