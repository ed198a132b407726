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
from typing import NamedTuple

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


class Laying(NamedTuple):
    """A way of laying the first legs of a route along a path.

    Attributes:
        score: How well it fits.
        seen: What the landmark of a leg under way has brought so far; not yet in the score.
        legs: For every way of the path the number of the leg it belongs to.
    """

    score: float
    seen: float = 0.0
    legs: tuple[int, ...] = ()

    def plus(self, gain: float, *, seen: float = 0.0, leg: int | None = None) -> "Laying":
        """Return it with a gain, and one way more where a leg is named."""
        legs = self.legs if leg is None else (*self.legs, leg)
        return Laying(self.score + gain, seen, legs)


_NO_LAYING = Laying(NEVER)


@dataclass(frozen=True)
class Fit:
    """The best layings of every prefix of K legs along one path.

    Attributes:
        ways: Ways walked.
        done: K + 1 layings; entry k has the first k legs done, here.
        going: K layings; entry k is within leg k.
        heading_rad: Absolute heading of the last way.
    """

    ways: int
    done: tuple[Laying, ...]
    going: tuple[Laying, ...]
    heading_rad: float


def _worth(laying: Laying) -> tuple[float, float]:
    """What a laying comes to; of two that come to the same, the one that has more of it for sure.

    Rounded, so that which of the two it is does not depend on where north is.
    """
    return round(laying.score + laying.seen, 9), laying.score


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
        done = [Laying(0.0)] + [_NO_LAYING] * len(self.legs)
        nothing = (_NO_LAYING,) * len(self.legs)
        return Fit(0, self._without_walking(place, done), nothing, heading_rad)

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
        done = [_NO_LAYING] * (len(self.legs) + 1)
        going = [_NO_LAYING] * len(self.legs)
        for number, leg in enumerate(self.legs):
            begun, walked = fit.done[number], fit.going[number]
            if leg.demand == "turn":
                gain = self._turn(leg, turned, source) - (w.slope if steep else 0.0)
                done[number + 1] = begun.plus(gain, leg=number)
                continue
            if leg.demand == "climb":
                step = self._climb(leg, edge) + 0.3 * bend
                tries = begun.plus(w.climb + step, leg=number), walked.plus(step, leg=number)
                done[number + 1] = going[number] = max(tries, key=_worth)
                continue
            step = plain - (w.after_stop if leg.demand == "stop_at" else 0.0)
            before, after = self._seen(leg, source), self._seen(leg, place)
            first = max(before, after) if leg.demand == "pass" else before
            later = max(walked.seen, before if leg.demand == "leave" else after)
            tries = (
                begun.plus(step, seen=first, leg=number),
                walked.plus(step - w.longer, seen=later, leg=number),
            )
            going[number] = best = max(tries, key=_worth)
            here = best.seen if leg.demand in ("pass", "leave") else after
            done[number + 1] = best.plus(here)
        return Fit(fit.ways + 1, self._without_walking(place, done), tuple(going), edge.heading_rad)

    def complete(self, fit: Fit) -> float:
        """Return the score of ending here, all legs done."""
        return fit.done[-1].score - self._w.length * abs(fit.ways - self._w.usual_ways)

    def promise(self, fit: Fit) -> float:
        """Return the score that going on from here may come to, if the rest fits as usual."""
        over = max(fit.ways + 1 - self._w.usual_ways, 0)
        return self._hopeful(fit)[0] - self._w.length * over

    def legs_walked(self, fit: Fit, *, complete: bool) -> tuple[int, ...]:
        """Return for every way of the path the number of the leg it belongs to.

        Args:
            fit: Fit of the path.
            complete: Whether the route ends here; otherwise the most promising laying counts.
        """
        return fit.done[-1].legs if complete else self._hopeful(fit)[1].legs

    def _hopeful(self, fit: Fit) -> tuple[float, Laying]:
        hoped = [
            (laying.score + self._hope[number], laying)
            for number, laying in [*enumerate(fit.done), *enumerate(fit.going)]
        ]
        return max(hoped, key=lambda pair: pair[0])

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

    def _without_walking(self, place: str, done: list[Laying]) -> tuple[Laying, ...]:
        """Let every leg be done on the spot, too."""
        for number, leg in enumerate(self.legs):
            waited = done[number].plus(self._on_the_spot(leg, place))
            done[number + 1] = max(done[number + 1], waited, key=_worth)
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
