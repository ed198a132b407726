"""Where things are kept: a table of counts by types, learned from training data."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources

SMOOTHING = 1.0
"""Added to every count: what was never seen there may still be there."""


@dataclass(frozen=True)
class Kept:
    """Counts of where things were found.

    Attributes:
        counts: Type of thing to type of receptacle to how often.
    """

    counts: Mapping[str, Mapping[str, int]]

    @cached_property
    def kinds(self) -> tuple[str, ...]:
        """Every type of receptacle there is in the table."""
        return tuple(sorted({kind for row in self.counts.values() for kind in row}))

    def share(self, thing: str, receptacle: str) -> float:
        """Return how likely a thing is found in receptacles of a type; in all, not in each.

        Args:
            thing: Type of the thing; a slice counts as the whole.
            receptacle: Type of the receptacle.
        """
        row = self.counts.get(thing, {})
        total = sum(row.values()) + SMOOTHING * len(self.kinds)
        return (row.get(receptacle, 0) + SMOOTHING) / total


@cache
def kept() -> Kept:
    """Return the table that comes with the package, learned by `learn_kept`."""
    text = resources.files("policies.skills").joinpath("kept.json").read_text("utf-8")
    return Kept(json.loads(text)["kept"])
