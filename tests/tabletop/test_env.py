"""The environment: gymnasium's rules, what agents see, the expert's own episodes."""

import dataclasses
import sys

import gymnasium
import numpy as np
import pytest

pytest.importorskip("mink", reason="the arm's controller needs embodied[arm]")

from gymnasium.utils.env_checker import check_env

from embodied.core.action import STOP, DiscreteAction, VectorAction
from embodied.core.arm import ArmState
from embodied.core.errors import ConfigError, UnknownNameError
from embodied.core.plan import ObjectRef
from embodied.runtime.episode import run_episode
from embodied.runtime.expert import ExpertAgent
from envs.tabletop.render import RayRenderer, make_renderer, view_of
from envs.tabletop.scene import COLOURS

HOLD = VectorAction(np.array([0, 0, 0, 0, 0, 0, 1], np.float32), "ee_velocity", "base", 20.0)


def make(**options):
    return gymnasium.make("envs:embodied/Tabletop-v0", disable_env_checker=True, **options)


@pytest.fixture(scope="module")
def env():
    return make(cameras=(), perception="privileged").unwrapped


def begin(env, index=9):
    raw, _ = env.reset(options={"episode_id": env.episodes()[index].episode_id})
    return env.decode_observation(raw)


@pytest.mark.filterwarnings("ignore:.*Box")
def test_a_limit_of_an_unknown_name_is_told():
    with pytest.raises(UnknownNameError, match="Did you mean 'linear_mps'"):
        make(limits={"linear_mp": 0.1})


def test_a_missing_package_is_told_before_any_episode(monkeypatch):
    monkeypatch.setitem(sys.modules, "daqp", None)
    with pytest.raises(ConfigError, match=r"embodied\[arm\]"):
        make(cameras=())


def test_gymnasium_s_own_checks():
    made = make(width_px=32, height_px=24, render_backend="rays", render_mode="rgb_array")
    check_env(made.unwrapped)


def test_agents_see_the_arm_s_state_and_the_time(env):
    seen = begin(env)
    state = ArmState.from_vector(seen.state)
    assert state.ee_position_m == pytest.approx(env.world.state().ee_position_m, abs=1e-6)
    raw, *_ = env.step(env.encode_action(HOLD))
    assert env.decode_observation(raw).stamp_s == pytest.approx(seen.stamp_s + 0.05)


def test_privileged_entities_tell_looks_and_places_and_no_simulator_names(env):
    begin(env)
    names = {env.world.model.mj.body(number).name for number in range(env.world.model.mj.nbody)}
    seen = begin(env).entities
    assert {each.category for each in seen} <= {"block", "bowl", "drawer"}
    for each in seen:
        assert set(each.attributes) <= set(COLOURS)
        texts = [value for value in dataclasses.astuple(each) if isinstance(value, str)]
        assert not set(texts) & (names - {"drawer"})
    scene = env.world.scene
    blocks = [each for each in seen if each.category == "block"]
    assert len(blocks) == len(scene.blocks)
    for each in blocks:
        index = [block.colour for block in scene.blocks].index(each.attributes[0])
        assert each.position_m == pytest.approx(env.world.block_pose(index)[0])


def test_what_no_camera_has_in_view_is_not_listed(env):
    begin(env)
    env.world.move_block(0, (-0.24, 0.0))  # behind the arm's foot
    colour = env.world.scene.blocks[0].colour
    seen = env.decode_observation(env._observation()).entities
    assert all(colour not in each.attributes or each.category != "block" for each in seen)


def test_without_perception_nothing_is_listed():
    assert begin(make(cameras=()).unwrapped).entities == ()


def test_cameras_poses_and_pictures_agree():
    """A block's pixels lie where its place is projected by the given pose and intrinsics."""
    from scipy.spatial.transform import Rotation

    made = make(width_px=96, height_px=72, cameras=("front",), render_backend="rays").unwrapped
    seen = begin(made, 1)
    pose, lens = seen.camera_poses["front"], seen.intrinsics["front"]
    frame = made._eyes.draw(made.world, "front")
    for index in range(len(made.world.scene.blocks)):
        point = made.world.block_pose(index)[0] - pose.position_m
        x, y, depth = lens.matrix @ Rotation.from_quat(pose.quat_xyzw).inv().apply(point)
        row, column = int(y / depth), int(x / depth)
        thing = made.world.model.things.index(("block", index)) + 1
        assert frame.ids[row, column] == thing
        assert seen.depth_m["front"][row, column] == pytest.approx(depth, abs=0.04)


def test_gl_and_rays_see_the_same():
    from envs.rendering import GlUnavailableError

    made = make(cameras=()).unwrapped
    begin(made, 2)
    model, data = made.world.model, made.world.data
    try:
        drawn = make_renderer(model, backend="gl")
    except GlUnavailableError as missing:
        pytest.skip(str(missing))
    for camera in ("front", "wrist", "side"):
        view = view_of(camera, model.mj, data)
        one = drawn.render(data, view, width_px=120, height_px=90)
        two = RayRenderer(model).render(data, view, width_px=120, height_px=90)
        same = one.ids == two.ids
        assert same.mean() > 0.97
        assert np.median(np.abs(one.depth_m - two.depth_m)[same]) < 1e-3
    drawn.close()


def test_stop_ends_the_episode_and_a_stranger_s_words_have_no_goal(env):
    env.reset(options={"episode_id": env.episodes()[0].episode_id, "instruction": "wave"})
    *_, terminated, truncated, info = env.step(env.encode_action(STOP))
    assert terminated
    assert not truncated
    assert not info["is_success"]
    assert env.outcome()["goal_conditions_total"] == 0
    with pytest.raises(RuntimeError, match="reset"):
        env.step(env.encode_action(HOLD))


def test_what_is_no_command_to_an_arm_is_refused(env):
    begin(env)
    with pytest.raises(ConfigError, match="commands to an arm"):
        env.encode_action(DiscreteAction("MoveAhead"))
    with pytest.raises(UnknownNameError, match="Did you mean"):
        env.reset(options={"episode_id": "valid_seen/pick_up/00"})


def test_a_table_that_has_what_is_said_is_found(env):
    spec = env.episodes()[1]
    goal = env.source.load(spec.episode_id).task.goals[0]
    named = [goal.thing.reference, goal.other.reference]
    assert env.suits(spec.episode_id, named)
    assert not env.suits(spec.episode_id, [ObjectRef("bowl", ("pink",))])


@pytest.mark.parametrize("index", [2, 4, 9])
def test_the_expert_solves_and_the_checkers_agree(env, index):
    record = run_episode(env, ExpertAgent(), env.episodes()[index])
    assert record.status.value == "success", record.end_reason
    assert record.measures["dropped"] == 0.0


@pytest.mark.parametrize("index", [2, 9])
def test_standing_still_is_no_success(env, index):
    begin(env, index)
    *_, info = env.step(env.encode_action(STOP))
    assert not info["is_success"]


def test_a_disturbance_moves_the_target_once_and_seeing_aside_moves_nothing():
    moved = make(cameras=(), perception="privileged", disturb="moved").unwrapped
    begin(moved, 0)
    colour = moved.episode.task.goals[0].thing.colour
    index = [block.colour for block in moved.world.scene.blocks].index(colour)
    before = moved.world.block_pose(index)[0]
    places = []
    for _ in range(60):
        moved.step(moved.encode_action(HOLD))
        places.append(moved.world.block_pose(index)[0])
    assert 0.04 < np.linalg.norm(places[-1] - before) < 0.1
    jumps = np.linalg.norm(np.diff([before, *places], axis=0), axis=1) > 0.02
    assert jumps.sum() == 1
    aside = make(cameras=(), perception="privileged", disturb="seen_aside").unwrapped
    seen = begin(aside, 0)
    block = next(each for each in seen.entities if each.attributes == (colour,))
    assert 0.02 < np.linalg.norm(np.subtract(block.position_m, before)) < 0.06
