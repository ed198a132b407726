"""Boxes seen from above: rectangles with a height range, for bumping into and putting down.

THOR's frame: the floor plane is (x, z), y is up; metres. Everything is vectorised over boxes.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Footprints:
    """N rectangles on the floor plane.

    Attributes:
        centre_xz_m: [N, 2].
        axis_xz: [N, 2], unit vector along the first side.
        half_m: [N, 2], half lengths along the axis and across it.
        low_m: [N], bottom of the box.
        high_m: [N], top of the box.
    """

    centre_xz_m: Floats
    axis_xz: Floats
    half_m: Floats
    low_m: Floats
    high_m: Floats

    def __len__(self) -> int:
        return len(self.low_m)

    @classmethod
    def of_boxes(cls, centres_m: Floats, halves_m: Floats, rotations: Floats) -> Self:
        """Project oriented boxes: exact for upright ones, a tight bound for tilted ones.

        Args:
            centres_m: [N, 3].
            halves_m: [N, 3] half extents along the box's own axes.
            rotations: [N, 3, 3], own frame to the world.
        """
        edges = rotations * halves_m[:, None, :]
        height = np.abs(edges[:, 1, :]).sum(axis=1)
        level = edges[:, [0, 2], :]
        length = np.hypot(level[:, 0, :], level[:, 1, :])
        rows = np.arange(len(level))
        longest = length.argmax(axis=1)
        axis = level[rows, :, longest] / np.maximum(length[rows, longest], 1e-12)[:, None]
        along = np.abs(np.einsum("ni,nik->nk", axis, level)).sum(axis=1)
        across = np.abs(np.einsum("ni,nik->nk", _turned(axis), level)).sum(axis=1)
        return cls(
            centre_xz_m=centres_m[:, [0, 2]],
            axis_xz=axis,
            half_m=np.stack([along, across], axis=1),
            low_m=centres_m[:, 1] - height,
            high_m=centres_m[:, 1] + height,
        )

    def select(self, which: NDArray[np.bool_] | NDArray[np.intp]) -> Self:
        """Keep some of them."""
        return type(self)(
            self.centre_xz_m[which],
            self.axis_xz[which],
            self.half_m[which],
            self.low_m[which],
            self.high_m[which],
        )

    def local(self, points_xz_m: Floats) -> Floats:
        """Turn points [P, 2] into each rectangle's own frame: [P, N, 2]."""
        offset = points_xz_m[:, None, :] - self.centre_xz_m[None]
        return np.stack(
            [
                (offset * self.axis_xz).sum(axis=-1),
                (offset * _turned(self.axis_xz)).sum(axis=-1),
            ],
            axis=-1,
        )

    def distance_m(self, points_xz_m: Floats) -> Floats:
        """Distance of points [P, 2] to each rectangle, 0 inside: [P, N]."""
        outside = np.maximum(np.abs(self.local(points_xz_m)) - self.half_m, 0.0)
        return np.hypot(outside[..., 0], outside[..., 1])

    def swept_distance_m(self, starts_xz_m: Floats, ends_xz_m: Floats) -> Floats:
        """Least distance of segments [P, 2] -> [P, 2] to each rectangle: [P, N]."""
        start, end = self.local(starts_xz_m), self.local(ends_xz_m)
        ends = np.minimum(self.distance_m(starts_xz_m), self.distance_m(ends_xz_m))
        signs = np.array([[1.0, 1.0], [1.0, -1.0], [-1.0, 1.0], [-1.0, -1.0]])
        corners = self.half_m[:, None, :] * signs
        along = end - start
        squared = np.maximum((along**2).sum(axis=-1), 1e-18)
        from_start = corners[None] - start[:, :, None, :]
        share = (from_start * along[:, :, None, :]).sum(axis=-1) / squared[..., None]
        nearest = np.clip(share, 0.0, 1.0)[..., None] * along[:, :, None, :]
        gap = from_start - nearest
        corner = np.hypot(gap[..., 0], gap[..., 1]).min(axis=-1)
        return np.where(self._crossed(start, along), 0.0, np.minimum(ends, corner))

    def _crossed(self, start: Floats, along: Floats) -> Bools:
        """Whether segments given in each rectangle's frame pass through it: the slab test."""
        step = np.where(np.abs(along) < 1e-12, 1e-12, along)
        first, second = (-self.half_m - start) / step, (self.half_m - start) / step
        enter = np.minimum(first, second).max(axis=-1)
        leave = np.maximum(first, second).min(axis=-1)
        return (enter <= leave) & (leave >= 0.0) & (enter <= 1.0)

    def overlaps(self, others: "Footprints", *, margin_m: float = 0.0) -> Bools:
        """Whether rectangles overlap seen from above, by more than `margin_m`: [N, M].

        Two rectangles are apart where one of their four sides' directions separates them.
        """
        offset = others.centre_xz_m[None] - self.centre_xz_m[:, None]
        mine = np.stack([self.axis_xz, _turned(self.axis_xz)], axis=1)
        theirs = np.stack([others.axis_xz, _turned(others.axis_xz)], axis=1)
        # |cosine| of the angle between each side of mine (a) and of theirs (b): [N, 2, M, 2].
        turn = np.abs(np.tensordot(mine, theirs, axes=(2, 2)))
        reach_mine = self.half_m[:, :, None] + (turn * others.half_m).sum(axis=3)
        reach_theirs = others.half_m + (turn * self.half_m[:, :, None, None]).sum(axis=1)
        gap_mine = np.abs(np.matmul(mine, offset.swapaxes(1, 2))) - reach_mine
        gap_theirs = np.abs((offset[:, :, None, :] * theirs).sum(axis=3)) - reach_theirs
        gap = np.maximum(gap_mine.max(axis=1), gap_theirs.max(axis=-1))
        return gap < -margin_m


def _turned(axis_xz: Floats) -> Floats:
    """The directions a quarter turn on."""
    return np.stack([-axis_xz[:, 1], axis_xz[:, 0]], axis=1)
