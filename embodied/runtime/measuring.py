"""What planners and policies count while they work: tokens of language models, costs, questions."""

from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable


@runtime_checkable
class Measured(Protocol):
    """A planner or policy that counts something; its numbers go into the records."""

    def measures(self) -> Mapping[str, float]:
        """Return the running totals, e.g. `llm_prompt_tokens`."""


def totals(*parts: Any) -> dict[str, float]:
    """Return the sum of what the parts count; parts that count nothing are passed over."""
    found: dict[str, float] = {}
    for part in parts:
        if isinstance(part, Measured):
            for name, value in part.measures().items():
                found[name] = found.get(name, 0.0) + value
    return found


def since(now: Mapping[str, float], before: Mapping[str, float]) -> dict[str, float]:
    """Return how much the totals grew."""
    return {name: value - before.get(name, 0.0) for name, value in now.items()}
