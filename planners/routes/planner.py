"""Plans of routes: an instruction's steps as subgoals, no language model and no training."""

from collections.abc import Sequence

from embodied.core.errors import ConfigError, PlanningError
from embodied.core.plan import Argument, Plan, Subgoal
from embodied.core.protocols import PlanContext
from embodied.core.routes import ROUTE, RouteLeg, spell_legs
from planners.routes.parser import RouteStep, parse_route

STEPS, WHOLE = "steps", "whole"


class RoutePlanner:
    """Takes an instruction apart and hands its steps out as subgoals.

    Args:
        subgoals: `steps` makes a subgoal of each step; `whole` makes a single one of the whole
            instruction, for policies that read it all, with the steps in its argument `route`.

    Raises:
        ConfigError: If `subgoals` is neither.
    """

    def __init__(self, *, subgoals: str = STEPS) -> None:
        if subgoals not in (STEPS, WHOLE):
            raise ConfigError(f"subgoals is {subgoals!r}; choose {STEPS} or {WHOLE}")
        self._whole = subgoals == WHOLE

    def plan(self, context: PlanContext) -> Plan:
        """Return the plan.

        Raises:
            PlanningError: If the instruction has no words, or the embodiment declares no skill
                that a step demands.
        """
        steps = parse_route(context.instruction.text)
        if not steps:
            raise PlanningError("The instruction has no words: there is no route to follow.")
        legs = tuple(map(leg_of, steps))
        if self._whole:
            text = context.instruction.text
            arguments: dict[str, Argument] = {"instruction": text, ROUTE: spell_legs(legs)}
            subgoals = [Subgoal("follow", arguments, text)]
        else:
            subgoals = [_subgoal(step, legs[number:]) for number, step in enumerate(steps)]
        self._check(context, subgoals)
        return Plan(context.instruction, 0, tuple(subgoals))

    def _check(self, context: PlanContext, subgoals: Sequence[Subgoal]) -> None:
        declared = {skill.name for skill in context.skills}
        for subgoal in subgoals if declared else ():
            if subgoal.skill not in declared:
                raise PlanningError(
                    f"A route needs the skill {subgoal.skill!r}, which is not declared here; "
                    f"there are: {', '.join(sorted(declared))}. Routes need benchmark=r2r."
                )


def leg_of(step: RouteStep) -> RouteLeg:
    """Return a step as policies read it."""
    landmark = step.landmark
    return RouteLeg(
        demand=step.demand,
        direction=step.direction,
        landmark=landmark.phrase if landmark else "",
        side=landmark.relation.removeprefix("on the ") if landmark else "",
        first_word=step.first_word,
        last_word=step.last_word,
    )


def _subgoal(step: RouteStep, rest: Sequence[RouteLeg]) -> Subgoal:
    arguments: dict[str, Argument] = {}
    if step.landmark is not None:
        arguments["landmark"] = step.landmark
    if step.direction:
        arguments["direction"] = step.direction
    arguments["span"] = f"{step.first_word}-{step.last_word}"
    arguments[ROUTE] = spell_legs(rest)
    return Subgoal(step.demand, arguments, step.text)
