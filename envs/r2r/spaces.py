"""Names and shapes of the arrays that R2R's environment hands out and takes."""

from typing import Any

import gymnasium
import numpy as np

from embodied.core.observation import IMAGES, LAST_ACTION_SUCCESS, STATE
from envs.r2r.graph import TURN_RAD
from envs.r2r.places import MAX_OBJECTS, MAX_WAYS, OBJECT_COLUMNS
from envs.r2r.senses import CAMERA, Senses

PLACE = "observation.viewpoint"
WAYS = "observation.ways"
WAY_PLACES = "observation.way_viewpoints"
ENTITIES = "observation.objects"
FEATURES = "observation.features"
IMAGE = IMAGES + CAMERA

PANORAMIC, SINGLE_VIEW = "panoramic", "single_view"
STAY, FORWARD = 0, 1
MOVES: dict[str, tuple[int, int, int]] = {
    "Stop": (STAY, 0, 0),
    "MoveForward": (FORWARD, 0, 0),
    "TurnLeft": (STAY, -1, 0),
    "TurnRight": (STAY, 1, 0),
    "LookUp": (STAY, 0, 1),
    "LookDown": (STAY, 0, -1),
}
"""Single-view actions by name: (way, turn, tilt), as the Matterport simulator takes them."""


def observation_space(senses: Senses) -> gymnasium.spaces.Dict:
    """Return the space of what is observed (see `RouteEnv`)."""
    box = gymnasium.spaces.Box
    spaces: dict[str, gymnasium.Space[Any]] = {
        PLACE: gymnasium.spaces.Discrete(2**15),
        STATE: box(-TURN_RAD, TURN_RAD, (2,), np.float64),
        WAYS: box(-np.inf, np.inf, (MAX_WAYS, 3), np.float32),
        WAY_PLACES: box(-1, 2**15, (MAX_WAYS,), np.int64),
        LAST_ACTION_SUCCESS: gymnasium.spaces.Discrete(2),
    }
    if senses.objects:
        spaces[ENTITIES] = box(-np.inf, np.inf, (MAX_OBJECTS, OBJECT_COLUMNS), np.float32)
    if senses.features is not None:
        spaces[FEATURES] = box(-np.inf, np.inf, (36, senses.features.width), np.float32)
    if senses.pictures is not None:
        spaces[IMAGE] = box(0, 255, (480, 640, 3), np.uint8)
    return gymnasium.spaces.Dict(spaces)


def action_space(*, panoramic: bool) -> gymnasium.Space[Any]:
    """Return the space of actions: number of a way, or (way, turn, tilt)."""
    if panoramic:
        return gymnasium.spaces.Discrete(MAX_WAYS + 1)
    return gymnasium.spaces.MultiDiscrete([MAX_WAYS + 1, 3, 3], start=[0, -1, -1])
