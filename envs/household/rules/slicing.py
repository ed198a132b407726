"""Cutting things up."""

import numpy as np

from envs.household.frames import rotation_matrix
from envs.household.rules.arguments import Argument
from envs.household.rules.checks import target, within_grasp
from envs.household.rules.context import ActionRule, Context, Values
from envs.household.rules.refusal import Reason, Refused
from envs.household.world import World

KNIVES = frozenset(["Knife", "ButterKnife"])
GAP_M = 0.001


def _slice(context: Context, values: Values) -> None:
    """Put the pieces where the whole was; the whole stays in the metadata as sliced, unseen."""
    world = context.world
    state = target(context, values["objectId"])
    if not state.spec.info.can("sliceable"):
        raise Refused(Reason.NOT_SLICEABLE, object=state.id)
    if world.held is None or world[world.held].spec.type not in KNIVES:
        raise Refused(Reason.NO_KNIFE)
    within_grasp(context, state)
    pieces = pieces_of(world, state.id)
    positions, turn = _laid_out(world, state.id, pieces)
    parent, space = state.parent, state.space
    world.attach(state.id, None)
    world.set(state.id, "shown", False)
    world.set(state.id, "sliced", True)
    for piece, position in zip(pieces, positions, strict=True):
        world.set(piece, "shown", True)
        world.set(piece, "temperature", state.temperature)
        world.attach(piece, parent, space)
        world.place(piece, position, turn)


def pieces_of(world: World, object_id: str) -> list[str]:
    """Return the ids of the pieces an object falls into."""
    return [each for each in world.object_ids if each.startswith(f"{object_id}|")]


def _laid_out(
    world: World, object_id: str, pieces: list[str]
) -> tuple[list[np.ndarray], np.ndarray]:
    """Pivots of the pieces where they are known to lie, and their common rotation.

    Without that they are in a row, as a loaf's slices stand, along the whole's depth turned
    level; on the level of its lowest point in any case.
    """
    whole = world.rotation(object_id)
    yaw = np.rad2deg(np.arctan2(whole[0, 2], whole[2, 2]))
    turn = rotation_matrix((0.0, yaw, 0.0))
    low, high = world.extent_m(object_id)
    middle = np.array([(low[0] + high[0]) / 2.0, low[1], (low[2] + high[2]) / 2.0])
    spec = world[object_id].spec
    positions = []
    for rank, piece in enumerate(pieces):
        of_piece = world[piece].spec
        if spec.pieces:
            base = world.position_m(object_id) * [1.0, 0.0, 1.0] + low * [0.0, 1.0, 0.0]
            bottom = base + turn @ np.asarray(spec.pieces[rank].at_m)
            positions.append(bottom + turn @ np.asarray(of_piece.pivot_m))
            continue
        pitch = max(of_piece.size_m[2] + GAP_M, spec.size_m[2] / len(pieces))
        along = (rank - (len(pieces) - 1) / 2.0) * pitch
        own = np.array([0.0, 0.0, along]) + np.asarray(of_piece.pivot_m)
        positions.append(middle + turn @ own)
    return positions, turn


RULES = (
    ActionRule(
        "SliceObject",
        _slice,
        (Argument("objectId", "text"), Argument("forceAction", "flag", False)),
    ),
)
