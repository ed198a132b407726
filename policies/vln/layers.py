"""Layers of the network."""

import torch
from torch import Tensor, nn

PLACES = 16
"""Places in an instruction told apart, counted from either end."""
WORDS_A_PLACE = 4


class Dropout(nn.Module):
    """Dropout whose masks are cut from a long random strip.

    Drawing them anew costs more on a CPU than what they are applied to.

    Args:
        share: What is dropped.
    """

    STRIP = 1 << 22

    def __init__(self, share: float) -> None:
        super().__init__()
        self.share = share
        self._strip: Tensor | None = None

    def forward(self, x: Tensor) -> Tensor:
        """Drop a share of the numbers and scale the rest up, in training alone."""
        if not self.training or not self.share:
            return x
        size = x.numel()
        if self._strip is None or len(self._strip) < 2 * size or self._strip.device != x.device:
            length = max(self.STRIP, 4 * size)
            kept = torch.rand(length, device=x.device) >= self.share
            self._strip = kept.to(x.dtype) / (1.0 - self.share)
        start = int(torch.randint(len(self._strip) - size, ()))
        return x * self._strip[start : start + size].view(x.shape)


class TextEncoder(nn.Module):
    """Words to contextual vectors: learned and frozen embeddings, LSTMs both ways, attention.

    Args:
        vocabulary_size: Words, marks included.
        vector_size: Size of the frozen vectors.
        width: Size of what comes out.
        heads: Attention heads.
        layers: Self-attention layers above the LSTMs.
        dropout: Of embeddings and outputs; half of it drops whole learned embeddings of words.
        context_size: Numbers a published encoder says of each word in its context; 0 is none.
    """

    def __init__(
        self,
        vocabulary_size: int,
        vector_size: int,
        width: int,
        *,
        heads: int,
        layers: int,
        dropout: float,
        context_size: int = 0,
    ) -> None:
        super().__init__()
        self.learned = nn.Embedding(vocabulary_size, width)
        nn.init.normal_(self.learned.weight, std=0.02)
        self.register_buffer("vectors", torch.zeros(vocabulary_size, vector_size))
        self.frozen = nn.Linear(vector_size, width)
        if context_size:
            self.context = nn.Linear(context_size, width, bias=False)
            nn.init.zeros_(self.context.weight)
        self.onward = nn.LSTM(width, width // 2, batch_first=True)
        self.backward = nn.LSTM(width, width // 2, batch_first=True)
        self.above = nn.ModuleList(
            nn.TransformerEncoderLayer(
                width, heads, 2 * width, dropout, "relu", batch_first=True, norm_first=True
            )
            for _ in range(layers)
        )
        self.place = nn.Linear(2 * PLACES, width, bias=False)
        nn.init.zeros_(self.place.weight)
        self.norm = nn.LayerNorm(width)
        self.drop = Dropout(dropout)

    def forward(
        self, rows: Tensor, lengths: Tensor, context: Tensor | None = None
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Encode int64 [B, L] rows with int64 [B] lengths, and what is said of each [B, L, size].

        Returns:
            Words [B, L, D], frozen vectors [B, L, F] and bool [B, L], true where there is a word.
        """
        learned = self.learned(rows)
        if self.training:
            kept = torch.rand(rows.shape, device=rows.device) >= self.drop.share / 2
            learned = learned * kept[..., None]
        vectors = self.vectors[rows]
        embedded = learned + self.frozen(vectors)
        if context is not None:
            embedded = embedded + self.context(context.to(embedded))
        embedded = self.drop(embedded)
        mask = (torch.arange(rows.shape[1])[None] < lengths[:, None]).to(rows.device)
        # Each direction begins at a word, so that padding never comes before one.
        turned = (lengths[:, None] - 1 - torch.arange(rows.shape[1])[None]).to(rows.device)
        turned = torch.where(turned < 0, torch.arange(rows.shape[1], device=rows.device), turned)
        turned = turned[..., None].expand_as(embedded)
        ahead = self.onward(embedded)[0]
        back = self.backward(torch.gather(embedded, 1, turned))[0]
        back = torch.gather(back, 1, turned[..., : back.shape[2]])
        words = torch.cat([ahead, back], dim=-1) + embedded + self.place(_places(lengths, rows))
        for layer in self.above:
            words = layer(words, src_key_padding_mask=~mask)
        return self.drop(self.norm(words)), vectors, mask


def _places(lengths: Tensor, rows: Tensor) -> Tensor:
    """Return [B, L, 2 * PLACES]: how far each word is from the first and from the last."""
    first = torch.arange(rows.shape[1])[None].expand(rows.shape)
    last = (lengths[:, None] - 1 - first).clamp(min=0)
    both = torch.stack([first, last], dim=-1).div(WORDS_A_PLACE, rounding_mode="floor")
    told = nn.functional.one_hot(both.clamp(max=PLACES - 1), PLACES)
    return told.flatten(2).to(rows.device, torch.float32)


class Experts(nn.Module):
    """A linear layer shared out among experts, mixed by gates of the state (SAME, section 3.3).

    Args:
        width: Size of input and output.
        experts: How many.
    """

    def __init__(self, width: int, experts: int) -> None:
        super().__init__()
        self.experts = experts
        self.inner = nn.Linear(width, width * experts)

    @staticmethod
    def router(width: int, experts: int) -> nn.Module:
        """Return the layer that makes gates from state and instruction together."""
        return nn.Sequential(nn.Linear(2 * width, width), nn.ReLU(), nn.Linear(width, experts))

    def forward(self, x: Tensor, gates: Tensor) -> Tensor:
        """Apply to [B, N, D] with gates [B, N, experts]."""
        each = self.inner(x).unflatten(-1, (self.experts, -1))
        return (each * gates[..., None]).sum(2)


def pick(x: Tensor, columns: Tensor) -> Tensor:
    """Return the columns int64 [B, T, 1] of [B, N, D]."""
    return torch.gather(x, 1, columns.expand(-1, -1, x.shape[2]))


def attend(query: Tensor, key: Tensor, value: Tensor, bias: Tensor) -> Tensor:
    """Attention written out: on CPUs its gradient is several times faster than the fused one's."""
    weights = query @ key.transpose(2, 3) * query.shape[-1] ** -0.5 + bias
    return weights.softmax(-1) @ value


class Block(nn.Module):
    """Attention among the tokens of a viewpoint and its objects, attention to words, perceptron.

    Args:
        width: Size of tokens.
        heads: Attention heads.
        dropout: Of what each part adds.
        experts: Experts behind the questions to the words; 0 is one plain layer.
    """

    def __init__(self, width: int, *, heads: int, dropout: float, experts: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm_self = nn.LayerNorm(width)
        self.norm_words = nn.LayerNorm(width)
        self.norm_last = nn.LayerNorm(width)
        self.query = nn.Linear(width, width)
        self.key_value = nn.Linear(width, 2 * width)
        self.out = nn.Linear(width, width)
        self.ask = Experts(width, experts) if experts else nn.Linear(width, width)
        self.word_key_value = nn.Linear(width, 2 * width)
        self.answer = nn.Linear(width, width)
        self.inner = nn.Linear(width, 2 * width)
        self.outer = nn.Linear(2 * width, width)
        self.drop = Dropout(dropout)

    def _split(self, x: Tensor) -> Tensor:
        return x.unflatten(-1, (self.heads, -1)).transpose(1, 2)

    def read(self, words: Tensor) -> tuple[Tensor, Tensor]:
        """Return keys and values of words [B, L, D], as `forward` takes them."""
        key, value = self.word_key_value(words).chunk(2, dim=-1)
        return self._split(key), self._split(value)

    def forward(
        self,
        x: Tensor,
        things: Tensor | None,
        before: Tensor | None,
        bias: Tensor,
        words: tuple[Tensor, Tensor],
        word_bias: Tensor,
        gates: Tensor | None,
        only: Tensor | None = None,
    ) -> tuple[Tensor, Tensor]:
        """Update tokens [B, N, D], or some of them.

        Args:
            x: The tokens.
            things: [B, M, D] objects, which are looked at and do not change.
            before: [B, S, D], what this block returned as normed for states of earlier calls.
            bias: [B, 1, N, N + M + S], added to attention among tokens, objects and states before.
            words: Keys and values from `read`.
            word_bias: [B, 1, 1, L], added to attention to words.
            gates: [B, N, experts] where there are experts; of those that are updated.
            only: int64 [B, T, 1], the columns to update and return; all by default.

        Returns:
            The updated tokens, and what later calls need of this one: [B, N, D].
        """
        y = self.norm_self(x)
        seen = torch.cat([y, *(each for each in (things, before) if each is not None)], dim=1)
        key, value = self.key_value(seen).chunk(2, dim=-1)
        asking = y
        if only is not None:
            x, asking = pick(x, only), pick(y, only)
        found = attend(self._split(self.query(asking)), self._split(key), self._split(value), bias)
        x = x + self.out(found.transpose(1, 2).flatten(2))
        z = self.norm_words(x)
        asked = self.ask(z, gates) if gates is not None else self.ask(z)
        found = attend(self._split(asked), *words, word_bias)
        x = x + self.drop(self.answer(found.transpose(1, 2).flatten(2)))
        return x + self.drop(self.outer(self.inner(self.norm_last(x)).relu())), y
