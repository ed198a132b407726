"""The environment as a newcomer makes it, by its registered id."""

import gymnasium
from gymnasium.utils.env_checker import check_env


def test_alfred_passes_gymnasiums_own_check(root, tmp_path):
    env = gymnasium.make("envs:embodied/Alfred-v0", data_root=root, cache_dir=tmp_path / "cache")
    check_env(env.unwrapped)
    env.close()
