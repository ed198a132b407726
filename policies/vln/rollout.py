"""Rolling the network out in a batch, and learning from what was walked.

A roll reads one viewpoint a step and keeps what it read; learning reads whole walks at once, so
that a batch is a few large operations, and scores every step of them against the shortest path.
"""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy, smooth_l1_loss

from policies.vln.model import (
    Memory,
    Prompts,
    Reading,
    TextCode,
    VlnModel,
    cross_entropy_of_sets,
    turn_back_costs,
)
from policies.vln.prompts import way_actions
from policies.vln.tokens import Tokens
from policies.vln.walks import SUCCESS_M, Options, Walks, WorldTensors

UNSEEN = -1e9
LIFT = 4
"""Column of `Tokens.features` with twice the sine of a way's elevation."""


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
    """

    rows: Tensor
    lengths: Tensor
    start: Tensor
    heading_rad: Tensor
    goal: Tensor
    side: Tensor
    prompts: Prompts | None = None


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
class Weights:
    """What each part of the loss counts beside the choice of what to do."""

    left: float = 0.5
    near: float = 0.3
    prompts: float = 0.2
    balance: float = 0.01


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


def price(model: VlnModel, way_scores: Tensor, stop_scores: Tensor, options: Options) -> Tensor:
    """Return scores of all options [B, S * K + S]: what was read, less what the way back costs."""
    metre, once, stop_metre = turn_back_costs(model)
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
        self, model: VlnModel, walks: Walks, text: TextCode, mirrored: TextCode | None = None
    ) -> None:
        self._model, self.walks = model, walks
        self._texts = [text] if mirrored is None else [text, mirrored]
        self._memories: list[Memory | None] = [None] * len(self._texts)
        self._grids: list[Tensor] = []

    def read(self) -> tuple[Tensor, Options]:
        """Read the newest slot.

        Returns:
            Scores [B, S * K + S] of all options, ways slot by slot, then stops; and the options.
        """
        walks = self.walks
        width = 1 + walks.world.neighbours.shape[1]
        found = []
        for number, (text, old) in enumerate(zip(self._texts, self._memories, strict=True)):
            tokens, places = walks.tokens(newest=True, mirror=number > 0)
            reading = self._model(text, tokens, old)
            newer = reading.memory if old is None else old.with_newer(reading.memory)
            self._memories[number] = newer
            grid = torch.full((len(places), width), UNSEEN, device=places.device)
            values = torch.where(tokens.mask, reading.scores.float(), UNSEEN)
            found.append(grid.scatter(1, places, values))
        self._grids.append(torch.stack(found).mean(0))
        scores = torch.stack(self._grids, 1)
        options = walks.options(walks.count - 1, width - 1)
        return price(self._model, scores[..., 1:], scores[..., 0], options), options

    def select(self, rows: Tensor) -> None:
        """Keep some of the batch."""
        self.walks.select(rows)
        self._texts = [text.select(rows) for text in self._texts]
        self._memories = [each and each.select(rows) for each in self._memories]
        self._grids = [each[rows] for each in self._grids]


@torch.no_grad()
def roll(
    model: VlnModel,
    world: WorldTensors,
    batch: Batch,
    *,
    temperature: float,
    max_steps: int,
    choose: "Chooser | None" = None,
    mirrored: Batch | None = None,
) -> Result:
    """Walk until every walk has stopped.

    Args:
        model: The network, put in evaluation mode meanwhile.
        world: Where.
        batch: What to follow.
        temperature: 0 takes the highest score, else options are drawn.
        max_steps: Moves before a walk is made to stop.
        choose: Where to stop, see `Chooser`; by default at the highest score.
        mirrored: The same with the words of the mirror image; see `Reader`.
    """
    training = model.training
    model.eval()
    walks = Walks(world, batch.start, batch.heading_rad, side=batch.side, max_slots=max_steps + 1)
    texts = [model.encode(b.rows, b.lengths, b.prompts) for b in (batch, mirrored) if b]
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
            if choose is not None:
                slot = choose(flat[rows, count:], walks.between_m[rows, : step + 1, : step + 1])
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


class Chooser:
    """Chooses where to stop among the viewpoints stood on.

    The probability of being right is that of stopping anywhere within 3 m, so that neighbours that
    share it are not outvoted by a lone viewpoint.

    Args:
        sharpness: What stop scores are multiplied by before they become probabilities.
    """

    def __init__(self, sharpness: float = 1.0) -> None:
        self._sharpness = sharpness

    def __call__(self, stop_scores: Tensor, between_m: Tensor) -> Tensor:
        """Return a slot for each walk, int64 [B].

        Args:
            stop_scores: [B, S].
            between_m: [B, S, S], lengths of the ways between slots.
        """
        share = (stop_scores * self._sharpness).softmax(1)
        return ((between_m < SUCCESS_M) * share[:, None]).sum(-1).argmax(1)


def learn(
    model: VlnModel,
    world: WorldTensors,
    batch: Batch,
    moves: Moves,
    *,
    weights: Weights,
    object_keep: float,
) -> tuple[Tensor, dict[str, float]]:
    """Return the loss of walks, a mean over their steps, and parts of it.

    At every step the right options are those a shortest path to the goal asks for (DAgger's
    expert): the unvisited viewpoint with the least way there and on to the goal, or stopping at
    the goal once it was stood on.
    """
    longest = int(moves.counts.max())
    walks = Walks(
        world,
        batch.start,
        batch.heading_rad,
        side=batch.side,
        max_slots=longest,
        object_keep=object_keep,
    )
    for step in range(longest - 1):
        walks.move(moves.slots[:, step], moves.ways[:, step], moves.counts > step + 1)
    text = model.encode(batch.rows, batch.lengths, batch.prompts)
    tokens, places = walks.tokens(newest=False)
    reading = model(text, tokens)
    width = 1 + int(world.degree[walks.nodes].amax())
    grid = torch.full((len(places), longest * width), UNSEEN)
    values = torch.where(tokens.mask, reading.scores.float(), UNSEEN)
    scores = grid.scatter(1, places, values).view(-1, longest, width)
    total, steps = torch.zeros(()), int(moves.counts.sum())
    for step in range(longest):
        kept = (moves.counts > step).nonzero()[:, 0]
        options = walks.options(step, width - 1, kept)
        some = scores[kept, : step + 1]
        flat = price(model, some[..., 1:], some[..., 0], options)
        ways, stops = walks.right(step, options, batch.goal[kept], kept)
        right = torch.cat([ways.flatten(1), stops], dim=1)
        total = total + cross_entropy_of_sets(flat, right).sum()
    loss = total / steps
    logs = {"choice": float(loss.detach())}
    for name, value in _extras(reading, tokens, walks, batch).items():
        logs[name] = float(value.detach())
        loss = loss + getattr(weights, name) * value
    return loss, logs


def _extras(reading: Reading, tokens: Tokens, walks: Walks, batch: Batch) -> dict[str, Tensor]:
    """Return auxiliary losses by name, each a mean over tokens."""
    world = walks.world
    states = tokens.is_state & tokens.mask
    node = torch.gather(walks.nodes, 1, tokens.slot)[states]
    goal = batch.goal[:, None].expand_as(states)[states]
    whole = world.between_m(batch.start, batch.goal).clamp(min=1.0)
    left_m = world.between_m(node, goal)
    share = (left_m / whole[:, None].expand_as(states)[states]).clamp(max=2.0)
    near = (left_m < SUCCESS_M).float()
    found = {
        "left": smooth_l1_loss(reading.left[states].float(), share),
        "near": binary_cross_entropy_with_logits(reading.near[states].float(), near),
    }
    if reading.actions is not None:
        ways = tokens.mask & ~tokens.is_state
        action = way_actions(tokens.heading_rad[ways], tokens.features[ways][:, LIFT])
        found["prompts"] = cross_entropy(reading.actions[ways].float(), action)
    if reading.gates is not None:
        share = reading.gates[tokens.mask].float().mean(0)
        found["balance"] = (share * share).sum() * len(share) - 1.0
    return found
