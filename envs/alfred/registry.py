"""What `embodied/Alfred-v0` makes."""

from typing import Any

from envs.household.env import FOV_DEG, InteractionEnv
from envs.household.registry import split_options

LOOKS = ("width_px", "height_px", "render_backend")
"""Options of the environment that are its controller's."""


def make_alfred(**options: Any) -> InteractionEnv:
    """Make `embodied/Alfred-v0`: the data set's episodes in rooms rebuilt from it.

    Args:
        options: Those of `InteractionEnv`, and those of `AlfredSource`.
    """
    from envs.alfred.placement import ThorPlacement
    from envs.alfred.source import AlfredSource
    from envs.household.controller import HouseholdController

    own, rest = split_options(options)
    if own.get("controller") is None:
        # Things are to rest where they rested in the recordings.
        looks = {name: own[name] for name in LOOKS if name in own}
        own["controller"] = HouseholdController(fov_deg=FOV_DEG, placement=ThorPlacement(), **looks)
    return InteractionEnv(source=AlfredSource(**rest), **own)
