"""Moving, turning, looking, teleporting."""

import numpy as np

from envs.household.rules.arguments import Argument
from envs.household.rules.context import ActionRule, Context, Values
from envs.household.rules.holding import carry
from envs.household.rules.refusal import Reason, Refused
from envs.household.world import AGENT_Y_M

LOWEST_HORIZON_DEG, HIGHEST_HORIZON_DEG = -30.0, 60.0
"""How far the camera looks up and down."""

TURN_DEG = 90.0
LOOK_DEG = 30.0
HEIGHT_SLACK_M = 0.3
SAME_PLACE_M = 1e-3
"""A teleport by less than this is a look or a turn on the spot."""


def _move(direction_deg: float):
    def perform(context: Context, values: Values) -> None:
        agent = context.world.agent
        length = values["moveMagnitude"] or context.settings.grid_m
        heading = np.deg2rad(agent.yaw_deg + direction_deg)
        start = np.array([agent.position_m[0], agent.position_m[2]])
        end = np.round(start + length * np.array([np.sin(heading), np.cos(heading)]), 6)
        culprit = context.geometry.navigator().what_blocks(start, end)
        if culprit is not None:
            raise Refused(Reason.BLOCKED, culprit=culprit)
        position = (float(end[0]), agent.position_m[1], float(end[1]))
        context.world.set_agent(position_m=position)
        carry(context.world)

    return perform


def _turn(degrees: float):
    def perform(context: Context, values: Values) -> None:
        yaw = (context.world.agent.yaw_deg + degrees) % 360.0
        context.world.set_agent(yaw_deg=round(yaw, 6) % 360.0)
        carry(context.world)

    return perform


def _look(degrees: float):
    def perform(context: Context, values: Values) -> None:
        horizon = _checked_horizon(context.world.agent.horizon_deg + degrees)
        context.world.set_agent(horizon_deg=horizon)
        carry(context.world)

    return perform


def _checked_horizon(horizon_deg: float) -> float:
    signed = round((horizon_deg + 180.0) % 360.0 - 180.0, 4)
    if not LOWEST_HORIZON_DEG <= signed <= HIGHEST_HORIZON_DEG:
        raise Refused(Reason.LOOK_LIMIT, horizon_deg=signed)
    return signed


def _teleport(context: Context, values: Values) -> None:
    """Put the agent somewhere else; x and z must be a place it can stand at.

    y is taken as given where it is a height that a standing agent has on some room's floor:
    ALFRED's start poses have 0.87 to 1.12 m, the same all over a room.
    """
    agent = context.world.agent
    place = np.array([values["x"], values["z"]])
    here = np.array([agent.position_m[0], agent.position_m[2]])
    height = agent.position_m[1] if values["y"] is None else values["y"]
    free = context.geometry.navigator().free
    moved = np.abs(place - here).max() > SAME_PLACE_M
    if abs(height - AGENT_Y_M) > HEIGHT_SLACK_M or (moved and not free(place[None])[0]):
        raise Refused(Reason.OFF_THE_FLOOR, x_m=place[0], z_m=place[1])
    yaw, horizon = agent.yaw_deg, agent.horizon_deg
    if values.get("rotation") is not None:
        yaw = round(values["rotation"] % 360.0, 6) % 360.0
    if values.get("horizon") is not None:
        horizon = _checked_horizon(values["horizon"])
    context.world.set_agent(
        position_m=(float(place[0]), height, float(place[1])), yaw_deg=yaw, horizon_deg=horizon
    )
    carry(context.world)


def _reachable(context: Context, values: Values) -> list[dict[str, float]]:
    x, y, z = context.world.agent.position_m
    grid = values["gridSize"] or context.settings.grid_m
    points = context.geometry.navigator().reachable(np.array([x, z]), grid_m=grid)
    return [{"x": float(px), "y": y, "z": float(pz)} for px, pz in points]


_FORCE = Argument("forceAction", "flag", False)
_STEP = (
    Argument("moveMagnitude", "length", None),
    _FORCE,
    Argument("snapToGrid", "flag", True),
)
_PLACE = (
    Argument("x", "number"),
    Argument("y", "number", None),
    Argument("z", "number"),
    Argument("rotation", "yaw", None),
    _FORCE,
)
_FULL = (
    *_PLACE[:3],
    Argument("rotation", "yaw"),
    Argument("horizon", "number"),
    Argument("rotateOnTeleport", "flag", True),
    Argument("standing", "flag", True),
    _FORCE,
)

RULES = (
    ActionRule("MoveAhead", _move(0.0), _STEP),
    ActionRule("MoveBack", _move(180.0), _STEP),
    ActionRule("MoveLeft", _move(-90.0), _STEP),
    ActionRule("MoveRight", _move(90.0), _STEP),
    ActionRule("RotateLeft", _turn(-TURN_DEG), (_FORCE,)),
    ActionRule("RotateRight", _turn(TURN_DEG), (_FORCE,)),
    ActionRule("LookUp", _look(-LOOK_DEG), (_FORCE,)),
    ActionRule("LookDown", _look(LOOK_DEG), (_FORCE,)),
    ActionRule("Teleport", _teleport, _PLACE),
    ActionRule("TeleportFull", _teleport, _FULL),
    ActionRule("GetReachablePositions", _reachable, (Argument("gridSize", "length", None),)),
)
