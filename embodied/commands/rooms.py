"""Where a person's words can be carried out: the episode whose room has what they need."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from embodied.core.episode import EpisodeSpec
from embodied.core.errors import ConfigError, PlanningError, UnknownNameError
from embodied.core.instruction import Instruction
from embodied.core.plan import ObjectRef, Plan
from embodied.core.protocols import PlanContext, Planner
from embodied.core.skills import SkillSpec

MOST_ROOMS = 300
"""Rooms looked through for one that has what an instruction needs."""


def understood(
    planner: Planner, said: str, skills: Sequence[SkillSpec], ask: Callable[[str], str] | None
) -> tuple[Plan, str]:
    """Plan for what was said, asking where the words leave it open what to do.

    Args:
        planner: Makes the plan.
        said: The words.
        skills: What can be done.
        ask: Puts a question to a person and returns the answer; None where nobody is there.

    Returns:
        The plan, and the words it was made of: one or two words of an answer add to what was said,
        more take its place.

    Raises:
        PlanningError: If there is no plan, and nobody to ask or no answer.
    """
    while True:
        try:
            return planner.plan(
                PlanContext(Instruction.from_text(said), skills=tuple(skills))
            ), said
        except PlanningError as error:
            question = getattr(error, "question", "")
            if ask is None or not question or _settled_by_looking(error):
                raise
            answer = ask(f"{question} ").strip()
            if not answer:
                raise
            said = answer if len(answer.split()) > 2 else f"{said} {answer}"


def _settled_by_looking(error: PlanningError) -> bool:
    """Whether what a planner asks may be seen once one is there: `all the blocks`."""
    return bool(getattr(error, "by_looking", False))


def suiting(
    config: Mapping[str, Any],
    world: Any,
    episodes: Sequence[EpisodeSpec],
    said: str,
    *,
    ask: Callable[[str], str] | None,
) -> tuple[EpisodeSpec, str]:
    """Return the first episode whose room has what the plan for the words needs, and the words.

    Raises:
        PlanningError: If there is no plan for the words.
        ConfigError: If no room has what they need.
    """
    if config["planner"]["make"] is None or not (
        hasattr(world, "has_room_for") or hasattr(world, "suits")
    ):
        return episodes[0], said
    from embodied.evaluation.configured import make

    planner = make(config["planner"]["make"], what="planner.make")
    try:
        plan, said = understood(planner, said, world.skills, ask)
    except PlanningError as error:
        if _settled_by_looking(error):
            return episodes[0], said
        raise
    named = [
        value
        for subgoal in plan.subgoals
        for value in subgoal.arguments.values()
        if isinstance(value, ObjectRef)
    ]
    needed = {reference.category for reference in named}
    rooms = {spec.trajectory_id: spec for spec in reversed(episodes)}
    for spec in list(reversed(rooms.values()))[:MOST_ROOMS]:
        if hasattr(world, "suits"):
            suits = world.suits(spec.episode_id, named)
        else:
            suits = world.has_room_for(spec.episode_id, needed)
        if suits:
            return spec, said
    raise ConfigError(
        f"None of the first {MOST_ROOMS} rooms of this split has all of: "
        f"{', '.join(sorted({str(reference) for reference in named}))}. "
        "Choose one with episode=..."
    )


def find(episodes: Sequence[EpisodeSpec], wanted: str | None) -> EpisodeSpec:
    """Return the episode of this id, or of this trajectory; the first where none is named.

    Raises:
        UnknownNameError: If there is none.
    """
    if wanted is None:
        return episodes[0]
    for spec in episodes:
        if wanted in (spec.episode_id, spec.trajectory_id):
            return spec
    raise UnknownNameError("episode", wanted, [spec.episode_id for spec in episodes])
