"""Learning from walks: whole walks are read at once, so that a batch is a few large operations.

Two teachers: the shortest path, which says at every step what would be right (DAgger), and the
reward a walk ends with (`Reward`), which says what going on and turning back have cost.
"""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import (
    binary_cross_entropy_with_logits,
    cross_entropy,
    log_softmax,
    smooth_l1_loss,
)

from policies.vln.model import Reading, VlnModel, cross_entropy_of_sets
from policies.vln.prompts import way_actions
from policies.vln.rollout import UNSEEN, Batch, Moves, price
from policies.vln.tokens import Tokens
from policies.vln.walks import SUCCESS_M, Options, Walks
from policies.vln.world import WorldTensors

LIFT = 4
"""Column of `Tokens.features` with twice the sine of a way's elevation."""


@dataclass(frozen=True)
class Weights:
    """What each part of the loss counts; `choice` is the shortest path's, `reward` the walk's."""

    choice: float = 1.0
    reward: float = 1.0
    left: float = 0.5
    near: float = 0.3
    prompts: float = 0.2
    balance: float = 0.01


@dataclass(frozen=True)
class Disturbance:
    """What keeps a network from knowing buildings by heart.

    Attributes:
        object_keep: Share of objects shown.
        hidden_ways: Share of ways hidden that are neither taken nor right.
        noise_rad: Deviation of headings; lengths deviate by as large a share.
    """

    object_keep: float = 1.0
    hidden_ways: float = 0.0
    noise_rad: float = 0.0


@dataclass(frozen=True)
class Reward:
    """What walks were worth.

    Attributes:
        gained: [B], what each walk brought.
        expected: [B], what it is compared with: the mean of other walks for the same words.
        arrival: Share of the reward that is paid for arriving at all; the rest is paid in
            proportion to how short the walk was (SPL).
        max_moves: Moves after which walks were made to stop.
    """

    gained: Tensor
    expected: Tensor
    arrival: float
    max_moves: int


def worth(left_m: Tensor, walked_m: Tensor, shortest_m: Tensor, arrival: float) -> Tensor:
    """Return the reward of ending with `left_m` to go after `walked_m`, in [0, 1]."""
    short = shortest_m / torch.maximum(walked_m, shortest_m).clamp(min=1e-6)
    return (left_m < SUCCESS_M) * (arrival + (1.0 - arrival) * short)


def learn(
    model: VlnModel,
    world: WorldTensors,
    batch: Batch,
    moves: Moves,
    *,
    weights: Weights,
    disturb: Disturbance,
    reward: Reward | None = None,
) -> tuple[Tensor, dict[str, float]]:
    """Return the loss of walks, a mean over their steps, and parts of it.

    At every step the right options are those a shortest path to the goal asks for (DAgger's
    expert): the unvisited viewpoint with the least way there and on to the goal, or stopping at
    the goal once it was stood on. With `reward` what was done counts as well, by what came of it.
    """
    walks, walked_m = retrace(world, batch, moves, object_keep=disturb.object_keep)
    walks.noise_rad = disturb.noise_rad
    if disturb.hidden_ways:
        walks.hide(disturb.hidden_ways, batch.goal, moves.slots, moves.ways)
    text = model.encode(batch.rows, batch.lengths, batch.prompts, batch.context)
    tokens, places = walks.tokens(newest=False)
    reading = model(text, tokens)
    scores = score_grid(walks, tokens, places, reading)
    total, paid, steps = torch.zeros(()), torch.zeros(()), int(moves.counts.sum())
    for step in range(walks.count):
        kept = (moves.counts > step).nonzero()[:, 0]
        options = walks.options(step, scores.shape[2] - 1, kept)
        some = scores[kept, : step + 1]
        flat = price(model, some[..., 1:], some[..., 0], options)
        ways, stops = walks.right(step, options, batch.goal[kept], kept)
        right = torch.cat([ways.flatten(1), stops], dim=1)
        total = total + cross_entropy_of_sets(flat, right).sum()
        if reward is not None:
            paid = paid + _paid(
                flat, step, options, walks, batch.goal, walked_m[step], moves, kept, reward
            )
    loss = weights.choice * total / steps
    logs = {"choice": float(total.detach()) / steps}
    if reward is not None:
        loss = loss + weights.reward * paid / steps
        logs["reward"] = float(reward.gained.mean())
    for name, value in _extras(reading, tokens, walks, batch).items():
        logs[name] = float(value.detach())
        loss = loss + getattr(weights, name) * value
    return loss, logs


def retrace(
    world: WorldTensors, batch: Batch, moves: Moves, *, object_keep: float = 1.0
) -> tuple[Walks, list[Tensor]]:
    """Return walks along given moves, and the metres [B] walked by each of their slots."""
    longest = int(moves.counts.max())
    walks = Walks(
        world,
        batch.start,
        batch.heading_rad,
        side=batch.side,
        max_slots=longest,
        object_keep=object_keep,
        legs=batch.legs,
    )
    walked_m = [walks.walked_m]
    for step in range(longest - 1):
        walks.move(moves.slots[:, step], moves.ways[:, step], moves.counts > step + 1)
        walked_m.append(walks.walked_m)
    return walks, walked_m


def score_grid(walks: Walks, tokens: Tokens, places: Tensor, reading: Reading) -> Tensor:
    """Return the scores of whole walks [B, T, 1 + K], of each slot its stop's before its ways'."""
    width = 1 + int(walks.world.degree[walks.nodes].amax())
    grid = torch.full((len(places), walks.count * width), UNSEEN)
    values = torch.where(tokens.mask, reading.scores.float(), UNSEEN)
    return grid.scatter(1, places, values).view(-1, walks.count, width)


def _paid(
    flat: Tensor,
    step: int,
    options: Options,
    walks: Walks,
    goal: Tensor,
    walked_m: Tensor,
    moves: Moves,
    kept: Tensor,
    reward: Reward,
) -> Tensor:
    """Return what to minimise at a step so that walks come to be worth more.

    The policy gradient (Williams 1992) against other walks for the same words. What stopping
    anywhere would have brought is known without trying it, so that the expectation over stops is
    taken in full, and only going on rests on what was drawn.
    """
    count = flat.shape[1] - step - 1
    if step == reward.max_moves:
        flat = flat.clone()
        flat[:, :count] = UNSEEN
    chances = log_softmax(flat, dim=1)
    passed = walks.nodes[kept, : step + 1]
    left_m = walks.world.between_m(passed, goal[kept, None].expand_as(passed))
    shortest_m = walks.world.between_m(walks.nodes[kept, 0], goal[kept])[:, None]
    ends = worth(left_m, walked_m[kept, None] + options.back_m, shortest_m, reward.arrival)
    stops, expected = chances[:, count:], reward.expected[kept, None]
    loss = -(stops.detach().exp() * (ends - expected) * stops).sum()
    onward = (moves.counts[kept] > step + 1).nonzero()[:, 0]
    if len(onward):
        rows = kept[onward]
        # the columns of `Options` are fewer than those of a roll, but number the same ways
        taken = moves.slots[rows, step] * options.targets.shape[2] + moves.ways[rows, step]
        gain = reward.gained[rows] - reward.expected[rows]
        loss = loss - (gain * chances[onward, taken]).sum()
    return loss


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
