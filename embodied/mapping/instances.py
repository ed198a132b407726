"""Object instances: one thing each, with its extents, gathered over views."""

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from embodied.core.entity import Detection
from embodied.mapping.camera import Floats
from embodied.mapping.pose import GridPose

PROBES = 8
"""Points of an instance by which it is looked for when it should be in view."""
LARGE_M = 0.55
"""Things longer than this are pieced together from views; smaller ones are seen whole."""
VOXEL_M = 0.10
MOST_POINTS = 240
DOOR_OUT_M = 0.2
"""What is open sticks out by this at least."""


@dataclass(frozen=True, eq=False)
class Sighting:
    """One detection in space.

    Attributes:
        detection: What was detected.
        points_m: Points of its surface, map frame: float32 [N, 3].
        low_m: Lower corner of its extents.
        high_m: Upper corner.
        range_m: Horizontal distance of its middle from the agent.
        reach_px: About how many of its pixels lie within reach.
        area_px: Pixels of its mask.
        cut_off: Whether the picture's edge cuts it off.
    """

    detection: Detection
    points_m: Floats
    low_m: Floats
    high_m: Floats
    range_m: float
    reach_px: float
    area_px: int
    cut_off: bool = False


@dataclass(eq=False)
class Instance:
    """One thing as it is believed to be.

    Attributes:
        number: Its name in the map, never used again.
        category: The type most views gave it.
        low_m: Lower corner of its extents, map frame.
        high_m: Upper corner.
        points_m: Points of its surface, [N, 3].
        states: What is believed of it: `open`, `on`, `hot`, `cold`, `clean`, `placed`.
        inside: What it was put in or on, where the agent did that.
        held: Whether it is in the hand.
        seen_from: Poses it was detected from.
        missed_from: Poses it should have been detected from and was not.
        searched: How well what it holds has been looked at, 0 to 1.
        range_m: Distance of the nearest view.
        cut_off: Whether it was never seen whole.
        sighting: Where it is in the present frame.
        last_seen: Number of the last frame it was in.
        front: Axis (0 x, 1 y) and sign of the side it opens at, where that was seen.
        born: Number of the frame it was seen in first.
        opened_at: Number of the frame after which it was open, where it is.
        votes: Type to the poses it was given that type from.
        spread: Covariance of its place, m^2 [3, 3], where depth is rough; None before.
        ajar_m: Points of it as last seen open, None while it is shut.
        joined: What it turned out to be part of, None where it is itself.
    """

    number: int
    category: str
    low_m: Floats
    high_m: Floats
    points_m: Floats
    states: dict[str, bool] = field(default_factory=dict)
    inside: "Instance | None" = None
    held: bool = False
    seen_from: set[GridPose] = field(default_factory=set)
    missed_from: set[GridPose] = field(default_factory=set)
    searched: float = 0.0
    range_m: float = np.inf
    cut_off: bool = False
    sighting: Sighting | None = None
    last_seen: int = -1
    joined: "Instance | None" = None
    front: tuple[int, int] | None = None
    votes: dict[str, set[GridPose]] = field(default_factory=dict)
    spread: NDArray[np.float64] | None = None
    ajar_m: Floats | None = None
    born: int = 0
    opened_at: int = 0

    @property
    def itself(self) -> "Instance":
        """What it is now: another, where the two turned out to be one."""
        return self if self.joined is None else self.joined.itself

    @property
    def centre_m(self) -> Floats:
        """Middle of its extents."""
        return (self.low_m + self.high_m) / 2.0

    @property
    def size_m(self) -> Floats:
        """Its extents."""
        return self.high_m - self.low_m

    @property
    def large(self) -> bool:
        """Whether it is furniture by its size."""
        return bool(self.size_m.max() > LARGE_M)

    @property
    def belief(self) -> float:
        """How sure it is that it is there, from views for and against."""
        hits, misses = len(self.seen_from), len(self.missed_from)
        return (hits + 0.5) / (hits + misses + 0.5)

    def is_(self, state: str) -> bool:
        """Whether a state is believed."""
        return self.states.get(state, False)

    def __repr__(self) -> str:
        return f"{self.category}#{self.number}"

    def take(
        self, sighting: Sighting, pose: GridPose, frame: int, *, fused: "Fused | None" = None
    ) -> None:
        """Take one more view in.

        Args:
            sighting: The view.
            pose: Where it is from.
            frame: Number of its frame.
            fused: What the view says of its place, where depth is rough; None where it is exact.
        """
        again = pose in self.seen_from
        self.sighting, self.last_seen = sighting, frame
        self.seen_from.add(pose)
        self.missed_from.discard(pose)
        self._vote(sighting.detection.category, pose)
        if self.is_("open"):
            # Its door stands out of it now, and so tells which side is the front.
            self.front = self.front or self._side_of(sighting)
            self.ajar_m = sighting.points_m
            return
        if fused is not None:
            if again and not np.isinf(self.range_m):
                fused.against(self)
            else:
                fused.into(self)
            self.range_m = min(self.range_m, sighting.range_m)
            return
        fresh = np.isinf(self.range_m)
        partly = self.large or sighting.cut_off or self.cut_off
        if not fresh and (partly or np.max(sighting.high_m - sighting.low_m) > LARGE_M):
            self.low_m = np.minimum(self.low_m, sighting.low_m)
            self.high_m = np.maximum(self.high_m, sighting.high_m)
            self.points_m = thinned(np.concatenate([sighting.points_m, self.points_m]))
            self.cut_off &= sighting.cut_off
        elif sighting.range_m <= self.range_m + 0.3:
            self.low_m, self.high_m = sighting.low_m, sighting.high_m
            self.points_m = thinned(sighting.points_m, voxel_m=0.02)
            self.cut_off = sighting.cut_off
        self.range_m = min(self.range_m, sighting.range_m)

    def _vote(self, category: str, pose: GridPose) -> None:
        """Count what a view calls it; it is what most views call it."""
        self.votes.setdefault(category, set()).add(pose)
        best = max(self.votes, key=lambda name: (len(self.votes[name]), name == self.category))
        self.category = best

    @property
    def agreed(self) -> int:
        """Poses from which it was given the type it is taken for."""
        return len(self.votes.get(self.category, ()))

    def _side_of(self, sighting: Sighting) -> tuple[int, int] | None:
        """Return axis (0 x, 1 y) and sign of the side that a sighting sticks out of most."""
        out = np.stack([self.low_m - sighting.low_m, sighting.high_m - self.high_m])[:, :2]
        if out.max() < DOOR_OUT_M:
            return None
        side, axis = np.unravel_index(int(out.argmax()), out.shape)
        return int(axis), 1 if side == 1 else -1

    def probes_m(self) -> Floats:
        """Return `PROBES` points spread over what was seen of it."""
        count = len(self.points_m)
        chosen = np.linspace(0, count - 1, PROBES).astype(np.intp)
        return self.points_m[chosen]


class Fused(Protocol):
    """A view whose depth is rough, weighed against what is known already."""

    def into(self, instance: Instance) -> None:
        """Set an instance's extents and points to what follows from both."""

    def against(self, instance: Instance) -> None:
        """Compare with an instance that this very view went into before."""


def nest(thing: Instance, place: Instance | None) -> None:
    """Note what a thing lies in; nothing where that lies in the thing already.

    Beliefs may be wrong, but never run in a circle: whoever follows `inside` comes to an end.
    """
    outer = place
    while outer is not None:
        if outer is thing:
            return
        outer = outer.inside
    thing.inside = place


def thinned(points_m: Floats, *, voxel_m: float = VOXEL_M, most: int = MOST_POINTS) -> Floats:
    """Return one point a voxel, at most `most`."""
    keys = np.floor(points_m / voxel_m).astype(np.int64) + 4096
    flat = (keys[:, 0] * 8192 + keys[:, 1]) * 8192 + keys[:, 2]
    _, first = np.unique(flat, return_index=True)
    kept = points_m[np.sort(first)]
    if len(kept) > most:
        kept = kept[np.linspace(0, len(kept) - 1, most).astype(np.intp)]
    return kept


def agreement(
    lows_m: Floats,
    highs_m: Floats,
    low_m: Floats,
    high_m: Floats,
    *,
    pad_m: float | NDArray[np.floating] = 0.03,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Compare boxes [N] with boxes [M].

    Args:
        lows_m: Lower corners [N, 3].
        highs_m: Upper corners [N, 3].
        low_m: Lower corners [M, 3].
        high_m: Upper corners [M, 3].
        pad_m: Every side is moved out by this, so that thin things overlap too; one for each
            of the N, or one for all.

    Returns:
        Shared volume over the smaller of the two [N, M], and the distance of their middles in
        metres [N, M].
    """
    pad = np.reshape(np.broadcast_to(pad_m, (len(lows_m),)), (-1, 1, 1))
    one_low, one_high = lows_m[:, None] - pad, highs_m[:, None] + pad
    two_low, two_high = low_m[None] - pad, high_m[None] + pad
    shared = np.clip(np.minimum(one_high, two_high) - np.maximum(one_low, two_low), 0.0, None)
    smaller = np.minimum(np.prod(one_high - one_low, axis=2), np.prod(two_high - two_low, axis=2))
    apart = np.linalg.norm((one_low + one_high - two_low - two_high) / 2.0, axis=2)
    return np.prod(shared, axis=2) / smaller, apart
