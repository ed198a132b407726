"""Pieces that stand in each other's way, or in the agents': the less certain one gives in."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from envs.alfred.scenes.boxfit import Box
from envs.alfred.scenes.camera import Floats
from envs.alfred.scenes.evidence import RoomEvidence
from envs.alfred.scenes.pieces import Piece, front_face

BODY_M = 0.18
"""The agent's radius, a little less."""

HEAD_M = 1.5
HIGH_M = 1.2
MOST_CUTS = 12
LEAST_M = 0.15
NEAR_TOP_M = 1.2
SLAB_M = 0.04
GAP_M = 0.004
SMALLEST_M = 0.08

OVERHEAD = frozenset({"CounterTop", "Cabinet", "Drawer", "Shelf", "FloorLamp", "Microwave"})
"""Counters have an outline of their own, and fronts of cabinets are known to the millimetre."""

FRONTS = frozenset({"Cabinet", "Drawer"})
HOSTS = frozenset({"Dresser", "Desk", "SideTable", "TVStand", "CoffeeTable", "DiningTable"})
"""Types that drawers are built into."""

HOST_SLACK_M = 0.06
RECESS_M = 0.012
"""How far a host's body stays behind the fronts of its drawers."""


def kept_clear(piece: Piece, room: RoomEvidence) -> Piece:
    """Cut a piece back where its box stands in the way of recorded agents.

    Of the four sides the one is moved that has to move least.
    """
    if piece.type in OVERHEAD or piece.box.low_m[1] > HEAD_M:
        return piece
    cells = np.array(sorted(room.stood_m)).reshape(-1, 2)
    low, high = np.array(piece.box.low_m), np.array(piece.box.high_m)
    for _ in range(MOST_CUTS):
        near = cells[((cells > low[[0, 2]] - BODY_M) & (cells < high[[0, 2]] + BODY_M)).all(axis=1)]
        if not len(near):
            break
        # How far each side would have to come in to clear each cell.
        cuts = np.stack(
            [
                near[:, 0] + BODY_M - low[0],
                near[:, 1] + BODY_M - low[2],
                high[0] - near[:, 0] + BODY_M,
                high[2] - near[:, 1] + BODY_M,
            ],
            axis=1,
        )
        cell = int(cuts.min(axis=1).argmax())
        side = int(cuts[cell].argmin())
        axis = (0, 2)[side % 2]
        if high[axis] - low[axis] - cuts[cell, side] < LEAST_M:
            break
        if side < 2:
            low[axis] += cuts[cell, side] + 1e-6
        else:
            high[axis] -= cuts[cell, side] + 1e-6
    box = Box(tuple(map(float, low)), tuple(map(float, high)))  # type: ignore[arg-type]
    return replace(piece, box=box)


def under_counter(piece: Piece, tops: list[tuple[Floats, float]]) -> Piece:
    """An unseen cabinet or drawer under a counter ends below its top."""
    middle = piece.box.centre_m
    if piece.seen or piece.type not in ("Cabinet", "Drawer") or middle[1] > HIGH_M:
        return piece
    near = [level for xz, level in tops if float(np.hypot(*(xz - middle[[0, 2]]))) < NEAR_TOP_M]
    if not near or not middle[1] < float(np.median(near)) < piece.box.high_m[1] + SLAB_M:
        return piece
    x, _, z = piece.box.high_m
    return replace(piece, box=Box(piece.box.low_m, (x, float(np.median(near)) - SLAB_M, z)))


def cut_guesses(pieces: Sequence[Piece]) -> list[Piece]:
    """Cut cabinets and drawers that were never seen where others stand.

    Seen ones stay as they are; of the six sides of a guess the one is moved that has to move
    least and leaves enough of it; where none does it stays whole.
    """
    sure = [piece for piece in pieces if piece.seen and piece.type != "CounterTop"]
    done: list[Piece] = []
    for piece in sorted(pieces, key=lambda each: each.type != "Drawer"):
        if piece.seen or piece.type not in FRONTS:
            continue
        box = piece.box
        for other in (*sure, *done):
            box = _apart(box, other.box)
        done.append(replace(piece, box=box))
    cut = {piece.object_id: piece for piece in done}
    return [cut.get(piece.object_id, piece) for piece in pieces]


def _apart(box: Box, other: Box) -> Box:
    low, high = np.array(box.low_m), np.array(box.high_m)
    # How far the low sides must rise, and the high sides sink, to leave the other box.
    rise = np.array(other.high_m) + GAP_M - low
    sink = high - np.array(other.low_m) + GAP_M
    if (rise <= GAP_M).any() or (sink <= GAP_M).any():
        return box
    cuts = np.concatenate([rise, sink])
    left = np.tile(high - low, 2) - cuts
    side = int(np.where(left < SMALLEST_M, np.inf, cuts).argmin())
    if left[side] < SMALLEST_M:
        return box
    if side < 3:
        low[side] += cuts[side]
    else:
        high[side - 3] -= cuts[side]
    return Box(tuple(map(float, low)), tuple(map(float, high)))  # type: ignore[arg-type]


def with_owners(pieces: Sequence[Piece]) -> list[Piece]:
    """Name the piece that each drawer is built into, and cut its body back to their fronts."""
    hosts = {piece.object_id: piece for piece in pieces if piece.type in HOSTS}
    owned: dict[str, str] = {}
    for piece in pieces:
        if piece.type != "Drawer":
            continue
        middle = piece.box.centre_m
        for host in hosts.values():
            low = np.array(host.box.low_m) - HOST_SLACK_M
            high = np.array(host.box.high_m) + HOST_SLACK_M
            if ((middle > low) & (middle < high)).all():
                owned[piece.object_id] = host.object_id
                hosts[host.object_id] = _behind(host, piece)
                break
    return [
        replace(hosts.get(piece.object_id, piece), owner=owned.get(piece.object_id))
        for piece in pieces
    ]


def _behind(host: Piece, drawer: Piece) -> Piece:
    """The host, turned as its drawer is, with its front a little behind the drawer's."""
    side, axis = front_face(drawer.yaw_deg)
    low, high = list(host.box.low_m), list(host.box.high_m)
    if side >= 3:
        high[axis] = min(high[axis], drawer.box.high_m[axis] - RECESS_M)
    else:
        low[axis] = max(low[axis], drawer.box.low_m[axis] + RECESS_M)
    if high[axis] - low[axis] < LEAST_M:
        return host
    box = Box((low[0], low[1], low[2]), (high[0], high[1], high[2]))
    return replace(host, box=box, yaw_deg=drawer.yaw_deg)
