"""What was seen on a walk as tokens: one for each viewpoint stood on, one for each way from it.

Shapes: B walks, T slots (viewpoints stood on, in order), N tokens, M objects, F size of the frozen
word vectors. Everything is relative to the heading of arrival, so that a mirror changes signs.
"""

from dataclasses import dataclass, fields

import torch
from torch import Tensor

TURN_RAD = 2.0 * torch.pi
WAY_FEATURES = 8
DEPTHS = 12
"""Lengths of routes told apart, in edges; longer ones look like the longest."""
ROUTE_FEATURES = 4 + DEPTHS
TOKEN_FEATURES = 2 * WAY_FEATURES + ROUTE_FEATURES
OBJECT_FEATURES = 5


@dataclass(frozen=True)
class Tokens:
    """Tokens of walks, in the order of slots; the state of a slot before its ways.

    Attributes:
        features: [B, N, TOKEN_FEATURES]: of a way its direction; of a state the way it was reached
            by and the route so far.
        is_state: bool [B, N].
        mask: bool [B, N], true where there is a token.
        slot: int64 [B, N], the slot a token belongs to.
        heading_rad: [B, N], of ways, relative; 0 for states.
        ancestors: bool [B, T, T], whether column's slot lies on the route to row's slot, itself
            included.
        parents: int64 [B, T], the slot each was reached from; 0 for the first.
        object_vectors: [B, M, F], frozen vectors of the names.
        objects: [B, M, OBJECT_FEATURES].
        object_mask: bool [B, M].
        object_slot: int64 [B, M].
        object_heading_rad: [B, M], relative.
        pictures: [B, N, feature_size] of what lies along each way, or None.
        legs: [B, N, 1 + LEG_FEATURES], a score to add and how the route's legs fit, or None.
    """

    features: Tensor
    is_state: Tensor
    mask: Tensor
    slot: Tensor
    heading_rad: Tensor
    ancestors: Tensor
    parents: Tensor
    object_vectors: Tensor
    objects: Tensor
    object_mask: Tensor
    object_slot: Tensor
    object_heading_rad: Tensor
    pictures: Tensor | None = None
    legs: Tensor | None = None

    def both_sides(self) -> "Tokens":
        """Return these walks, and after them the same in a mirror: [2 B, ...]."""
        signs = torch.ones(TOKEN_FEATURES, device=self.features.device)
        signs[[0, 2, WAY_FEATURES, WAY_FEATURES + 2]] = -1.0  # sines of turns
        object_signs = torch.ones(OBJECT_FEATURES, device=self.features.device)
        object_signs[0] = -1.0
        turned = {
            "features": self.features * signs,
            "heading_rad": -self.heading_rad,
            "objects": self.objects * object_signs,
            "object_heading_rad": -self.object_heading_rad,
        }
        both = {}
        for each in fields(self):
            value = getattr(self, each.name)
            other = turned.get(each.name, value)
            both[each.name] = None if value is None else torch.cat([value, other])
        return Tokens(**both)


def wrap_rad(angle_rad: Tensor) -> Tensor:
    """Return angles in [-pi, pi)."""
    return torch.remainder(angle_rad + torch.pi, TURN_RAD) - torch.pi


def way_features(
    turn_rad: Tensor, elevation_rad: Tensor, distance_m: Tensor, visited: Tensor
) -> Tensor:
    """Return [..., WAY_FEATURES] of ways, by the turn they take from the heading of arrival."""
    lift = elevation_rad.sin()
    return torch.stack(
        [
            turn_rad.sin(),
            turn_rad.cos(),
            (2 * turn_rad).sin(),
            (2 * turn_rad).cos(),
            2.0 * lift,
            distance_m / 3.0,
            lift * distance_m,
            visited.to(turn_rad),
        ],
        dim=-1,
    )


def route_features(steps: Tensor, length_m: Tensor, climb_m: Tensor) -> Tensor:
    """Return [..., ROUTE_FEATURES] of routes from the start."""
    told = [steps / 6.0, length_m / 10.0, climb_m / 3.0, (steps == 0).to(length_m)]
    depth = torch.nn.functional.one_hot(steps.clamp(max=DEPTHS - 1), DEPTHS)
    return torch.cat([torch.stack(told, dim=-1), depth.to(length_m)], dim=-1)


def object_features(heading_rad: Tensor, elevation_rad: Tensor, size_rad: Tensor) -> Tensor:
    """Return [..., OBJECT_FEATURES] of things at a relative heading; size is [..., 2]."""
    directions = [heading_rad.sin(), heading_rad.cos(), elevation_rad.sin()]
    return torch.cat([torch.stack(directions, dim=-1), size_rad], dim=-1)
