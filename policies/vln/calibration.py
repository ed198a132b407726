"""Three numbers set after training, by walking: how gladly to stop, to turn back, to trust legs.

Training teaches what is right and what walks were worth when options are drawn; used, the best
option is taken every time. So the numbers that weigh going on against stopping and turning back
are looked for once more, with walks as they will be.
"""

from collections.abc import Callable, Mapping

import torch
from torch import Tensor

from policies.vln.ensemble import Ensemble, members_of
from policies.vln.model import VlnModel

STEPS: Mapping[str, tuple[float, ...]] = {
    "legs": (-0.15, 0.15, 0.3, 0.5, 0.8),
    "turning back": (0.5, 1.0, 2.0, 3.0),
    "stopping": (-0.9, -0.6, -0.3, 0.3, 0.6),
}
"""What is tried, each added to where the number stands; in this order."""


def calibrate(
    model: VlnModel | Ensemble, measure: Callable[[], Mapping[str, float]], *, rounds: int = 1
) -> dict[str, float]:
    """Set the numbers, one after another, to what walks best: SR and SPL together.

    Args:
        model: Changed in place.
        measure: Walks with the network as it stands and returns `SR` and `SPL` in percent.
        rounds: Times each number is tried.

    Returns:
        What was added to each number, in every network.
    """
    added = dict.fromkeys(STEPS, 0.0)

    def worth() -> float:
        scores = measure()
        return scores["SR"] + scores["SPL"]

    best = worth()
    for name, steps in (pair for _ in range(rounds) for pair in STEPS.items()):
        kept, before = 0.0, _numbers(model, name)
        if not before:
            continue
        for step in steps:
            _set(model, name, before, step)
            now = worth()
            if now > best:
                best, kept = now, step
        _set(model, name, before, kept)
        added[name] += kept
    return added


def adjust(model: VlnModel | Ensemble, added: Mapping[str, float]) -> None:
    """Add to the numbers of every network what `calibrate` added to others of their kind."""
    for name, step in added.items():
        if step:
            _set(model, name, _numbers(model, name), step)


def _having(model: VlnModel | Ensemble, name: str) -> list[VlnModel]:
    """Return the networks that have such a number: legs are not read by all."""
    return [member for member in members_of(model) if name != "legs" or member.config.legs]


def _numbers(model: VlnModel | Ensemble, name: str) -> list[Tensor]:
    return [_number(member, name).clone() for member in _having(model, name)]


def _number(model: VlnModel, name: str) -> Tensor:
    if name == "legs":
        return model.leg_share.data
    return model.score.bias.data[1:2] if name == "stopping" else model.turn_back.data[1:2]


def _set(model: VlnModel | Ensemble, name: str, before: list[Tensor], step: float) -> None:
    with torch.no_grad():
        for member, old in zip(_having(model, name), before, strict=True):
            if name == "turning back":
                # costs are kept as what softplus makes them of
                cost = torch.nn.functional.softplus(old) + step
                _number(member, name).copy_(cost.expm1().clamp(min=1e-4).log())
            else:
                _number(member, name).copy_(old + step)
