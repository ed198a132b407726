"""What recordings tell of a put: where things of the kind went that were put from the same place.

See `envs.alfred.scenes.rests` for how that is found, `envs.alfred.placement` for what it is for.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from envs.alfred.spots import THIN_M, clear_at, collider_of, shows
from envs.household.frames import rotation_matrix
from envs.household.placement import Floats, PutQuery, Spot
from envs.household.scene import KnownRest
from envs.household.shape import Vec3

STOOD_M, STOOD_DEG = 0.05, 1.0
"""Agents that stand and look so nearly alike stand at the same place."""

SAME_M = 0.03
"""Spots are seen so exactly."""

BESIDE_M = 0.08
"""Middles of things and their pivots are this near."""

LOOSE_M = 0.01
"""Where a thing was seen to lie it may touch what is there by so much: shapes are not exact."""

FINE = frozenset(["SinkBasin", "BathtubBasin"])
"""Their grids are too fine to be made out: of these, recordings tell more than the rule."""

AS_BIG = 0.35
"""Logarithm of the ratio of sizes up to which things are about as big."""


@dataclass(frozen=True)
class Memory:
    """What recordings tell of a put.

    Attributes:
        spot: The nearest spot that is free and where a thing like this was seen to lie.
        sure: Whether it went there beside the same things as now.
        from_m: Spots nearer to the agent than this were tried in vain.
    """

    spot: Spot | None = None
    sure: bool = False
    from_m: float = 0.0


def recall(query: PutQuery) -> Memory:
    """Look up where things of this kind were seen to lie that were put from here.

    Whatever kept a thing from nearer spots keeps it from them again where the same lies there.
    Those of the same name decide, else those of its type. Where neither is sure, the nearest
    spot that any of them had is as good as is known, in basins, for want of a rule, also one of
    others about as big.
    """
    x, _, z = query.agent.position_m
    mine = np.sort(collider_of(query).half_m)
    tiers: dict[int, list[tuple[KnownRest, float]]] = {}
    for rest in query.known:
        turned_deg = (rest.agent_yaw_deg - query.agent.yaw_deg + 180.0) % 360.0 - 180.0
        if abs(turned_deg) > STOOD_DEG:
            continue
        if np.hypot(rest.agent_xz_m[0] - x, rest.agent_xz_m[1] - z) > STOOD_M:
            continue
        unlike = float(np.abs(np.log(np.sort(rest.half_m) / mine)).max())
        if rest.type == query.type:
            tiers.setdefault(0 if rest.name == query.name else 1, []).append((rest, unlike))
        elif unlike <= AS_BIG and query.receptacle_type in FINE:
            tiers.setdefault(2, []).append((rest, unlike))
    found = []
    for tier, rests in sorted(tiers.items()):
        memory = _recalled(query, [rest for rest, _ in rests], told=tier < 2)
        if memory.sure:
            return memory
        found.append(memory)
    from_m = max((memory.from_m for memory in found), default=0.0)
    spots = [memory.spot for memory in found if memory.spot is not None]
    return Memory(min(spots, key=lambda spot: away_m(query, spot), default=None), False, from_m)


def _recalled(query: PutQuery, rests: Sequence[KnownRest], *, told: bool) -> Memory:
    agent = np.asarray(query.agent.position_m)
    away = np.array([np.linalg.norm(_bottom(rest) - agent) for rest in rests])
    same = np.array([_same_beside(query, rest) for rest in rests])
    sure = same & told
    # Where beside the same it went here and there, the recordings miss something; be careful.
    nearest: dict[tuple[Vec3, ...], int] = {}
    for row in np.argsort(away, kind="stable"):
        if sure[row]:
            nearest.setdefault(rests[row].beside_m, int(row))
    # What it was kept from most says where it goes; distances alone hardly tell spots apart.
    farthest = max((float(away[row]) for row in nearest.values()), default=0.0)
    told_row = max(
        (row for row in nearest.values() if away[row] > farthest - SAME_M),
        key=lambda row: (len(rests[row].beside_m), float(away[row])),
        default=None,
    )
    from_m = 0.0
    if told_row is not None:
        from_m = float(away[told_row])
        spot = _spot_of(query, rests[told_row])
        if spot is not None:
            return Memory(spot, True, from_m)
    for row in np.argsort(away, kind="stable"):
        if away[row] < from_m - SAME_M or not (told or same[row]):
            continue
        spot = _spot_of(query, rests[row])
        if spot is not None:
            return Memory(spot, bool(sure[row]), from_m)
    return Memory(None, False, from_m)


def _bottom(rest: KnownRest) -> Floats:
    return np.array([rest.position_m[0], rest.bottom_m, rest.position_m[2]])


def _same_beside(query: PutQuery, rest: KnownRest) -> bool:
    """Whether everything that lay there then, no further than the spot, lies there now."""
    things = query.things
    for x, y, z in rest.beside_m:
        near = np.hypot(*(things.centre_xz_m - np.array([x, z])).T) < BESIDE_M
        if not (near & (things.low_m < y + BESIDE_M) & (things.high_m > y - BESIDE_M)).any():
            return False
    return True


def _spot_of(query: PutQuery, rest: KnownRest) -> Spot | None:
    """The spot that was seen, where it is free now and would be seen."""
    collider = collider_of(query)
    turn = rotation_matrix(rest.rotation_deg)
    bottom = _bottom(rest)
    centre = bottom + turn @ np.array([collider.middle_xz_m[0], 0.0, collider.middle_xz_m[1]])
    half = np.maximum(collider.half_m - LOOSE_M, THIN_M)
    if not clear_at(query, centre[None], half, turn[[0, 2], 0])[0] or not query.spaces:
        return None
    pivot = bottom + np.array([0.0, query.pivot_m[1], 0.0])
    levels = [abs(float(placed.centre_m[1] - rest.bottom_m)) for placed in query.spaces]
    spot = Spot(pivot, turn, query.spaces[int(np.argmin(levels))].index)
    return spot if shows(query, spot) else None


def away_m(query: PutQuery, spot: Spot) -> float:
    """How far a spot is from the agent's middle, as THOR orders them."""
    bottom = spot.position_m - np.array([0.0, query.pivot_m[1], 0.0])
    return float(np.linalg.norm(bottom - np.asarray(query.agent.position_m)))
