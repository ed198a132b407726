"""Views whose depth is rough: where a thing is, from several of them.

A camera knows the direction of what it sees to a pixel and its distance to a few percent. Each view
therefore says where a thing is with a covariance that is long along the line of sight and narrow
across, and views from different sides make up for one another: Kalman's update of a place that does
not move.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree  # type: ignore[import-untyped]

from embodied.mapping.camera import Floats
from embodied.mapping.instances import LARGE_M, VOXEL_M, Instance, Sighting, thinned

Matrix = NDArray[np.float64]

ALONG_M, ACROSS_M, ACROSS_SHARE, SIZE_SHARE = 0.02, 0.02, 0.012, 0.08
"""Deviation of a view's middle: along the sight beyond the noise, across, by the thing's size."""
SETTLED_M = 0.01
"""No place is known better than this."""
LIKE_SHARE, LIKE_M = 1.6, 0.08
"""A view that shows a thing so much larger or smaller is of more, or of less, than the thing."""
SCALES, SPAN, SAMPLES = 13, 2.5, 64
"""Factors tried to lay a view on what is known, how many deviations they span, and points used."""
LIES_ON_M, LIES_ON_WEIGHT = 0.07, 6.0
"""A point lies on known ones within this; what that counts for against the factor's own odds."""
LEAST_SCALE, MOST_SCALE = 0.8, 1.25


def covariance(middle_m: Floats, size_m: Floats, eye_m: Matrix, noise: float) -> Matrix:
    """Return the covariance of where a view puts a thing's middle, m^2 [3, 3].

    Args:
        middle_m: Where it is put [3].
        size_m: Its extents [3].
        eye_m: The camera [3].
        noise: By what share depth is off.
    """
    sight = np.asarray(middle_m, dtype=np.float64) - eye_m
    range_m = max(float(np.linalg.norm(sight)), 0.1)
    ray = sight / range_m
    own = SIZE_SHARE * float(np.max(size_m))
    along = noise * range_m + ALONG_M + own
    across = ACROSS_SHARE * range_m + ACROSS_M + own
    outer: Matrix = np.outer(ray, ray)
    return along**2 * outer + across**2 * (np.eye(3) - outer)


@dataclass(eq=False)
class RoughView:
    """A sighting whose depth is rough.

    Attributes:
        sighting: What was seen.
        eye_m: Where the camera was [3].
        noise: By what share depth is off.
        scale: What its depth is to be multiplied by, by all that is known after it was taken in.
    """

    sighting: Sighting
    eye_m: Matrix
    noise: float
    scale: float = field(default=1.0, init=False)

    def into(self, instance: Instance) -> None:
        """Move an instance towards where this view puts it; see `Fused`."""
        seen = self.sighting
        size, known = seen.high_m - seen.low_m, instance.size_m
        large = max(float(known.max()), float(size.max())) > LARGE_M
        if instance.spread is None or np.isinf(instance.range_m):
            self._replace(instance)
        elif large or (seen.cut_off and instance.cut_off):
            self._lay_on(instance)
        elif seen.cut_off:
            self._compare(instance)
        elif instance.cut_off:
            self._replace(instance)
        elif bool((size > LIKE_SHARE * known + LIKE_M).any()):
            # Its mask took something else in; of two single views the smaller is the cleaner.
            self._compare(instance)
        elif bool((known > LIKE_SHARE * size + LIKE_M).any()):
            if instance.agreed < 3:
                self._replace(instance)
            else:
                self._compare(instance)
        else:
            self._average(instance)

    def against(self, instance: Instance) -> None:
        """Learn only this view's scale: it is from where the instance was seen from before."""
        if instance.large:
            points = self.sighting.points_m
            self.scale = registered(points, instance.points_m, self.eye_m, self.noise)
        else:
            self._compare(instance)

    def _own(self) -> tuple[Floats, Matrix]:
        seen = self.sighting
        middle: Floats = (seen.low_m + seen.high_m) / 2.0
        return middle, covariance(middle, seen.high_m - seen.low_m, self.eye_m, self.noise)

    def _replace(self, instance: Instance) -> None:
        seen = self.sighting
        instance.low_m, instance.high_m = seen.low_m, seen.high_m
        instance.points_m = thinned(seen.points_m, voxel_m=VOXEL_M if instance.large else 0.02)
        instance.cut_off = seen.cut_off
        instance.spread = self._own()[1]

    def _compare(self, instance: Instance) -> None:
        """Learn this view's scale from the instance, and nothing of the instance."""
        away = float(np.linalg.norm(self._own()[0] - self.eye_m))
        known = float(np.linalg.norm(instance.centre_m - self.eye_m))
        self.scale = float(np.clip(known / max(away, 0.1), LEAST_SCALE, MOST_SCALE))
        if abs(self.scale - 1.0) > 3.0 * self.noise:
            self.scale = 1.0

    def _average(self, instance: Instance) -> None:
        middle, spread = self._own()
        shift = _update(instance, (middle - instance.centre_m).astype(np.float64), spread)
        if self.sighting.range_m <= instance.range_m + 0.3:
            half = (self.sighting.high_m - self.sighting.low_m) / 2.0
            centre = (instance.centre_m + shift).astype(np.float32)
            instance.low_m, instance.high_m = centre - half, centre + half
            points = thinned(self.sighting.points_m, voxel_m=0.02)
            instance.points_m = points + (centre - middle)
        else:
            _move(instance, shift)
        self._set_scale(middle, (instance.centre_m - middle).astype(np.float64))

    def _lay_on(self, instance: Instance) -> None:
        """Lay a view of a part on what is known of the whole, then weigh the two."""
        points = self.sighting.points_m
        scale = registered(points, instance.points_m, self.eye_m, self.noise)
        middle: Floats = points.mean(axis=0)
        sight = middle - self.eye_m
        spread = covariance(middle, np.zeros(3, dtype=np.float32), self.eye_m, self.noise)
        shift = _update(instance, (1.0 - scale) * sight, spread)
        _move(instance, shift)
        self._set_scale(middle, (scale - 1.0) * sight + shift)
        points = (self.eye_m + self.scale * (points - self.eye_m)).astype(np.float32)
        low = self.eye_m + self.scale * (self.sighting.low_m - self.eye_m)
        high = self.eye_m + self.scale * (self.sighting.high_m - self.eye_m)
        instance.low_m = np.minimum(instance.low_m, low).astype(np.float32)
        instance.high_m = np.maximum(instance.high_m, high).astype(np.float32)
        instance.points_m = thinned(np.concatenate([points, instance.points_m]))
        instance.cut_off &= self.sighting.cut_off

    def _set_scale(self, middle: Floats, moved: Matrix) -> None:
        """Note the scale that moves a view's middle along the line of sight as it was moved."""
        sight = middle - self.eye_m
        along = float(np.dot(moved, sight) / max(float(np.dot(sight, sight)), 0.01))
        self.scale = float(np.clip(1.0 + along, LEAST_SCALE, MOST_SCALE))


def registered(points_m: Floats, known_m: Floats, eye_m: Matrix, noise: float) -> float:
    """Return the factor on a view's depth that lays its points best on known ones.

    Args:
        points_m: The view's points [N, 3].
        known_m: Points of the same thing from views before [M, 3].
        eye_m: The camera [3].
        noise: By what share depth is off: what speaks against factors far from 1.
    """
    few = points_m[:: max(1, len(points_m) // SAMPLES)].astype(np.float64)
    scales = 1.0 + noise * np.linspace(-SPAN, SPAN, SCALES)
    moved = eye_m + scales[:, None, None] * (few - eye_m)
    away, _ = cKDTree(known_m).query(moved.reshape(-1, 3), distance_upper_bound=4.0 * LIES_ON_M)
    on = np.exp(-0.5 * np.square(np.minimum(away, 1.0) / LIES_ON_M)).reshape(SCALES, -1)
    # Both the view and what is known are off by the noise.
    odds = np.square((scales - 1.0) / noise) / 4.0
    return float(scales[int(np.argmax(LIES_ON_WEIGHT * on.mean(axis=1) - odds))])


def _update(instance: Instance, off_m: Matrix, spread: Matrix) -> Matrix:
    """Kalman's update; returns by how much the instance is to be moved."""
    assert instance.spread is not None
    gain = instance.spread @ np.linalg.inv(instance.spread + spread)
    after = instance.spread - gain @ instance.spread
    instance.spread = (after + after.T) / 2.0 + SETTLED_M**2 * np.eye(3)
    moved: Matrix = gain @ off_m
    return moved


def _move(instance: Instance, shift_m: Matrix) -> None:
    shift = shift_m.astype(np.float32)
    instance.low_m, instance.high_m = instance.low_m + shift, instance.high_m + shift
    instance.points_m = instance.points_m + shift
