"""What `embodied/Alfred-v0` makes."""

from typing import Any

from envs.household.env import InteractionEnv
from envs.household.registry import split_options


def make_alfred(**options: Any) -> InteractionEnv:
    """Make `embodied/Alfred-v0`: the data set's episodes in rooms rebuilt from it.

    Args:
        options: Those of `InteractionEnv`, and those of `AlfredSource`.
    """
    from envs.alfred.source import AlfredSource

    own, rest = split_options(options)
    return InteractionEnv(source=AlfredSource(**rest), **own)
