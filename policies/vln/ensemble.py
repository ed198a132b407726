"""Several networks trained apart that decide together: their scores are averaged.

Networks that started from other numbers err at other places, and what they learned by heart of the
buildings they were trained in differs; the mean of their scores, which is that of their logarithms
of chances up to a number all options share, keeps what they agree on (Hansen and Salamon 1990).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from policies.vln.model import Memory, ModelConfig, Reading, VlnModel
from policies.vln.said import Prompts, TextCode
from policies.vln.tokens import Tokens


@dataclass(frozen=True)
class Texts:
    """An encoded instruction for each member."""

    each: tuple[TextCode, ...]

    def with_more(self, other: "Texts") -> "Texts":
        """Return both, the other's after these; they are padded alike."""
        return Texts(tuple(a.with_more(b) for a, b in zip(self.each, other.each, strict=True)))

    def select(self, rows: Tensor) -> "Texts":
        """Keep some of the batch."""
        return Texts(tuple(text.select(rows) for text in self.each))


@dataclass(frozen=True)
class Memories:
    """What each member keeps of slots read so far."""

    each: tuple[Memory, ...]

    def with_newer(self, newer: "Memories") -> "Memories":
        """Return both, the newer slots last."""
        pairs = zip(self.each, newer.each, strict=True)
        return Memories(tuple(a.with_newer(b) for a, b in pairs))

    def select(self, rows: Tensor) -> "Memories":
        """Keep some of the batch."""
        return Memories(tuple(memory.select(rows) for memory in self.each))


@dataclass(frozen=True)
class Opinion:
    """What the members make of tokens together.

    Attributes:
        scores: [B, N], the mean of theirs.
        memory: What later slots need of these.
    """

    scores: Tensor
    memory: Memories


class Ensemble(nn.Module):
    """Networks over the same words, asked together; walks with it as with one of them.

    Args:
        members: The networks.
    """

    def __init__(self, members: Sequence[VlnModel]) -> None:
        super().__init__()
        self.members = nn.ModuleList(members)

    @property
    def config(self) -> ModelConfig:
        """The settings of the first member; of what is optional, what any member reads."""
        each = [member.config for member in self.members]
        return replace(
            each[0],
            legs=any(config.legs for config in each),
            prompts=any(config.prompts for config in each),
            encoder=next((config.encoder for config in each if config.encoder), None),
        )

    def encode(
        self,
        rows: Tensor,
        lengths: Tensor,
        prompts: Prompts | None = None,
        context: Tensor | None = None,
    ) -> Texts:
        """Read instructions, see `VlnModel.encode`."""
        return Texts(tuple(m.encode(rows, lengths, prompts, context) for m in self.members))

    def forward(self, text: Texts, tokens: Tokens, memory: Memories | None = None) -> Opinion:
        """Read tokens, see `VlnModel.forward`."""
        before = [None] * len(self.members) if memory is None else memory.each
        read: list[Reading] = [
            member(said, tokens, kept)
            for member, said, kept in zip(self.members, text.each, before, strict=True)
        ]
        return Opinion(
            torch.stack([each.scores for each in read]).mean(0),
            Memories(tuple(each.memory for each in read)),
        )

    def turn_back_costs(self) -> Tensor:
        """Return the mean of what going back costs, see `VlnModel.turn_back_costs`."""
        return torch.stack([member.turn_back_costs() for member in self.members]).mean(0)


def members_of(model: VlnModel | Ensemble) -> list[VlnModel]:
    """Return the networks that decide, one or several."""
    return list(model.members) if isinstance(model, Ensemble) else [model]
