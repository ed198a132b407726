"""How well a way through a building fits the legs of a route: a score for every prefix of both.

Legs are laid along the ways walked in order. A turn takes one way in its direction, stairs take
ways that rise or fall, any other leg takes some ways, straight on, and is about its landmark where
it ends (or all along, for passing). A leg may be left out at a cost. The best such laying is found
by dynamic programming, a place at a time, so that a path grows by one place in O(legs).

All numbers in `Weights` were set by hand; none was fitted.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from embodied.core.routes import RouteLeg
from policies.routes.memory import Edge

NEVER = -1e9
_DIRECTIONS = {"left": -math.pi / 2.0, "right": math.pi / 2.0, "around": math.pi}
_SLOPES = {"up": 1.0, "down": -1.0}


@dataclass(frozen=True)
class Weights:
    """What fits how well; the unit is arbitrary.

    Attributes:
        turn: A way exactly in the direction of a turn; minus this for the opposite one.
        turn_skipped: Lost by a turn that is left out.
        straight: Lost by half a right-angled bend on a leg that says nothing of turning.
        straight_first: Likewise on the first way: people seldom say how they stood.
        climb: A way that rises or falls as it should; minus this for the opposite.
        climb_skipped: Lost by stairs that are left out.
        slope: Lost by a way that rises or falls though no leg says so.
        landmark: The landmark is seen where it should be.
        unnamed_skipped: Lost by leaving out a leg without a landmark.
        waited: Lost by a leg of which no way is walked.
        longer: Lost by every further way of the same leg.
        after_stop: Lost by every way walked for stopping.
        length: Lost by every way more or fewer than usual.
        usual_ways: Ways of a usual route; R2R's have 4 to 6 (Anderson et al., 2018, section 4).
        steep_rad: A way steeper than this is one of stairs.
    """

    turn: float = 2.0
    turn_skipped: float = 1.0
    straight: float = 1.0
    straight_first: float = 0.5
    climb: float = 3.0
    climb_skipped: float = 2.0
    slope: float = 1.0
    landmark: float = 1.0
    unnamed_skipped: float = 0.6
    waited: float = 0.15
    longer: float = 0.25
    after_stop: float = 0.5
    length: float = 1.2
    usual_ways: int = 5
    steep_rad: float = 0.2


@dataclass(frozen=True)
class Fit:
    """Scores of one path against every prefix of K legs.

    Attributes:
        ways: Ways walked.
        done: K + 1 scores; entry k has the first k legs done, here.
        going: K pairs (score, best landmark on the leg so far); entry k is within leg k.
        heading_rad: Absolute heading of the last way.
    """

    ways: int
    done: tuple[float, ...]
    going: tuple[tuple[float, float], ...]
    heading_rad: float


class Aligner:
    """Scores paths against the legs of one route.

    Args:
        legs: The route.
        shows: Takes (place, landmark) to how well it is seen there, in [0, 1].
        weights: What counts how much.
    """

    def __init__(
        self,
        legs: Sequence[RouteLeg],
        shows: Callable[[str, str], float],
        weights: Weights | None = None,
    ) -> None:
        self.legs = tuple(legs)
        self._shows = shows
        self._w = weights or Weights()
        self._hope = self._hopes()

    def start(self, place: str, heading_rad: float) -> Fit:
        """Return the fit of standing at the start."""
        done = [0.0] + [NEVER] * len(self.legs)
        return Fit(0, self._without_walking(place, done), self._nothing(), heading_rad)

    def extend(self, fit: Fit, edge: Edge, source: str, place: str) -> Fit:
        """Return the fit of a path made longer by one way.

        Args:
            fit: Fit of the path so far.
            edge: The way.
            source: Where it leaves from.
            place: Where it leads.
        """
        w = self._w
        turned = (edge.heading_rad - fit.heading_rad + math.pi) % (2.0 * math.pi) - math.pi
        bend = (w.straight if fit.ways else w.straight_first) * (math.cos(turned) - 1.0)
        steep = abs(edge.elevation_rad) > w.steep_rad
        plain = bend - (2.0 * w.slope if steep else 0.0)
        done = [NEVER] * (len(self.legs) + 1)
        going = list(self._nothing())
        for number, leg in enumerate(self.legs):
            begun, (walked, best) = fit.done[number], fit.going[number]
            if leg.demand == "turn":
                gain = self._turn(leg, turned, source) - (w.slope if steep else 0.0)
                done[number + 1] = begun + gain
                continue
            if leg.demand == "climb":
                step = self._climb(leg, edge) + 0.3 * bend
                score = max(begun + w.climb + step, walked + step)
                going[number] = (score, 0.0)
                done[number + 1] = score
                continue
            step = plain - (w.after_stop if leg.demand == "stop_at" else 0.0)
            seen = self._seen(leg, source), self._seen(leg, place)
            fresh = (begun + step, max(seen) if leg.demand == "pass" else seen[0])
            on = (walked + step - w.longer, max(best, seen[1]))
            if leg.demand == "leave":
                on = (on[0], max(best, seen[0]))
            going[number] = max(fresh, on, key=lambda pair: pair[0] + pair[1])
            at_end = going[number][1] if leg.demand in ("pass", "leave") else seen[1]
            done[number + 1] = going[number][0] + at_end
        return Fit(fit.ways + 1, self._without_walking(place, done), tuple(going), edge.heading_rad)

    def complete(self, fit: Fit) -> float:
        """Return the score of ending here, all legs done."""
        return fit.done[-1] - self._w.length * abs(fit.ways - self._w.usual_ways)

    def promise(self, fit: Fit) -> float:
        """Return the score that going on from here may come to, if the rest fits as usual."""
        best = max(
            max(score, fit.going[k][0] if k < len(self.legs) else NEVER) + self._hope[k]
            for k, score in enumerate(fit.done)
        )
        over = max(fit.ways + 1 - self._w.usual_ways, 0)
        return best - self._w.length * over

    def progress(self, fit: Fit) -> int:
        """Return how many legs are done here, by the most promising laying."""
        hopeful = [score + self._hope[k] for k, score in enumerate(fit.done)]
        return max(range(len(hopeful)), key=hopeful.__getitem__)

    def _nothing(self) -> tuple[tuple[float, float], ...]:
        return ((NEVER, 0.0),) * len(self.legs)

    def _seen(self, leg: RouteLeg, place: str) -> float:
        return self._w.landmark * self._shows(place, leg.landmark) if leg.landmark else 0.0

    def _turn(self, leg: RouteLeg, turned_rad: float, source: str) -> float:
        if leg.direction not in _DIRECTIONS:
            return -0.2
        fits = math.cos(turned_rad - _DIRECTIONS[leg.direction])
        return self._w.turn * fits + 0.5 * self._seen(leg, source)

    def _climb(self, leg: RouteLeg, edge: Edge) -> float:
        slope = edge.elevation_rad * _SLOPES.get(
            leg.direction, math.copysign(1, edge.elevation_rad)
        )
        return self._w.climb * (max(-1.0, min(1.0, slope / 0.35)) - 0.5)

    def _without_walking(self, place: str, done: list[float]) -> tuple[float, ...]:
        """Let every leg be done on the spot, too."""
        for number, leg in enumerate(self.legs):
            score = done[number] + self._on_the_spot(leg, place)
            done[number + 1] = max(done[number + 1], score)
        return tuple(done)

    def _on_the_spot(self, leg: RouteLeg, place: str) -> float:
        w = self._w
        if leg.demand == "turn":
            return -w.turn_skipped
        if leg.demand == "climb":
            return -w.climb_skipped
        if leg.demand == "stop_at":
            return self._seen(leg, place)
        return self._seen(leg, place) - w.waited - (0.0 if leg.landmark else w.unnamed_skipped)

    def _hopes(self) -> tuple[float, ...]:
        """Return what the legs from k on usually bring, entry k."""
        w = self._w
        usual = {"turn": 0.6 * w.turn, "climb": 0.8 * w.climb, "stop_at": 0.3 * w.landmark}
        hopes = [0.0]
        for leg in reversed(self.legs):
            hopes.append(hopes[-1] + usual.get(leg.demand, 0.2 * w.landmark - 0.2 * w.straight))
        return tuple(reversed(hopes))
