"""Strewing the movable things about, as `InitialRandomSpawn` does."""

from dataclasses import replace

import numpy as np

from envs.household.placement import SINGLE
from envs.household.rules.arguments import Argument
from envs.household.rules.context import ActionRule, Context, Values
from envs.household.rules.holding import put_query
from envs.household.world import Agent, ObjectState

ATTEMPTS = 5
"""Receptacles tried for each thing before it stays where it is."""

STANDOFF_M = 1.2
"""Things end up where an agent within this of the receptacle could have put them."""


def _spawn(context: Context, values: Values) -> None:
    """Move every movable thing to a random receptacle that takes it; what fits nowhere stays.

    The same seed gives the same room. Nothing is put into closed receptacles, and what holds
    something stays, so that nothing is spilt.
    """
    world = context.world
    rng = np.random.default_rng(values["randomSeed"])
    kept, barred = set(values["excludedObjectIds"]), set(values["excludedReceptacles"])
    things = [
        state
        for state in world
        if state.spec.info.can("pickupable")
        and state.shown
        and not state.contents
        and state.id not in {world.held, *kept}
    ]
    for index in rng.permutation(len(things)):
        _move(context, things[index], barred, rng)


def _move(context: Context, thing: ObjectState, barred: set[str], rng: np.random.Generator) -> None:
    world = context.world
    places = [
        state
        for state in world
        if thing.spec.type in state.spec.info.fits
        and state.shown
        and not state.spec.info.can("pickupable")
        and state.spec.type not in barred
        and (state.is_open or not state.spec.info.can("openable"))
        and not (state.spec.type in SINGLE and state.contents)
    ]
    for index in rng.permutation(len(places))[:ATTEMPTS]:
        place = places[index]
        viewer = _viewer(context, place, rng)
        query = replace(
            put_query(context, thing, place, world.spaces(place.id)),
            agent=viewer,
            depth_m=np.full((2, 2), np.inf, dtype=np.float32),
        )
        spot = context.placement.choose(query)
        if spot is not None:
            world.attach(thing.id, place.id, spot.space)
            world.place(thing.id, spot.position_m, spot.rotation)
            return


def _viewer(context: Context, place: ObjectState, rng: np.random.Generator) -> Agent:
    """An agent somewhere near a receptacle, looking at it."""
    world = context.world
    x, y, z = world.agent.position_m
    points = context.geometry.navigator().reachable(
        np.array([x, z]), grid_m=context.settings.grid_m
    )
    middle = world.box_centre_m(place.id)
    away = np.hypot(*(points - middle[[0, 2]]).T)
    near = points[away <= max(STANDOFF_M, float(away.min()) + 1e-6)]
    at = near[rng.integers(len(near))]
    across, ahead = middle[0] - at[0], middle[2] - at[1]
    return replace(
        world.agent,
        position_m=(float(at[0]), y, float(at[1])),
        yaw_deg=float(np.rad2deg(np.arctan2(across, ahead)) % 360.0),
        horizon_deg=30.0,
    )


RULES = (
    ActionRule(
        "InitialRandomSpawn",
        _spawn,
        (
            Argument("randomSeed", "whole", 0),
            Argument("excludedObjectIds", "texts", ()),
            Argument("excludedReceptacles", "texts", ()),
            Argument("forceVisible", "flag", False),
            Argument("numPlacementAttempts", "whole", 5),
            Argument("placeStationary", "flag", True),
        ),
    ),
)
