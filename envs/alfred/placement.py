"""Where AI2-THOR 2.1's PutObject leaves things, which is how ALFRED's recordings were made.

The rule, from THOR's public sources of 2019. Every receptacle has trigger boxes; over each lies
a grid of 9 x 9 points. Those are kept that lie within the reach, in the agent's picture and in
plain view, nearest to the agent's middle first; receptacles that are seen from a slant
(`ALL_POINTS`) keep all their points, in the grid's own order, from the +x +z corner, z running
fastest. At each point the thing's pivot is put over the point, turned as the trigger box is and
then by quarter turns; the first turn whose bounding box is clear of other things must lie within
the trigger box seen from above, or the next point is tried. (Through an oversight whether it is
clear is asked of a box turned the same way at every turn, `ASKED_TURN`.) Physics plays no part.

Here a space's rectangle is its trigger box (`envs.alfred.scenes.triggers`), and bounding boxes
are `colliders.json`'s. Where recordings show where such a put ends, they come before the rule
(`envs.alfred.memory`). Where the rule finds nothing, which in rebuilt rooms means that something
was made out too small, `GridPlacement` decides.
"""

from dataclasses import dataclass, field

import numpy as np

from envs.alfred.memory import FINE, SAME_M, away_m, recall
from envs.alfred.spots import clear_at, collider_of, seen, shows
from envs.household.frames import rotation_matrix
from envs.household.placement import SINGLE, Floats, GridPlacement, Placement, PutQuery, Spot
from envs.household.spaces import PlacedSpace

GRID = 9
"""Points along each side of a trigger box."""

ALL_POINTS = frozenset(["Pot", "Pan", "Bowl", "GarbageCan", "Plate", "Box", "Drawer", "Mug", "Cup"])
"""Receptacle types of which all points are tried, seen or not, in the grid's own order."""

MOST_POINTS = 50
"""So many points are tried."""

EDGE_M = 0.0
"""How far a bounding box may stick out of a rectangle."""

SIGHT_M, SIGHT_INSIDE_M = 0.06, 0.35
"""How far rebuilt surfaces may hide a point, in the open and inside, before it counts as hidden.

Walls, shelves and doors around an inside are less exact than what is open.
"""

QUARTERS = (0.0, 90.0, 180.0, 270.0)
ASKED_TURN = 270.0
"""THOR asks of the last turn it listed; of the two that may be meant this one fits train best."""

LIFT_M = 0.012
"""How far over a space things come to rest.

THOR leaves them 5 mm over the surface, and rebuilt surfaces lie a little under what stands on
them; of 0 and 12 mm this brought things put down in train nearer to their later masks.
"""


@dataclass(frozen=True)
class ThorPlacement:
    """See the module.

    Attributes:
        otherwise: Decides where the rule finds nothing.
    """

    otherwise: Placement = field(default_factory=GridPlacement)

    def choose(self, query: PutQuery) -> Spot | None:
        """Return the first point of THOR's order at which the thing fits."""
        if query.receptacle_type in SINGLE:
            return self.otherwise.choose(query)
        memory = recall(query)
        if memory.spot is not None and (memory.sure or query.receptacle_type in FINE):
            return memory.spot
        spot = _first_fit(query, from_m=memory.from_m)
        if memory.spot is not None and (
            spot is None or away_m(query, memory.spot) < away_m(query, spot) - SAME_M
        ):
            # It is known to fit there: something that fits nearer still may be missed, not this.
            return memory.spot
        if spot is not None and shows(query, spot):
            return spot
        # A rebuilt basin's rim or bin's wall may hide what its true one does not.
        other = self.otherwise.choose(query)
        return other if spot is None or (other is not None and shows(query, other)) else spot


def _first_fit(query: PutQuery, *, from_m: float) -> Spot | None:
    """THOR's choice; where rebuilt walls would hide the thing, its choice of what they leave."""
    chosen = _chosen(query, inside_m=SIGHT_INSIDE_M, from_m=from_m)
    if chosen is None or query.receptacle_type in ALL_POINTS or shows(query, chosen):
        return chosen
    plain = _chosen(query, inside_m=SIGHT_M, from_m=from_m)
    return plain if plain is not None and shows(query, plain) else chosen


def _chosen(query: PutQuery, *, inside_m: float, from_m: float) -> Spot | None:
    """The first point of THOR's order that is as far; insides may hide points by `inside_m`."""
    at, spaces = _grid(query.spaces)
    if query.receptacle_type not in ALL_POINTS:
        inside = [placed.index for placed in query.spaces if placed.space.inside]
        tolerance = np.where(np.isin(spaces, inside), inside_m, SIGHT_M)
        plain = seen(query, at, tolerance)
        at, spaces = at[plain], spaces[plain]
        away = np.linalg.norm(at - np.asarray(query.agent.position_m), axis=1)
        order = np.argsort(away, kind="stable")
        order = order[away[order] > from_m - SAME_M]
        at, spaces = at[order], spaces[order]
    at, spaces = at[:MOST_POINTS], spaces[:MOST_POINTS]
    found: list[tuple[int, Spot]] = []
    for placed in query.spaces:
        mine = np.flatnonzero(spaces == placed.index)
        if len(mine) and query.height_m <= placed.space.clearance_m:
            first = _first_of_space(query, placed, at[mine])
            if first is not None:
                found.append((int(mine[first[0]]), first[1]))
    return min(found, key=lambda each: each[0])[1] if found else None


def _grid(spaces: tuple[PlacedSpace, ...]) -> tuple[Floats, np.ndarray]:
    """All points [P, 3] in THOR's own order, and of which space each is, [P]."""
    steps = np.linspace(0.5, -0.5, GRID)
    unit = np.stack(np.meshgrid(steps, steps, indexing="ij"), axis=-1).reshape(-1, 2)
    at = [
        placed.centre_m + (unit * np.asarray(placed.space.size_m)) @ placed.rotation[:, [0, 2]].T
        for placed in spaces
    ]
    index = [np.full(len(unit), placed.index) for placed in spaces]
    return np.concatenate([np.zeros((0, 3)), *at]), np.concatenate([np.zeros(0, int), *index])


def _first_of_space(query: PutQuery, placed: PlacedSpace, at_m: Floats) -> tuple[int, Spot] | None:
    """The first of a space's points [P, 3] at which the thing fits, and how."""
    collider = collider_of(query)
    axes = placed.rotation[:, [0, 2]]
    rectangle = np.asarray(placed.space.size_m) / 2.0 + EDGE_M
    asked = np.abs(_flat(ASKED_TURN)) @ collider.half_m
    settled = np.zeros(len(at_m), dtype=bool)
    best: tuple[int, Spot] | None = None
    for quarter in QUARTERS:
        flat = _flat(quarter)
        centres = at_m + axes @ flat @ collider.middle_xz_m
        clear = ~settled & clear_at(query, centres, asked, axes[[0, 2], 0])
        settled |= clear
        local = (centres - placed.centre_m) @ axes
        within = (np.abs(local) + np.abs(flat) @ collider.half_m <= rectangle).all(axis=1)
        rows = np.flatnonzero(clear & within)
        if len(rows) and (best is None or rows[0] < best[0]):
            pivot = at_m[rows[0]] + np.array([0.0, query.pivot_m[1] + LIFT_M, 0.0])
            own = rotation_matrix((0.0, quarter, 0.0))
            best = int(rows[0]), Spot(pivot, placed.rotation @ own, placed.index)
    return best


def _flat(yaw_deg: float) -> Floats:
    """[2, 2], a turn about y of (x, z)."""
    level: Floats = rotation_matrix((0.0, yaw_deg, 0.0))[np.ix_([0, 2], [0, 2])]
    return level
