"""What several rules ask first: is it there, in reach, in view, in the open."""

import numpy as np

from envs.household.rules.context import Context
from envs.household.rules.refusal import Reason, Refused
from envs.household.world import ObjectState


def target(context: Context, object_id: str) -> ObjectState:
    """Return an object that is in the scene; refuses others."""
    if object_id not in context.world:
        raise Refused(Reason.NO_SUCH_OBJECT, object=object_id)
    state = context.world[object_id]
    if state.sliced:
        raise Refused(Reason.ALREADY_SLICED, object=object_id)
    if not state.shown:
        raise Refused(Reason.NOT_IN_SCENE, object=object_id)
    return state


def within_grasp(context: Context, state: ObjectState) -> None:
    """Refuse what is in the agent's hand, shut in, out of reach, out of view or hidden.

    Reach and sight are asked of every interaction: `forceAction` does not lift them.
    """
    world = context.world
    if state.id == world.held:
        raise Refused(Reason.IN_HAND, object=state.id)
    shut_in = world.shut_in(state.id)
    if shut_in is not None:
        raise Refused(Reason.SHUT_IN, object=state.id, receptacle=shut_in)
    if not context.sight.visible[state.index]:
        raise Refused(
            _why_not_visible(context, state), object=state.id, reach_m=context.settings.reach_m
        )


def _why_not_visible(context: Context, state: ObjectState) -> Reason:
    """Tell too far from out of view from hidden; only the sentence depends on it."""
    world, agent = context.world, context.world.agent
    eye = np.asarray(agent.eye_m)
    own = (eye - world.box_centre_m(state.id)) @ world.rotation(state.id)
    half = world.half_sizes_m[state.index]
    nearest = world.rotation(state.id) @ (np.clip(own, -half, half) - own)
    if np.hypot(nearest[0], nearest[2]) > context.settings.reach_m:
        return Reason.OUT_OF_REACH
    if context.sight.shows(state.index):
        return Reason.OUT_OF_REACH
    signs = np.array(np.meshgrid(*[(-1.0, 0.0, 1.0)] * 3)).reshape(3, -1).T
    corners = (signs * half - own) @ world.rotation(state.id).T @ agent.camera_rotation
    edge = np.tan(np.deg2rad(context.settings.fov_deg) / 2.0)
    ahead = corners[:, 2] > 0.0
    inside = ahead & (np.abs(corners[:, :2]).max(axis=1) <= edge * corners[:, 2])
    return Reason.HIDDEN if inside.any() else Reason.NOT_IN_VIEW
