"""Checkers: what counts as done, and what counts as harm, set up by hand."""

import mujoco
import numpy as np
import pytest

pytest.importorskip("mink", reason="the arm's controller needs embodied[arm]")

from envs.tabletop.checkers import TaskChecker
from envs.tabletop.scene import BlockSpec, BowlSpec, DrawerSpec, TabletopScene
from envs.tabletop.tasks import ArmTask, Goal, ThingName
from envs.tabletop.world import TabletopWorld

RED, BLUE = ThingName("block", "red"), ThingName("block", "blue")
BOWL, DRAWER = ThingName("bowl", "green"), ThingName("drawer")
SCENE = TabletopScene(
    (BlockSpec("red", (0.45, 0.0)), BlockSpec("blue", (0.5, -0.1))),
    (BowlSpec("green", (0.4, -0.28)),),
    DrawerSpec("yellow", (0.62, 0.24), 1.0),
)


@pytest.fixture(scope="module")
def made():
    world = TabletopWorld(SCENE)
    state = np.zeros(mujoco.mj_stateSize(world.model.mj, mujoco.mjtState.mjSTATE_INTEGRATION))
    mujoco.mj_getState(world.model.mj, world.data, state, mujoco.mjtState.mjSTATE_INTEGRATION)
    return world, state


@pytest.fixture
def world(made):
    world, state = made
    mujoco.mj_setState(world.model.mj, world.data, state, mujoco.mjtState.mjSTATE_INTEGRATION)
    mujoco.mj_forward(world.model.mj, world.data)
    return world


def put(world, name, place, *, quat=(1, 0, 0, 0), settle=30):
    body = world.model.mj.body(name)
    at = world.model.mj.jnt_qposadr[body.jntadr[0]]
    speed = world.model.mj.jnt_dofadr[body.jntadr[0]]
    world.data.qpos[at : at + 7] = [*place, *quat]
    world.data.qvel[speed : speed + 6] = 0.0
    mujoco.mj_forward(world.model.mj, world.data)
    for _ in range(settle):
        world.halt()


def checker(world, *goals):
    return TaskChecker(ArmTask("test", goals), world)


def holds(world, goal):
    return checker(world, goal).conditions()[0].met


@pytest.mark.parametrize(
    ("relation", "place", "met"),
    [
        ("next to", (0.56, -0.1), True),
        ("next to", (0.62, -0.1), False),
        ("left of", (0.5, -0.04), True),
        ("left of", (0.5, -0.16), False),
        ("right of", (0.5, -0.16), True),
        ("behind", (0.56, -0.1), True),
        ("in front of", (0.44, -0.1), True),
        ("in front of", (0.56, -0.1), False),
    ],
)
def test_beside(world, relation, place, met):
    put(world, "block0", (*place, 0.02))
    assert holds(world, Goal(relation, RED, BLUE)) is met


def test_on_and_not_next_to(world):
    put(world, "block0", (0.5, -0.1, 0.061))
    assert holds(world, Goal("on", RED, BLUE))
    assert not holds(world, Goal("next to", RED, BLUE))
    assert not holds(world, Goal("on", BLUE, RED))


def test_in_a_bowl_needs_its_wall_around_it(world):
    assert not holds(world, Goal("in", RED, BOWL))
    put(world, "block0", (0.4, -0.28, 0.05))
    assert holds(world, Goal("in", RED, BOWL))


def test_in_the_drawer(world):
    assert not holds(world, Goal("in", RED, DRAWER))
    put(world, "block0", (0.55, 0.24, 0.05))
    assert holds(world, Goal("in", RED, DRAWER))


@pytest.mark.parametrize(("share", "met"), [(1.0, True), (0.5, False), (0.0, False)])
def test_openness(world, share, met):
    assert holds(world, Goal("openness", DRAWER, share=share)) is met


def test_what_hangs_in_the_air_is_not_held_without_fingers(world):
    put(world, "block0", (0.45, 0.0, 0.3), settle=0)
    assert not holds(world, Goal("held", RED))


def test_a_fall_counts_as_dropping(world):
    follow = checker(world, Goal("next to", RED, BLUE))
    put(world, "block0", (0.56, -0.1, 0.2), settle=0)
    for _ in range(20):
        world.halt()
        follow.update()
    assert follow.harm.dropped == {"red block"}
    assert not follow.is_success()


def test_setting_down_from_a_centimetre_does_not(world):
    follow = checker(world, Goal("next to", RED, BLUE))
    put(world, "block0", (0.56, -0.1, 0.03), settle=0)
    for _ in range(20):
        world.halt()
        follow.update()
    assert not follow.harm.any
    assert follow.is_success()


def test_moving_what_the_task_is_not_about_is_harm(world):
    follow = checker(world, Goal("held", RED))
    put(world, "block1", (0.5, -0.15, 0.02))
    follow.update()
    assert follow.harm.displaced == {"blue block"}


def test_turning_a_bowl_over_is_harm_even_of_the_task_s_own(world):
    follow = checker(world, Goal("in", RED, BOWL))
    put(world, "bowl0", (0.4, -0.28, 0.06), quat=(0, 1, 0, 0))
    follow.update()
    assert "green bowl" in follow.harm.knocked_over


def test_a_cube_on_another_face_was_knocked_over(world):
    follow = checker(world, Goal("held", RED))
    half = np.sqrt(0.5)
    put(world, "block1", (0.5, -0.1, 0.021), quat=(half, half, 0, 0))
    follow.update()
    assert follow.harm.knocked_over == {"blue block"}


def test_what_was_lifted_was_not_pushed(world):
    follow = checker(world, Goal("next to", RED, BLUE, pushed=True))
    put(world, "block0", (0.45, 0.0, 0.1), settle=0)
    follow.update()
    put(world, "block0", (0.56, -0.1, 0.02))
    assert not follow.conditions()[0].met


def test_without_a_goal_nothing_counts_as_success(world):
    assert not TaskChecker(None, world).is_success()
