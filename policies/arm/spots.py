"""Where on the table there is room."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from policies.arm.things import Thing

Floats = NDArray[np.float64]

LOW_M, HIGH_M = np.array([0.27, -0.42]), np.array([0.68, 0.42])
"""The part of the table that is well within reach."""
REACH_M = 0.72
FINGERS_M = 0.035
"""Room that opening fingers need beside what they let go of."""
DIRECTIONS = {
    "left of": (0.0, 1.0),
    "right of": (0.0, -1.0),
    "behind": (1.0, 0.0),
    "in front of": (-1.0, 0.0),
}


def in_reach(points_m: Floats) -> NDArray[np.bool_]:
    """Whether points [N, 2] are well within reach."""
    inside = ((points_m >= LOW_M) & (points_m <= HIGH_M)).all(axis=1)
    return np.asarray(inside & (np.linalg.norm(points_m, axis=1) <= REACH_M))


def room_m(points_m: Floats, radius_m: float, others: Sequence[Thing]) -> Floats:
    """Return how far from points [N, 2] the nearest other thing's rim is, less a radius."""
    if not others:
        return np.full(len(points_m), np.inf)
    gaps = [gap_m(points_m, each) for each in others]
    return np.asarray(np.min(gaps, axis=0) - radius_m)


def gap_m(points_m: Floats, thing: Thing) -> Floats:
    """Return how far points [N, 2] are from a thing as seen from above; 0 inside of it."""
    turn = np.array(
        [
            [np.cos(thing.yaw_rad), -np.sin(thing.yaw_rad)],
            [np.sin(thing.yaw_rad), np.cos(thing.yaw_rad)],
        ]
    )
    if thing.openness is not None:
        # A handle's place is known: the drawer and its cabinet lie behind it, up to 30 cm deep.
        low, high = np.array([-0.03, -0.13]), np.array([0.45, 0.13])
    else:
        high = np.array(thing.size_m[:2]) / 2.0
        low = -high
    local = (points_m - thing.position_m[:2]) @ turn
    return np.asarray(np.linalg.norm(np.maximum(np.maximum(low - local, local - high), 0), axis=1))


def beside(
    other: Thing,
    radius_m: float,
    things: Sequence[Thing],
    *,
    relation: str,
    hand_m: Floats,
    clear_m: float = FINGERS_M,
) -> Floats | None:
    """Return the best place [2] next to something, or None where there is no room.

    Args:
        other: What it is to be next to.
        radius_m: Half the size of what is put there.
        things: Everything else, without what is put there.
        relation: One of `embodied.core.arm_skills.BESIDE`.
        hand_m: Of places as good the one nearest to the hand is taken.
        clear_m: Room that is wanted to everything else.
    """
    angles = np.linspace(-np.pi, np.pi, 48, endpoint=False)
    ways = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    if relation in DIRECTIONS:
        ways = ways[ways @ np.asarray(DIRECTIONS[relation]) > 0.97]
    rests = [each for each in things if each is not other]
    found: list[tuple[float, Floats]] = []
    for gap in (0.02, 0.03, 0.012, 0.04):
        # From the other's rim, whichever side it turns to the place.
        places = other.position_m[:2] + ways * (_rim_m(other, ways) + radius_m + gap)[:, None]
        room = room_m(places, radius_m, rests)
        good = in_reach(places) & (room > clear_m)
        distance = np.linalg.norm(places - hand_m[:2], axis=1)
        found += [(float(d), p) for d, p, ok in zip(distance, places, good, strict=True) if ok]
        if found:
            return min(found, key=lambda pair: pair[0])[1]
    return None


def _rim_m(thing: Thing, ways: Floats) -> Floats:
    """How far a thing's rim is from its middle, towards ways [N, 2]."""
    if thing.is_vessel and thing.openness is None:
        return np.full(len(ways), thing.radius_m)
    angles = np.arctan2(ways[:, 1], ways[:, 0]) - thing.yaw_rad
    half = np.array(thing.size_m[:2]) / 2.0
    with np.errstate(divide="ignore"):
        along = np.minimum(half[0] / np.abs(np.cos(angles)), half[1] / np.abs(np.sin(angles)))
    return np.asarray(along)


def free_spot(radius_m: float, things: Sequence[Thing], *, near_m: Floats) -> Floats | None:
    """Return the nearest place [2] with room all around, or None."""
    x, y = np.meshgrid(np.arange(LOW_M[0], HIGH_M[0], 0.02), np.arange(LOW_M[1], HIGH_M[1], 0.02))
    places = np.stack([x.ravel(), y.ravel()], axis=1)
    room = room_m(places, radius_m, things)
    good = in_reach(places) & (room > FINGERS_M + 0.02)
    if not good.any():
        return None
    places = places[good]
    return np.asarray(places[np.argmin(np.linalg.norm(places - near_m[:2], axis=1))])
