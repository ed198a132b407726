"""The world: things are held by friction, drawers by their rails, stops stop the real joints."""

import mujoco
import numpy as np
import pytest

pytest.importorskip("mink", reason="the arm's controller needs embodied[arm]")

from envs.tabletop.control import ArmCommand
from envs.tabletop.scene import BlockSpec, BowlSpec, DrawerSpec, TabletopScene
from envs.tabletop.world import TabletopWorld

SCENE = TabletopScene(
    (BlockSpec("red", (0.45, 0.0)), BlockSpec("blue", (0.5, -0.25), 0.3)),
    (BowlSpec("green", (0.4, -0.2)),),
    DrawerSpec("yellow", (0.62, 0.24), 0.4),
)


def drive(world, target, *, gripper, steps=60):
    """Bring the hand somewhere, pointing down with its fingers opening along y."""
    pose = np.concatenate([target, [1.0, 0.0, 0.0, 0.0]])
    for _ in range(steps):
        world.step(ArmCommand("ee_pose", pose, gripper))


@pytest.fixture
def world():
    return TabletopWorld(SCENE)


def test_it_begins_at_rest_as_the_scene_says(world):
    place, _ = world.block_pose(0)
    assert place == pytest.approx([0.45, 0.0, 0.02], abs=1e-3)
    assert world.drawer_openness() == pytest.approx(0.4, abs=0.02)
    assert np.abs(world.data.qvel).max() < 0.01


def test_a_block_is_held_by_friction_alone_and_falls_when_let_go(world):
    drive(world, [0.45, 0.0, 0.1], gripper=1.0)
    drive(world, [0.45, 0.0, 0.018], gripper=1.0, steps=30)
    drive(world, [0.45, 0.0, 0.018], gripper=0.0, steps=20)
    assert world.state().gripper_width_m == pytest.approx(0.04, abs=0.002)
    drive(world, [0.45, 0.0, 0.25], gripper=0.0)
    height = world.block_pose(0)[0][2]
    assert height == pytest.approx(0.25, abs=0.01)
    for _ in range(40):
        world.halt()
    assert world.block_pose(0)[0][2] == pytest.approx(height, abs=0.002)
    drive(world, [0.45, 0.0, 0.25], gripper=1.0, steps=30)
    assert world.block_pose(0)[0][2] < 0.05


def test_a_stop_stills_the_real_joints_within_steps(world):
    command = ArmCommand("ee_velocity", np.array([0, 0.35, 0, 0, 0, 0]), 1.0)
    for _ in range(15):
        world.step(command)
    assert np.abs(world.state().joint_velocity_rad_s).max() > 0.4
    world.halt()
    after_one = np.abs(world.state().joint_velocity_rad_s).max()
    assert after_one < 0.12
    world.halt()
    world.halt()
    assert np.abs(world.state().joint_velocity_rad_s).max() < 0.02


def test_the_drawer_stays_where_it_was_left(world):
    address = world.model.mj.joint("drawer").qposadr[0]
    world.data.qpos[address] = 0.09
    for _ in range(10):
        world.halt()
    assert world.drawer_openness() == pytest.approx(0.6, abs=0.02)


def test_the_same_scene_and_commands_give_the_same_world():
    def run():
        world = TabletopWorld(SCENE, seed=3)
        drive(world, [0.5, 0.1, 0.15], gripper=0.4, steps=20)
        return world.data.qpos.copy()

    assert (run() == run()).all()


def test_a_bowl_holds_what_is_dropped_into_it(world):
    joint = world.model.mj.body(world.model.blocks[0]).jntadr[0]
    at = world.model.mj.jnt_qposadr[joint]
    world.data.qpos[at : at + 3] = [0.4, -0.2, 0.08]
    for _ in range(30):
        world.halt()
    place, _ = world.block_pose(0)
    assert np.hypot(place[0] - 0.4, place[1] + 0.2) < 0.05
    assert 0.015 < place[2] < 0.06


def test_moving_a_block_leaves_the_rest_alone(world):
    others = world.block_pose(1)[0], world.bowl_pose(0)[0]
    world.move_block(0, (0.5, 0.05))
    mujoco.mj_forward(world.model.mj, world.data)
    assert world.block_pose(0)[0][:2] == pytest.approx([0.5, 0.05])
    assert world.block_pose(1)[0] == pytest.approx(others[0], abs=1e-6)
    assert world.bowl_pose(0)[0] == pytest.approx(others[1], abs=1e-6)
