"""Kitchens: counters in an I, an L, a U or two facing rows, with what is built into them."""

import itertools
from dataclasses import dataclass

import numpy as np

from envs.household.generator.pieces import chairs_around, on_top
from envs.household.generator.plan import WALLS, RoomPlan
from envs.household.scene import ObjectSpec

COUNTER_HEIGHT_M = 0.92
SLAB_M = 0.04
COUNTER_DEPTH_M = 0.62
CABINET_DEPTH_M = 0.58
PLINTH_M = 0.08
DRAWER_HEIGHT_M = 0.17
SINK_DEPTH_M = 0.20
LONGEST_RUN_M = 4.2
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
    """Build one run: fridge at its free end, then counters with sink and hob between."""
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
    pieces = [(start, end)]
    if "sink" in built_in:
        width = float(plan.rng.uniform(0.66, 0.80))
        low, high = seen[0] + 0.45, seen[1] - 0.45 - width
        left = float(plan.rng.uniform(low, high)) if high > low else (sum(seen) - width) / 2
        _sink(plan, run.wall, left, width)
        pieces = [(start, left), (left + width, end)]
    pieces = [part for piece in pieces for part in _split(*piece)]
    fronts = [(max(a, seen[0]), min(b, seen[1])) for a, b in pieces]
    hob = int(np.argmax([b - a for a, b in fronts])) if "hob" in built_in else -1
    return [
        _counter(plan, run.wall, piece, front, hob=index == hob)
        for index, (piece, front) in enumerate(zip(pieces, fronts, strict=True))
    ]


def _split(start: float, end: float, longest_m: float = 1.9) -> list[tuple[float, float]]:
    """Cut a stretch into equal pieces that an agent can work on from one place."""
    if end - start < 0.25:
        return []
    cuts = np.linspace(start, end, int(np.ceil((end - start) / longest_m)) + 1)
    return [(float(a), float(b)) for a, b in itertools.pairwise(cuts)]


def _cabinets(
    plan: RoomPlan,
    wall: int,
    front: tuple[float, float],
    owner: str,
    top_m: float,
    *,
    drawers: bool,
) -> None:
    """Fill the room under a counter with cabinets, each with a drawer above it."""
    if front[1] - front[0] < 0.28:
        return
    edges = np.linspace(*front, max(1, round((front[1] - front[0]) / 0.5)) + 1)
    split = top_m - DRAWER_HEIGHT_M - 0.01 if drawers else top_m
    for a, b in itertools.pairwise(edges):
        width = float(b - a) - 0.01
        xz = plan.wall_point(wall, float(a + b) / 2, 0.02 + CABINET_DEPTH_M / 2)
        size = (width, split - PLINTH_M, CABINET_DEPTH_M)
        plan.add(
            "Cabinet",
            xz,
            PLINTH_M,
            90.0 * wall,
            owner=owner,
            size_m=size,
            style={"hinge": str(plan.rng.choice(["left", "right"])), "variant": "base"},
        )
        if drawers:
            plan.add(
                "Drawer",
                xz,
                split + 0.005,
                90.0 * wall,
                owner=owner,
                size_m=(width, DRAWER_HEIGHT_M, CABINET_DEPTH_M),
            )


def _wall_cabinets(plan: RoomPlan, wall: int, front: tuple[float, float]) -> None:
    """Hang cabinets over a counter, with gaps here and there."""
    bottom, height, depth = WALL_CABINET
    edges = np.linspace(*front, max(1, round((front[1] - front[0]) / 0.5)) + 1)
    for a, b in itertools.pairwise(edges):
        size = (float(b - a) - 0.01, height, depth)
        xz = plan.wall_point(wall, float(a + b) / 2, 0.01 + depth / 2)
        box = plan.block(xz, bottom, size, 90.0 * wall, "")
        if size[0] > 0.25 and plan.rng.random() < 0.75 and not plan.taken(box):
            plan.add(
                "Cabinet",
                xz,
                bottom,
                90.0 * wall,
                size_m=size,
                style={"hinge": str(plan.rng.choice(["left", "right"])), "variant": "wall"},
            )


def _counter(
    plan: RoomPlan,
    wall: int,
    piece: tuple[float, float],
    front: tuple[float, float],
    *,
    hob: bool,
) -> ObjectSpec:
    """One slab with cabinets below and on the wall above; with a hob, burners and knobs."""
    width = piece[1] - piece[0]
    xz = plan.wall_point(wall, sum(piece) / 2, COUNTER_DEPTH_M / 2)
    top = COUNTER_HEIGHT_M - SLAB_M
    slab = plan.add(
        "CounterTop",
        xz,
        top,
        90.0 * wall,
        size_m=(width, SLAB_M, COUNTER_DEPTH_M),
        style={"variant": "slab"},
    )
    _cabinets(plan, wall, front, slab.object_id, top, drawers=True)
    _wall_cabinets(plan, wall, front)
    under = plan.block(xz, 0.0, (width, top, COUNTER_DEPTH_M), 90.0 * wall, slab.object_id)
    plan.blocks.append(under)
    plan.zones.append(plan.front(under, 90.0 * wall))
    if hob:
        _hob(plan, wall, sum(front) / 2, slab.object_id)
    return slab


def _hob(plan: RoomPlan, wall: int, middle: float, owner: str) -> None:
    """Four burners on the slab and their knobs on its front."""
    for row, out in enumerate((0.19, 0.43)):
        for column, side in enumerate((-0.13, 0.13)):
            xz = plan.wall_point(wall, middle + side, out)
            plan.add(
                "StoveBurner",
                xz,
                COUNTER_HEIGHT_M,
                90.0 * wall,
                owner=owner,
                size_m=(0.22, 0.02, 0.22),
            )
            knob = plan.wall_point(
                wall, middle + (row * 2 + column - 1.5) * 0.12, COUNTER_DEPTH_M + 0.02
            )
            plan.add("StoveKnob", knob, COUNTER_HEIGHT_M - 0.055, 90.0 * wall, owner=owner)


def _sink(plan: RoomPlan, wall: int, left: float, width: float) -> None:
    """A sink as deep as the counter, its basin, its tap, and cabinets below."""
    middle, yaw = left + width / 2, 90.0 * wall
    xz = plan.wall_point(wall, middle, COUNTER_DEPTH_M / 2)
    bottom = COUNTER_HEIGHT_M - SINK_DEPTH_M
    sink = plan.add("Sink", xz, bottom, yaw, size_m=(width, SINK_DEPTH_M, COUNTER_DEPTH_M))
    plan.add(
        "SinkBasin",
        plan.wall_point(wall, middle, COUNTER_DEPTH_M / 2 + 0.02),
        bottom + 0.01,
        yaw,
        size_m=(width - 0.12, 0.18, 0.42),
        owner=sink.object_id,
        suffix="SinkBasin",
        solid=False,
    )
    plan.add(
        "Faucet",
        plan.wall_point(wall, middle, 0.10),
        COUNTER_HEIGHT_M,
        yaw,
        owner=sink.object_id,
        size_m=(0.08, 0.26, 0.18),
    )
    _cabinets(plan, wall, (left, left + width), sink.object_id, bottom - 0.01, drawers=False)
    under = plan.block(xz, 0.0, (width, bottom, COUNTER_DEPTH_M), yaw, sink.object_id)
    plan.zones.append(plan.front(under, yaw))
    plan.blocks.append(under)
