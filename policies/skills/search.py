"""Finding: looking around, going to where such a thing is kept, opening, and into the unknown."""

from collections.abc import Callable, Generator
from dataclasses import dataclass

import numpy as np

from embodied.core.action import DiscreteAction
from embodied.core.plan import ObjectRef
from embodied.mapping.instances import Instance
from embodied.mapping.pose import AHEAD, STEP_M, Cell, GridPose
from policies.skills.body import Body
from policies.skills.grounding import types_of
from policies.skills.kept import Kept
from policies.skills.routes import Routes
from policies.skills.types import CLOSED_RECEPTACLES, OPEN_RECEPTACLES
from policies.skills.viewpoints import Aim

Choose = Callable[[], Instance | None]
Found = Generator[DiscreteAction, None, Instance | None]

MOST_LOOKS = 40
"""Places looked at before a search is given up."""
WELL_SEARCHED = 0.8
OPENING_COST = 3.0
"""Opening, looking and closing, in actions."""
UNKNOWN_SHARE = 0.25
"""How likely what is sought is where nothing was seen yet, for a whole room of it."""
VIEW_M = 3.0
"""How far ahead a look into the unknown is counted."""


@dataclass(frozen=True)
class Place:
    """Somewhere to look.

    Attributes:
        gain: How likely the thing is found there.
        cost: About how many actions that takes.
        receptacle: What to look into or onto; None for a look at unknown floor.
        pose: Where to look from, for unknown floor.
    """

    gain: float
    cost: float
    receptacle: Instance | None = None
    pose: GridPose | None = None


class Search:
    """Looks for things.

    Args:
        body: Moves and knows the map.
        kept: Where things are kept, by types.
    """

    def __init__(self, body: Body, kept: Kept) -> None:
        self._body = body
        self._kept = kept
        self._looked_around: set[Cell] = set()
        self._looked_into: set[GridPose] = set()
        self._tilted: set[GridPose] = set()

    def find(self, reference: ObjectRef, choose: Choose) -> Found:
        """Look until `choose` names an instance; None where everything was looked at in vain."""
        body = self._body
        body.doing = f"find {reference}"

        def found() -> bool:
            return choose() is not None

        if found():
            return choose()
        if not self._looked_around:
            yield from self._look_around(found)
        for _ in range(MOST_LOOKS):
            if found():
                return choose()
            place = self._best_place(reference)
            if place is None:
                break
            yield from self._look_at(place, found)
        if not found():
            yield from self._look_up_and_down(found)
        return choose()

    def _look_around(self, found: Callable[[], bool]) -> Generator[DiscreteAction, None, None]:
        body = self._body
        self._looked_around.add(body.map.pose.cell)
        for _ in range(3):
            if found():
                return
            yield from body.do("RotateRight")

    def _look_up_and_down(self, found: Callable[[], bool]) -> Generator[DiscreteAction, None, None]:
        """The last resort: a full turn with the camera level."""
        body = self._body
        if body.map.pose in self._tilted:
            return
        yield from body.tilt(0, until=found)
        for _ in range(4):
            self._tilted.add(body.map.pose)
            if found():
                return
            yield from body.do("RotateRight")

    # --- where to look

    def _best_place(self, reference: ObjectRef) -> Place | None:
        places = [*self._receptacles(reference), *self._unknown(reference)]
        return max(places, key=lambda each: each.gain / (each.cost + 3.0), default=None)

    def _receptacles(self, reference: ObjectRef) -> list[Place]:
        body = self._body
        wanted = types_of(reference)[0].removesuffix("Sliced")
        furniture = wanted in OPEN_RECEPTACLES or wanted in CLOSED_RECEPTACLES
        if furniture and wanted not in self._kept.counts:
            return []  # furniture stands in nothing
        found = body.map.of_type(*OPEN_RECEPTACLES, *CLOSED_RECEPTACLES)
        count: dict[str, int] = {}
        for each in found:
            count[each.category] = count.get(each.category, 0) + 1
        places = []
        for each in found:
            left = 1.0 - each.searched
            if each.searched >= WELL_SEARCHED or body.refusals[each] >= 2:
                continue
            share = self._kept.share(wanted, each.category) / count[each.category]
            x, y = body.map.pose.xy_m
            gap = each.points_m[:, :2] - np.array([x, y], dtype=np.float32)
            steps = 4.0 * max(0.0, float(np.hypot(*gap.T).min()) - 1.0)
            opening = OPENING_COST if each.category in CLOSED_RECEPTACLES else 0.0
            places.append(Place(share * left, steps + opening, each))
        return places

    def _unknown(self, reference: ObjectRef) -> list[Place]:
        """Poses from which most unknown floor would be seen, near ones first."""
        body = self._body
        routes = Routes.from_pose(body.map.floor, body.map.pose)
        lattice = routes.lattice
        unknown = lattice.unknown > 0.5
        total = max(float(unknown.sum()), 1.0)
        reachable = np.isfinite(routes.cost.min(axis=0)) & (lattice.unknown < 0.6)
        edge = _beside(unknown & ~_outside(lattice.unknown)) & reachable
        i, j = np.nonzero(edge)
        places = []
        for a, b in zip(i.tolist(), j.tolist(), strict=True):
            cell = (a + lattice.low[0], b + lattice.low[1])
            for heading in range(4):
                pose = GridPose(cell[0], cell[1], heading, 30)
                cost = float(routes.cost[heading, a, b])
                if pose in self._looked_into or not np.isfinite(cost):
                    continue
                seen = _wedge(unknown, a, b, heading)
                if seen >= 3:
                    gain = UNKNOWN_SHARE * min(1.0, seen / 30.0)
                    places.append(Place(gain, cost, pose=pose))
        del total, reference
        return sorted(places, key=lambda each: -each.gain / (each.cost + 3.0))[:1]

    # --- looking

    def _look_at(
        self, place: Place, found: Callable[[], bool]
    ) -> Generator[DiscreteAction, None, None]:
        body = self._body
        if place.pose is not None:
            self._looked_into.add(place.pose)
            yield from body.go(place.pose, until=found)
            return
        receptacle = place.receptacle
        assert receptacle is not None
        if receptacle.category in CLOSED_RECEPTACLES:
            yield from self._look_inside(receptacle, found)
            return

        def enough() -> bool:
            return found() or receptacle.searched >= WELL_SEARCHED

        outcome = yield from body.approach_until(Aim(receptacle, reach_m=1.9), enough)
        if outcome is not None:
            body.refusals[receptacle] += 1
        if not found():
            body.map.mark_searched(receptacle)

    def _look_inside(
        self, door: Instance, found: Callable[[], bool]
    ) -> Generator[DiscreteAction, None, None]:
        """Open, look, and close where it is not there."""
        body = self._body
        outcome = yield from body.open(door)
        if outcome is not None:
            body.opened.clear()
            return
        here = body.map.pose
        if not found() and here.horizon_deg <= 30 and door.centre_m[2] < 1.0:
            yield from body.do("LookDown")
        body.map.mark_searched(door)
        if found():
            return
        yield from body.close_up()


def _beside(mask: np.ndarray) -> np.ndarray:
    """Cells with a neighbour in the mask."""
    grown = np.zeros_like(mask)
    for dx, dy in AHEAD:
        grown |= np.roll(mask, (dx, dy), axis=(0, 1))
    return grown


def _outside(unknown: np.ndarray) -> np.ndarray:
    """The outermost cells, of which nothing is known."""
    rim = np.ones(unknown.shape, dtype=bool)
    rim[1:-1, 1:-1] = False
    return rim


def _wedge(unknown: np.ndarray, a: int, b: int, heading: int) -> int:
    """How many unknown cells lie in a 60 degree wedge ahead of a cell."""
    reach = int(VIEW_M / STEP_M)
    offsets = np.array(
        [(k, m) for k in range(1, reach + 1) for m in range(-(k + 1) // 2, (k + 1) // 2 + 1)]
    )
    ahead, right = np.array(AHEAD[heading]), np.array([AHEAD[heading][1], -AHEAD[heading][0]])
    cells = np.array([a, b]) + offsets[:, :1] * ahead + offsets[:, 1:] * right
    inside = ((cells >= 0) & (cells < np.array(unknown.shape))).all(axis=1)
    cells = cells[inside]
    return int(unknown[cells[:, 0], cells[:, 1]].sum())
