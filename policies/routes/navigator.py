"""Following a route by its words alone: explore what promises most, end where it fits best.

No training: landmarks are matched to names of things by `cues`, turns and stairs to the geometry of
the ways, and the whole route is laid along the paths known so far by `alignment`. The agent walks
to the place that promises most, going back where it has to, and ends at the place where the whole
route fits best; the idea of keeping partial paths and returning to a better one is that of FAST
(Ke et al., "Tactical Rewind", 2019).
"""

from embodied.core.action import Action, ViewpointAction
from embodied.core.errors import ConfigError
from embodied.core.observation import Observation
from embodied.core.plan import DONE, RUNNING, Outcome, Subgoal
from embodied.core.routes import ROUTE, RouteLeg, read_legs
from policies.routes.alignment import Weights
from policies.routes.guide import RouteGuide
from policies.routes.memory import path_to


class RouteNavigator:
    """Carries out the legs of a route on a navigation graph.

    Args:
        weights: What counts how much when a path is scored.
        metre_cost: Lost per metre that has to be walked to a place before it can be looked at.
        max_moves: Moves after which nothing new is explored.
    """

    def __init__(
        self,
        *,
        weights: Weights | None = None,
        metre_cost: float = 0.2,
        max_moves: int = 60,
    ) -> None:
        self._weights = weights
        self._metre_cost = metre_cost
        self._max_moves = max_moves
        self.reset()

    def reset(self) -> None:
        """Forget the last episode."""
        self._guide = RouteGuide(weights=self._weights)
        self._legs: tuple[RouteLeg, ...] = ()
        self._index = 0
        self._target: str | None = None
        self._final = False
        self._moves = 0

    def begin(self, subgoal: Subgoal) -> None:
        """Start on a leg; a route that does not go on with the one at hand starts anew from here.

        Raises:
            ConfigError: If the subgoal carries no route.
        """
        spelled = subgoal.arguments.get(ROUTE)
        if not isinstance(spelled, str):
            raise ConfigError(
                "policy=routes follows the legs of a route, which planner=routes writes; "
                f"the subgoal {subgoal.skill!r} carries none."
            )
        legs = read_legs(spelled)
        if self._legs and legs == self._legs[len(self._legs) - len(legs) :]:
            self._index = len(self._legs) - len(legs)
            return
        self._legs, self._index = legs, 0
        self._guide.begin(legs)
        self._target = None
        self._final = False

    def act(self, observation: Observation) -> tuple[Action | None, Outcome]:
        """Return the next move.

        Raises:
            ConfigError: If the environment is no navigation graph.
        """
        panorama = observation.panorama
        if panorama is None:
            raise ConfigError("policy=routes walks along navigation graphs: benchmark=r2r.")
        here = panorama.viewpoint
        new = self._guide.see(panorama, observation.entities)
        if (new and not self._final) or self._target is None:
            self._choose(here)
        if here == self._target and self._final:
            return None, DONE
        if self._leg_here(here) > self._index:
            return None, DONE
        self._moves += 1
        return ViewpointAction(self._step_towards(here)), RUNNING

    def _leg_here(self, here: str) -> int:
        """Return which leg the next way belongs to; the one at hand while it goes back."""
        assert self._target is not None
        way = self._guide.path(self._target)
        if here not in way[:-1]:
            return self._index
        return self._guide.legs_walked(self._target, complete=self._final)[way.index(here)]

    def _choose(self, here: str) -> None:
        """Choose where to go: on to look at a place, or to the end."""
        far, _ = self._guide.memory.paths_from(here)
        ends = {place: self._guide.complete(place) for place in self._guide.places()}
        best = max(ends, key=ends.__getitem__)
        unseen = {
            place: self._guide.promise(place) - self._metre_cost * far[place]
            for place in ends
            if not self._guide.memory.stood_at(place)
        }
        if unseen and self._moves < self._max_moves:
            next_place = max(unseen, key=unseen.__getitem__)
            if unseen[next_place] > ends[best]:
                self._target, self._final = next_place, False
                return
        self._target, self._final = best, True

    def _step_towards(self, here: str) -> str:
        assert self._target is not None
        _, before = self._guide.memory.paths_from(here)
        return path_to(self._target, before)[1]
