"""The map an agent acts on: everything it believes, from what it saw and did."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from embodied.core.entity import Detection
from embodied.core.errors import ConfigError
from embodied.core.observation import Observation
from embodied.mapping.camera import EYE_HEIGHT_M, Floats, PosedCamera
from embodied.mapping.effects import CONSEQUENCES, HOLDS_INSIDE, STATE_OF
from embodied.mapping.floor import FloorMap
from embodied.mapping.hand import Hand
from embodied.mapping.instances import PROBES, Instance, Sighting, agreement
from embodied.mapping.matching import match
from embodied.mapping.pose import GridPose
from embodied.mapping.relations import lies_in
from embodied.mapping.sightings import REACH_M, floor_and_obstacles, sighting_of

LEAST_PX = 3
"""Smaller detections tell nothing."""
TOLERANCE_M, TOLERANCE_SHARE = 0.08, 0.08
"""A point counts as seen where the depth there is its own within this."""
WITHDRAWN_BELOW = 0.3
"""An instance less sure than this is given up."""
GOOD_LOOK_M, POOR_LOOK_M = 1.6, 6.0
"""A receptacle is searched well from here, hardly at all from there."""
FLOOR_OFF_M = 0.12
LEAST_FLOOR, LEAST_NOISE = 150, 0.008
"""Points of floor that depth is judged by, and what it is off by at least to count."""
FLOOR_BINS, FLOOR_RANGE_M = 51, 0.255
"""Bins of the heights the floor is seen at; the middle one is where it should be."""
PART_PAD_M, PART_SHARE = 0.012, 0.5
"""What lies by half within another of its type, and is not seen beside it, is part of it."""


class SceneMap:
    """Space, instances, relations, states and what was searched.

    Args:
        eye_height_m: The camera's height; corrected in the first frame if the floor says so.

    Attributes:
        pose: Where the agent is, counted from its actions.
        floor: What is known of the floor.
        instances: Everything that is believed to be there.
        hand: What is held.
        last_ok: Whether the last action worked.
        frame: Number of frames taken in.
        withdrawn: Instances that were given up.
        noise: By what share depth is off, judged by the floor.
    """

    def __init__(self, *, eye_height_m: float = EYE_HEIGHT_M) -> None:
        self._eye_height_m = eye_height_m
        self._camera: PosedCamera | None = None
        self.pose = GridPose()
        self.floor = FloorMap()
        self.instances: list[Instance] = []
        self.hand = Hand()
        self.last_ok = True
        self.frame = -1
        self.withdrawn: list[Instance] = []
        self._pending: Instance | None = None
        self._next_number = 0
        self._floor_off: list[float] = []
        self.noise = 0.0

    @property
    def camera(self) -> PosedCamera:
        """The camera; there is one after the first frame."""
        if self._camera is None:
            raise RuntimeError("the map has seen no frame yet: call observe() first")
        return self._camera

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

    # --- what was done

    def _acted(self, action: str, target: Instance | None) -> None:
        if not self.last_ok:
            if action == "MoveAhead":
                self.floor.block(self.pose.cell, self.pose.heading)
            return
        self.pose = self.pose.after(action)
        if target is None:
            return
        if action == "PickupObject":
            self._hold(target)
        elif action == "PutObject":
            self._let_go(target)
        elif action == "SliceObject":
            self._forget(target)
        elif action in STATE_OF:
            state, value = STATE_OF[action]
            target.states[state] = value
            if action == "OpenObject":
                target.searched = 0.0
                target.opened_at = self.frame
        for rule in CONSEQUENCES:
            if action == rule.action and target.category == rule.to:
                for each in self._lying_in(rule.place, near=target):
                    each.states[rule.state] = True
                    each.states.pop(rule.not_, None)

    def _hold(self, target: Instance) -> None:
        target.held, target.inside = True, None
        for each in self.contents(target):
            each.inside, each.held = target, True
        self.hand.take(target)

    def _let_go(self, receptacle: Instance) -> None:
        thing = self.hand.release()
        if thing is None:
            return
        thing.held, thing.inside = False, receptacle
        thing.states["placed"] = True
        thing.seen_from.clear()
        thing.missed_from.clear()
        thing.range_m = np.inf
        # Until it is seen there it is taken to be in the middle of what took it.
        middle = receptacle.centre_m.copy()
        if receptacle.category not in HOLDS_INSIDE:
            middle[2] = receptacle.high_m[2]
        half = (np.minimum(thing.size_m, 0.3) / 2.0).astype(np.float32)
        thing.low_m, thing.high_m = middle - half, middle + half
        thing.points_m = middle[None].astype(np.float32)
        for each in self.instances:
            if each.inside is thing:
                each.held = False
                each.low_m, each.high_m = thing.low_m, thing.high_m
                each.points_m = thing.points_m
                each.range_m = np.inf
        self._pending = thing

    def _lying_in(self, place: str, *, near: Instance) -> list[Instance]:
        places = [each for each in self.instances if each.category == place]
        if not places:
            return []
        nearest = min(places, key=lambda p: float(np.linalg.norm(p.centre_m - near.centre_m)))
        return self.contents(nearest)

    def contents(self, receptacle: Instance) -> list[Instance]:
        """Return what lies in or on an instance, what lies in that included."""
        found = []
        for each in self.instances:
            if each is receptacle or (each.held and each.inside is None):
                continue
            if each.inside is not None:
                outer: Instance | None = each.inside
                while outer is not None and outer is not receptacle:
                    outer = outer.inside
                inside = outer is receptacle
            else:
                bottom = np.array([*each.centre_m[:2], each.low_m[2]])
                small = bool((each.size_m[:2] < receptacle.size_m[:2] + 0.05).all())
                inside = not each.large and small and lies_in(bottom, receptacle)
            if inside:
                found.append(each)
        return found

    # --- what is seen

    def _see(self, detections: Sequence[Detection], depth_m: Floats) -> None:
        camera, pose = self.camera, self.pose
        for each in self.instances:
            each.sighting = None
        hidden = self.hand.hidden(detections, depth_m, camera)
        in_hand = self.hand.in_hand
        floor, taken, height = floor_and_obstacles(detections, depth_m, hidden, camera, pose)
        if self.frame == 0 and len(height) > 100 and abs(np.median(height)) > FLOOR_OFF_M:
            self._camera = PosedCamera(
                camera.intrinsics, eye_height_m=camera.eye_height_m - float(np.median(height))
            )
            camera = self._camera
            floor, taken, height = floor_and_obstacles(detections, depth_m, hidden, camera, pose)
        self.floor.add(floor_xy_m=floor, obstacle_xy_m=taken, from_xy_m=pose.xy_m, rough=self.rough)
        self.floor.stood_at(pose.cell)
        self._judge_depth(height)
        sightings = []
        for number, detection in enumerate(detections):
            if number not in in_hand:
                sighting = sighting_of(
                    detection, depth_m, camera, pose, reach_m=REACH_M * (1.0 - self.noise)
                )
                if sighting is not None and sighting.area_px >= LEAST_PX:
                    sightings.append(sighting)
        self._assign(sightings)
        self._look_for_the_rest(depth_m)

    def _judge_depth(self, height_m: Floats) -> None:
        """Learn how far depth is off from where the floor appears: it is level."""
        counts = np.histogram(height_m, bins=FLOOR_BINS, range=(-FLOOR_RANGE_M, FLOOR_RANGE_M))[0]
        # All of a floor's points are at one height; the feet of walls are at many.
        if counts.max() > LEAST_FLOOR and counts.max() > 0.3 * len(height_m):
            step_m = 2.0 * FLOOR_RANGE_M / FLOOR_BINS
            off_m = (int(counts.argmax()) - FLOOR_BINS // 2) * step_m
            self._floor_off.append((off_m / self.camera.eye_height_m) ** 2)
            self.noise = float(np.sqrt(np.mean(self._floor_off)))
            self.noise = self.noise if self.noise > LEAST_NOISE else 0.0

    @property
    def rough(self) -> bool:
        """Whether depth is off by more than a little."""
        return self.noise > 0.0

    def _assign(self, sightings: list[Sighting]) -> None:
        self._settle_pending(sightings)
        known = [each for each in self.instances if not each.held and each.sighting is None]
        pairs = self._match(sightings, known)
        for number, sighting in enumerate(sightings):
            if number in pairs:
                known[pairs[number]].take(sighting, self.pose, self.frame, noise=self.noise)
            else:
                self._add(sighting)
        self._join_parts()
        self._note_inside()

    def _note_inside(self) -> None:
        """What came to light when something was opened, and lies within it, is inside it."""
        for door in self.instances:
            if not door.is_("open") or door.sighting is None or door.category not in HOLDS_INSIDE:
                continue
            low, high = door.sighting.low_m - 0.05, door.sighting.high_m + 0.05
            for each in self.instances:
                new = each.born >= door.opened_at and each.sighting is not None
                if new and each.inside is None and not each.large and each is not door:
                    middle = each.centre_m
                    if bool(((middle >= low) & (middle <= high)).all()):
                        each.inside = door

    def _match(self, sightings: list[Sighting], known: list[Instance]) -> dict[int, int]:
        return match(sightings, known, noise=self.noise, camera=self.camera, pose=self.pose)

    def _join_parts(self) -> None:
        """Join instances that a view shows to be parts of one."""
        seen = [each for each in self.instances if each.sighting is not None]
        rest = [
            each
            for each in self.instances
            if each.sighting is None and not each.held and not np.isinf(each.range_m)
        ]
        kinds = {each.category for each in seen}
        rest = [each for each in rest if each.category in kinds]
        if not rest:
            return
        overlap, _ = agreement(
            np.array([each.low_m for each in seen]),
            np.array([each.high_m for each in seen]),
            np.array([each.low_m for each in rest]),
            np.array([each.high_m for each in rest]),
            pad_m=PART_PAD_M,
        )
        for i, j in zip(*np.nonzero(overlap > PART_SHARE), strict=True):
            one, other = seen[int(i)], rest[int(j)]
            same = one.category == other.category and not one.is_("open")
            if same and one in self.instances and other in self.instances:
                self._join(other, one)

    def _settle_pending(self, sightings: list[Sighting]) -> None:
        """Find what was just put down among what is seen now."""
        thing, self._pending = self._pending, None
        if thing is None or thing.inside is None:
            return
        known = [each for each in self.instances if not each.held and each is not thing]
        pairs = self._match(sightings, known)
        place = thing.inside
        fresh = [
            number
            for number, each in enumerate(sightings)
            if number not in pairs and each.detection.category == thing.category
        ]
        if not fresh:
            return
        middle = place.centre_m
        best = min(
            fresh,
            key=lambda n: float(
                np.linalg.norm((sightings[n].low_m + sightings[n].high_m) / 2.0 - middle)
            ),
        )
        thing.take(sightings.pop(best), self.pose, self.frame, noise=self.noise)

    def _add(self, sighting: Sighting) -> None:
        instance = Instance(
            number=self._next_number,
            category=sighting.detection.category,
            low_m=sighting.low_m,
            high_m=sighting.high_m,
            points_m=sighting.points_m,
            born=self.frame,
        )
        self._next_number += 1
        instance.take(sighting, self.pose, self.frame, noise=self.noise)
        self.instances.append(instance)

    def _look_for_the_rest(self, depth_m: Floats) -> None:
        """Judge how well each instance is in view, and withdraw what should be seen and is not."""
        around = [each for each in self.instances if not each.held]
        if not around:
            return
        probes = np.concatenate([each.probes_m() for each in around])
        pixels, ahead, inside = self.camera.project(probes, self.pose)
        there = depth_m[pixels]
        slack = TOLERANCE_M + TOLERANCE_SHARE * ahead
        shown = (inside & (np.abs(there - ahead) < slack)).reshape(-1, PROBES)
        through = (inside & (there > ahead + 2.0 * slack)).reshape(-1, PROBES)
        pixels = pixels.reshape(-1, PROBES)
        x, y = self.pose.xy_m
        for number, each in enumerate(around):
            share = float(shown[number].mean())
            if each.sighting is not None:
                self._searched(each, max(share, 0.25), x, y)
            elif share >= 0.6 or through[number].mean() >= 0.6:
                self._missed(each, pixels[number][shown[number]])
        for each in around:
            if each.belief < WITHDRAWN_BELOW:
                self.withdrawn.append(each)
                self._forget(each)

    def _searched(self, each: Instance, share: float, x: float, y: float) -> None:
        if each.category in HOLDS_INSIDE and not each.is_("open"):
            return
        middle = each.centre_m
        range_m = float(np.hypot(middle[0] - x, middle[1] - y))
        near = np.clip((POOR_LOOK_M - range_m) / (POOR_LOOK_M - GOOD_LOOK_M), 0.0, 1.0)
        each.searched = max(each.searched, float(near) * min(1.0, share / 0.6))

    def _missed(self, each: Instance, pixels: NDArray[np.intp]) -> None:
        """Note that an instance is not where it should be seen; join what became one."""
        hidden_inside = each.inside
        if hidden_inside is not None and hidden_inside.category in HOLDS_INSIDE:
            return
        if np.isinf(each.range_m):
            return  # put down and not seen since: where it lies is a guess
        for other in self.instances:
            if other is each or other.category != each.category or other.sighting is None:
                continue
            mask = other.sighting.detection.mask
            if mask is not None and len(pixels) and mask.reshape(-1)[pixels].mean() > 0.5:
                self._join(each, other)
                return
        each.missed_from.add(self.pose)

    def _join(self, old: Instance, new: Instance) -> None:
        """Two instances turn out to be one: keep the older."""
        assert new.sighting is not None
        keep, drop = (old, new) if old.number < new.number else (new, old)
        sighting = new.sighting
        keep.seen_from |= drop.seen_from
        keep.states = {**drop.states, **keep.states}
        keep.searched = max(keep.searched, drop.searched)
        keep.cut_off |= drop.cut_off
        keep.take(sighting, self.pose, self.frame, noise=self.noise)
        for each in self.instances:
            if each.inside is drop:
                each.inside = keep
        self._forget(drop)
        drop.joined = keep

    def _forget(self, instance: Instance) -> None:
        self.instances = [each for each in self.instances if each is not instance]
        for each in self.instances:
            if each.inside is instance:
                each.inside = None

    # --- questions

    def of_type(self, *categories: str) -> list[Instance]:
        """Return what is believed to be there of some types, what is held left out."""
        return [each for each in self.instances if each.category in categories and not each.held]

    def mark_searched(self, instance: Instance) -> None:
        """Note that what an instance holds was looked at as well as can be."""
        instance.searched = 1.0
