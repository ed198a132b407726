"""What the registered ids make; sources are imported only when an environment is made."""

from typing import Any

from envs.household.env import InteractionEnv

ENV_OPTIONS = (
    "controller",
    "depth",
    "height_px",
    "max_failed_actions",
    "max_steps",
    "perception",
    "privileged_targets",
    "render_backend",
    "render_mode",
    "width_px",
)


def split_options(options: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Split keyword arguments into the environment's own and its source's.

    A `controller` may be a `Controller` or what makes one when called.
    """
    own = {name: value for name, value in options.items() if name in ENV_OPTIONS}
    if callable(own.get("controller")):
        own["controller"] = own["controller"]()
    return own, {name: value for name, value in options.items() if name not in own}


def make_household(**options: Any) -> InteractionEnv:
    """Make `embodied/Household-v0`: generated rooms and tasks.

    Args:
        options: Those of `InteractionEnv`, and those of `HouseholdSource`.
    """
    from envs.household.source import HouseholdSource

    own, rest = split_options(options)
    return InteractionEnv(source=HouseholdSource(**rest), **own)
