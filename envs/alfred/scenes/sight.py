"""What lies in a bin was seen over its rim: bins are no higher than that."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from envs.alfred.scenes.boxfit import Box
from envs.alfred.scenes.camera import Cameras, Floats
from envs.alfred.scenes.evidence import RoomEvidence, Start
from envs.alfred.scenes.movables import MovableBoxes, start_sightings
from envs.alfred.scenes.pieces import Piece

TYPES = frozenset({"GarbageCan"})
UNDER_M = 0.01
LEAST_SHARE = 0.5
"""Of its height at least so much is left."""


def seen_into(pieces: Sequence[Piece], room: RoomEvidence, movables: MovableBoxes) -> list[Piece]:
    """The pieces, bins with rims under every line along which something in them was seen.

    Args:
        pieces: All pieces of a room.
        room: The evidence.
        movables: Boxes of what lies in bins.
    """
    lines = [
        (Cameras.of([sighting.pose]).eyes_m[0], _middle(start, movables))
        for pairs in start_sightings(room).values()
        for sighting, start in pairs
    ]
    return [_lowered(piece, lines) if piece.type in TYPES else piece for piece in pieces]


def _middle(start: Start, movables: MovableBoxes) -> Floats:
    x, _, z = start.position_m
    height = float(movables.of(start.name).size_m[1])
    return np.array([x, movables.bottom_m(start) + height / 2.0, z])


def _lowered(piece: Piece, lines: Sequence[tuple[Floats, Floats]]) -> Piece:
    low, high = np.array(piece.box.low_m), np.array(piece.box.high_m)
    rims = [
        _leaves_m(low, high, middle, eye)
        for eye, middle in lines
        if ((middle > low) & (middle < high)).all()
    ]
    if not rims or min(rims) - UNDER_M >= high[1]:
        return piece
    least = low[1] + LEAST_SHARE * (high[1] - low[1])
    x, _, z = piece.box.high_m
    rim = max(min(rims) - UNDER_M, float(least))
    return replace(piece, box=Box(piece.box.low_m, (x, rim, z)))


def _leaves_m(low: Floats, high: Floats, middle: Floats, eye: Floats) -> float:
    """The height at which the line from a thing in a box to the eye passes the box's side."""
    along = eye - middle
    flat = np.flatnonzero(along[[0, 2]]) * 2
    sides = np.where(along > 0.0, high, low)
    share = float(((sides - middle)[flat] / along[flat]).min(initial=1.0))
    return float(middle[1] + share * along[1])
