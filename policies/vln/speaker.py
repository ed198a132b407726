"""A speaker: says how a route would be told, so that routes nobody described can be learned from.

People described 4,675 routes of R2R's training buildings; there are a hundred times as many. A
speaker that learned from those puts words to others, and the walker learns from both (Fried et al.
2018, section 3.2). It hears of a route what the walker sees: turns, slopes, lengths, what else one
could have done, and things by name; so that it can say nothing that the walker could not find.

Shapes: B routes, T viewpoints, L words, F size of the frozen vectors, D width.
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from policies.vln.batches import Examples
from policies.vln.tokens import wrap_rad
from policies.vln.words import MARKS, PAD, UNKNOWN, Vocabulary
from policies.vln.world import WorldTensors

STEP_FEATURES = 16
MAX_SAID = 70
"""Words of a told route; longer instructions are cut for the speaker to learn from."""
_BEGIN, _END = PAD, UNKNOWN


@dataclass(frozen=True)
class Told:
    """Routes as a speaker hears them.

    Attributes:
        steps: [B, T, STEP_FEATURES + 2 F].
        mask: bool [B, T].
    """

    steps: Tensor
    mask: Tensor


def hear(world: WorldTensors, paths: Tensor, heading_rad: Tensor, side: Tensor) -> Told:
    """Return what there is to say about paths int64 [B, T], padded with -1, begun at a heading."""
    mask, node = paths >= 0, paths.clamp(min=0)
    last = ~torch.nn.functional.pad(mask[:, 1:], (0, 1))
    after = torch.where(last, node, torch.nn.functional.pad(node[:, 1:], (0, 1)))
    near = world.neighbours[node]
    way = (near == after[..., None]).to(torch.uint8).argmax(-1, keepdim=True)

    def along(values: Tensor) -> Tensor:
        return torch.gather(values[node], 2, way)[..., 0].masked_fill(last, 0.0)

    heading = along(world.heading_rad)
    arrived = torch.cat([heading_rad[:, None], heading[:, :-1]], 1)
    turn = wrap_rad(heading - arrived).masked_fill(last, 0.0)
    others = wrap_rad(world.heading_rad[node] - arrived[..., None])
    real = near >= 0
    to_left = (real & (others < turn[..., None] - 0.1)).sum(-1)
    to_right = (real & (others > turn[..., None] + 0.1)).sum(-1)
    flipped = side[:, None] < 0
    left = torch.where(flipped, to_right, to_left).float()
    right = torch.where(flipped, to_left, to_right).float()
    turn = turn * side[:, None]
    lift, length_m = along(world.elevation_rad), along(world.distance_m)
    first = torch.zeros_like(turn)
    first[:, 0] = 1.0
    number = torch.arange(paths.shape[1]).expand_as(turn).float()
    turned = [turn.sin(), turn.cos(), (2 * turn).sin(), (2 * turn).cos()]
    sides = [(turn < -0.6).float(), (turn > 0.6).float(), (turn.abs() > 2.3).float()]
    more = [2.0 * lift.sin(), (lift > 0.2).float(), (lift < -0.2).float(), length_m / 3.0]
    rest = [left / 3.0, right / 3.0, first, last.float(), number / 6.0]
    told = torch.stack([*turned, *sides, *more, *rest], -1)
    thing = world.objects[node]
    there = (thing >= 0).float()
    vectors = world.name_vectors[thing.clamp(min=0)]
    apart = world.object_heading_rad[node] - torch.where(last, arrived, heading)[..., None]
    ahead = there * (2.0 * (apart.cos() - 1.0)).exp()
    size = world.object_size_rad[node].prod(-1).clamp(min=1e-4).sqrt()
    around = (vectors * (there * size)[..., None]).sum(2)
    onward = (vectors * (ahead * size)[..., None]).sum(2)
    return Told(torch.cat([told, around, onward], -1), mask)


class Speaker(nn.Module):
    """Words from a route: an LSTM over steps, an LSTM over words that attends to them.

    Args:
        vocabulary: The walker's words; of them those are said that are in `said`.
        said: Rows of the vocabulary that may be said, `MARKS` first.
        width: D.
        dropout: Of steps, words and outputs.
    """

    def __init__(
        self, vocabulary: Vocabulary, said: np.ndarray, *, width: int = 192, dropout: float = 0.3
    ) -> None:
        super().__init__()
        size = vocabulary.vectors.shape[1]
        self.register_buffer("said", torch.from_numpy(said))
        back = np.full(len(vocabulary.words), UNKNOWN, np.int64)
        back[said] = np.arange(len(said))
        self.register_buffer("number", torch.from_numpy(back))
        self.hear = nn.Linear(STEP_FEATURES + 2 * size, width)
        self.route = nn.LSTM(width, width // 2, batch_first=True, bidirectional=True)
        self.word = nn.Embedding(len(said), width)
        self.speak = nn.LSTM(width, width, batch_first=True)
        self.ask = nn.Linear(width, width)
        self.join = nn.Linear(2 * width, width)
        self.drop = nn.Dropout(dropout)

    def listen(self, told: Told) -> Tensor:
        """Return steps with what comes before and after them, [B, T, D]."""
        heard = self.drop(self.hear(told.steps).relu()) * told.mask[..., None]
        return self.drop(self.route(heard)[0])

    def go_on(
        self, route: Tensor, mask: Tensor, words: Tensor, state: tuple[Tensor, Tensor] | None
    ) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """Return scores [B, L, said] of the words after each of int64 [B, L], and the state."""
        spoken, state = self.speak(self.drop(self.word(words)), state)
        fits = self.ask(spoken) @ route.transpose(1, 2) * route.shape[-1] ** -0.5
        fits = fits.masked_fill(~mask[:, None], -1e4).softmax(-1)
        joined = self.join(torch.cat([spoken, fits @ route], -1)).tanh()
        return self.drop(joined) @ self.word.weight.T, state

    def loss(self, told: Told, rows: Tensor, lengths: Tensor) -> Tensor:
        """Return the cross entropy of instructions int64 [B, L], rows of the vocabulary."""
        rows = self.number[rows[:, :MAX_SAID]]
        inside = torch.arange(rows.shape[1])[None] < lengths[:, None]
        words = torch.where(inside, rows, torch.full_like(rows, _END))
        before = torch.nn.functional.pad(words, (1, 0), value=_BEGIN)
        after = torch.nn.functional.pad(words, (0, 1), value=_END)
        scores, _ = self.go_on(self.listen(told), told.mask, before, None)
        counted = torch.nn.functional.pad(inside, (1, 0), value=True)
        return torch.nn.functional.cross_entropy(scores[counted], after[counted])

    @torch.no_grad()
    def tell(self, told: Told, temperature: float) -> list[np.ndarray]:
        """Say routes in words drawn one by one: rows of the vocabulary for each."""
        route, state = self.listen(told), None
        word = torch.full((len(route), 1), _BEGIN)
        spoken = []
        for _ in range(MAX_SAID):
            scores, state = self.go_on(route, told.mask, word, state)
            scores[..., _BEGIN] = -1e4
            word = torch.multinomial((scores[:, 0] / temperature).softmax(-1), 1)
            spoken.append(word[:, 0])
        rows = torch.stack(spoken, 1).numpy()
        found = []
        for line in rows:
            end = np.flatnonzero(line == _END)
            line = line[: end[0]] if len(end) else line
            found.append(self.said.numpy()[line if len(line) else np.array([_END])])
        return found


def train_speaker(
    examples: Examples,
    paths: np.ndarray,
    world: WorldTensors,
    *,
    epochs: int,
    batch: int = 64,
    at_least: int = 4,
    rate: float = 2.0e-3,
    rng: np.random.Generator,
) -> tuple[Speaker, list[float]]:
    """Learn to tell routes from those that people told, half of them in a mirror.

    Args:
        examples: Instructions.
        paths: int [E, P], their routes.
        world: Where.
        epochs: Times each instruction is heard.
        batch: Instructions in an update.
        at_least: How often a word has to be said to be learned.
        rate: Highest learning rate; it falls as half a cosine.
        rng: Draws batches and mirrors.

    Returns:
        The speaker, in evaluation mode, and the mean loss of each epoch.
    """
    counts = np.zeros(len(examples.vocabulary.words), np.int64)
    for rows in (*examples.rows, *examples.mirrored):
        np.add.at(counts, rows, 1)
    counts[: len(MARKS)] = 0
    said = np.concatenate([np.arange(len(MARKS)), np.flatnonzero(counts >= 2 * at_least)])
    speaker = Speaker(examples.vocabulary, said)
    optimizer = torch.optim.AdamW(speaker.parameters(), rate, fused=True, weight_decay=0.01)
    total = epochs * -(-len(examples) // batch)
    curve = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, total)
    known, losses = torch.from_numpy(paths.astype(np.int64)), []
    for _ in range(epochs):
        found = []
        for chosen in examples.epoch(rng, batch):
            read = examples.batch(chosen, flip=rng.random(len(chosen)) < 0.5)
            told = hear(world, known[chosen], read.heading_rad, read.side)
            loss = speaker.loss(told, read.rows, read.lengths)
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(speaker.parameters(), 2.0)
            optimizer.step()
            curve.step()
            found.append(float(loss.detach()))
        losses.append(float(np.mean(found)))
    return speaker.eval(), losses
