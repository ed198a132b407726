"""The rules of AI2-THOR 2.1 for ALFRED's actions, one module a family, one table of all."""

from collections.abc import Mapping
from typing import Any

from embodied.core.errors import UnknownNameError
from envs.household.rules import (
    holding,
    moving,
    opening,
    setting,
    slicing,
    spawning,
    toggling,
)
from envs.household.rules.arguments import Argument, ArgumentError, checked
from envs.household.rules.consequences import apply as apply_consequences
from envs.household.rules.context import ActionRule, Context, Geometry, Settings
from envs.household.rules.links import Links, find_links
from envs.household.rules.refusal import SENTENCES, Reason, Refused

ACTIONS: dict[str, ActionRule] = {
    rule.name: rule
    for family in (moving, holding, opening, toggling, slicing, setting, spawning)
    for rule in family.RULES
}
"""Every action there is, by name."""


def prepare(name: str, arguments: Mapping[str, Any]) -> tuple[ActionRule, dict[str, Any]]:
    """Look an action up and check its arguments.

    Raises:
        UnknownNameError: If there is no such action.
        ArgumentError: If an argument is missing, unknown or not of its kind.
    """
    rule = ACTIONS.get(name)
    if rule is None:
        raise UnknownNameError("action", name, ACTIONS)
    return rule, checked(name, rule.arguments, arguments)


def perform(context: Context, rule: ActionRule, values: Mapping[str, Any]) -> Any:
    """Do an action, and let follow what follows.

    Raises:
        Refused: If the world refuses it; nothing has changed then.
    """
    answer = rule.perform(context, values)
    apply_consequences(context.world, context.links)
    return answer


__all__ = [
    "ACTIONS",
    "SENTENCES",
    "ActionRule",
    "Argument",
    "ArgumentError",
    "Context",
    "Geometry",
    "Links",
    "Reason",
    "Refused",
    "Settings",
    "apply_consequences",
    "find_links",
    "perform",
    "prepare",
]
