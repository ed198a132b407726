"""Finding: looking around, going to where such a thing is kept, opening, and into the unknown."""

from collections.abc import Callable, Generator
from dataclasses import dataclass, replace

import numpy as np

from embodied.core.action import DiscreteAction
from embodied.core.plan import ObjectRef
from embodied.mapping.instances import Instance
from embodied.mapping.pose import AHEAD, LOOK_DEG, STEP_M, Cell, GridPose
from embodied.mapping.whereabouts import Whereabouts
from policies.skills.body import Body
from policies.skills.cues import cue_of
from policies.skills.grounding import types_of, worded
from policies.skills.routes import Routes
from policies.skills.types import BESIDE, CLOSED_RECEPTACLES, OPEN_RECEPTACLES
from policies.skills.viewpoints import HORIZONS_DEG, Aim, before

Choose = Callable[[], Instance | None]
Found = Generator[DiscreteAction, None, Instance | None]

MOST_LOOKS = 40
"""Places looked at before a search is given up."""
MOST_LOOKS_FOR_ANOTHER = 3
"""Places looked at for one that stands where the words say, once there is one elsewhere."""
TOLD = 0.5
"""How much likelier a thing is where the words say."""
WELL_SEARCHED = 0.8
OPENING_COST = 3.0
"""Opening, looking and closing, in actions."""
LEAST_UNSEEN = 0.08
"""How likely a thing is in a place of a known kind that was not seen, at least."""
FURNITURE_UNSEEN, FURNITURE_HIGH = 0.6, 0.3
"""The same for furniture, which is kept nowhere; and for furniture that hangs high."""
LEAST_UNKNOWN, MUCH_UNKNOWN = 4, 40
"""Unknown cells in view for which a look is worth while, and for which it is most worth."""
HIGH = ("Cabinet", "Shelf", "Microwave")
"""Kinds of place that may hang above what a camera tilted down sees."""
CAREFUL_AFTER = 5
"""Failed actions after which no more are risked for a better look."""
HALF_SHOWN_DEG, END_M, LEAST_RANGE_M = 25.0, 0.15, 0.5
"""What is within this of the camera's horizon shows; things in a container show this far within its
ends, from at least so far."""
LEVEL_EVERY = 8
"""Cells between two places at which the camera is turned round level."""
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
        level: Whether to turn round here with the camera level.
    """

    gain: float
    cost: float
    receptacle: Instance | None = None
    pose: GridPose | None = None
    level: bool = False


class Search:
    """Looks for things.

    Args:
        body: Moves and knows the map.
        kept: Where things are kept, by types.
    """

    def __init__(self, body: Body, kept: Whereabouts) -> None:
        self._body = body
        self._kept = kept
        self._looked_around: set[Cell] = set()
        self._looked_into: set[GridPose] = set()
        self._level: set[Cell] = set()
        self._seen_beside: set[int] = set()

    def next_task(self) -> None:
        """Look again where something else was looked for."""
        self._looked_into.clear()
        self._level.clear()
        self._seen_beside.clear()

    def find(self, reference: ObjectRef, choose: Choose) -> Found:
        """Look until `choose` names an instance; None where everything was looked at in vain."""
        body = self._body
        body.doing = f"find {reference}"
        spare_looks = MOST_LOOKS_FOR_ANOTHER

        def found() -> bool:
            chosen = choose()
            return chosen is not None and (spare_looks <= 0 or self._fits(reference, chosen))

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
            # There is one, only not where the words have it: that may be another.
            spare_looks -= choose() is not None
            yield from self._look_at(place, found)
        return choose()

    def _fits(self, reference: ObjectRef, chosen: Instance) -> bool:
        """Whether something stands where the words say; true where they say nothing of it."""
        return bool(worded(self._body, reference, [chosen]))

    def _look_around(self, found: Callable[[], bool]) -> Generator[DiscreteAction, None, None]:
        body = self._body
        self._looked_around.add(body.map.pose.cell)
        for _ in range(3):
            if found():
                return
            yield from body.do("RotateRight")

    def _look_level(self, found: Callable[[], bool]) -> Generator[DiscreteAction, None, None]:
        """Turn round with the camera level: wall cabinets hang above its usual view."""
        body = self._body
        self._level.add(body.map.pose.cell)
        yield from body.tilt(0, until=found)
        for _ in range(4):
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
        found = body.map.of_type(*OPEN_RECEPTACLES, *CLOSED_RECEPTACLES)
        if (furniture or wanted in BESIDE) and wanted not in self._kept.taken:
            found = []  # furniture stands in nothing
        count: dict[str, int] = {}
        for each in found:
            count[each.category] = count.get(each.category, 0) + 1
        places = [
            Place(1.0, self._steps_to(each), each)
            for each in body.map.of_type(*BESIDE.get(wanted, ()))
            if each.number not in self._seen_beside and body.refusals[each] < 2
        ]
        cue = cue_of(reference)
        told = cue.landmarks if cue is not None and cue.kind == "held" else ()
        for each in found:
            left = 1.0 - each.searched
            if each.searched >= WELL_SEARCHED or body.refusals[each] >= 2:
                continue
            share = self._kept.share(wanted, each.category) / count[each.category]
            steps = self._steps_to(each)
            opening = OPENING_COST if each.category in CLOSED_RECEPTACLES else 0.0
            share += TOLD * (each.category in told)
            places.append(Place(share * left, steps + opening, each))
        return places

    def _steps_to(self, each: Instance) -> float:
        """About how many actions away something is."""
        x, y = self._body.map.pose.xy_m
        gap = each.points_m[:, :2] - np.array([x, y], dtype=np.float32)
        return 4.0 * max(0.0, float(np.hypot(*gap.T).min()) - 1.0)

    def _unknown(self, reference: ObjectRef) -> list[Place]:
        """The best pose to see unknown floor from, and the best to see what hangs high."""
        body = self._body
        wanted = types_of(reference)[0].removesuffix("Sliced")
        unseen, high = self._left_to(wanted)
        routes = Routes.from_pose(body.map.floor, body.map.pose)
        lattice = routes.lattice
        unknown = (lattice.unknown > 0.5) & _inside(lattice.unknown < 0.5)
        reachable = np.isfinite(routes.cost.min(axis=0)) & (lattice.unknown < 0.6)
        i, j = np.nonzero(_beside(unknown) & reachable)
        places = []
        for a, b in zip(i.tolist(), j.tolist(), strict=True):
            cell = (a + lattice.low[0], b + lattice.low[1])
            for heading in range(4):
                pose = GridPose(cell[0], cell[1], heading, 30)
                cost = float(routes.cost[heading, a, b])
                if pose in self._looked_into or not np.isfinite(cost):
                    continue
                seen = _wedge(unknown, a, b, heading)
                if seen >= LEAST_UNKNOWN:
                    gain = unseen * min(1.0, seen / MUCH_UNKNOWN)
                    places.append(Place(gain, cost, pose=pose))
        best = sorted(places, key=lambda each: -each.gain / (each.cost + 3.0))[:1]
        here = body.map.pose
        if high > 0.0 and all(_apart(here.cell, cell) > LEVEL_EVERY for cell in self._level):
            best.append(Place(high, 6.0, level=True))
        return best

    def _left_to(self, wanted: str) -> tuple[float, float]:
        """How likely a thing is in a kind of place that was not seen yet; and that hangs high."""
        if wanted not in self._kept.taken:
            return FURNITURE_UNSEEN, FURNITURE_HIGH
        known = {each.category for each in self._body.map.instances}
        shares = {kind: self._kept.share(wanted, kind) for kind in self._kept.taken_from}
        unseen = sum(share for kind, share in shares.items() if kind not in known)
        high = sum(shares.get(kind, 0.0) * (1.0 if kind not in known else 0.4) for kind in HIGH)
        return max(unseen, LEAST_UNSEEN), high

    # --- looking

    def _look_at(
        self, place: Place, found: Callable[[], bool]
    ) -> Generator[DiscreteAction, None, None]:
        body = self._body
        if place.level:
            yield from self._look_level(found)
            return
        if place.pose is not None:
            self._looked_into.add(place.pose)
            yield from body.go(place.pose, until=found)
            return
        receptacle = place.receptacle
        assert receptacle is not None
        self._seen_beside.add(receptacle.number)
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
        door = door.itself
        careful = body.failures >= CAREFUL_AFTER  # an open door is easily bumped into
        if not found() and not careful and not before(door, body.map.pose):
            # Its door shows now which side is the front: look in from there.
            here = {replace(body.map.pose, horizon_deg=int(tilt)) for tilt in HORIZONS_DEG}
            yield from body.approach(Aim(door, inside=True), here)
        for horizon_deg in self._tilts(door):
            if not found():
                yield from body.tilt(horizon_deg, until=found)
        body.map.mark_searched(door)
        if found():
            return
        yield from body.close_up()

    def _tilts(self, door: Instance) -> list[int]:
        """Horizons that together show all of what is open, from its top to its bottom."""
        pose, eye_m = self._body.map.pose, self._body.map.camera.eye_height_m
        gap_m = np.hypot(*(door.points_m[:, :2] - np.array(pose.xy_m)).T)
        range_m = max(float(gap_m.min()), LEAST_RANGE_M)
        ends = np.array([door.high_m[2] - END_M, door.low_m[2] + END_M], dtype=np.float64)
        top, bottom = np.rad2deg(np.arctan2(eye_m - ends, range_m))
        here = pose.horizon_deg
        highest = np.floor((top + HALF_SHOWN_DEG) / LOOK_DEG) * LOOK_DEG
        lowest = np.ceil((bottom - HALF_SHOWN_DEG) / LOOK_DEG) * LOOK_DEG
        wanted = [min(here, int(highest)), max(here, int(lowest))]
        shown = [int(np.clip(each, HORIZONS_DEG[0], HORIZONS_DEG[-1])) for each in wanted]
        # The end that is nearer first.
        return sorted(shown, key=lambda each: abs(each - here))


def _beside(mask: np.ndarray) -> np.ndarray:
    """Cells with a neighbour in the mask."""
    grown = np.zeros_like(mask)
    for dx, dy in AHEAD:
        grown |= np.roll(mask, (dx, dy), axis=(0, 1))
    return grown


def _inside(known: np.ndarray) -> np.ndarray:
    """The smallest rectangle with all that is known: rooms have four walls."""
    inside = np.zeros(known.shape, dtype=bool)
    rows, columns = np.flatnonzero(known.any(axis=1)), np.flatnonzero(known.any(axis=0))
    if len(rows):
        inside[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] = True
    return inside


def _apart(one: Cell, other: Cell) -> int:
    return max(abs(one[0] - other[0]), abs(one[1] - other[1]))


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
