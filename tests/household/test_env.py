"""The environment on a controller that answers what the test says."""

from types import SimpleNamespace

import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from embodied.core.action import STOP, DiscreteAction, TextAction
from embodied.core.episode import EpisodeSpec
from embodied.core.errors import ConfigError, UnknownNameError
from embodied.core.instruction import Instruction
from embodied.core.task import Task
from envs.household.env import InteractionEnv
from envs.household.episode import Episode, setup_commands
from envs.household.targets import rank_by_iou, resolve_mask

SIZE = 20
APPLE, KNIFE, WALL = "Apple|0", "Knife|0", "Painting|0"
START = {"action": "TeleportFull", "x": 0.0, "y": 0.9, "z": 0.0, "rotation": 90, "horizon": 30}


def entry(object_id, **fields):
    affordances = ("pickupable", "receptacle", "openable", "toggleable", "sliceable")
    return {
        "objectId": object_id,
        "objectType": object_id.split("|")[0],
        "position": {"x": 0.0, "y": 0.0, "z": 0.0},
        "visible": True,
        "isToggled": False,
        "receptacleObjectIds": [],
        "parentReceptacles": [],
        **dict.fromkeys(affordances, False),
        **fields,
    }


class FakeController:
    """Says yes to everything but what `refuse` names, and remembers what it was sent."""

    def __init__(self, refuse=()):
        self.refuse, self.sent, self.held = set(refuse), [], None
        self.ids = np.zeros((SIZE, SIZE), dtype=np.int32)
        self.ids[2:8, 2:8], self.ids[2:8, 10:16], self.ids[10:, :] = 1, 2, 3
        self.objects = [
            entry(APPLE, pickupable=True, sliceable=True),
            entry(KNIFE, pickupable=True),
            entry(WALL),
        ]

    def _event(self, ok=True):
        agent = {
            "position": {"x": 0.0, "y": 0.9, "z": 0.0},
            "rotation": {"x": 0.0, "y": 90.0, "z": 0.0},
            "cameraHorizon": 30.0,
        }
        held = [{"objectId": self.held, "objectType": self.held.split("|")[0]}] if self.held else []
        metadata = {
            "objects": self.objects,
            "agent": agent,
            "inventoryObjects": held,
            "lastActionSuccess": ok,
            "errorMessage": "" if ok else "It will not.",
        }
        self.last_event = SimpleNamespace(
            metadata=metadata,
            frame=np.full((SIZE, SIZE, 3), len(self.sent) % 255, np.uint8),
            depth_frame=np.ones((SIZE, SIZE), np.float32),
            instance_ids=self.ids,
            object_ids=(APPLE, KNIFE, WALL),
        )
        return self.last_event

    def reset(self, scene):
        self.sent, self.held = [("reset", scene)], None
        return self._event()

    def step(self, action=None, **arguments):
        command = {**(action or {}), **arguments}
        self.sent.append(command)
        ok = command["action"] not in self.refuse
        if ok and command["action"] == "PickupObject":
            self.held = command["objectId"]
        return self._event(ok)

    def close(self):
        self.sent.append("close")


class FakeSource:
    specs = tuple(EpisodeSpec(f"t/{n}/0", f"t/{n}", "train") for n in range(3))

    def episodes(self):
        return self.specs

    def load(self, episode_id):
        known = {spec.episode_id: spec for spec in self.specs}
        if episode_id not in known:
            raise UnknownNameError("episode", episode_id, known)
        return Episode(
            spec=known[episode_id],
            instruction=Instruction.from_text(f"Hold the apple, {episode_id}."),
            task=Task("look_at_obj_in_light", "Apple", toggle="Apple"),
            scene=SimpleNamespace(name="here"),
            setup=setup_commands(
                object_poses=[{"objectName": "Apple_1"}],
                object_toggles=[{"objectType": "DeskLamp", "isOn": False}],
                dirty_and_empty=True,
                init_action=START,
            ),
            expert_steps=7,
        )

    def expert(self, env, *, by):
        return env, by


@pytest.fixture
def world():
    return FakeController()


@pytest.fixture
def env(world):
    made = InteractionEnv(
        source=FakeSource(), controller=world, width_px=SIZE, height_px=SIZE, depth=True
    )
    made.reset(options={"episode_id": "t/1/0"})
    return made


def over(*slices):
    mask = np.zeros((SIZE, SIZE), dtype=bool)
    mask[slices] = True
    return mask


ON_APPLE = over(slice(2, 8), slice(2, 8))


def act(env, name, mask=None, target=None):
    return env.step(env.encode_action(DiscreteAction(name, mask=mask, target=target)))


def test_passes_gymnasiums_own_check(world):
    env = InteractionEnv(source=FakeSource(), controller=world, width_px=SIZE, height_px=SIZE)
    check_env(env, skip_render_check=True)


def test_set_up_sends_what_alfred_sends_and_nothing_else(env, world):
    names = [command["action"] for command in world.sent[1:]]
    assert names == [
        "Initialize",
        "Initialize",
        "SetObjectToggles",
        "SetStateOfAllObjects",
        "SetStateOfAllObjects",
        "SetObjectPoses",
        "TeleportFull",
    ]
    assert world.sent[0] == ("reset", env.episode.scene)
    dirty, empty = world.sent[4:6]
    assert (dirty["StateChange"], dirty["forceAction"]) == ("CanBeDirty", True)
    assert (empty["StateChange"], empty["forceAction"]) == ("CanBeFilled", False)


def test_info_carries_instruction_and_episode(env):
    _, info = env.reset(options={"episode_id": "t/2/0"})
    assert info["episode_id"] == "t/2/0"
    assert info["instruction"].text == "Hold the apple, t/2/0."
    assert info["is_success"] is False


def test_an_unknown_episode_is_named(env):
    with pytest.raises(UnknownNameError, match="t/9/0"):
        env.reset(options={"episode_id": "t/9/0"})


def test_looking_is_a_teleport_on_the_spot(env, world):
    act(env, "LookDown")
    sent = world.sent[-1]
    assert sent["action"] == "TeleportFull"
    assert (sent["x"], sent["z"], sent["rotation"], sent["horizon"]) == (0.0, 0.0, 90.0, 45.0)


def test_a_mask_picks_the_object_it_overlaps_best(env, world):
    _, _, _, _, info = act(env, "PickupObject", ON_APPLE)
    assert info["error_message"] == ""
    assert world.sent[-1] == {"action": "PickupObject", "objectId": APPLE}


def test_an_empty_mask_is_a_failed_action(env, world):
    before = len(world.sent)
    observation, _, _, _, info = act(env, "PickupObject", over(slice(0, 0)))
    assert observation["observation.last_action_success"] == 0
    assert info["error_message"]
    assert len(world.sent) == before
    assert env.failed_actions == 1


def test_a_mask_on_what_cannot_be_acted_on_is_a_failed_action(env):
    _, _, _, _, info = act(env, "OpenObject", over(slice(12, 20)))
    assert info["error_message"]


def test_a_mask_of_the_wrong_shape_names_both_shapes(env):
    with pytest.raises(ValueError, match=r"\(7, 9\).*\(20, 20\)"):
        act(env, "PickupObject", np.ones((7, 9), dtype=bool))


def test_cutting_without_a_knife_fails_and_is_never_sent(env, world):
    _, _, _, _, info = act(env, "SliceObject", ON_APPLE)
    assert "knife" in info["error_message"]
    assert all(command["action"] != "SliceObject" for command in world.sent[1:])
    act(env, "PickupObject", over(slice(2, 8), slice(10, 16)))
    act(env, "SliceObject", ON_APPLE)
    assert world.sent[-1] == {"action": "SliceObject", "objectId": APPLE}


def test_putting_names_what_is_held(env, world):
    act(env, "PickupObject", over(slice(2, 8), slice(10, 16)))
    act(env, "PutObject", ON_APPLE)
    assert world.sent[-1]["objectId"] == KNIFE
    assert world.sent[-1]["receptacleObjectId"] == APPLE


def test_ten_failures_cut_the_episode_off_and_the_last_counts_no_step(env):
    for _ in range(9):
        _, _, terminated, truncated, _ = act(env, "PutObject", ON_APPLE)
        assert not terminated
        assert not truncated
    _, _, terminated, truncated, _ = act(env, "PutObject", ON_APPLE)
    assert truncated
    assert not terminated
    assert env.outcome()["steps"] == 9
    assert env.outcome()["failed_actions"] == 10
    with pytest.raises(RuntimeError, match="reset"):
        act(env, "MoveAhead")


def test_the_step_limit_cuts_the_episode_off(world):
    env = InteractionEnv(
        source=FakeSource(), controller=world, width_px=SIZE, height_px=SIZE, max_steps=2
    )
    env.reset(seed=0)
    assert act(env, "MoveAhead")[3] is False
    assert act(env, "MoveAhead")[3] is True


def test_stop_ends_the_episode_and_pays_for_success(env, world):
    act(env, "PickupObject", ON_APPLE)
    world.objects[0] |= {"toggleable": True, "isToggled": True}
    world._event()
    _, reward, terminated, truncated, info = env.step(env.encode_action(STOP))
    assert (reward, terminated, truncated, info["is_success"]) == (1.0, True, False, True)
    assert env.outcome() == {
        "goal_conditions_met": 2,
        "goal_conditions_total": 2,
        "expert_steps": 7,
        "steps": 1,
        "failed_actions": 0,
        "measures": {"setup_refusals": 0.0},
    }


def test_a_refusal_reaches_the_agent_as_one_bit(world):
    world.refuse.add("MoveAhead")
    env = InteractionEnv(source=FakeSource(), controller=world, width_px=SIZE, height_px=SIZE)
    env.reset(seed=1)
    observation, _, _, _, info = act(env, "MoveAhead")
    assert set(observation) == {"observation.images.ego", "observation.last_action_success"}
    assert env.decode_observation(observation).last_action_success is False
    assert info["error_message"] == "It will not."


def test_targets_need_leave(env, world):
    with pytest.raises(ConfigError, match="privileged_targets"):
        act(env, "PickupObject", target=APPLE)
    allowed = InteractionEnv(
        source=FakeSource(),
        controller=world,
        width_px=SIZE,
        height_px=SIZE,
        privileged_targets=True,
    )
    allowed.reset(seed=0)
    act(allowed, "PickupObject", target=KNIFE)
    assert world.held == KNIFE


@pytest.mark.parametrize(
    ("action", "error"),
    [(DiscreteAction("Jump"), UnknownNameError), (TextAction("jump"), ConfigError)],
)
def test_what_is_no_action_is_refused_by_name(env, action, error):
    with pytest.raises(error, match=r"(?i)jump"):
        env.encode_action(action)


def test_a_refused_set_up_is_counted(world):
    world.refuse.add("TeleportFull")
    env = InteractionEnv(source=FakeSource(), controller=world, width_px=SIZE, height_px=SIZE)
    env.reset(seed=0)
    assert env.outcome()["measures"] == {"setup_refusals": 1.0}


def test_held_and_inert_instances_are_passed_over(world):
    world.held = APPLE
    event = world._event()
    everywhere = np.ones((SIZE, SIZE), dtype=bool)
    found = resolve_mask(
        everywhere,
        instance_ids=event.instance_ids,
        object_ids=event.object_ids,
        metadata=event.metadata,
    )
    assert found == KNIFE


@given(
    ids=hnp.arrays(np.int32, (6, 7), elements=st.integers(0, 4)),
    mask=hnp.arrays(bool, (6, 7)),
)
def test_ranking_is_intersection_over_union(ids, mask):
    ranked = rank_by_iou(mask, ids)
    expected = {}
    for number in np.unique(ids[mask]):
        if number:
            mine = ids == number
            expected[int(number)] = (mine & mask).sum() / (mine | mask).sum()
    assert dict(ranked) == pytest.approx(expected)
    assert [score for _, score in ranked] == sorted(expected.values(), reverse=True)
