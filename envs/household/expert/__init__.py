"""The symbolic expert: plans and acts from the full state, and shares no code with the goals."""

from collections.abc import Iterable
from typing import Any

from envs.household.expert.planner import ExpertPlanner
from envs.household.expert.policy import ExpertPolicy
from envs.household.expert.references import BoundRef, ExpertMemory

__all__ = ["BoundRef", "ExpertMemory", "ExpertPlanner", "ExpertPolicy", "make_expert"]


def make_expert(
    env: Any, *, by: str = "id", preferred: Iterable[str] = ()
) -> tuple[ExpertPlanner, ExpertPolicy]:
    """Make planner and policy that share a memory.

    Args:
        env: The environment they act in.
        by: How actions point at objects: `id` or `mask`.
        preferred: Ids of objects to choose where there is a choice.
    """
    memory = ExpertMemory()
    planner = ExpertPlanner(env, memory=memory, preferred=preferred)
    return planner, ExpertPolicy(env, by=by, memory=memory)
