"""Plans of routes: an instruction's steps as subgoals, no language model and no training."""

from collections.abc import Sequence
from dataclasses import replace

from embodied.core.correction import Correction, CorrectionKind
from embodied.core.errors import ConfigError, PlanningError
from embodied.core.plan import Argument, Plan, Status, Subgoal
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

        What a person said meanwhile is folded in: a motion comes first, another target takes the
        place of the one at hand, anything else is done at the end.

        Raises:
            PlanningError: If the instruction has no words, a correction says nothing of a route,
                or the embodiment declares no skill that a step demands.
        """
        steps = parse_route(context.instruction.text)
        if not steps:
            raise PlanningError("The instruction has no words: there is no route to follow.")
        if context.corrections and context.current_plan is not None:
            steps = corrected(_left(steps, context), context.corrections[-1])
        legs = tuple(map(leg_of, steps))
        if self._whole:
            # The words as they were written, marks included, for as long as they stand.
            said = context.instruction.text
            text = " ".join(step.text for step in steps) if context.corrections else said
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


def _left(steps: tuple[RouteStep, ...], context: PlanContext) -> tuple[RouteStep, ...]:
    """Return the steps not done yet; all of them where none was done."""
    done = {
        subgoal.arguments.get("span")
        for subgoal, outcome in context.history
        if outcome.status is Status.DONE
    }
    return tuple(step for step in steps if f"{step.first_word}-{step.last_word}" not in done)


def corrected(left: tuple[RouteStep, ...], correction: Correction) -> tuple[RouteStep, ...]:
    """Return the steps still to be done after a correction.

    Args:
        left: The steps before it.
        correction: What was said.

    Raises:
        PlanningError: If it names neither a direction nor a landmark.
    """
    said = parse_route(correction.text)
    said = tuple(step for step in said if step.landmark or step.direction)
    if not said:
        raise PlanningError(
            f"{correction.text!r} says nothing of a route: name a direction or a landmark."
        )
    if correction.kind is CorrectionKind.MOTION:
        return (*said, *left)
    if correction.kind is CorrectionKind.TARGET and left and said[0].landmark:
        return (replace(left[0], landmark=said[0].landmark, text=correction.text), *left[1:])
    if left and left[-1].demand == "stop_at":
        left = left[:-1]
    return (*left, *said)


def route_legs(text: str) -> tuple[RouteLeg, ...]:
    """Take an instruction apart and return its steps as policies read them."""
    return tuple(leg_of(step) for step in parse_route(text))


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
