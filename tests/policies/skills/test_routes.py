"""Ways over the floor: walls that no picture shows, and when to give a way up."""

from collections.abc import Generator
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from embodied.mapping.floor import FloorMap
from embodied.mapping.pose import AHEAD, GridPose
from policies.skills.body import MOST_BUMPS, Body
from policies.skills.routes import Routes

START = GridPose(0, 0, 0, 30)


def open_floor() -> FloorMap:
    """Free floor of five metres square around the start."""
    floor = FloorMap()
    along = np.arange(-2.5, 2.5, 0.02)
    points = np.stack(np.meshgrid(along, along), axis=-1).reshape(-1, 2).astype(np.float32)
    for _ in range(8):
        floor.add(floor_xy_m=points, obstacle_xy_m=np.empty((0, 2), dtype=np.float32))
    return floor


def ahead_of(cells: int) -> tuple[int, int]:
    dx, dy = AHEAD[START.heading]
    return cells * dx, cells * dy


def beside(count: int) -> list[tuple[int, int]]:
    """Cells side by side on the line across which the start looks."""
    dx, dy = AHEAD[START.heading]
    return [(each * dy, each * dx) for each in range(count)]


def cost_beyond(floor: FloorMap) -> float:
    routes = Routes.from_pose(floor, START)
    return float(routes.cost[START.heading][routes.lattice.index(ahead_of(4))])


def test_three_refusals_on_a_line_are_a_wall() -> None:
    costs = []
    for refused in range(4):
        floor = open_floor()
        for cell in beside(refused):
            floor.block(cell, START.heading)
        costs.append(cost_beyond(floor))
    assert costs[0] == pytest.approx(4.0)
    assert costs[2] - costs[1] > 10.0
    assert costs[3] - costs[2] > 50.0
    assert np.isfinite(costs).all(), "it may have a door"


def walled_in(body: Body, goal: GridPose) -> Generator[str, None, bool]:
    """Walk to a pose in a world that refuses every step; yields the actions, returns as `go`."""
    walk = body.go(goal)
    while True:
        try:
            action = next(walk)
        except StopIteration as ended:
            return bool(ended.value)
        pose = body.map.pose
        turn = {"RotateRight": 1, "RotateLeft": -1}.get(action.name, 0)
        body.map.pose = replace(pose, heading=(pose.heading + turn) % 4)
        body.map.last_ok = action.name != "MoveAhead"
        if not body.map.last_ok:
            body.map.floor.block(pose.cell, pose.heading)
        yield action.name


def test_a_way_that_is_refused_again_and_again_is_given_up() -> None:
    body, reached = Body(), []
    body.map = SimpleNamespace(floor=open_floor(), pose=START, last_ok=True)

    def walked() -> Generator[str, None, None]:
        reached.append((yield from walled_in(body, GridPose(*ahead_of(4), START.heading, 30))))

    assert list(walked()).count("MoveAhead") == body.bumps == MOST_BUMPS
    assert reached == [False]
