"""Rolling the network out in a batch: one viewpoint is read a step, and what was read is kept."""

from dataclasses import dataclass

import torch
from torch import Tensor

from policies.vln.ensemble import Ensemble, Memories, Texts
from policies.vln.legs import Legs
from policies.vln.model import Memory, VlnModel
from policies.vln.said import Prompts, TextCode
from policies.vln.walks import SUCCESS_M, Options, Walks
from policies.vln.world import WorldTensors

UNSEEN = -1e9


@dataclass(frozen=True)
class Batch:
    """Instructions to follow.

    Attributes:
        rows: int64 [B, L], rows of the vocabulary.
        lengths: int64 [B], on the CPU.
        start: int64 [B].
        heading_rad: [B].
        goal: int64 [B].
        side: [B], -1 in a mirror.
        prompts: Where the network takes them.
        legs: The routes taken apart, likewise.
        context: [B, L, size], half precision: words in their context, likewise.
    """

    rows: Tensor
    lengths: Tensor
    start: Tensor
    heading_rad: Tensor
    goal: Tensor
    side: Tensor
    prompts: Prompts | None = None
    legs: Legs | None = None
    context: Tensor | None = None


@dataclass(frozen=True)
class Moves:
    """What walks did: T - 1 moves at most.

    Attributes:
        slots: int64 [B, T - 1], the slot each move went back to.
        ways: int64 [B, T - 1], the way taken from there.
        counts: int64 [B], viewpoints stood on, the start included.
    """

    slots: Tensor
    ways: Tensor
    counts: Tensor


@dataclass(frozen=True)
class Result:
    """How walks ended; all [B], on the CPU.

    Attributes:
        success: Whether the end lies within 3 m of the goal.
        oracle: Whether any viewpoint stood on does.
        walked_m: Length of all that was walked, the way back to the end included.
        shortest_m: Length of the shortest path.
        error_m: What is left at the end.
        moves: What was done.
    """

    success: Tensor
    oracle: Tensor
    walked_m: Tensor
    shortest_m: Tensor
    error_m: Tensor
    moves: Moves

    @property
    def spl(self) -> Tensor:
        """Success weighted by path length, of each walk."""
        longest = torch.maximum(self.walked_m, self.shortest_m).clamp(min=1e-6)
        return self.success * self.shortest_m / longest


Network = VlnModel | Ensemble
"""One network or several that decide together."""


def price(model: Network, way_scores: Tensor, stop_scores: Tensor, options: Options) -> Tensor:
    """Return scores of all options [B, S * K + S]: what was read, less what the way back costs."""
    metre, once, stop_metre = model.turn_back_costs()
    cost = metre * options.back_m + once * (options.back_m > 0)
    ways = (way_scores - cost[..., None]).masked_fill(~options.ways, UNSEEN)
    return torch.cat([ways.flatten(1), stop_scores - stop_metre * options.back_m], dim=1).float()


class Reader:
    """Reads walks a viewpoint at a time and keeps what it read: the map and its scores.

    Args:
        model: The network, in evaluation mode.
        walks: The walks, at their start.
        text: The instructions.
        mirrored: The same with left and right swapped. Where they are given, every walk is read a
            second time as seen in a mirror, and the scores are averaged.
    """

    def __init__(
        self,
        model: Network,
        walks: Walks,
        text: TextCode | Texts,
        mirrored: TextCode | Texts | None = None,
    ) -> None:
        self._model, self.walks = model, walks
        self._sides = 1 if mirrored is None else 2
        self._text = text if mirrored is None else text.with_more(mirrored)
        self._memory: Memory | Memories | None = None
        self._grids: list[Tensor] = []

    def read(self) -> tuple[Tensor, Options]:
        """Read the newest slot.

        Returns:
            Scores [B, S * K + S] of all options, ways slot by slot, then stops; and the options.
        """
        walks = self.walks
        width = 1 + walks.world.neighbours.shape[1]
        tokens, places = walks.tokens(newest=True)
        both = tokens if self._sides == 1 else tokens.both_sides()
        reading = self._model(self._text, both, self._memory)
        old = self._memory
        self._memory = reading.memory if old is None else old.with_newer(reading.memory)
        values = reading.scores.float().unflatten(0, (self._sides, -1)).mean(0)
        values = torch.where(tokens.mask, values, UNSEEN)
        grid = torch.full((len(places), width), UNSEEN, device=places.device)
        self._grids.append(grid.scatter(1, places, values))
        scores = torch.stack(self._grids, 1)
        options = walks.options(walks.count - 1, width - 1)
        return price(self._model, scores[..., 1:], scores[..., 0], options), options

    def select(self, rows: Tensor) -> None:
        """Keep some of the batch."""
        size = len(self.walks.nodes)
        self.walks.select(rows)
        both = torch.cat([rows + side * size for side in range(self._sides)])
        self._text = self._text.select(both)
        self._memory = self._memory and self._memory.select(both)
        self._grids = [each[rows] for each in self._grids]


@torch.no_grad()
def roll(
    model: Network,
    world: WorldTensors,
    batch: Batch,
    *,
    temperature: float,
    max_steps: int,
    mirrored: Batch | None = None,
) -> Result:
    """Walk until every walk has stopped.

    Args:
        model: The network, put in evaluation mode meanwhile.
        world: Where.
        batch: What to follow.
        temperature: 0 takes the highest score, else options are drawn.
        max_steps: Moves before a walk is made to stop.
        mirrored: The same with the words of the mirror image; see `Reader`.
    """
    training = model.training
    model.eval()
    walks = Walks(
        world,
        batch.start,
        batch.heading_rad,
        side=batch.side,
        max_slots=max_steps + 1,
        legs=batch.legs,
    )
    texts = [model.encode(b.rows, b.lengths, b.prompts, b.context) for b in (batch, mirrored) if b]
    reader = Reader(model, walks, *texts)
    size, device = len(batch.start), batch.start.device
    alive = torch.arange(size, device=device)
    ended = torch.zeros(3, size, device=device)
    slots = torch.zeros((size, max_steps), dtype=torch.int64, device=device)
    ways = torch.zeros_like(slots)
    counts = torch.zeros(size, dtype=torch.int64, device=device)
    goal, width = batch.goal, world.neighbours.shape[1]
    for step in range(max_steps + 1):
        flat, options = reader.read()
        count = flat.shape[1] - step - 1
        if step == max_steps:
            flat[:, :count] = UNSEEN
        if temperature:
            picked = torch.multinomial((flat / temperature).softmax(1), 1)[:, 0]
        else:
            picked = flat.argmax(1)
        done = picked >= count
        if bool(done.any()):
            rows = done.nonzero()[:, 0]
            slot = picked[rows] - count
            passed = walks.nodes[rows, : step + 1]
            left_m = world.between_m(passed, goal[rows, None].expand_as(passed))
            ended[0, alive[rows]] = left_m[torch.arange(len(rows)), slot]
            ended[1, alive[rows]] = walks.walked_m[rows] + options.back_m[rows, slot]
            ended[2, alive[rows]] = left_m.amin(1)
            counts[alive[rows]] = step + 1
        if bool(done.all()):
            break
        if bool(done.any()):
            kept = (~done).nonzero()[:, 0]
            reader.select(kept)
            goal, alive, picked = goal[kept], alive[kept], picked[kept]
        slots[alive, step], ways[alive, step] = picked // width, picked % width
        walks.move(picked // width, picked % width)
    model.train(training)
    moves = int(counts.max()) - 1
    ended = ended.cpu()
    return Result(
        success=(ended[0] < SUCCESS_M).float(),
        oracle=(ended[2] < SUCCESS_M).float(),
        walked_m=ended[1],
        shortest_m=world.between_m(batch.start, batch.goal).cpu(),
        error_m=ended[0],
        moves=Moves(slots[:, :moves], ways[:, :moves], counts),
    )
