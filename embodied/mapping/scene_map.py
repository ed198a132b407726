"""The map an agent acts on: everything it believes, from what it saw and did."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from embodied.core.arrays import Mask
from embodied.core.entity import Detection
from embodied.core.errors import ConfigError
from embodied.core.observation import Observation
from embodied.mapping.acting import carry_over
from embodied.mapping.assigning import assign
from embodied.mapping.camera import EYE_HEIGHT_M, Floats, PosedCamera
from embodied.mapping.depth import DepthGauge
from embodied.mapping.floor import FloorMap
from embodied.mapping.hand import Hand
from embodied.mapping.instances import Instance, Sighting
from embodied.mapping.looking import clear_the_air, look_for_the_rest, standing_xy_m
from embodied.mapping.pose import GridPose
from embodied.mapping.sightings import (
    REACH_M,
    RIGHT_BAND_M,
    floor_and_obstacles,
    labelled_in,
    sighting_of,
)
from embodied.mapping.things import Things
from embodied.mapping.view import View

LEAST_PX = 3
"""Smaller detections tell nothing."""
RIM_PX, RIM_SHARE = 5, 0.15
"""A mask is cut to where its thing should show and this much around that."""
LEAST_CUT_SHARE = 0.25
"""Unless less than this of it would be left."""


class SceneMap:
    """Space, instances, relations, states and what was searched.

    Args:
        eye_height_m: The camera's height; corrected if floor seen from several poses says so.

    Attributes:
        pose: Where the agent is, counted from its actions.
        floor: What is known of the floor.
        things: Everything that is believed to be there.
        hand: What is held.
        depth: How far depth is off.
        last_ok: Whether the last action worked.
        frame: Number of frames taken in.
    """

    def __init__(self, *, eye_height_m: float = EYE_HEIGHT_M) -> None:
        self._eye_height_m = eye_height_m
        self._camera: PosedCamera | None = None
        self.pose = GridPose()
        self.floor = FloorMap()
        self.things = Things()
        self.hand = Hand()
        self.depth = DepthGauge()
        self.last_ok = True
        self.frame = -1
        self._released: Instance | None = None

    @property
    def camera(self) -> PosedCamera:
        """The camera; there is one after the first frame."""
        if self._camera is None:
            raise RuntimeError("the map has seen no frame yet: call observe() first")
        return self._camera

    @property
    def instances(self) -> list[Instance]:
        """Everything that is believed to be there."""
        return self.things.all

    @property
    def withdrawn(self) -> list[Instance]:
        """Instances that were given up."""
        return self.things.withdrawn

    @property
    def rough(self) -> bool:
        """Whether depth is off by more than a little."""
        return self.depth.rough

    def observe(
        self,
        observation: Observation,
        action: str | None = None,
        target: Instance | None = None,
    ) -> None:
        """Take in what came of an action and what is seen now.

        Args:
            observation: With depth and detections of the camera `ego`.
            action: What was done before it; None at the start.
            target: What it was done to.

        Raises:
            ConfigError: If the observation has no depth.
        """
        if "ego" not in observation.depth_m:
            raise ConfigError(
                "The map needs depth and detections: choose perception=privileged, or another "
                "perception that gives them."
            )
        if self._camera is None:
            intrinsics = observation.intrinsics["ego"]
            self._camera = PosedCamera(intrinsics, eye_height_m=self._eye_height_m)
        self.frame += 1
        if action is not None:
            self.last_ok = bool(observation.last_action_success)
            self._acted(action, target)
        depth_m = np.asarray(observation.depth_m["ego"], dtype=np.float32).reshape(-1)
        seen = [each for each in observation.entities if isinstance(each, Detection)]
        self._see(seen, depth_m)

    def _acted(self, action: str, target: Instance | None) -> None:
        if not self.last_ok:
            if action == "MoveAhead":
                self.floor.block(self.pose.cell, self.pose.heading)
            return
        self.pose = self.pose.after(action)
        if target is not None:
            if action == "CloseObject" and target.ajar_m is not None and not self.rough:
                # a door that is shut stands in nobody's way, wherever one looks now
                self.floor.free(target.ajar_m[:, :2])
            self._released = carry_over(
                action, target, things=self.things, hand=self.hand, frame=self.frame
            )

    # --- what is seen

    def _see(self, detections: Sequence[Detection], depth_m: Floats) -> None:
        for each in self.things:
            each.sighting = None
        hidden = self.hand.hidden(detections, depth_m, self.camera)
        labelled = labelled_in(detections, hidden.shape)
        self._judge_depth(depth_m, labelled, hidden)
        view = View(self.camera, self.pose, self.frame, self.depth.noise)
        if view.rough:
            depth_m = np.where(labelled.reshape(-1), depth_m, depth_m / self.depth.factor)
        sightings = self._sightings(detections, depth_m, view)
        released, self._released = self._released, None
        scales = assign(sightings, self.things, view, released=released)
        if view.rough:
            depth_m = _put_right(depth_m, sightings, scales)
            clear_the_air(self.things, depth_m, view)
        look_for_the_rest(self.things, depth_m, view)
        if not view.rough:
            floor, taken, room, _ = floor_and_obstacles(depth_m, labelled, hidden, view)
            self.floor.add(floor_xy_m=floor, obstacle_xy_m=np.concatenate([taken, room]))
        else:
            floor, _, walls, _ = floor_and_obstacles(
                depth_m, labelled, hidden, view, band_m=RIGHT_BAND_M
            )
            if not self.depth.judged:  # how far floor and walls are is not known
                floor, walls = floor[:0], walls[:0]
            standing = standing_xy_m(self.things, view)
            self.floor.add(floor_xy_m=floor, obstacle_xy_m=walls, standing_xy_m=standing)
        self.floor.stood_at(self.pose.cell)

    def _judge_depth(self, depth_m: Floats, labelled: Mask, hidden: Mask) -> None:
        """See how far depth is off; where it is the camera's height instead, put that right."""
        view = View(self.camera, self.pose, self.frame)
        height = floor_and_obstacles(depth_m, labelled, hidden, view)[3]
        eye_m = self.camera.eye_height_m
        self.depth.judge(height, self.pose, eye_height_m=eye_m)
        off_m = self.depth.height_off_m(eye_m)
        if off_m is not None:
            self._camera = PosedCamera(self.camera.intrinsics, eye_height_m=eye_m - off_m)
            down = np.array([0.0, 0.0, off_m], dtype=np.float32)
            for each in self.things:
                each.low_m, each.high_m = each.low_m - down, each.high_m - down
                each.points_m = each.points_m - down

    def _sightings(
        self, detections: Sequence[Detection], depth_m: Floats, view: View
    ) -> list[Sighting]:
        found = []
        for number, detection in enumerate(detections):
            if number not in self.hand.in_hand:
                sighting = sighting_of(
                    detection,
                    depth_m,
                    view.camera,
                    view.pose,
                    reach_m=REACH_M * (1.0 - view.noise),
                    rough=view.rough,
                )
                if sighting is not None and sighting.area_px >= LEAST_PX:
                    found.append(sighting)
        return found

    # --- questions

    def of_type(self, *categories: str) -> list[Instance]:
        """Return what is believed to be there of some types, what is held left out."""
        return self.things.of_type(*categories)

    def contents(self, receptacle: Instance) -> list[Instance]:
        """Return what lies in or on an instance, what lies in that included."""
        return self.things.contents(receptacle)

    def holders(self, thing: Instance) -> list[Instance]:
        """Return what something lies in or on, and what that lies in or on."""
        return [each for each in self.instances if self.things.holds(each, thing)]

    def mark_searched(self, instance: Instance) -> None:
        """Note that what an instance holds was looked at as well as can be."""
        instance.searched = 1.0

    def mask_of(self, instance: Instance) -> Mask:
        """Return the pixels to act on a thing by: its mask, less what does not belong to it.

        Where perception errs, a mask may take in what stands beside; it is cut to where the
        thing's place on the map shows in the picture.

        Raises:
            ValueError: If the thing is not in view.
        """
        seen = instance.sighting
        if seen is None or seen.detection.mask is None:
            raise ValueError(f"{instance} is not in view: look at it before acting on it")
        mask = seen.detection.mask
        if not self.rough or instance.is_("open") or instance.agreed < 2:
            return mask
        pixels, _, shown = self.camera.project(instance.points_m, self.pose)
        if np.count_nonzero(shown) < 0.5 * len(shown):
            return mask
        rows, columns = np.divmod(pixels[shown], mask.shape[1])
        cut = np.zeros_like(mask)
        cut[_around(rows, mask.shape[0]), _around(columns, mask.shape[1])] = True
        cut &= mask
        enough = np.count_nonzero(cut) >= LEAST_CUT_SHARE * np.count_nonzero(mask)
        return cut if enough else mask


def _around(numbers: NDArray[np.intp], size: int) -> slice:
    """The span of pixel numbers, and a rim about it."""
    low, high = int(numbers.min()), int(numbers.max())
    rim = RIM_PX + round(RIM_SHARE * (high - low))
    return slice(max(low - rim, 0), min(high + rim + 1, size))


def _put_right(depth_m: Floats, sightings: Sequence[Sighting], scales: Sequence[float]) -> Floats:
    """Multiply the depth of each sighting's pixels by its scale."""
    right = depth_m.copy()
    for sighting, scale in zip(sightings, scales, strict=True):
        mask, box = sighting.detection.mask, sighting.detection.box_xyxy
        if scale != 1.0 and mask is not None and box is not None:
            crop = (slice(box[1], box[3] + 1), slice(box[0], box[2] + 1))
            picture = right.reshape(mask.shape)[crop]
            picture[mask[crop]] *= scale
    return right
