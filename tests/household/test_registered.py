"""The environment as a newcomer makes it, by its registered id."""

import gymnasium
import numpy as np
from gymnasium.utils.env_checker import check_env


def test_household_passes_gymnasiums_own_check():
    env = gymnasium.make("envs:embodied/Household-v0", split="valid_seen", limit=2)
    check_env(env.unwrapped)
    env.close()


def test_the_readmes_first_lines_run():
    env = gymnasium.make("envs:embodied/Household-v0", split="valid_seen")
    episode_id = env.unwrapped.episodes()[0].episode_id
    observation, info = env.reset(options={"episode_id": episode_id})
    assert info["episode_id"] == episode_id
    assert info["instruction"].text
    assert observation["observation.images.ego"].shape == (300, 300, 3)
    assert np.ptp(observation["observation.images.ego"]) > 100
    *_, info = env.step(env.action_space.sample())
    assert info["is_success"] in (True, False)
    env.close()
