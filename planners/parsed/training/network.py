"""The parser's network in torch; `planners.parsed.forward` computes the same with numpy."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from planners.parsed.slots import SLOTS


@dataclass(frozen=True)
class Shape:
    """Sizes of the network.

    Attributes:
        words: Rows of the word table; row 0 stands for words that are not in it.
        buckets: Rows of the table of hashed word pieces.
        width: Width of everything.
        layers: Convolutions, each over three words.
        heads: Attention heads of each slot.
        hidden: Width of what the slots share before they answer.
        positions: Steps from either end that are told apart.
        dropout: Share of values dropped in training.
        tasks: Tasks that are also answered whole, each with a vector of its own; 0 for none.
    """

    words: int
    buckets: int = 4096
    width: int = 128
    layers: int = 2
    heads: int = 4
    hidden: int = 192
    positions: int = 12
    dropout: float = 0.3
    tasks: int = 0


@dataclass
class Batch:
    """Examples side by side; between the sentences of one lies an empty place.

    Attributes:
        words: int [B, T], numbers of unique words of the batch.
        places: int [B, T]: 0 goal, else 1 + step from the front.
        from_end: int [B, T]: 0 goal, else 1 + step from the end.
        mask: float [B, T], 1 where there is a word.
        table: int [U], row of the word table for each unique word.
        pieces: int [P] and `offsets` int [U]: hashed pieces of each unique word.
        sentences: int [N, L]: flat positions of each step's words, padded with its first.
    """

    words: Tensor
    places: Tensor
    from_end: Tensor
    mask: Tensor
    table: Tensor
    pieces: Tensor
    offsets: Tensor
    sentences: Tensor


class ParserNetwork(nn.Module):
    """Words, convolutions over them, and a query for each slot that reads what it needs.

    Word vectors are a table plus the mean of hashed character n-grams (Bojanowski et al. 2017,
    section 3.2). Each slot attends to the words of goal and steps with queries of its own (Lin et
    al. 2017, section 2.1); the slots then share what they found before they answer.
    """

    def __init__(self, shape: Shape, sizes: tuple[int, ...], step_sizes: tuple[int, ...]) -> None:
        super().__init__()
        self.shape = shape
        width = shape.width
        self.word = nn.Embedding(shape.words, width)
        self.piece = nn.EmbeddingBag(shape.buckets, width, mode="mean")
        self.place = nn.Embedding(shape.positions + 1, width)
        self.from_end = nn.Embedding(shape.positions + 1, width)
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(shape.layers))
        self.convs = nn.ModuleList(nn.Linear(3 * width, width) for _ in range(shape.layers))
        self.last = nn.LayerNorm(width)
        self.query = nn.Parameter(torch.randn(len(SLOTS), shape.heads, width // shape.heads))
        self.key = nn.Linear(width, width, bias=False)
        self.value = nn.Linear(width, width)
        self.shared = nn.Linear(len(SLOTS) * width, shape.hidden)
        self.answers = nn.ModuleList(nn.Linear(width + shape.hidden, size) for size in sizes)
        self.step_answers = nn.ModuleList(nn.Linear(width, size) for size in step_sizes)
        self.whole = nn.Linear(shape.hidden, shape.tasks) if shape.tasks else None
        if self.whole is not None:
            nn.init.zeros_(self.whole.weight)
            nn.init.zeros_(self.whole.bias)
        self.dropout = nn.Dropout(shape.dropout)
        for table in (self.word, self.piece):
            nn.init.normal_(table.weight, std=0.1)
        for table in (self.place, self.from_end):
            nn.init.normal_(table.weight, std=0.02)

    def words(self, batch: Batch) -> Tensor:
        """Return the words in their context, float [B, T, width]."""
        vectors = self.word(batch.table) + self.piece(batch.pieces, batch.offsets)
        x = vectors[batch.words] + self.place(batch.places) + self.from_end(batch.from_end)
        mask = batch.mask.unsqueeze(-1)
        x = self.dropout(x) * mask
        for norm, conv in zip(self.norms, self.convs, strict=True):
            y = norm(x) * mask
            before = functional.pad(y, (0, 0, 1, 0))[:, :-1]
            after = functional.pad(y, (0, 0, 0, 1))[:, 1:]
            seen = torch.cat([before, y, after], dim=-1)
            x = (x + self.dropout(functional.gelu(conv(seen), approximate="tanh"))) * mask
        return self.last(x)

    def forward(self, batch: Batch) -> tuple[list[Tensor], list[Tensor], Tensor | None]:
        """Return logits of each slot, of each step, and what whole tasks get besides.

        Returns:
            For each slot float [B, size]; for a step's skill, object and receptacle float
            [N, size]; float [B, tasks], or None.
        """
        shape = self.shape
        x = self.words(batch)
        split = (*x.shape[:2], shape.heads, shape.width // shape.heads)
        keys, values = self.key(x).view(split), self.value(x).view(split)
        scores = torch.einsum("shd,bthd->bsht", self.query, keys) * (split[-1] ** -0.5)
        scores = scores.masked_fill(batch.mask[:, None, None] == 0, -1e9)
        read = torch.einsum("bsht,bthd->bshd", scores.softmax(-1), values).flatten(2)
        read = self.dropout(read)
        shared = self.dropout(functional.gelu(self.shared(read.flatten(1)), approximate="tanh"))
        slots = [
            answer(torch.cat([read[:, index], shared], dim=-1))
            for index, answer in enumerate(self.answers)
        ]
        steps: list[Tensor] = []
        if len(batch.sentences):
            told = self.dropout(x.flatten(0, 1)[batch.sentences].amax(1))
            steps = [answer(told) for answer in self.step_answers]
        return slots, steps, None if self.whole is None else self.whole(shared)
