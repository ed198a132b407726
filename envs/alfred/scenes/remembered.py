"""What several recordings of the same put tell together."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from envs.household.scene import KnownRest
from envs.household.shape import Vec3

SAME_M = 0.02
ONE_PLACE_M = (0.08, 0.15)
"""Apart on the level, and in height."""

STOOD_M = 0.01


def away_m(rest: KnownRest, agent_m: Vec3) -> float:
    """How far a spot is from the agent's middle, as THOR orders them."""
    x, _, z = rest.position_m
    return float(np.linalg.norm(np.subtract((x, rest.bottom_m, z), agent_m)))


def distinct(rests: Sequence[tuple[KnownRest, float]]) -> tuple[KnownRest, ...]:
    """One for those that agree, the most frequent first, beside what lay there every time.

    What lay there only sometimes did not matter, unless the thing went to a nearer spot at other
    times: then one may have kept it from that as well as another, and all are kept.

    Args:
        rests: Each with its distance from the agent.
    """
    groups: list[list[tuple[KnownRest, float]]] = []
    for rest, away in rests:
        for group in groups:
            first = group[0][0]
            near = np.abs(np.subtract(first.position_m, rest.position_m)).max() < SAME_M
            if near and _same_put(first, rest):
                group.append((rest, away))
                break
        else:
            groups.append([(rest, away)])
    groups.sort(key=len, reverse=True)
    found = []
    for group in groups:
        first, away = group[0]
        nearer = any(
            _same_put(first, other[0][0]) and other[0][1] < away - SAME_M for other in groups
        )
        if nearer:
            found += [replace(first, beside_m=beside) for beside in _besides(group)]
        else:
            found.append(replace(first, beside_m=_always_beside([rest for rest, _ in group])))
    return tuple(found)


def _besides(group: Sequence[tuple[KnownRest, float]]) -> list[tuple[Vec3, ...]]:
    return list(dict.fromkeys(rest.beside_m for rest, _ in group))


def _same_put(one: KnownRest, other: KnownRest) -> bool:
    """Whether the same was put into the same from the same place."""
    same = (one.receptacle, one.name, one.agent_yaw_deg) == (
        other.receptacle,
        other.name,
        other.agent_yaw_deg,
    )
    return same and np.abs(np.subtract(one.agent_xz_m, other.agent_xz_m)).max() < STOOD_M


def _always_beside(group: Sequence[KnownRest]) -> tuple[Vec3, ...]:
    return tuple(
        at
        for at in group[0].beside_m
        if all(any(_one_place(at, other) for other in rest.beside_m) for rest in group[1:])
    )


def _one_place(one: Vec3, other: Vec3) -> bool:
    """Whether things of which these are the pivots stand at one place, whatever their height."""
    off = np.abs(np.subtract(one, other))
    return bool(np.hypot(off[0], off[2]) < ONE_PLACE_M[0] and off[1] < ONE_PLACE_M[1])
