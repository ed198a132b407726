"""What the environment tells of the commands it sent: the leaderboard takes those."""

import gymnasium
import numpy as np
import pytest
from small_alfred import MUG, TRAJECTORY

from embodied.core.action import STOP, DiscreteAction


@pytest.fixture
def make(root, tmp_path):
    made = []

    def open_env(**options):
        env = gymnasium.make(
            "envs:embodied/Alfred-v0",
            disable_env_checker=True,
            data_root=root,
            cache_dir=tmp_path / "cache",
            **options,
        ).unwrapped
        env.reset(options={"episode_id": f"{TRAJECTORY}/0"})
        made.append(env)
        return env

    yield open_env
    for env in made:
        env.close()


def sent(env, action):
    return env.step(env.encode_action(action))[-1]["command"]


def test_moves_are_told_as_the_leaderboard_takes_them_refused_or_not(make):
    env = make()
    for name in ("LookDown", "RotateLeft", "MoveAhead"):
        assert sent(env, DiscreteAction(name)) == {"action": name, "forceAction": True}


def test_masks_become_object_ids(make):
    env = make(privileged_targets=True)
    command = sent(env, DiscreteAction("PickupObject", target=MUG))
    assert command == {"action": "PickupObject", "objectId": MUG}


def test_what_is_never_sent_is_not_told(make):
    env = make()
    nothing = np.zeros((300, 300), dtype=bool)
    assert sent(env, DiscreteAction("PickupObject", mask=nothing)) is None
    assert sent(env, STOP) is None


def test_the_failure_that_ends_an_episode_is_not_told(make):
    env = make(privileged_targets=True, max_failed_actions=2)
    refused = DiscreteAction("CloseObject", target=MUG)
    assert sent(env, refused) == {"action": "CloseObject", "objectId": MUG, "forceAction": True}
    assert sent(env, refused) is None
