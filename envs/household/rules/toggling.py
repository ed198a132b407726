"""Switching on and off; washing and filling by hand."""

from envs.household.rules.arguments import Argument
from envs.household.rules.checks import target, within_grasp
from envs.household.rules.context import ActionRule, Context, Values
from envs.household.rules.refusal import Reason, Refused
from envs.household.world import ObjectState, StateName, World

CLOSED_TO_RUN = frozenset(["Microwave"])


def switch(context: Context, state: ObjectState, on: bool) -> None:
    """Switch, and what it controls with it."""
    context.world.set(state.id, "on", on)
    burner = context.links.burner_of.get(state.id)
    if burner is not None:
        context.world.set(burner, "on", on)


def _toggle(on: bool):
    def perform(context: Context, values: Values) -> None:
        state = target(context, values["objectId"])
        if not state.spec.info.can("toggleable"):
            raise Refused(Reason.NOT_TOGGLEABLE, object=state.id)
        if state.id in context.links.knob_of:
            raise Refused(Reason.HAS_A_KNOB, object=state.id, knob=context.links.knob_of[state.id])
        if state.on == on:
            raise Refused(Reason.ALREADY_ON if on else Reason.ALREADY_OFF, object=state.id)
        if state.id != context.world.held:
            within_grasp(context, state)
        if on and state.is_open and state.spec.type in CLOSED_TO_RUN:
            raise Refused(Reason.MUST_BE_CLOSED, object=state.id)
        switch(context, state, on)

    return perform


def _condition(name: StateName, value: bool, affordance: str, refusals: tuple[Reason, Reason]):
    """An action that sets one state of one object; (cannot have it, has it already)."""
    cannot, already = refusals

    def perform(context: Context, values: Values) -> None:
        state = target(context, values["objectId"])
        if not state.spec.info.can(affordance):
            raise Refused(cannot, object=state.id)
        if getattr(state, name) == value:
            raise Refused(already, object=state.id)
        if state.id != context.world.held:
            within_grasp(context, state)
        context.world.set(state.id, name, value)

    return perform


def upright(world: World, object_id: str) -> bool:
    """Whether a vessel stands so that it can be filled."""
    return bool(world.rotation(object_id)[1, 1] > 0.7)


_TARGET = (Argument("objectId", "text"), Argument("forceAction", "flag", False))

RULES = (
    ActionRule("ToggleObjectOn", _toggle(True), _TARGET),
    ActionRule("ToggleObjectOff", _toggle(False), _TARGET),
    ActionRule(
        "CleanObject",
        _condition("dirty", False, "dirtyable", (Reason.NOT_DIRTYABLE, Reason.ALREADY_CLEAN)),
        _TARGET,
    ),
    ActionRule(
        "DirtyObject",
        _condition("dirty", True, "dirtyable", (Reason.NOT_DIRTYABLE, Reason.ALREADY_DIRTY)),
        _TARGET,
    ),
    ActionRule(
        "FillObjectWithLiquid",
        _condition("filled", True, "fillable", (Reason.NOT_FILLABLE, Reason.ALREADY_FILLED)),
        (*_TARGET, Argument("fillLiquid", "text", "water")),
    ),
    ActionRule(
        "EmptyLiquidFromObject",
        _condition("filled", False, "fillable", (Reason.NOT_FILLABLE, Reason.ALREADY_EMPTY)),
        _TARGET,
    ),
)
