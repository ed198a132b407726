"""Kitchens: counters in an I, an L, a U or two facing rows, with what is built into them."""

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from envs.household.generator.pieces import chairs_around, on_top
from envs.household.generator.plan import WALLS, RoomPlan
from envs.household.scene import ObjectSpec

Span: TypeAlias = tuple[float, float]
"""From and to along a wall, metres from its middle."""
COUNTER_HEIGHT_M = 0.92
SLAB_M = 0.04
COUNTER_DEPTH_M = 0.62
CABINET_DEPTH_M = 0.58
PLINTH_M = 0.10
DRAWER_HEIGHT_M = 0.17
SINK_DEPTH_M = 0.20
LONGEST_RUN_M = 4.2
LONGEST_PIECE_M = 2.1
LEAST_CABINET_M = 0.28
WALL_CABINET = (1.42, 0.70, 0.34)
"""Underside, height and depth of the cabinets on the wall."""
ARRANGEMENTS = {"I": (2,), "L": (1, 2), "U": (1, 2, 3), "galley": (1, 3)}
"""Walls with counters, by arrangement, before the room is turned."""


@dataclass(frozen=True)
class Run:
    """A stretch of a wall that a counter takes.

    Attributes:
        wall: The wall.
        start_m: Where it begins along the wall.
        end_m: Where it ends.
        seen_m: The part of it whose front faces the room, not a neighbouring run's side.
        free_end: End (-1 start, 1 end) away from any neighbouring run; 0 where both are.
    """

    wall: int
    start_m: float
    end_m: float
    seen_m: tuple[float, float]
    free_end: int

    @property
    def length_m(self) -> float:
        """Its length."""
        return self.end_m - self.start_m


def furnish(plan: RoomPlan) -> None:
    """Furnish a kitchen."""
    arrangement = str(plan.rng.choice(["I", "L", "L", "U", "galley"]))
    turn = int(plan.rng.integers(4))
    runs = _runs(plan, [(wall + turn) % 4 for wall in ARRANGEMENTS[arrangement]])
    counters: list[ObjectSpec] = []
    for run, built_in in _assign(plan, runs):
        counters += _build(plan, run, built_in)
    if not any(spec.type == "Fridge" for spec in plan.specs):
        walls = [wall for wall in WALLS if wall not in [run.wall for run in runs]]
        plan.against_wall("Fridge", walls=walls, corner=True)
    for name, chance in (("Microwave", 1.0), ("CoffeeMachine", 0.9), ("Toaster", 0.9)):
        if plan.rng.random() < chance:
            on_top(plan, name, counters)
    width, depth = plan.rng.uniform((0.9, 0.75), (1.5, 0.9))
    table = plan.somewhere("DiningTable", size_m=(float(width), 0.76, float(depth)))
    if table is not None:
        chairs_around(plan, table, int(plan.rng.integers(2, 5)))
    else:
        plan.against_wall("SideTable")
    plan.against_wall("GarbageCan", corner=True, clear_m=0.3)
    if plan.rng.random() < 0.4:
        plan.against_wall("Shelf", bottom_m=float(plan.rng.uniform(1.1, 1.3)), clear_m=0.0)


def _runs(plan: RoomPlan, walls: list[int]) -> list[Run]:
    """Cut the walls into stretches; where two meet, the wall in the middle takes the corner."""
    runs = []
    for index, wall in enumerate(walls):
        half = plan.wall_length_m(wall) / 2
        # Wall k ends, to the right of who faces the room, where wall k - 1 begins.
        meets_start, meets_end = (wall + 1) % 4 in walls, (wall - 1) % 4 in walls
        corner = index == 1 and (meets_start or meets_end)
        start = -half + (COUNTER_DEPTH_M if meets_start and not corner else 0.0)
        end = half - (COUNTER_DEPTH_M if meets_end and not corner else 0.0)
        free_end = meets_start - meets_end if meets_start != meets_end else 0
        surplus = end - start - LONGEST_RUN_M
        if surplus > 0 and not (meets_start and meets_end):
            cut_start = free_end < 0 or (free_end == 0 and plan.rng.random() < 0.5)
            start, end = (start + surplus, end) if cut_start else (start, end - surplus)
        hidden = COUNTER_DEPTH_M + 0.01 if corner else 0.0
        seen = (start + hidden * meets_start, end - hidden * meets_end)
        runs.append(Run(wall, start, end, seen, free_end))
    return runs


def _assign(plan: RoomPlan, runs: list[Run]) -> list[tuple[Run, list[str]]]:
    """Decide which run holds sink, hob and fridge."""
    order = sorted(runs, key=lambda run: -(run.seen_m[1] - run.seen_m[0]))
    holds: dict[int, list[str]] = {run.wall: [] for run in runs}
    sink, hob = order[0], order[min(1, len(order) - 1)]
    holds[sink.wall].append("sink")
    holds[hob.wall].append("hob")
    ends = [run for run in runs if run.wall != hob.wall and run.length_m > 2.6] or [
        run for run in runs if run.length_m > 3.2
    ]
    free = [run for run in ends if not (run.free_end == 0 and len(runs) == 3)]
    if free:
        holds[free[int(plan.rng.integers(len(free)))].wall].append("fridge")
    return [(run, holds[run.wall]) for run in runs]


def _build(plan: RoomPlan, run: Run, built_in: list[str]) -> list[ObjectSpec]:
    """Build one run: fridge at its free end, then counters with sink and hob."""
    start, end = run.start_m, run.end_m
    if "fridge" in built_in:
        width = float(plan.rng.uniform(0.70, 0.82))
        at_start = run.free_end < 0 or (run.free_end == 0 and plan.rng.random() < 0.5)
        size = (width - 0.02, float(plan.rng.uniform(1.65, 1.85)), 0.70)
        along = start + width / 2 if at_start else end - width / 2
        xz = plan.wall_point(run.wall, along, 0.02 + size[2] / 2)
        plan.add("Fridge", xz, 0.0, 90.0 * run.wall, size_m=size)
        plan.zones.append(plan.front(plan.blocks[-1], 90.0 * run.wall))
        start, end = (start + width, end) if at_start else (start, end - width)
    seen = (max(start, run.seen_m[0]), min(end, run.seen_m[1]))
    pieces = _split(start, end)
    fronts = [(max(a, seen[0]), min(b, seen[1])) for a, b in pieces]
    order = sorted(range(len(pieces)), key=lambda i: fronts[i][0] - fronts[i][1])
    holds: list[list[str]] = [[] for _ in pieces]
    for index, name in enumerate(name for name in ("sink", "hob") if name in built_in):
        holds[order[index % len(order)]].append(name)
    return [
        _counter(plan, run.wall, piece, front, held)
        for piece, front, held in zip(pieces, fronts, holds, strict=True)
        if front[1] - front[0] > 0.2
    ]


def _split(start: float, end: float) -> list[Span]:
    """Cut a stretch into equal pieces that an agent can work on from one place."""
    cuts = np.linspace(start, end, int(np.ceil((end - start) / LONGEST_PIECE_M)) + 1)
    return [(float(a), float(b)) for a, b in itertools.pairwise(cuts)]


def _counter(plan: RoomPlan, wall: int, piece: Span, front: Span, held: list[str]) -> ObjectSpec:
    """One counter with what it holds, cabinets and drawers in it and cabinets above.

    Args:
        plan: The room.
        wall: The wall it stands against.
        piece: From where to where along the wall.
        front: The part whose front faces the room.
        held: `sink`, `hob`, both or none.
    """
    width, yaw = piece[1] - piece[0], 90.0 * wall
    xz = plan.wall_point(wall, sum(piece) / 2, COUNTER_DEPTH_M / 2)
    size = (width, COUNTER_HEIGHT_M, COUNTER_DEPTH_M)
    counter = plan.add("CounterTop", xz, 0.0, yaw, size_m=size)
    plan.zones.append(plan.front(plan.blocks[-1], yaw))
    taken = _sunk_in(plan, front, held)
    for name, span in taken.items():
        BUILT_IN[name](plan, wall, span, counter.object_id)
    for span in _left_of(front, list(taken.values())):
        _cabinets(plan, wall, span, counter.object_id)
    airy = "hob" if "hob" in taken else "sink"
    open_wall = airy in taken and (airy == "hob" or plan.rng.random() < 0.5)
    for span in _left_of(front, [taken[airy]] if open_wall else []):
        _wall_cabinets(plan, wall, span)
    return counter


def _left_of(front: Span, taken: list[Span]) -> list[Span]:
    """Return the parts of a front that are not taken."""
    at, left = front[0], []
    for start, end in [*sorted(taken), (front[1], front[1])]:
        if start - at > 0.01:
            left.append((at, start))
        at = max(at, end)
    return left


def _sunk_in(plan: RoomPlan, front: Span, held: list[str]) -> dict[str, Span]:
    """Choose where along a counter sink and hob go, clear of each other and of its ends."""
    widths = {"sink": float(plan.rng.uniform(0.70, 0.80)), "hob": 0.60}
    order = [held[i] for i in plan.rng.permutation(len(held))]
    # What does not fit is left out; a kitchen without it is drawn anew.
    while sum(widths[name] for name in order) > front[1] - front[0]:
        order.pop()
    spare = front[1] - front[0] - sum(widths[name] for name in order)
    cuts = np.sort(plan.rng.uniform(0.0, spare, len(order)))
    taken, used = {}, 0.0
    for name, cut in zip(order, cuts, strict=True):
        start = front[0] + _whole(float(cut), spare) + used
        taken[name] = (start, start + widths[name])
        used += widths[name]
    return taken


def _whole(cut: float, spare: float) -> float:
    """Move a cut so that no strip too narrow for a cabinet is left beside it."""
    if cut < LEAST_CABINET_M:
        return 0.0
    return spare if spare - cut < LEAST_CABINET_M else cut


def _cabinets(
    plan: RoomPlan, wall: int, span: Span, owner: str, *, top_m: float | None = None
) -> None:
    """Build cabinets into a counter, each with a drawer above it unless `top_m` ends them."""
    width = span[1] - span[0]
    if width < LEAST_CABINET_M:
        return
    edges = np.linspace(*span, max(1, round(width / 0.5)) + 1)
    under_slab = COUNTER_HEIGHT_M - SLAB_M - 0.01
    top = top_m or under_slab - DRAWER_HEIGHT_M - 0.01
    out = COUNTER_DEPTH_M - CABINET_DEPTH_M / 2
    for a, b in itertools.pairwise(edges):
        xz = plan.wall_point(wall, float(a + b) / 2, out)
        size = (float(b - a) - 0.008, top - PLINTH_M, CABINET_DEPTH_M)
        hinge = str(plan.rng.choice(["left", "right"]))
        plan.add(
            "Cabinet", xz, PLINTH_M, 90.0 * wall, owner=owner, size_m=size, style={"hinge": hinge}
        )
        if top_m is None:
            size = (size[0], DRAWER_HEIGHT_M, CABINET_DEPTH_M)
            plan.add("Drawer", xz, under_slab - size[1], 90.0 * wall, owner=owner, size_m=size)


def _wall_cabinets(plan: RoomPlan, wall: int, span: Span) -> None:
    """Hang cabinets over a counter, with gaps here and there."""
    bottom, height, depth = WALL_CABINET
    edges = np.linspace(*span, max(1, round((span[1] - span[0]) / 0.5)) + 1)
    for a, b in itertools.pairwise(edges):
        size = (float(b - a) - 0.008, height, depth)
        xz = plan.wall_point(wall, float(a + b) / 2, 0.01 + depth / 2)
        box = plan.block(xz, bottom, size, 90.0 * wall, "")
        if size[0] > LEAST_CABINET_M - 0.01 and plan.rng.random() < 0.75 and not plan.taken(box):
            hinge = str(plan.rng.choice(["left", "right"]))
            plan.add("Cabinet", xz, bottom, 90.0 * wall, size_m=size, style={"hinge": hinge})


def _hob(plan: RoomPlan, wall: int, span: Span, owner: str) -> None:
    """Four burners on a counter, their knobs on its front; an oven takes the room below."""
    middle = sum(span) / 2
    for row, out in enumerate((0.18, 0.42)):
        for column, side in enumerate((-0.13, 0.13)):
            xz = plan.wall_point(wall, middle + side, out)
            plan.add("StoveBurner", xz, COUNTER_HEIGHT_M, 90.0 * wall, owner=owner)
            knob = middle + (row * 2 + column - 1.5) * 0.12
            place = plan.wall_point(wall, knob, COUNTER_DEPTH_M)
            plan.add("StoveKnob", place, COUNTER_HEIGHT_M - 0.10, 90.0 * wall, owner=owner)


def _sink(plan: RoomPlan, wall: int, span: Span, owner: str) -> None:
    """A sink sunk into a counter, its basin, its tap, and cabinets below."""
    middle, yaw = sum(span) / 2, 90.0 * wall
    width = span[1] - span[0] - 0.10
    out = COUNTER_DEPTH_M / 2 + 0.03
    bottom = COUNTER_HEIGHT_M - SINK_DEPTH_M + 0.01
    xz = plan.wall_point(wall, middle, out)
    size = (width, SINK_DEPTH_M, 0.44)
    sink = plan.add("Sink", xz, bottom, yaw, size_m=size, owner=owner)
    plan.add(
        "SinkBasin",
        xz,
        bottom + 0.005,
        yaw,
        size_m=(width - 0.08, SINK_DEPTH_M - 0.02, 0.36),
        owner=sink.object_id,
        suffix="SinkBasin",
        solid=False,
    )
    tap = plan.wall_point(wall, middle, 0.10)
    plan.add("Faucet", tap, COUNTER_HEIGHT_M, yaw, owner=owner, size_m=(0.08, 0.26, 0.18))
    _cabinets(plan, wall, span, owner, top_m=bottom - 0.02)


BUILT_IN: Mapping[str, Callable[[RoomPlan, int, Span, str], None]] = {"sink": _sink, "hob": _hob}
