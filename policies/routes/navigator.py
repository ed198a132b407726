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
from embodied.core.panorama import Panorama
from embodied.core.plan import DONE, RUNNING, Outcome, Subgoal
from embodied.core.routes import ROUTE, RouteLeg, read_legs
from policies.routes.alignment import Aligner, Fit, Weights
from policies.routes.cues import shows
from policies.routes.memory import RouteMemory, path_to


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
        self._memory = RouteMemory()
        self._legs: tuple[RouteLeg, ...] = ()
        self._aligner: Aligner | None = None
        self._index = 0
        self._fits: dict[str, Fit] = {}
        self._before: dict[str, str] = {}
        self._start: str | None = None
        self._target: str | None = None
        self._final = False
        self._moves = 0
        self._seen: dict[tuple[str, str], float] = {}

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
        if self._aligner is not None and legs == self._legs[len(self._legs) - len(legs) :]:
            self._index = len(self._legs) - len(legs)
            return
        self._legs, self._index = legs, 0
        self._aligner = Aligner(legs, self._shows, self._weights)
        self._start = self._target = None
        self._final = False

    def act(self, observation: Observation) -> tuple[Action | None, Outcome]:
        """Return the next move.

        Raises:
            ConfigError: If the environment is no navigation graph.
        """
        panorama = observation.panorama
        if panorama is None or self._aligner is None:
            raise ConfigError("policy=routes walks along navigation graphs: benchmark=r2r.")
        here = panorama.viewpoint
        new = self._memory.add(panorama, observation.entities)
        if self._start is None:
            self._start, self._heading_rad = here, panorama.heading_rad
            new = True
        if new:
            for key in [key for key in self._seen if key[0] == here]:
                del self._seen[key]
            self._fits = self._fit_all(self._aligner, self._start)
        if (new and not self._final) or self._target is None:
            self._choose(self._aligner, panorama)
        if here == self._target and self._final:
            return None, DONE
        if self._leg_here(self._aligner, here) > self._index:
            return None, DONE
        self._moves += 1
        return ViewpointAction(self._step_towards(here)), RUNNING

    def _leg_here(self, aligner: Aligner, here: str) -> int:
        """Return which leg the next way belongs to; the one at hand while it goes back."""
        assert self._target is not None
        walked = aligner.legs_walked(self._fits[self._target], complete=self._final)
        way = path_to(self._target, self._before)
        on_it = here in way[:-1]
        return walked[way.index(here)] if on_it else self._index

    def _shows(self, place: str, landmark: str) -> float:
        key = (place, landmark)
        if key not in self._seen:
            self._seen[key] = shows(landmark, self._memory.entities.get(place, ()))
        return self._seen[key]

    def _fit_all(self, aligner: Aligner, start: str) -> dict[str, Fit]:
        """Fit the shortest known path to every known place."""
        far, before = self._memory.paths_from(start)
        self._before = before
        fits = {start: aligner.start(start, self._heading_rad)}
        for place in sorted(far, key=far.__getitem__):
            if place != start:
                source = before[place]
                edge = self._memory.edges[source][place]
                fits[place] = aligner.extend(fits[source], edge, source, place)
        return fits

    def _choose(self, aligner: Aligner, panorama: Panorama) -> None:
        """Choose where to go: on to look at a place, or to the end."""
        far, _ = self._memory.paths_from(panorama.viewpoint)
        ends = {place: aligner.complete(fit) for place, fit in self._fits.items()}
        best = max(ends, key=ends.__getitem__)
        unseen = {
            place: aligner.promise(fit) - self._metre_cost * far[place]
            for place, fit in self._fits.items()
            if not self._memory.stood_at(place)
        }
        if unseen and self._moves < self._max_moves:
            next_place = max(unseen, key=unseen.__getitem__)
            if unseen[next_place] > ends[best]:
                self._target, self._final = next_place, False
                return
        self._target, self._final = best, True

    def _step_towards(self, here: str) -> str:
        assert self._target is not None
        _, before = self._memory.paths_from(here)
        return path_to(self._target, before)[1]
