"""The arm's model against the manufacturer's own numbers."""

import mujoco
import numpy as np
import pytest

from envs.tabletop.model import compile_scene
from envs.tabletop.panda import HOME_RAD, JOINT_RANGE_RAD, LINKS, TCP_M
from envs.tabletop.scene import TabletopScene

# Craig's convention, as published: a_{i-1}, d_i, alpha_{i-1}; the flange and the hand close it.
DENAVIT_HARTENBERG = (
    (0.0, 0.333, 0.0),
    (0.0, 0.0, -np.pi / 2),
    (0.0, 0.316, np.pi / 2),
    (0.0825, 0.0, np.pi / 2),
    (-0.0825, 0.384, -np.pi / 2),
    (0.0, 0.0, np.pi / 2),
    (0.088, 0.0, np.pi / 2),
)
FLANGE_M, HAND_TURN_RAD = 0.107, -np.pi / 4


@pytest.fixture(scope="module")
def model():
    return compile_scene(TabletopScene())


def by_hand(joints_rad):
    pose = np.eye(4)
    for (a, d, alpha), joint in zip(DENAVIT_HARTENBERG, joints_rad, strict=True):
        cos, sin, ca, sa = np.cos(joint), np.sin(joint), np.cos(alpha), np.sin(alpha)
        pose = pose @ np.array(
            [
                [cos, -sin, 0, a],
                [sin * ca, cos * ca, -sa, -d * sa],
                [sin * sa, cos * sa, ca, d * ca],
                [0, 0, 0, 1],
            ]
        )
    cos, sin = np.cos(HAND_TURN_RAD), np.sin(HAND_TURN_RAD)
    hand = np.array(
        [[cos, -sin, 0, 0], [sin, cos, 0, 0], [0, 0, 1, FLANGE_M + TCP_M], [0, 0, 0, 1]]
    )
    return pose @ hand


def test_the_hand_is_where_the_published_parameters_put_it(model):
    rng = np.random.default_rng(0)
    data = model.new_data()
    for _ in range(20):
        joints = rng.uniform(*JOINT_RANGE_RAD.T)
        data.qpos[model.joints] = joints
        mujoco.mj_kinematics(model.mj, data)
        expected = by_hand(joints)
        assert data.site_xpos[model.tcp] == pytest.approx(expected[:3, 3], abs=1e-9)
        turn = data.site_xmat[model.tcp].reshape(3, 3)
        assert turn == pytest.approx(expected[:3, :3], abs=1e-9)


def test_at_home_the_hand_points_down_in_front_of_the_base():
    pose = by_hand(HOME_RAD)
    assert pose[:3, 2] == pytest.approx([0, 0, -1], abs=1e-3)
    assert pose[0, 3] == pytest.approx(0.4, abs=0.02)
    assert pose[1, 3] == pytest.approx(0.0, abs=1e-9)


def test_inertias_could_be_of_bodies(model):
    """Principal moments of a body obey the triangle inequality."""
    for number in range(1, len(LINKS) + 1):
        moments = np.sort(model.mj.body(f"link{number}").inertia)
        assert moments[0] > 0
        assert moments[2] <= moments[0] + moments[1] + 1e-9


def test_nothing_is_welded_but_the_two_fingers_to_each_other(model):
    assert model.mj.neq == 1
    joints = {model.mj.joint(int(each)).name for each in (*model.mj.eq_obj1id, *model.mj.eq_obj2id)}
    assert joints == {"panda_finger_joint1", "panda_finger_joint2"}
