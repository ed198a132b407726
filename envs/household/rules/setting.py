"""Setting an episode up: switches, states and poses of everything at once, as ALFRED sends them."""

from collections import defaultdict

import numpy as np

from embodied.core.errors import UnknownNameError
from envs.household.catalog import object_types
from envs.household.frames import rotation_matrix
from envs.household.resting import resting_place
from envs.household.rules.arguments import Argument, ArgumentError, ObjectPose
from envs.household.rules.context import ActionRule, Context, Values
from envs.household.rules.refusal import Reason, Refused
from envs.household.rules.toggling import switch
from envs.household.world import StateName, World

STATES: dict[str, tuple[StateName, str]] = {
    "CanBeDirty": ("dirty", "dirtyable"),
    "CanBeFilled": ("filled", "fillable"),
}
"""`StateChange` of `SetStateOfAllObjects` to state and affordance."""

AS_DECLARED_M = 0.01
"""A pose this near to the scene's own start keeps the receptacle the scene declares."""


def _set_toggles(context: Context, values: Values) -> None:
    for type_name, _ in values["objectToggles"]:
        if type_name not in object_types():
            raise UnknownNameError("object type", type_name, object_types())
        if not object_types()[type_name].can("toggleable"):
            raise Refused(Reason.NOT_TOGGLEABLE, object=type_name)
    for type_name, on in values["objectToggles"]:
        for state in context.world.of_type(type_name):
            switch(context, state, on)


def _set_states(context: Context, values: Values) -> None:
    change = values["StateChange"]
    if change not in STATES:
        raise UnknownNameError("StateChange", change, STATES)
    name, affordance = STATES[change]
    for state in context.world:
        if state.spec.info.can(affordance) and state.shown:
            context.world.set(state.id, name, values["forceAction"])


def _set_poses(context: Context, values: Values) -> None:
    """Pose the movable things that are named; take those that are not out of the scene.

    A name that occurs n times stands for n copies, taken in the scene's order.
    """
    world, poses = context.world, values["objectPoses"]
    if not poses:
        return
    chosen = _matched(world, poses)
    movable = [state.id for state in world if state.spec.info.can("pickupable")]
    world.held = None
    for object_id in movable:
        world.attach(object_id, None)
        world.set(object_id, "shown", object_id in chosen)
    for object_id, pose in chosen.items():
        world.set(object_id, "sliced", False)
        world.place(object_id, pose.position_m, rotation_matrix(pose.rotation_deg))
    settle_parents(world, list(chosen))


def _matched(world: World, poses: tuple[ObjectPose, ...]) -> dict[str, ObjectPose]:
    """Pair poses with objects of that name, in order."""
    by_name = defaultdict(list)
    for spec in world.scene.objects:
        if spec.info.can("pickupable"):
            by_name[spec.name or spec.object_id].append(spec.object_id)
    used: dict[str, int] = defaultdict(int)
    chosen = {}
    for pose in poses:
        copies = by_name.get(pose.name, [])
        if used[pose.name] >= len(copies):
            times = f" for the {used[pose.name] + 1}th time" if copies else ""
            raise Refused(Reason.NO_SUCH_NAME, name=pose.name, times=times)
        chosen[copies[used[pose.name]]] = pose
        used[pose.name] += 1
    return chosen


def settle_parents(world: World, object_ids: list[str]) -> None:
    """Let each thing rest in the receptacle its place says.

    At the place the scene declares, that is the receptacle the scene declares; elsewhere the
    nearest surface under it. Things that hold others go first.
    """
    order = sorted(object_ids, key=lambda each: not world[each].spec.info.can("receptacle"))
    for object_id in order:
        spec = world[object_id].spec
        start = np.asarray(spec.position_m)
        declared = spec.parent if spec.parent is not None and world[spec.parent].shown else None
        if declared is not None and world[declared].spec.info.can("pickupable"):
            moved = np.abs(world.position_m(declared) - world[declared].spec.position_m).max()
            declared = declared if moved <= AS_DECLARED_M else None
        at_start = np.abs(world.position_m(object_id) - start).max() <= AS_DECLARED_M
        place = resting_place(world, object_id, among=declared if at_start else None)
        if place is not None:
            world.attach(object_id, *place)


def _initialize(context: Context, values: Values) -> None:
    """Take grid size and reach; the rest is about rendering and what we always do."""
    for name in ("fieldOfView", "fov"):
        fov = values[name]
        if fov is not None and abs(fov - context.settings.fov_deg) > 1e-6:
            raise ArgumentError(
                f"Initialize: {name} is {fov:g}, but this controller was built with "
                f"fov_deg={context.settings.fov_deg:g}."
            )
    context.settings.grid_m = values["gridSize"]
    reach = values["visibilityDistance"] or values["visibility_distance"]
    if reach is not None and reach != context.settings.reach_m:
        context.settings.reach_m = reach
        context.world.touch()


RULES = (
    ActionRule(
        "Initialize",
        _initialize,
        (
            Argument("gridSize", "length", 0.25),
            Argument("visibilityDistance", "length", None),
            Argument("visibility_distance", "length", None),
            Argument("fieldOfView", "length", None),
            Argument("fov", "length", None),
            Argument("cameraY", "number", 0.675),
            Argument("makeAgentsVisible", "flag", True),
            Argument("renderInstanceSegmentation", "flag", False),
            Argument("snapToGrid", "flag", True),
        ),
    ),
    ActionRule("Pass", lambda context, values: None),
    ActionRule("SetObjectToggles", _set_toggles, (Argument("objectToggles", "toggles"),)),
    ActionRule(
        "SetStateOfAllObjects",
        _set_states,
        (Argument("StateChange", "text"), Argument("forceAction", "flag", False)),
    ),
    ActionRule("SetObjectPoses", _set_poses, (Argument("objectPoses", "poses"),)),
)
