"""The network: words, what is around a viewpoint, and the route that led there, to scores.

A viewpoint is read once, when it is reached. Its tokens are one for the state (the route so far)
and one for each way onward; they attend to one another, to the objects around and to the words.
What comes out is a score for stopping here, a score for each way onward and the state that a step
along one of them starts from. The map is the set of all that was read: its scores stand side by
side in one softmax, so that a way seen five steps ago competes with the ways from here (the global
action space of DUET, Chen et al. 2022, section 3.2, over routes rather than over nodes).

Shapes: B walks, L words, K ways onward, M objects, D width, F size of the frozen word vectors.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from policies.vln.layers import Block, Dropout, Experts, TextEncoder, pick
from policies.vln.legs import LEG_FEATURES
from policies.vln.prompts import ACTIONS
from policies.vln.said import Prompts, TextCode
from policies.vln.tokens import OBJECT_FEATURES, TOKEN_FEATURES, Tokens


@dataclass(frozen=True)
class ModelConfig:
    """Sizes and switches.

    Attributes:
        vocabulary_size: Words, marks included.
        vector_size: F.
        width: D.
        heads: Attention heads.
        layers: Blocks; the first updates states alone, the others all tokens.
        text_layers: Self-attention layers over the words, above the recurrent one.
        dropout: Of tokens, inside blocks and of words.
        objects: Whether named objects are read.
        feature_size: Numbers of a picture feature for each way onward; 0 reads none.
        prompts: Action prompts beside the words (ADAPT).
        legs: Whether the route taken apart is read: how its legs fit each place.
        experts: Experts that share the questions asked of the words (SAME); 0 is a plain layer.
        encoder: Published encoder that says what words are in their context, as
            `context.ContextEncoder` names it; none reads the words alone.
        context_size: Numbers it says of each word.
    """

    vocabulary_size: int
    vector_size: int = 64
    width: int = 128
    heads: int = 4
    layers: int = 2
    text_layers: int = 0
    dropout: float = 0.2
    objects: bool = True
    feature_size: int = 0
    prompts: bool = False
    experts: int = 0
    legs: bool = False
    encoder: str | None = None
    context_size: int = 384


@dataclass(frozen=True)
class Reading:
    """What the network makes of tokens.

    Attributes:
        scores: [B, N], of going along a way, or of stopping at a state.
        left: [B, N], of states: share of the way to the goal that is left, as an auxiliary task.
        near: [B, N], of states: logit of standing within 3 m of the goal, as an auxiliary task.
        actions: [B, N, actions] where there are prompts, else None.
        gates: [B, N, experts] where there are experts, else None.
        memory: What later slots need of these: see `Memory`.
    """

    scores: Tensor
    left: Tensor
    near: Tensor
    actions: Tensor | None
    gates: Tensor | None
    memory: "Memory"


@dataclass(frozen=True)
class Memory:
    """States of slots read so far.

    Attributes:
        states: For each block [B, T, D], what it keeps of a slot's state.
        route: [B, T, D], the recurrent state at each slot.
    """

    states: tuple[Tensor, ...]
    route: Tensor

    def select(self, rows: Tensor) -> "Memory":
        """Keep some of the batch."""
        return Memory(tuple(each[rows] for each in self.states), self.route[rows])

    def with_newer(self, newer: "Memory") -> "Memory":
        """Return both, the newer slots last."""
        pairs = zip(self.states, newer.states, strict=True)
        return Memory(
            tuple(torch.cat(pair, dim=1) for pair in pairs),
            torch.cat([self.route, newer.route], dim=1),
        )


class VlnModel(nn.Module):
    """Reads instructions and viewpoints."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.config = config
        width = config.width
        self.text = TextEncoder(
            config.vocabulary_size,
            config.vector_size,
            width,
            heads=config.heads,
            layers=config.text_layers,
            dropout=config.dropout,
            context_size=config.context_size if config.encoder else 0,
        )
        self.begin = nn.Linear(width, width)
        self.token = nn.Sequential(
            nn.Linear(TOKEN_FEATURES + 1, width), nn.ReLU(), nn.Linear(width, width)
        )
        self.step = nn.GRUCell(width, width)
        if config.objects:
            self.object = nn.Linear(config.vector_size + OBJECT_FEATURES + 1, width)
            self.mention = nn.Linear(width, width)
            # what else than its own name speaks of a thing: towels of a bathroom
            self.kin = nn.Linear(config.vector_size, config.vector_size, bias=False)
            nn.init.zeros_(self.kin.weight)
            # what each thing says for a way it lies along, and for stopping beside it
            self.evidence = nn.Linear(width, 2)
            nn.init.zeros_(self.evidence.weight)
            nn.init.zeros_(self.evidence.bias)
            self.sharpness = nn.Parameter(torch.tensor(10.0))
        if config.feature_size:
            self.picture = nn.Sequential(
                nn.LayerNorm(config.feature_size), nn.Linear(config.feature_size, width)
            )
        if config.legs:
            self.leg = nn.Linear(LEG_FEATURES, width)
            nn.init.zeros_(self.leg.weight)
            # what the layings' own scores count beside the network's, of ways and of stops
            self.leg_share = nn.Parameter(torch.tensor([0.6, 0.6]))
        if config.prompts:
            self.prompt_action = nn.Embedding(len(ACTIONS), width)
            self.prompt_landmark = nn.Linear(config.vector_size, width)
            self.prompt_match = nn.Linear(width, width)
        self.blocks = nn.ModuleList(
            Block(width, heads=config.heads, dropout=config.dropout, experts=config.experts)
            for _ in range(config.layers)
        )
        self.router = Experts.router(width, config.experts) if config.experts else None
        self.last = nn.LayerNorm(width)
        self.judge = nn.Linear(width, width)
        self.judge_here = nn.Linear(width, width)
        self.score = nn.Linear(width, 4)
        self.turn_back = nn.Parameter(torch.tensor([-3.0, -1.0, -3.0]))
        self.drop = Dropout(config.dropout)

    def encode(
        self,
        rows: Tensor,
        lengths: Tensor,
        prompts: Prompts | None = None,
        context: Tensor | None = None,
    ) -> TextCode:
        """Read instructions.

        Args:
            rows: int64 [B, L], of the vocabulary.
            lengths: int64 [B], on the CPU.
            prompts: Where the network takes them.
            context: [B, L, context_size], likewise.
        """
        words, vectors, mask = self.text(rows, lengths, context if self.config.encoder else None)
        summary = (words * mask[..., None]).sum(1) / lengths.to(words)[:, None]
        if self.config.prompts and prompts is not None:
            extra = self.prompt_action(prompts.actions) + self.prompt_landmark(prompts.landmarks)
            place = torch.gather(words, 1, prompts.places[..., None].expand_as(extra))
            words = torch.cat([words, extra + place], dim=1)
            mask = torch.cat([mask, prompts.mask], dim=1)
            vectors = torch.cat([vectors, prompts.landmarks], dim=1)
        keys = tuple(block.read(words) for block in self.blocks)
        return TextCode(words, vectors, mask, keys, summary)

    def forward(self, text: TextCode, tokens: Tokens, memory: Memory | None = None) -> Reading:
        """Read tokens.

        Args:
            text: The instructions.
            tokens: Without `memory` those of whole walks; with it those of the newest slot alone,
                its state first.
            memory: Of all slots before the newest.
        """
        kind = tokens.is_state[..., None].to(tokens.features)
        x = self.token(torch.cat([tokens.features, kind], dim=-1))
        if self.config.feature_size and tokens.pictures is not None:
            x = x + self.picture(tokens.pictures)
        if self.config.legs and tokens.legs is not None:
            x = x + self.leg(tokens.legs[..., 1:])
        x = self.drop(x)
        slots = tokens.ancestors.shape[1]
        first, there = _first_columns(tokens, slots if memory is None else 1)
        things, toward, bias = self._surroundings(text, tokens, memory)
        gates = None
        if self.router is not None:
            said = text.summary[:, None].expand(-1, x.shape[1], -1)
            gates = self.router(torch.cat([x, said], dim=-1)).softmax(-1)
        kept, normed = [], x
        owner = tokens.slot if memory is None else torch.zeros_like(tokens.slot)
        for number, (block, keys) in enumerate(zip(self.blocks, text.keys, strict=True)):
            before = None if memory is None else memory.states[number]
            if number:
                x, normed = block(x, things, before, bias, keys, text.bias, gates)
            else:
                # states alone ask first; what they find, carried along the route, is what the
                # ways onward are judged by
                rows = torch.gather(bias, 2, first[:, None].expand(-1, -1, -1, bias.shape[3]))
                some = None if gates is None else pick(gates, first)
                states, normed = block(x, things, before, rows, keys, text.bias, some, first)
                route = self._walk_on(text, states, there, tokens, memory)
                x = x + pick(route, owner[..., None])
            kept.append(pick(normed, first))
        x = self.last(x)
        here = pick(self.judge_here(pick(x, first)), owner[..., None])
        out = self.score((self.judge(x) + here).relu())
        matched = None
        if self.config.prompts:
            matched = self.prompt_match(x) @ self.prompt_action.weight.T
        scores = torch.where(tokens.is_state, out[..., 1], out[..., 0])
        if things is not None and toward is not None:
            spoken = toward.exp() @ self.evidence(things.relu())
            scores = scores + torch.where(tokens.is_state, spoken[..., 1], spoken[..., 0])
        if self.config.legs and tokens.legs is not None:
            share = torch.where(tokens.is_state, self.leg_share[1], self.leg_share[0])
            scores = scores + share * tokens.legs[..., 0]
        return Reading(
            scores=scores,
            left=out[..., 2],
            near=out[..., 3],
            actions=matched,
            gates=gates,
            memory=Memory(tuple(kept), route),
        )

    def turn_back_costs(self) -> Tensor:
        """Return what going back costs: [per metre, once, per metre where it is to stop]."""
        return F.softplus(self.turn_back)

    def _walk_on(
        self,
        text: TextCode,
        states: Tensor,
        there: Tensor,
        tokens: Tokens,
        memory: Memory | None,
    ) -> Tensor:
        """Carry what states [B, T, D] found in the words along the routes: [B, T, D]."""
        rows = torch.arange(len(states), device=states.device)
        if memory is not None:
            last = memory.route[rows, tokens.parents[:, -1]]
            return self.step(states[:, 0], last)[:, None]
        found: list[Tensor] = []
        last = self.begin(text.summary).tanh()
        for slot in range(states.shape[1]):
            if slot:
                parents = tokens.parents[:, slot]
                straight = bool((parents == slot - 1).all())
                last = found[-1] if straight else torch.stack(found, 1)[rows, parents]
            found.append(self.step(states[:, slot], last))
        return torch.stack(found, dim=1) * there[..., None]

    def _surroundings(
        self, text: TextCode, tokens: Tokens, memory: Memory | None
    ) -> tuple[Tensor | None, Tensor | None, Tensor]:
        """Return objects as tokens, and what to add to attention: to objects, to everything.

        The first are [B, M, D] and [B, N, M], or None, the last is [B, 1, N, N + M + S]. A token
        looks at the tokens and objects of its own slot, and at the states of the route that led
        there; not at what was seen on other routes.
        """
        same = tokens.slot[:, :, None] == tokens.slot[:, None]
        parts = []
        if memory is None:
            route = torch.gather(
                tokens.ancestors,
                1,
                tokens.slot[:, :, None].expand(-1, -1, tokens.ancestors.shape[2]),
            )
            route = torch.gather(route, 2, tokens.slot[:, None].expand_as(same))
            same = same | (route & tokens.is_state[:, None])
        parts.append(_bias(same & tokens.mask[:, None]))
        things = near = None
        if self.config.objects and tokens.object_mask.shape[1]:
            things = self._things(text, tokens)
            mine = tokens.slot[:, :, None] == tokens.object_slot[:, None]
            apart = tokens.heading_rad[:, :, None] - tokens.object_heading_rad[:, None]
            toward = 2.0 * (apart.cos() - 1.0) * (~tokens.is_state)[..., None]
            near = toward + _bias(mine & tokens.object_mask[:, None])
            parts.append(near)
        if memory is not None:
            route = tokens.ancestors[:, -1:, : memory.route.shape[1]]
            parts.append(_bias(route).expand(-1, tokens.mask.shape[1], -1))
        return things, near, torch.cat(parts, dim=2)[:, None]

    def _things(self, text: TextCode, tokens: Tokens) -> Tensor:
        """Return objects as tokens [B, M, D]: name, place, and where the words speak of them."""
        known_as = tokens.object_vectors + self.kin(tokens.object_vectors)
        alike = known_as @ text.vectors.transpose(1, 2)
        weights = (alike * self.sharpness + text.bias[:, 0]).softmax(-1)
        best = (alike * weights).sum(-1, keepdim=True)
        told = torch.cat([tokens.object_vectors, tokens.objects, best], dim=-1)
        things = self.object(told) + self.mention((weights * best) @ text.words)
        return self.drop(things)


def _bias(seen: Tensor) -> Tensor:
    return (~seen).to(torch.float32) * -1e4


def _first_columns(tokens: Tokens, slots: int) -> tuple[Tensor, Tensor]:
    """Return int64 [B, slots, 1], the column of each slot's state, and bool whether it has one."""
    states = tokens.is_state & tokens.mask
    order = torch.where(states, tokens.slot if slots > 1 else 0, slots)
    columns = torch.full((len(order), slots + 1), -1, dtype=torch.int64, device=order.device)
    places = torch.arange(order.shape[1], device=order.device).expand_as(order)
    columns = columns.scatter(1, order, places)[:, :slots]
    return columns.clamp(min=0)[..., None], columns >= 0


def cross_entropy_of_sets(logits: Tensor, right: Tensor) -> Tensor:
    """Return -log of the probability of all right options together, [B] from [B, N]."""
    unseen = torch.finfo(logits.dtype).min / 2
    return logits.logsumexp(-1) - logits.masked_fill(~right, unseen).logsumexp(-1)
