"""The agent of a robot, made from settings: planning runs beside the control loop."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from embodied.commands.settings import compose
from embodied.core.action import VectorAction
from embodied.core.protocols import Agent

PLANNING = "embodied.runtime.agent.PlanningAgent"


def agent_for_robot(
    *,
    planner: str,
    policy: str,
    overrides: Sequence[str] = (),
    ask: bool = False,
    patience_s: float = 60.0,
    frame: str = "robot",
    arm: bool = True,
) -> Agent:
    """Return an agent whose `step` never waits.

    Args:
        planner: Name of its planner's config.
        policy: Name of its policy's config.
        overrides: Further settings, `key=value`.
        ask: Whether it may ask a person.
        patience_s: How long it waits for an answer.
        frame: Whose left is meant: `robot` or `speaker`.
        arm: Whether it has an arm; without one it stands still by halting.

    Raises:
        EmbodiedError: If a setting is wrong, or the agent cannot be made of them.
    """
    from embodied.evaluation.configured import make
    from embodied.runtime.executor import ThreadExecutor

    config = compose("eval", [f"planner={planner}", f"policy={policy}", *overrides])
    made: dict[str, Any] = dict(config["agent"]["make"])
    if made.get("_target_") == PLANNING:
        made |= {
            "executor": ThreadExecutor(),
            "ask": ask,
            "patience_s": patience_s,
            "frame": frame,
            "ends_itself": False,
        }
        if not arm:
            made["idle"] = VectorAction(np.zeros(0, dtype=np.float32), "halt", "base", 20.0)
    agent: Agent = make(made, what="agent.make")
    return agent
