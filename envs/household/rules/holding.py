"""Picking up and putting down."""

import numpy as np
from numpy.typing import NDArray

from envs.household.footprints import Footprints
from envs.household.placement import SINGLE, PutQuery
from envs.household.rules.arguments import Argument
from envs.household.rules.checks import target, within_grasp
from envs.household.rules.context import ActionRule, Context, Values
from envs.household.rules.refusal import Reason, Refused
from envs.household.spaces import PlacedSpace
from envs.household.world import ObjectState, World

HELD_AHEAD_M = 0.4
HELD_TOP_BELOW_M = 0.1
"""The hand: the thing's near side this far ahead of the camera, its top this far below the axis.

So it stands in the lower middle of the picture, and covers at most its lowest quarter or so.
"""

HOLES = frozenset(["Sink", "SinkBasin"])
HOLE_RIM_M = 0.03
"""Built-in basins lie below the surface around them, but nothing can be put across them."""

LINED = frozenset(["Sink", "Bathtub"])
"""Receptacles whose inside is a basin of its own: what is put into them lies in that."""


def carry(world: World) -> None:
    """Bring what the hand holds along with the camera."""
    if world.held is None:
        return
    state = world[world.held]
    half = world.half_sizes_m[state.index]
    scale = 1.0 + half[2] / HELD_AHEAD_M
    middle = np.array([0.0, -HELD_TOP_BELOW_M * scale - half[1], HELD_AHEAD_M + half[2]])
    turn = world.agent.camera_rotation
    to_pivot = np.asarray(state.spec.pivot_m) - np.array([0.0, half[1], 0.0])
    world.place(state.id, np.asarray(world.agent.eye_m) + turn @ (middle + to_pivot), turn)


def _pick_up(context: Context, values: Values) -> None:
    world = context.world
    state = target(context, values["objectId"])
    if world.held is not None:
        raise Refused(Reason.HAND_FULL, held=world.held)
    if not state.spec.info.can("pickupable"):
        raise Refused(Reason.NOT_PICKUPABLE, object=state.id)
    within_grasp(context, state)
    world.attach(state.id, None)
    world.held = state.id
    carry(world)


def _put(context: Context, values: Values) -> None:
    world = context.world
    receptacle = target(context, values["receptacleObjectId"])
    if world.held is None:
        raise Refused(Reason.HAND_EMPTY)
    held = world[world.held]
    if values["objectId"] not in (None, held.id):
        raise Refused(Reason.NOT_HELD, object=values["objectId"], held=held.id)
    if not receptacle.spec.info.can("receptacle"):
        raise Refused(Reason.NOT_A_RECEPTACLE, receptacle=receptacle.id)
    if held.spec.type not in receptacle.spec.info.fits:
        raise Refused(Reason.WRONG_TYPE, object=held.id, receptacle=receptacle.id)
    within_grasp(context, receptacle)
    spaces = _usable_spaces(world, receptacle)
    if receptacle.spec.type in SINGLE and receptacle.contents:
        occupant = receptacle.contents[0]
        raise Refused(Reason.RECEPTACLE_FULL, receptacle=receptacle.id, occupant=occupant)
    spot = context.placement.choose(put_query(context, held, receptacle, spaces))
    if spot is None:
        raise Refused(Reason.NO_FREE_SPOT, object=held.id, receptacle=receptacle.id)
    world.held = None
    world.attach(held.id, receptacle.id, spot.space)
    world.place(held.id, spot.position_m, spot.rotation)


def _usable_spaces(world: World, receptacle: ObjectState) -> tuple[PlacedSpace, ...]:
    """The spaces that are not shut in now."""
    spaces = world.spaces(receptacle.id)
    if receptacle.spec.info.can("openable") and not receptacle.is_open:
        outside = tuple(each for each in spaces if not each.space.inside)
        if not outside:
            raise Refused(Reason.RECEPTACLE_CLOSED, receptacle=receptacle.id)
        return outside
    return spaces


def put_query(
    context: Context,
    held: ObjectState,
    receptacle: ObjectState,
    spaces: tuple[PlacedSpace, ...],
) -> PutQuery:
    """Say all that a placement may look at.

    Args:
        context: The household.
        held: The thing to put down.
        receptacle: Where it goes.
        spaces: The receptacle's spaces that are not shut in.
    """
    world = context.world
    obstacles, loose = _in_the_way(context, held, receptacle)
    inner = world.contents(held.id)
    own = world.rotation(held.id)
    base = world.to_world(held.id, np.zeros(3))
    tops = [held.spec.size_m[1]]
    for each in inner:
        middle = (world.box_centre_m(each) - base) @ own
        reach = np.abs(own.T @ world.rotation(each)) @ world.half_sizes_m[world[each].index]
        tops.append(float(middle[1] + reach[1]))
    return PutQuery(
        type=held.spec.type,
        size_m=held.spec.size_m,
        pivot_m=held.spec.pivot_m,
        height_m=max(tops),
        anchor_xz_m=_anchor(world, held.id),
        loaded=bool(inner),
        receptacle=receptacle.id,
        receptacle_type=receptacle.spec.type,
        vessel=receptacle.spec.info.can("pickupable"),
        rim_m=float(world.extent_m(receptacle.id)[1][1]),
        spaces=spaces,
        obstacles=obstacles,
        things=obstacles.select(loose),
        agent=world.agent,
        fov_deg=context.settings.fov_deg,
        reach_m=context.settings.reach_m,
        depth_m=_depth_past(context, held),
        name=held.spec.name.rpartition("|")[2] or held.spec.type,
        known=tuple(each for each in world.scene.rests if each.receptacle == receptacle.id),
    )


def _depth_past(context: Context, held: ObjectState) -> NDArray[np.float32]:
    """The depth image with nothing where the thing in the hand, or what it holds, is drawn."""
    world, sight = context.world, context.sight
    rows = [held.index, *(world[inner].index for inner in world.contents(held.id))]
    in_hand = np.isin(sight.instance_ids, np.array(rows) + 1)
    return np.where(in_hand, np.float32(np.inf), sight.depth_m)


def _anchor(world: World, object_id: str) -> tuple[float, float]:
    """The middle of a vessel's bottom, own frame; of anything else the middle of its box."""
    spaces = world.shape(object_id).spaces
    return (spaces[0].centre_m[0], spaces[0].centre_m[2]) if spaces else (0.0, 0.0)


def _in_the_way(
    context: Context, held: ObjectState, receptacle: ObjectState
) -> tuple[Footprints, NDArray[np.bool_]]:
    """What a thing put into a receptacle must not touch, and which of it is no solid furniture.

    Whole bounding boxes of movable things, solid parts of furniture; not the receptacle, what
    it is built into, or what it rests in.
    """
    world = context.world
    own = {held.id, *world.contents(held.id), receptacle.id}
    state = receptacle
    while (above := state.parent if state.parent is not None else state.spec.owner) is not None:
        if above in own:
            break
        own.add(above)
        state = world[above]
    if receptacle.spec.type in LINED:
        own |= {each.id for each in world if each.spec.owner == receptacle.id}
    movable = np.zeros(len(world.object_ids), dtype=bool)
    others = np.ones(len(world.object_ids), dtype=bool)
    holes = np.zeros(len(world.object_ids), dtype=bool)
    for each in world:
        others[each.index] = each.shown and each.id not in own
        movable[each.index] = each.spec.info.can("pickupable")
        holes[each.index] = each.spec.type in HOLES and receptacle.spec.type not in HOLES
    parts = context.geometry.part_boxes()
    solid = (others & ~movable)[parts.owners]
    whole = others & (movable | holes)
    raised = np.where(holes, HOLE_RIM_M, 0.0)
    boxes = Footprints.of_boxes(
        np.concatenate([parts.centres_m[solid], world.box_centres_m()[whole]]),
        np.concatenate([parts.half_sizes_m[solid], world.half_sizes_m[whole]]),
        np.concatenate([parts.rotations[solid], world.rotations[whole]]),
    )
    lift = np.concatenate([np.zeros(int(solid.sum())), raised[whole]])
    raised_boxes = Footprints(
        boxes.centre_xz_m, boxes.axis_xz, boxes.half_m, boxes.low_m, boxes.high_m + lift
    )
    return raised_boxes, np.arange(len(lift)) >= int(solid.sum())


RULES = (
    ActionRule(
        "PickupObject",
        _pick_up,
        (Argument("objectId", "text"), Argument("forceAction", "flag", False)),
    ),
    ActionRule(
        "PutObject",
        _put,
        (
            Argument("receptacleObjectId", "text"),
            Argument("objectId", "text", None),
            Argument("forceAction", "flag", False),
            Argument("placeStationary", "flag", True),
        ),
    ),
)
