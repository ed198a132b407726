"""What a network reaches on a split, many walks at a time."""

from collections.abc import Iterator

import numpy as np
import torch

from policies.vln.batches import Examples
from policies.vln.rollout import Network, Result, roll
from policies.vln.world import WorldTensors


def evaluate(
    model: Network,
    examples: Examples,
    world: WorldTensors,
    *,
    chosen: np.ndarray | None = None,
    words_of: np.ndarray | None = None,
    max_moves: int = 15,
    batch: int = 128,
    both_sides: bool = False,
) -> dict[str, float]:
    """Return SR, SPL, OSR in percent, TL and NE in metres, over examples.

    Args:
        model: The network.
        examples: A split.
        world: Where.
        chosen: Which examples; all by default.
        words_of: int, whose words each of all examples is given; its own by default.
        max_moves: Moves before a walk has to stop.
        batch: Walks at a time.
        both_sides: Whether every walk is read in a mirror, too; see `Reader`.
    """
    chosen = np.arange(len(examples)) if chosen is None else chosen
    said = np.arange(len(examples)) if words_of is None else words_of
    chosen = chosen[np.argsort(examples.lengths[said[chosen]], kind="stable")]
    found: list[Result] = []
    for start in range(0, len(chosen), batch):
        part = chosen[start : start + batch]
        found.append(
            roll(
                model,
                world,
                examples.batch(part, words_of=said[part]),
                temperature=0.0,
                max_steps=max_moves,
                mirrored=(
                    examples.batch(part, words_of=said[part], flip=np.ones(len(part), dtype=bool))
                    if both_sides
                    else None
                ),
            )
        )

    def mean(values: Iterator[torch.Tensor], scale: float) -> float:
        return round(scale * float(torch.cat(list(values)).mean()), 2)

    return {
        "SR": mean((r.success for r in found), 100.0),
        "SPL": mean((r.spl for r in found), 100.0),
        "OSR": mean((r.oracle for r in found), 100.0),
        "TL": mean((r.walked_m for r in found), 1.0),
        "NE": mean((r.error_m for r in found), 1.0),
    }
