"""Where things can stand: room on the table, reach of the arm, cells kept for one split."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LOW_M, HIGH_M = np.array([0.32, -0.36]), np.array([0.64, 0.36])
REACH_M = 0.68
CELL_M = 0.04
"""Squares of the table that train and held-out placements take turns in, as on a chessboard."""
GAP_M = 0.05
"""Between the rims of things as an episode begins: fingers fit between them."""
DRAWER_AHEAD_M, DRAWER_SIDE_M = 0.28, 0.15
"""Kept free before and beside a drawer's front, so that it opens and the hand finds its handle."""


@dataclass(frozen=True)
class Disc:
    """A thing as seen from above.

    Attributes:
        place_m: (x, y) of its middle.
        radius_m: Around its middle.
    """

    place_m: tuple[float, float]
    radius_m: float


@dataclass(frozen=True)
class Room:
    """What is taken.

    Attributes:
        discs: Things.
        drawer_m: (x, y) of a drawer's closed front, or None.
    """

    discs: tuple[Disc, ...] = ()
    drawer_m: tuple[float, float] | None = None

    def gaps_m(self, places_m: Floats, radius_m: float) -> Floats:
        """Return the room [N] between a thing's rim at places [N, 2] and what is nearest."""
        gaps = np.full(len(places_m), np.inf)
        for disc in self.discs:
            away = np.linalg.norm(places_m - np.asarray(disc.place_m), axis=1)
            gaps = np.minimum(gaps, away - disc.radius_m - radius_m)
        if self.drawer_m is not None:
            x, y = self.drawer_m
            before = np.maximum(x - DRAWER_AHEAD_M - places_m[:, 0], 0.0)
            beside = np.maximum(np.abs(places_m[:, 1] - y) - DRAWER_SIDE_M, 0.0)
            # Beside the cabinet there is room, too, but nobody puts things there.
            away = np.hypot(before, beside) + 2 * GAP_M
            inside = (before == 0.0) & (beside == 0.0)
            gaps = np.minimum(gaps, np.where(inside, -1.0, away - radius_m))
        return gaps


def in_reach(places_m: Floats) -> NDArray[np.bool_]:
    """Whether places [N, 2] are where the hand can come down on them."""
    inside = ((places_m >= LOW_M) & (places_m <= HIGH_M)).all(axis=1)
    return np.asarray(inside & (np.linalg.norm(places_m, axis=1) <= REACH_M))


def is_held_out(places_m: Floats) -> NDArray[np.bool_]:
    """Whether places [N, 2] lie in the squares that are kept for `valid_unseen`."""
    column, row = np.floor(np.asarray(places_m) / CELL_M).astype(int).T
    return np.asarray((column + row) % 2 == 1)


def draw_place(
    rng: np.random.Generator, room: Room, radius_m: float, *, held_out: bool, gap_m: float = GAP_M
) -> tuple[float, float] | None:
    """Draw a place with room around it, or None where none was found."""
    places = rng.uniform(LOW_M, HIGH_M, (200, 2))
    good = in_reach(places) & (is_held_out(places) == held_out)
    good &= room.gaps_m(places, radius_m) >= gap_m
    found = np.flatnonzero(good)
    if not len(found):
        return None
    x, y = places[found[0]]
    return float(x), float(y)


WAYS = {"left of": (0.0, 1.0), "right of": (0.0, -1.0), "in front of": (-1.0, 0.0),
        "behind": (1.0, 0.0)}  # fmt: skip
"""Unit vectors of the relations, in the base frame."""


def places_beside(
    other: Disc, radius_m: float, relation: str, room: Room, *, gap_m: float, clear_m: float
) -> Floats:
    """Return places [N, 2] where a thing stands in a relation to another, with room around.

    Args:
        other: What it is to stand beside; not among `room`'s discs.
        radius_m: Of the thing.
        relation: One of `embodied.core.arm_skills.BESIDE`.
        room: What else is taken.
        gap_m: Between the two rims.
        clear_m: To everything else.
    """
    angles = np.linspace(-np.pi, np.pi, 36, endpoint=False)
    ways = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    if relation in WAYS:
        ways = ways[ways @ np.array(WAYS[relation]) > 0.96]
    places = np.asarray(other.place_m) + ways * (other.radius_m + radius_m + gap_m)
    return places[in_reach(places) & (room.gaps_m(places, radius_m) >= clear_m)]
