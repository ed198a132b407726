"""How far depth is off, judged by the floor, which is level and at a known height."""

import numpy as np

from embodied.mapping.camera import Floats
from embodied.mapping.pose import GridPose

LEAST_FLOOR, LEAST_NOISE = 150, 0.008
"""Points of floor that depth is judged by, and what it is off by at least to count."""
LEAST_SHARE = 0.3
"""Share of the low points that have to be at one height to be the floor."""
FLOOR_BINS, FLOOR_RANGE_M = 51, 0.255
"""Bins of the heights the floor is seen at; the middle one is where it should be."""
USUAL_NOISE, USUAL_WEIGHT = 0.05, 2.0
"""What rough depth is off by before much was seen, and how many frames that counts for."""
HEIGHT_FRAMES, HEIGHT_AGREES = 3, 0.002
"""Poses that have to put the floor equally far off for the camera's height to be wrong instead."""


class DepthGauge:
    """Learns from the floor how far depth is off, and by what the present frame's is.

    Depth that is off by a factor puts the whole floor too high or too low by the same height, in
    every frame another. A camera that is mounted higher or lower than thought does so, too, but in
    every frame by the same.

    Attributes:
        noise: By what share depth is off, root of the mean square; 0 where it is exact.
        factor: What the present frame's floor and walls are too far by; 1 where that is unknown.
        judged: Whether the present frame showed enough of the floor.
    """

    def __init__(self) -> None:
        self.noise = 0.0
        self.factor = 1.0
        self.judged = False
        self._off: dict[GridPose, float] = {}

    @property
    def rough(self) -> bool:
        """Whether depth is off by more than a little."""
        return self.noise > 0.0

    def judge(self, height_m: Floats, pose: GridPose, *, eye_height_m: float) -> None:
        """Take the heights in that a frame shows low points without label at.

        Args:
            height_m: Heights [N].
            pose: Where they were seen from; a second look from there tells nothing new.
            eye_height_m: Height of the camera.
        """
        self.factor, self.judged = 1.0, False
        counts, edges = np.histogram(
            height_m, bins=FLOOR_BINS, range=(-FLOOR_RANGE_M, FLOOR_RANGE_M)
        )
        # All of a floor's points are at one height; the feet of walls are at many.
        if counts.max() <= LEAST_FLOOR or counts.max() <= LEAST_SHARE * len(height_m):
            return
        best = int(counts.argmax())
        step_m = float(edges[1] - edges[0])
        near = (height_m > edges[best] - step_m) & (height_m < edges[best + 1] + step_m)
        off = float(np.median(height_m[near])) / eye_height_m
        self._off[pose] = off
        known = np.square(list(self._off.values()))
        rms = float(np.sqrt(known.mean()))
        self.judged = True
        if rms <= LEAST_NOISE:
            self.noise = 0.0
            return
        squares = float(known.sum()) + USUAL_WEIGHT * USUAL_NOISE**2
        self.noise = float(np.sqrt(squares / (len(known) + USUAL_WEIGHT)))
        self.factor = 1.0 - off

    def height_off_m(self, eye_height_m: float) -> float | None:
        """Return by how much the camera's height is wrong, where frames agree that it is.

        What was judged by the wrong height is forgotten.
        """
        first = list(self._off.values())
        if len(first) != HEIGHT_FRAMES or np.ptp(first) > HEIGHT_AGREES:
            return None
        if abs(np.mean(first)) <= LEAST_NOISE:
            return None
        off_m = float(np.mean(first)) * eye_height_m
        self._off = dict.fromkeys(self._off, 0.0)
        self.noise, self.factor = 0.0, 1.0
        return off_m
