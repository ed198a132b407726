"""The household's observations and actions as gymnasium's spaces."""

from typing import Any

import gymnasium
import numpy as np

from embodied.core.arrays import Mask
from embodied.core.observation import DEPTH, IMAGES, LAST_ACTION_SUCCESS
from envs.household import commands

CAMERA = "ego"
TARGET_CHARACTERS = "".join(map(chr, range(32, 127)))


def observation_space(shape: tuple[int, int], *, depth: bool) -> gymnasium.spaces.Dict:
    """Return the space of what is shown.

    Args:
        shape: (height, width) of the picture.
        depth: Whether depth is shown, metres.
    """
    spaces: dict[str, gymnasium.Space[Any]] = {
        IMAGES + CAMERA: gymnasium.spaces.Box(0, 255, (*shape, 3), np.uint8),
        LAST_ACTION_SUCCESS: gymnasium.spaces.Discrete(2),
    }
    if depth:
        spaces[DEPTH + CAMERA] = gymnasium.spaces.Box(0.0, np.inf, shape, np.float32)
    return gymnasium.spaces.Dict(spaces)


def action_space(shape: tuple[int, int], *, targets: bool) -> gymnasium.spaces.Dict:
    """Return the space of actions: a name's number and a mask.

    Args:
        shape: (height, width) of the picture.
        targets: Whether objects may be named by id. Privileged.
    """
    actions: dict[str, gymnasium.Space[Any]] = {
        "name": gymnasium.spaces.Discrete(len(commands.ACTION_NAMES)),
        "mask": gymnasium.spaces.Box(0, 1, shape, np.uint8),
    }
    if targets:
        actions["target"] = gymnasium.spaces.Text(
            min_length=0, max_length=200, charset=TARGET_CHARACTERS
        )
    return gymnasium.spaces.Dict(actions)


def checked_mask(mask: Any, shape: tuple[int, int]) -> Mask:
    """Return a bool [H, W] mask, all false where there is none.

    Raises:
        ValueError: If it is of another shape than the picture.
    """
    if mask is None:
        return np.zeros(shape, dtype=bool)
    mask = np.asarray(mask)
    if mask.shape != shape:
        raise ValueError(f"mask of shape {mask.shape}, expected {shape}")
    return np.asarray(mask != 0)
