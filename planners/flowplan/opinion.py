"""A second opinion on what the words name, from a planner that asks no language model."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from embodied.core.errors import ConfigError, PlanningError
from embodied.core.protocols import PlanContext
from planners.flowplan.evaluation import vote_of
from planners.flowplan.information import Information
from planners.parsed.planner import ParsedPlanner


@dataclass(frozen=True)
class Opinion:
    """What somebody else takes a task to name.

    Attributes:
        information: That.
        confidence: How likely it is to be what was meant, 0 to 1.
    """

    information: Information
    confidence: float


class SecondOpinion(Protocol):
    """Whoever can say what words name, beside the model."""

    def of(self, context: PlanContext) -> Opinion | None:
        """Return what a task's words name; None where they are no task that can be compared."""


class ParsedOpinion:
    """The learned parser's reading, with its calibrated confidence.

    What it refuses, asks about, or reads as other than one task of ALFRED's kinds it has no
    opinion on, and none on words that were corrected since.

    Args:
        weights: As `ParsedPlanner` has it.
        encoder: Likewise.
        familiar: Likewise.
    """

    def __init__(
        self,
        *,
        weights: str | Path | None = None,
        encoder: str | None = None,
        familiar: bool | None = None,
    ) -> None:
        self._parser = ParsedPlanner(weights=weights, encoder=encoder, familiar=familiar)

    def of(self, context: PlanContext) -> Opinion | None:
        """Return the parser's reading of the instruction, whatever has been done since."""
        if context.corrections:
            return None
        try:
            plan = self._parser.plan(replace(context, history=(), current_plan=None))
        except PlanningError:
            return None
        information = vote_of(plan.subgoals)
        explanation = self._parser.explanation
        if information is None or explanation is None:
            return None
        return Opinion(information, explanation.confidence)


KNOWN: Mapping[str, Callable[..., SecondOpinion]] = {"parsed": ParsedOpinion}


def second_opinion(name: str | None, *, encoder: str | None = None) -> SecondOpinion | None:
    """Return who is asked beside the model, by name; None asks nobody.

    Raises:
        ConfigError: If nobody is called so.
    """
    if name is None:
        return None
    if name not in KNOWN:
        raise ConfigError(f"planner.second_opinion={name}: choose of {', '.join(KNOWN)} or null.")
    return KNOWN[name](encoder=encoder)
