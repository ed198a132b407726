"""Instructions and routes as batches, mirrored at random, put together by length."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import torch
from torch.nn.utils.rnn import pad_sequence

from embodied.core.errors import DataError
from embodied.core.routes import RouteLeg
from policies.vln.context import ContextEncoder
from policies.vln.data import Routes, World
from policies.vln.legs import legs_of
from policies.vln.prompts import MAX_PROMPTS, parse
from policies.vln.rollout import Batch, Moves
from policies.vln.said import Prompts
from policies.vln.words import PAD, Vocabulary, mirrored, tokens

LegReader = Callable[[str], Sequence[RouteLeg]]
"""Takes an instruction apart."""
BANDS = 8
"""Lengths that batches are sorted into."""


class Examples:
    """The instructions of a split, encoded once, as they are and mirrored.

    Args:
        routes: Instructions and routes.
        vocabulary: Words.
        world: Where the routes lie.
        prompts: Whether action prompts are read off the words.
        read_legs: Takes instructions apart, where the network reads their legs.
        encoder: Reads words in their context, where the network takes that.
    """

    def __init__(
        self,
        routes: Routes,
        vocabulary: Vocabulary,
        world: World,
        *,
        prompts: bool = False,
        read_legs: LegReader | None = None,
        encoder: ContextEncoder | None = None,
    ) -> None:
        words = [tokens(text) for text in routes.texts]
        self.vocabulary = vocabulary
        self.rows = [vocabulary.encode(each) for each in words]
        self.mirrored = [vocabulary.encode(mirrored(each)) for each in words]
        self.lengths = np.array([len(each) for each in self.rows])
        self.start = routes.paths[:, 0].astype(np.int64)
        self.goal = routes.paths[np.arange(len(words)), routes.lengths - 1].astype(np.int64)
        self.counts = routes.lengths
        self.ways = ways_along(routes, world)
        degree = (world.neighbours >= 0).sum(axis=1)
        self.tokens = np.where(routes.paths >= 0, 1 + degree[routes.paths], 0).sum(axis=1)
        self.heading_rad = routes.heading_rad
        self._prompts = [parse(each) for each in words] if prompts else None
        self.legs = [tuple(read_legs(text)) for text in routes.texts] if read_legs else None
        self._mirrored = [parse(mirrored(each)) for each in words] if prompts else None
        self.contexts = encoder and (
            encoder.read_and_keep(words),
            encoder.read_and_keep([mirrored(each) for each in words]),
        )

    def __len__(self) -> int:
        return len(self.rows)

    def batch(
        self,
        chosen: np.ndarray,
        *,
        flip: np.ndarray | None = None,
        words_of: np.ndarray | None = None,
    ) -> Batch:
        """Put examples together.

        Args:
            chosen: int [B], which.
            flip: bool [B], which of them in a mirror; none are by default.
            words_of: int [B], whose words each is given; its own by default.
        """
        flip = np.zeros(len(chosen), dtype=bool) if flip is None else flip
        said = chosen if words_of is None else words_of
        rows = [self.mirrored[k] if f else self.rows[k] for k, f in zip(said, flip, strict=True)]
        lengths = np.array([len(each) for each in rows])
        padded = np.full((len(rows), lengths.max()), PAD, dtype=np.int64)
        for line, each in zip(padded, rows, strict=True):
            line[: len(each)] = each
        found = None
        if self._prompts is not None:
            found = prompt_arrays(
                [
                    self._mirrored[k] if f else self._prompts[k]
                    for k, f in zip(said, flip, strict=True)
                ],
                self.vocabulary,
                lengths,
            )
        return Batch(
            rows=torch.from_numpy(padded),
            lengths=torch.from_numpy(lengths),
            start=torch.from_numpy(self.start[chosen]),
            heading_rad=torch.from_numpy(self.heading_rad[chosen]),
            goal=torch.from_numpy(self.goal[chosen]),
            side=torch.from_numpy(np.where(flip, -1.0, 1.0).astype(np.float32)),
            prompts=found,
            # legs are laid along the building as it is: in a mirror both would change alike
            legs=None if self.legs is None else legs_of([self.legs[k] for k in said]),
            context=None
            if self.contexts is None
            else pad_sequence(
                [self.contexts[int(f)][k] for k, f in zip(said, flip, strict=True)], True
            ),
        )

    def teacher(self, chosen: np.ndarray) -> Moves:
        """Return the moves along the routes themselves."""
        counts = self.counts[chosen]
        slots = np.broadcast_to(np.arange(counts.max() - 1), (len(chosen), counts.max() - 1))
        return Moves(
            torch.from_numpy(slots.copy()),
            torch.from_numpy(self.ways[chosen, : counts.max() - 1]),
            torch.from_numpy(counts),
        )

    def epoch(self, rng: np.random.Generator, size: int) -> Iterator[np.ndarray]:
        """Yield every example once, in random batches of like size.

        Batches are alike in tokens first and in words second, so that little of them is padding.
        """
        order = rng.permutation(len(self))
        batches = []
        for start in range(0, len(order), size * BANDS * BANDS):
            part = order[start : start + size * BANDS * BANDS]
            part = part[np.argsort(self.tokens[part], kind="stable")]
            for band in range(0, len(part), size * BANDS):
                some = part[band : band + size * BANDS]
                some = some[np.argsort(self.lengths[some], kind="stable")]
                batches += [some[k : k + size] for k in range(0, len(some), size)]
        for number in rng.permutation(len(batches)):
            yield batches[number]


def ways_along(routes: Routes, world: World) -> np.ndarray:
    """Return int64 [E, P - 1], which neighbour each viewpoint of a route goes on to."""
    here, after = routes.paths[:, :-1], routes.paths[:, 1:]
    found = world.neighbours[here] == after[..., None]
    if not (found.any(-1) | (after < 0)).all():
        raise DataError("A route goes on to a viewpoint that is no neighbour of the one before.")
    return found.argmax(-1).astype(np.int64)


def prompt_arrays(
    parsed: list[list[tuple[int, int, str]]], vocabulary: Vocabulary, lengths: np.ndarray
) -> Prompts:
    """Pad action prompts into a batch."""
    shape = (len(parsed), MAX_PROMPTS)
    actions, places = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    landmarks = np.zeros((*shape, vocabulary.vectors.shape[1]), np.float32)
    mask = np.zeros(shape, dtype=bool)
    for row, found in enumerate(parsed):
        for column, (action, place, landmark) in enumerate(found):
            actions[row, column] = action
            places[row, column] = min(place, lengths[row] - 1)
            mask[row, column] = True
            if landmark:
                landmarks[row, column] = vocabulary.vectors[vocabulary.row(landmark)]
    return Prompts(*map(torch.from_numpy, (actions, landmarks, places, mask)))
