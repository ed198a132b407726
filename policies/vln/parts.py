"""Parts of described routes as routes of their own, to learn from.

A network can know a route it was trained on by heart and pass over its words. Parts take that away:
the description is cut between two sentences, the route where its words change over, and either part
is learned as a route of its own (as BabyWalk, Zhu et al. 2020, section 4.1, and FGR2R, Hong et al.
2020). Nobody has to say where they change over: a trained network is asked, for every viewpoint in
between, how likely it is to end there by the first words and to arrive from there by the others.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import log_softmax

from policies.vln.batches import Examples, ways_along
from policies.vln.data import Routes, World
from policies.vln.learning import retrace, score_grid
from policies.vln.rollout import Batch, Moves, Network, price
from policies.vln.words import tokens
from policies.vln.world import WorldTensors

MIN_WORDS = 4
"""Words that a part has at least."""
SURE = 0.5
"""Chance of the likeliest viewpoint, among those in between, from which a cut is believed."""
_SENTENCE = re.compile(r"(?<=[.;!?])\s+")


@dataclass(frozen=True, eq=False)
class RouteTable:
    """E instructions with their routes, as `data.Routes` has them."""

    texts: tuple[str, ...]
    path_ids: tuple[str, ...]
    heading_rad: NDArray[np.float32]
    paths: NDArray[np.int32]
    lengths: NDArray[np.int64]

    @classmethod
    def of(cls, routes: Routes, rows: Sequence[int] | NDArray[np.int64]) -> "RouteTable":
        """Return some rows of routes."""
        rows = np.asarray(rows, dtype=np.int64)
        return cls(
            tuple(routes.texts[row] for row in rows),
            tuple(routes.path_ids[row] for row in rows),
            routes.heading_rad[rows],
            routes.paths[rows],
            routes.lengths[rows],
        )

    def with_more(self, other: "RouteTable") -> "RouteTable":
        """Return both, the other's after these."""
        return RouteTable(
            self.texts + other.texts,
            self.path_ids + other.path_ids,
            np.concatenate([self.heading_rad, other.heading_rad]),
            np.concatenate([self.paths, other.paths]),
            np.concatenate([self.lengths, other.lengths]),
        )


def cuts(text: str) -> list[tuple[str, str]]:
    """Return a description in two parts, once for every place between two of its sentences."""
    sentences = _SENTENCE.split(text.strip())
    pairs = [(" ".join(sentences[:k]), " ".join(sentences[k:])) for k in range(1, len(sentences))]
    return [pair for pair in pairs if min(len(tokens(part)) for part in pair) >= MIN_WORDS]


@torch.inference_mode()
def ending_chances(model: Network, world: WorldTensors, batch: Batch, moves: Moves) -> Tensor:
    """Return [B, T]: log of the chance to walk along the moves as far as each slot and stop there.

    Args:
        model: The network, in evaluation mode.
        world: Where.
        batch: What is followed.
        moves: Along which way.
    """
    walks, _ = retrace(world, batch, moves)
    seen, places = walks.tokens(newest=False)
    reading = model(model.encode(batch.rows, batch.lengths, batch.prompts, batch.context), seen)
    scores = score_grid(walks, seen, places, reading)
    walked = torch.zeros(len(places))
    found = torch.full((len(places), walks.count), -torch.inf)
    for step in range(walks.count):
        kept = (moves.counts > step).nonzero()[:, 0]
        options = walks.options(step, scores.shape[2] - 1, kept)
        some = scores[kept, : step + 1]
        chances = log_softmax(price(model, some[..., 1:], some[..., 0], options), dim=1)
        found[kept, step] = walked[kept] + chances[:, -1]
        onward = (moves.counts[kept] > step + 1).nonzero()[:, 0]
        if len(onward):
            rows = kept[onward]
            taken = moves.slots[rows, step] * options.targets.shape[2] + moves.ways[rows, step]
            walked[rows] += chances[onward, taken]
    return found


def parts_of(
    routes: Routes,
    world: World,
    places: WorldTensors,
    model: Network,
    examples: Callable[[Routes], Examples],
    *,
    batch: int = 96,
) -> RouteTable:
    """Return the parts of routes whose cuts the network is sure of.

    Args:
        routes: Whole routes.
        world: Where they lie.
        places: The same as tensors.
        model: The network that is asked, in evaluation mode.
        examples: Encodes routes as that network reads them.
        batch: Routes asked about at a time.
    """
    found = [(row, *pair) for row, text in enumerate(routes.texts) for pair in cuts(text)]
    found = [each for each in found if routes.lengths[each[0]] > 2]
    rows = np.array([row for row, _, _ in found], dtype=np.int64)
    whole = RouteTable.of(routes, rows)
    first = _renamed(whole, [one for _, one, _ in found])
    headings = _headings(whole, world)
    # one row for every viewpoint that the second part may begin at
    at = [(row, slot) for row, length in enumerate(whole.lengths) for slot in range(1, length - 1)]
    rests = _from(whole, headings, [row for row, _ in at], [slot for _, slot in at])
    rests = _renamed(rests, [found[row][2] for row, _ in at])
    ends = _chances(model, places, examples(first), batch)
    arrivals = _chances(model, places, examples(rests), batch)
    joint = np.full(whole.paths.shape, -np.inf, np.float32)
    for (row, slot), chances, length in zip(at, arrivals, rests.lengths, strict=True):
        joint[row, slot] = ends[row, slot] + chances[length - 1]
    best = joint.argmax(axis=1)
    shares = np.exp(joint - joint.max(axis=1, keepdims=True))
    sure = np.flatnonzero(shares.max(axis=1) / shares.sum(axis=1) >= SURE)
    # the way as far as the cut, and the way from there
    before = _from(first, headings, sure, np.zeros_like(sure), best[sure])
    rest = _from(whole, headings, sure, best[sure])
    return before.with_more(_renamed(rest, [found[row][2] for row in sure]))


def _chances(
    model: Network, places: WorldTensors, examples: Examples, batch: int
) -> NDArray[np.float32]:
    order = np.argsort(examples.lengths, kind="stable")
    found = np.full((len(examples), examples.counts.max()), -np.inf, np.float32)
    for start in range(0, len(order), batch):
        rows = order[start : start + batch]
        said = ending_chances(model, places, examples.batch(rows), examples.teacher(rows))
        found[rows, : said.shape[1]] = said.numpy()
    return found


def _renamed(routes: RouteTable, texts: Sequence[str]) -> RouteTable:
    return RouteTable(
        tuple(texts), routes.path_ids, routes.heading_rad, routes.paths, routes.lengths
    )


def _headings(routes: RouteTable, world: World) -> NDArray[np.float32]:
    """Return float32 [E, P], the heading at each viewpoint of a route: that of arrival."""
    here, ways = routes.paths[:, :-1], ways_along(routes, world)
    arrived = np.where(here >= 0, world.heading_rad[here, ways], 0.0)
    return np.concatenate([routes.heading_rad[:, None], arrived], axis=1).astype(np.float32)


def _from(
    routes: RouteTable,
    headings: NDArray[np.float32],
    rows: Sequence[int] | NDArray[np.int64],
    slots: Sequence[int] | NDArray[np.int64],
    ends: NDArray[np.int64] | None = None,
) -> RouteTable:
    """Return rows of routes, each from a slot on, to its end or another slot."""
    some, slots = RouteTable.of(routes, rows), np.asarray(slots, dtype=np.int64)
    ends = some.lengths - 1 if ends is None else ends
    columns = np.arange(some.paths.shape[1]) + slots[:, None]
    paths = np.take_along_axis(some.paths, columns.clip(max=some.paths.shape[1] - 1), axis=1)
    paths = np.where(columns <= ends[:, None], paths, -1)
    heading_rad = headings[np.asarray(rows, dtype=np.int64), slots]
    return RouteTable(some.texts, some.path_ids, heading_rad, paths, ends - slots + 1)
