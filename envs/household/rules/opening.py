"""Opening and closing."""

import numpy as np

from envs.household.footprints import Footprints
from envs.household.navigation import HEIGHT_M, RADIUS_M, SKIN_M
from envs.household.rules.arguments import Argument
from envs.household.rules.checks import target, within_grasp
from envs.household.rules.context import ActionRule, Context, Values
from envs.household.rules.refusal import Reason, Refused
from envs.household.spaces import opening_pose
from envs.household.world import ObjectState

SWING_STEPS = 6
"""How many positions along its way a door is tried at against the agent's body."""

OFF_TO_OPEN = frozenset(["Microwave"])


def _open(context: Context, values: Values) -> None:
    state = _openable(context, values)
    if state.is_open:
        raise Refused(Reason.ALREADY_OPEN, object=state.id)
    within_grasp(context, state)
    if state.on and state.spec.type in OFF_TO_OPEN:
        raise Refused(Reason.MUST_BE_OFF, object=state.id)
    if _hits_agent(context, state, values["moveMagnitude"]):
        raise Refused(Reason.AGENT_IN_THE_WAY, object=state.id)
    context.world.set_openness(state.id, values["moveMagnitude"])


def _close(context: Context, values: Values) -> None:
    """Close; a door on its way back is not stopped by the agent, who would step aside."""
    state = _openable(context, values)
    if not state.is_open:
        raise Refused(Reason.ALREADY_CLOSED, object=state.id)
    within_grasp(context, state)
    context.world.set_openness(state.id, 0.0)


def _openable(context: Context, values: Values) -> ObjectState:
    state = target(context, values["objectId"])
    if not state.spec.info.can("openable"):
        raise Refused(Reason.NOT_OPENABLE, object=state.id)
    return state


def _hits_agent(context: Context, state: ObjectState, openness: float) -> bool:
    """Whether the moving parts meet the agent's body on their way.

    Not asked where the scene lists its walkable cells: those are places the agent has stood at
    while doors opened, and the doors' rebuilt boxes are less certain than that.
    """
    world = context.world
    shape = world.shape(state.id)
    if world.scene.floor.walkable_xz_m is not None or shape.opening is None:
        return False
    parts = [part for part in shape.parts if part.moves and part.solid]
    if not parts:
        return False
    middles = np.array([part.position_m for part in parts])
    halves = np.array([part.size_m for part in parts]) / 2.0
    own = world.rotation(state.id)
    # Parts' own rotations are left out: a door's panel and a drawer's walls are upright boxes.
    x, _, z = world.agent.position_m
    for share in np.linspace(0.0, openness, SWING_STEPS + 1)[1:]:
        turn, shift = opening_pose(shape.opening, float(share))
        swept = Footprints.of_boxes(
            world.to_world(state.id, middles @ turn.T + shift),
            halves,
            np.broadcast_to(own @ turn, (len(parts), 3, 3)),
        )
        beside = (swept.low_m < HEIGHT_M) & (swept.high_m > 0.0)
        distance = swept.distance_m(np.array([[x, z]]))[0]
        if (beside & (distance < RADIUS_M - SKIN_M)).any():
            return True
    return False


_TARGET = (Argument("objectId", "text"), Argument("forceAction", "flag", False))

RULES = (
    ActionRule("OpenObject", _open, (*_TARGET, Argument("moveMagnitude", "share", 1.0))),
    ActionRule("CloseObject", _close, _TARGET),
)
