"""A route's legs laid along walks, many at once: how well they fit every place, as features.

The zero-shot navigator lays legs along ways by dynamic programming (`policies.routes.alignment`).
Here the same layings are made of whole batches, by turns, slopes and lengths alone. The network
reads how well the route goes on and how well it ends at each place, and what is to be done there;
`Weights` are the navigator's own.

Shapes: B walks, T slots, W ways, K legs.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import torch
from torch import Tensor

from embodied.core.routes import RouteLeg
from policies.routes.alignment import Weights

NEVER = -1e4
MAX_LEGS = 16
DEMANDS = ("go_to", "pass", "enter", "leave", "turn", "climb", "stop_at", "")
"""What a leg asks for; the last is the end, where nothing is asked any more."""
LEG_FEATURES = 4 + len(DEMANDS)
SCALE = 4.0
"""Scores are divided by it before they are read as features."""

_TURNS_RAD = {"left": -math.pi / 2.0, "right": math.pi / 2.0, "around": math.pi}
_SLOPES = {"up": 1.0, "down": -1.0}
_W = Weights()
_USUAL = {"turn": 0.6 * _W.turn, "climb": 0.8 * _W.climb, "stop_at": 0.3 * _W.landmark}
_USUAL_ELSE = 0.2 * _W.landmark - 0.2 * _W.straight
_UNKNOWN_TURN = -0.2


@dataclass(frozen=True)
class Legs:
    """Legs of routes, padded.

    Attributes:
        demand: int64 [B, K], rows of `DEMANDS`; the last one where there is no leg.
        turn_rad: [B, K], direction of a turn; NaN where none is said.
        slope: [B, K], 1 up, -1 down, 0 where that is not said.
        spot: [B, K], what a leg brings that is done without walking.
        hope: [B, K + 1], what the legs from each on usually bring.
        count: int64 [B], legs there are.
    """

    demand: Tensor
    turn_rad: Tensor
    slope: Tensor
    spot: Tensor
    hope: Tensor
    count: Tensor

    def select(self, rows: Tensor) -> "Legs":
        """Keep some of the batch."""
        return Legs(*(getattr(self, each.name)[rows] for each in fields(self)))


def legs_of(routes: Sequence[Sequence[RouteLeg]]) -> Legs:
    """Return routes as tensors; of each `MAX_LEGS` at most."""
    routes = [route[:MAX_LEGS] for route in routes]
    shape = len(routes), max(1, *map(len, routes))
    demand = np.full(shape, len(DEMANDS) - 1, np.int64)
    turn, slope = np.full(shape, np.nan, np.float32), np.zeros(shape, np.float32)
    spot = np.full(shape, NEVER, np.float32)
    hope = np.zeros((shape[0], shape[1] + 1), np.float32)
    for row, route in enumerate(routes):
        for number, leg in enumerate(route):
            demand[row, number] = DEMANDS.index(leg.demand)
            if leg.demand == "turn":
                turn[row, number] = _TURNS_RAD.get(leg.direction, np.nan)
            slope[row, number] = _SLOPES.get(leg.direction, 0.0)
            spot[row, number] = _on_the_spot(leg)
        for number in range(len(route) - 1, -1, -1):
            usual = _USUAL.get(route[number].demand, _USUAL_ELSE)
            hope[row, number] = hope[row, number + 1] + usual
    count = np.array([len(route) for route in routes])
    return Legs(*map(torch.from_numpy, (demand, turn, slope, spot, hope, count)))


def _on_the_spot(leg: RouteLeg) -> float:
    if leg.demand == "turn":
        return -_W.turn_skipped
    if leg.demand == "climb":
        return -_W.climb_skipped
    if leg.demand == "stop_at":
        return 0.0
    return -_W.waited - (0.0 if leg.landmark else _W.unnamed_skipped)


@dataclass(frozen=True)
class Layings:
    """The best layings of every prefix of the legs along a path, for each of [B, ...] paths.

    Attributes:
        done: [B, ..., K + 1], entry k with the first k legs done.
        going: [B, ..., K], entry k within leg k.
    """

    done: Tensor
    going: Tensor


def start_layings(legs: Legs) -> Layings:
    """Return layings [B] of standing at the start."""
    done = torch.full_like(legs.hope, NEVER)
    done[:, 0] = 0.0
    return Layings(_without_walking(done, legs.spot), torch.full_like(legs.spot, NEVER))


def extend(
    legs: Legs, before: Layings, turned_rad: Tensor, elevation_rad: Tensor, first: Tensor
) -> Layings:
    """Return layings of paths made longer by a way.

    Args:
        legs: Of B routes.
        before: [B, T], of the paths so far.
        turned_rad: [B, T, W], turns of ways from the heading of arrival.
        elevation_rad: [B, T, W], of the ways.
        first: bool [B, T], whether the path so far is but its start.

    Returns:
        Layings [B, T, W].
    """
    demand = legs.demand[:, None, None]
    turned, lift = turned_rad[..., None], elevation_rad[..., None]
    bend = torch.where(first, _W.straight_first, _W.straight)[..., None, None]
    bend = bend * (turned.cos() - 1.0)
    steep = (lift.abs() > _W.steep_rad).to(bend)
    toward = legs.turn_rad[:, None, None]
    turning = torch.where(
        toward.isnan(), _UNKNOWN_TURN, _W.turn * (turned - toward.nan_to_num()).cos()
    )
    turning = turning - _W.slope * steep
    slope = legs.slope[:, None, None]
    rise = torch.where(slope == 0, lift.abs(), lift * slope)
    climbing = _W.climb * ((rise / 0.35).clamp(-1.0, 1.0) - 0.5) + 0.3 * bend
    stopping = demand == DEMANDS.index("stop_at")
    plain = bend - 2.0 * _W.slope * steep - _W.after_stop * stopping
    climbs = demand == DEMANDS.index("climb")
    begun, walked = before.done[:, :, None, :-1], before.going[:, :, None]
    step = torch.where(climbs, climbing, plain)
    going = torch.maximum(
        begun + step + _W.climb * climbs, walked + step - _W.longer * ~climbs
    ).clamp(min=NEVER)
    turns = demand == DEMANDS.index("turn")
    done = torch.where(turns, begun + turning, going)
    going = going.masked_fill(turns, NEVER)
    done = torch.nn.functional.pad(done, (1, 0), value=NEVER)
    return Layings(_without_walking(done, legs.spot[:, None, None]), going)


def _without_walking(done: Tensor, spot: Tensor) -> Tensor:
    """Let every leg be done on the spot, too; a leg that is not there, never."""
    sums = torch.nn.functional.pad(spot.clamp(min=-100.0).cumsum(-1), (1, 0))
    return ((done - sums).cummax(-1).values + sums).clamp(min=NEVER)


def judge(legs: Legs, layings: Layings, ways: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return what layings [B, ...] promise, how well they end there, and as features.

    Args:
        legs: Of B routes.
        layings: Of paths.
        ways: [B, ...], ways walked on each.

    Returns:
        The promise [B, ...], the end [B, ...], and [B, ..., LEG_FEATURES].
    """
    more = (1,) * (layings.done.ndim - 2)

    def wide(x: Tensor) -> Tensor:
        return x.view(len(x), *more, -1)

    order = torch.arange(layings.done.shape[-1], device=layings.done.device)
    count = wide(legs.count)
    hoped = torch.cat(
        [layings.done + wide(legs.hope), layings.going + wide(legs.hope)[..., :-1]], -1
    )
    there = torch.cat([order.expand_as(wide(legs.hope)) <= count, (order[:-1] < count)], -1)
    best, place = hoped.masked_fill(~there, NEVER).max(-1)
    leg = torch.where(place >= len(order), place - len(order), place)
    under_way = (place >= len(order)).to(best)
    promise = best - _W.length * (ways + 1 - _W.usual_ways).clamp(min=0)
    done = torch.gather(layings.done, -1, count.expand(*layings.done.shape[:-1], 1))[..., 0]
    end = done - _W.length * (ways - _W.usual_ways).abs()
    # of a route without legs nothing is known, rather than that it can not be walked
    none = count[..., 0] == 0
    promise, end = promise.masked_fill(none, 0.0), end.masked_fill(none, 0.0)
    demand = torch.nn.functional.pad(legs.demand, (0, 1), value=len(DEMANDS) - 1)
    asked = torch.gather(wide(demand).expand_as(layings.done), -1, leg[..., None])[..., 0]
    told = [
        (promise / SCALE).clamp(-5.0, 5.0),
        (end / SCALE).clamp(-5.0, 5.0),
        leg / count[..., 0].clamp(min=1),
        under_way,
    ]
    kind = torch.nn.functional.one_hot(asked, len(DEMANDS)).to(best)
    return promise, end, torch.cat([torch.stack(told, -1), kind], -1)
