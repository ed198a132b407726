"""Many walks at once through the arrays of a world: what is seen, what is right, what was walked.

The agent's knowledge is the set of viewpoints it stood on (slots, in order) and the ways seen from
each. An option is a way from any slot to a viewpoint not yet visited, or stopping at any slot.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from policies.vln.legs import LEG_FEATURES, Layings, Legs, extend, judge, start_layings
from policies.vln.tokens import (
    Tokens,
    object_features,
    route_features,
    way_features,
    wrap_rad,
)
from policies.vln.world import FAR, WorldTensors

SUCCESS_M = 3.0
VIEW_RAD = torch.pi / 6.0
"""Headings and elevations of views lie this far apart."""


@dataclass(frozen=True)
class Options:
    """What may be done after a step: S slots, K ways.

    Attributes:
        ways: bool [B, S, K], ways to viewpoints not visited by then.
        targets: int64 [B, S, K], where they lead.
        back_m: [B, S], length of the way back to each slot over edges walked or seen.
    """

    ways: Tensor
    targets: Tensor
    back_m: Tensor


class Walks:
    """B walks, advanced together; slots are the viewpoints stood on, in order.

    Args:
        world: Where they walk.
        start: int64 [B].
        heading_rad: [B], at the start.
        side: [B], 1, or -1 for walks in a mirror.
        max_slots: Viewpoints a walk may visit.
        object_keep: Share of objects that is shown, for training.
        legs: The routes taken apart, where the network reads how they fit.
        in_mind: Whether nobody walks: going back costs nothing.
    """

    _BATCHED = (
        *("side", "nodes", "parents", "steps", "route"),
        *("ancestors", "between_m", "back_m", "walked_m"),
    )

    def __init__(
        self,
        world: WorldTensors,
        start: Tensor,
        heading_rad: Tensor,
        *,
        side: Tensor,
        max_slots: int,
        object_keep: float = 1.0,
        legs: Legs | None = None,
        in_mind: bool = False,
    ) -> None:
        self.in_mind = in_mind
        batch, device = len(start), start.device
        self.legs = legs
        self.shown: Tensor | None = None
        self.noise_rad = 0.0
        self.world, self.side, self.object_keep = world, side, object_keep
        shape = (batch, max_slots)
        self.nodes = torch.full(shape, -1, dtype=torch.int64, device=device)
        self.parents = torch.zeros(shape, dtype=torch.int64, device=device)
        self.steps = torch.zeros(shape, dtype=torch.int64, device=device)
        # arrival heading, length and climb of the route; turn, elevation and length of the last way
        self.route = torch.zeros((*shape, 6), device=device)
        self.ancestors = torch.zeros((*shape, max_slots), dtype=torch.bool, device=device)
        self.between_m = torch.full((*shape, max_slots), FAR, device=device)
        self.back_m = torch.full((*shape, max_slots), FAR, device=device)
        self.walked_m = torch.zeros(batch, device=device)
        self.count = 1
        self.nodes[:, 0] = start
        self.route[:, 0, 0] = heading_rad
        self.ancestors[:, 0, 0] = True
        self.between_m[:, 0, 0] = 0.0
        self.back_m[:, 0, 0] = 0.0
        if legs is not None:
            first = start_layings(legs)
            self.done = torch.zeros((*shape, first.done.shape[1]), device=device)
            self.going = torch.zeros((*shape, first.going.shape[1]), device=device)
            self.done[:, 0], self.going[:, 0] = first.done, first.going

    def move(self, slot: Tensor, way: Tensor, active: Tensor | None = None) -> None:
        """Go back to `slot` [B] and along `way` [B] from there; walks not `active` stay ended."""
        rows = torch.arange(len(slot), device=slot.device)
        world, new = self.world, self.count
        node = self.nodes[rows, slot]
        edge, lift = world.distance_m[node, way], world.elevation_rad[node, way]
        heading, old = world.heading_rad[node, way], self.route[rows, slot]
        self.walked_m = self.walked_m + self.between_m[rows, new - 1, slot] + edge
        reached = world.neighbours[node, way]
        if active is not None:
            reached = torch.where(active, reached, torch.full_like(reached, -1))
        self.nodes[:, new] = reached
        self.parents[:, new] = slot
        self.steps[:, new] = self.steps[rows, slot] + 1
        turn = wrap_rad(heading - old[:, 0])
        climb = old[:, 2] + edge * lift.sin()
        self.route[:, new] = torch.stack([heading, old[:, 1] + edge, climb, turn, lift, edge], 1)
        if self.legs is not None:
            before = Layings(self.done[rows, slot][:, None], self.going[rows, slot][:, None])
            walked = extend(
                self.legs, before, turn[:, None, None], lift[:, None, None], slot[:, None] == 0
            )
            self.done[:, new], self.going[:, new] = walked.done[:, 0, 0], walked.going[:, 0, 0]
        self.ancestors[:, new] = self.ancestors[rows, slot]
        self.ancestors[:, new, new] = True
        self._join(reached)
        self.count += 1

    def _join(self, node: Tensor) -> None:
        """Shorten ways between slots by the newest one's edges to viewpoints stood on."""
        new, world = self.count, self.world
        edge = world.distance_m[node]
        joined = world.neighbours[node][:, :, None] == self.nodes[:, None, :new]
        hop = torch.where(joined, edge[:, :, None], torch.full_like(edge[:, :, None], FAR)).amin(1)
        old = self.between_m[:, :new, :new]
        to = (hop[:, :, None] + old).amin(1)
        self.between_m[:, :new, :new] = torch.minimum(old, to[:, :, None] + to[:, None])
        self.between_m[:, new, :new] = to
        self.between_m[:, :new, new] = to
        self.between_m[:, new, new] = 0.0
        self.back_m[:, new] = self.between_m[:, new]

    def hide(self, share: float, goal: Tensor, slots: Tensor, ways: Tensor) -> None:
        """Hide a share of all ways, for learning, so that buildings are not known by their ways.

        Ways that were taken, and from each viewpoint the one nearest to the goal, stay.

        Args:
            share: What is hidden.
            goal: int64 [B].
            slots: int64 [B, T - 1], where each move began.
            ways: int64 [B, T - 1], the moves.
        """
        world, nodes = self.world, self.nodes[:, : self.count]
        targets = world.neighbours[nodes]
        left_m = world.between_m(targets, goal[:, None, None].expand_as(targets))
        left_m = left_m + world.distance_m[nodes]
        shown = torch.rand(left_m.shape, device=goal.device) >= share
        shown = shown | (left_m <= left_m.amin(-1, keepdim=True) + 0.01)
        rows = torch.arange(len(goal), device=goal.device)[:, None].expand_as(slots)
        shown[rows, slots, ways] = True
        self.shown = shown

    def select(self, rows: Tensor) -> None:
        """Keep some of the batch."""
        for name in self._BATCHED:
            setattr(self, name, getattr(self, name)[rows])
        if self.legs is not None:
            self.legs = self.legs.select(rows)
            self.done, self.going = self.done[rows], self.going[rows]

    def tokens(self, *, newest: bool) -> tuple[Tokens, Tensor]:
        """Return what was seen, of the newest slot alone or of all.

        Returns:
            The tokens, and int64 [B, N]: where each stands in the grid [T, 1 + K] of slots by
            state and ways, flattened; T is 1 for the newest alone.
        """
        world = self.world
        begin = self.count - 1 if newest else 0
        nodes = self.nodes[:, begin : self.count]
        real = nodes >= 0
        size = int(world.degree[nodes].amax())
        near = world.neighbours[nodes, :size]
        near = torch.where(real[..., None], near, torch.full_like(near, -1))
        if self.shown is not None:
            near = near.masked_fill(~self.shown[:, begin : self.count, :size], -1)
        facing, length_m, climb_m, turn, lift, edge = self.route[:, begin : self.count].unbind(-1)
        side = self.side[:, None, None]
        way = wrap_rad(world.heading_rad[nodes, :size] - facing[..., None]) * side
        known = near[..., None] == self.nodes[:, None, None, : self.count]
        if self.noise_rad:
            way = way + torch.randn_like(way) * self.noise_rad
            turn = turn + torch.randn_like(turn) * self.noise_rad
            scale = 1.0 + torch.randn_like(edge) * self.noise_rad
            edge, length_m = edge * scale, length_m * scale
        order = torch.arange(self.count, device=nodes.device)
        known = (known & (order <= order[begin:, None])[None, :, None]).any(-1)
        ways = way_features(
            way, world.elevation_rad[nodes, :size], world.distance_m[nodes, :size], known
        )
        steps = self.steps[:, begin : self.count]
        came = (
            way_features(turn * side[..., 0], lift, edge, torch.zeros_like(turn))
            * (steps > 0)[..., None]
        )
        walked = route_features(steps, length_m, climb_m)
        state = torch.cat([torch.zeros_like(came), came, walked], dim=-1)[:, :, None]
        ways = torch.nn.functional.pad(ways, (0, state.shape[-1] - ways.shape[-1]))
        grid = torch.cat([state, ways], dim=2)
        there = torch.cat([real[..., None], near >= 0], dim=2).flatten(1)
        places = _front(there)
        mask = torch.gather(there, 1, places)
        row = places // (size + 1)
        column = places % (size + 1)
        headings = torch.nn.functional.pad(way, (1, 0)).flatten(1)
        return (
            Tokens(
                features=torch.gather(
                    grid.flatten(1, 2), 1, places[..., None].expand(-1, -1, grid.shape[-1])
                ),
                is_state=column == 0,
                mask=mask,
                slot=row + begin,
                heading_rad=torch.gather(headings, 1, places),
                ancestors=self.ancestors[:, : self.count, : self.count],
                parents=self.parents[:, : self.count],
                pictures=self._pictures(nodes, size, row, column),
                legs=self._fits(nodes, size, begin, places),
                **self._objects(nodes, real, facing, begin, side),
            ),
            places,
        )

    def _fits(self, nodes: Tensor, size: int, begin: int, places: Tensor) -> Tensor | None:
        """Return [B, N, 1 + LEG_FEATURES]: a score to add, and how the legs fit a token's path.

        Of a way that of the path on along it, which is scored by what it promises; of a state
        that of the path so far, scored by how well the route ends there.
        """
        if self.legs is None:
            return None
        here = Layings(self.done[:, begin : self.count], self.going[:, begin : self.count])
        steps, world = self.steps[:, begin : self.count], self.world
        facing = self.route[:, begin : self.count, :1]
        turned = wrap_rad(world.heading_rad[nodes, :size] - facing)
        lift = world.elevation_rad[nodes, :size]
        onward = extend(self.legs, here, turned, lift, steps == 0)
        promise, _, told = judge(self.legs, onward, steps[..., None] + 1)
        _, end, told_here = judge(self.legs, here, steps)
        scores = torch.cat([end[..., None], promise], 2)
        told = torch.cat([told_here[:, :, None], told], 2)
        grid = torch.cat([scores[..., None], told], -1).flatten(1, 2)
        return torch.gather(grid, 1, places[..., None].expand(-1, -1, 1 + LEG_FEATURES))

    def _pictures(self, nodes: Tensor, size: int, row: Tensor, column: Tensor) -> Tensor | None:
        """Return [B, N, D], features of the view each way lies in; of a state those ahead."""
        world = self.world
        if world.views is None:
            return None
        facing = self.route[:, self.count - nodes.shape[1] : self.count, 0]
        heading = torch.cat([facing[..., None], world.heading_rad[nodes, :size]], dim=2)
        lift = world.elevation_rad[nodes, :size]
        lift = torch.cat([torch.zeros_like(facing)[..., None], lift], dim=2)
        view = view_of(heading, lift).flatten(1)
        node = torch.gather(nodes, 1, row)
        found = world.views[node, torch.gather(view, 1, row * (size + 1) + column)]
        return found.to(self.route.dtype)

    def _objects(
        self, nodes: Tensor, real: Tensor, facing: Tensor, begin: int, side: Tensor
    ) -> dict[str, Tensor]:
        world = self.world
        size = int(world.thing_count[nodes].amax())
        objects = world.objects[nodes, :size]
        shown = (objects >= 0) & real[..., None]
        if self.object_keep < 1.0:
            shown = shown & (torch.rand(objects.shape, device=nodes.device) < self.object_keep)
        places = _front(shown.flatten(1))
        heading = wrap_rad(world.object_heading_rad[nodes, :size] - facing[..., None])
        heading = heading * side
        features = object_features(
            heading, world.object_elevation_rad[nodes, :size], world.object_size_rad[nodes, :size]
        ).flatten(1, 2)
        name = torch.gather(objects.flatten(1), 1, places).clamp(min=0)
        return {
            "object_vectors": world.name_vectors[name],
            "objects": torch.gather(
                features, 1, places[..., None].expand(-1, -1, features.shape[-1])
            ),
            "object_mask": torch.gather(shown.flatten(1), 1, places),
            "object_slot": places // max(size, 1) + begin,
            "object_heading_rad": torch.gather(heading.flatten(1), 1, places),
        }

    def options(self, step: int, ways: int, rows: Tensor | None = None) -> Options:
        """Return what could be done after `step` moves, by some walks or all.

        Args:
            step: Moves made by then.
            ways: Neighbours of each slot to consider.
            rows: int64 [R], of the batch.
        """
        kept = slice(None) if rows is None else rows
        slots = self.nodes[kept, : step + 1]
        targets = self.world.neighbours[slots, :ways]
        if self.shown is not None:
            targets = targets.masked_fill(~self.shown[kept, : step + 1, :ways], -1)
        flat = targets.flatten(1)
        visited = (flat[:, :, None] == slots[:, None]).any(-1).view_as(targets)
        back_m = self.back_m[kept, step, : step + 1]
        return Options(
            ways=(targets >= 0) & ~visited & (slots >= 0)[..., None],
            targets=targets,
            back_m=torch.zeros_like(back_m) if self.in_mind else back_m,
        )

    def right(
        self, step: int, options: Options, goal: Tensor, rows: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Return bool [R, S, K] ways and bool [R, S] stops that the shortest path asks for."""
        slots = self.nodes[slice(None) if rows is None else rows, : step + 1]
        stops = slots == goal[:, None]
        world, targets = self.world, options.targets
        here = slots[:, -1, None, None].expand_as(targets)
        total = world.between_m(here, targets)
        total = total + world.between_m(targets, goal[:, None, None].expand_as(targets))
        total = total.masked_fill(~options.ways, 4 * FAR)
        best = total.flatten(1).amin(1)[:, None, None]
        ways = (total <= best + 0.01) & options.ways & ~stops.any(1)[:, None, None]
        return ways, stops


def view_of(heading_rad: Tensor, elevation_rad: Tensor) -> Tensor:
    """Return which of a viewpoint's 36 views a direction lies in: elevation * 12 + heading."""
    turn = (heading_rad / VIEW_RAD).round().to(torch.int64) % 12
    return turn + 12 * ((elevation_rad / VIEW_RAD).round().clamp(-1, 1).to(torch.int64) + 1)


def _front(there: Tensor) -> Tensor:
    """Return int64 [B, N], the columns of a bool [B, X] that are true, first, in their order."""
    size = int(there.sum(1).max()) if there.numel() else 0
    return (~there).to(torch.uint8).argsort(dim=1, stable=True)[:, :size]
