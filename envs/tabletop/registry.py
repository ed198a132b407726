"""What `embodied/Tabletop-v0` makes."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from embodied.core.errors import UnknownNameError
from envs.tabletop.env import TabletopEnv
from envs.tabletop.limits import ArmLimits
from envs.tabletop.source import TabletopSource


def make_tabletop(
    *, split: str = "valid_seen", limits: Mapping[str, Any] | None = None, **options: Any
) -> TabletopEnv:
    """Make `embodied/Tabletop-v0`.

    Args:
        split: `train`, `valid_seen` or `valid_unseen`.
        limits: Fields of `limits.ArmLimits` that differ from the defaults.
        options: See `env.TabletopEnv`.

    Raises:
        EmbodiedError: If a name is unknown or an option makes no sense.
    """
    names = [each.name for each in fields(ArmLimits)]
    for name in limits or {}:
        if name not in names:
            raise UnknownNameError("limit of the arm", name, names)
    return TabletopEnv(
        source=TabletopSource(split=split), limits=ArmLimits(**(limits or {})), **options
    )
