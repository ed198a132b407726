"""What a route's words say of the places known so far: scores for going on and for ending."""

from collections.abc import Sequence

from embodied.core.entity import Entity
from embodied.core.panorama import Panorama
from embodied.core.routes import RouteLeg
from policies.routes.alignment import Aligner, Fit, Weights
from policies.routes.cues import shows
from policies.routes.memory import RouteMemory, path_to


class RouteGuide:
    """Lays a route along the shortest known path to every known place.

    A place nobody asked about costs little: the map is fitted anew where a place was stood at for
    the first time. A learned policy may add these scores to its own.

    Args:
        weights: What counts how much when a path is scored.
    """

    def __init__(self, *, weights: Weights | None = None) -> None:
        self._weights = weights
        self.reset()

    def reset(self) -> None:
        """Forget map and route."""
        self.memory = RouteMemory()
        self._seen: dict[tuple[str, str], float] = {}
        self.begin(())

    def begin(self, legs: Sequence[RouteLeg]) -> None:
        """Start on a route from wherever the agent stands next; the map stays."""
        self._aligner = Aligner(legs, self._shows, self._weights)
        self._start: str | None = None
        self._heading_rad = 0.0
        self._fits: dict[str, Fit] = {}
        self._before: dict[str, str] = {}

    def see(self, panorama: Panorama, entities: tuple[Entity, ...]) -> bool:
        """Take in a place; return whether that changed the scores."""
        here = panorama.viewpoint
        new = self.memory.add(panorama, entities)
        if self._start is None:
            self._start, self._heading_rad = here, panorama.heading_rad
        elif not new:
            return False
        for key in [key for key in self._seen if key[0] == here]:
            del self._seen[key]
        self._fit_all(self._start)
        return True

    def places(self) -> list[str]:
        """List the places that can be reached over what is known."""
        return list(self._fits)

    def promise(self, place: str) -> float:
        """Return how well the route goes on through a place."""
        return self._aligner.promise(self._fits[place])

    def complete(self, place: str) -> float:
        """Return how well the route ends at a place."""
        return self._aligner.complete(self._fits[place])

    def path(self, place: str) -> list[str]:
        """Return the shortest known path from the route's start."""
        return path_to(place, self._before)

    def legs_walked(self, place: str, *, complete: bool) -> tuple[int, ...]:
        """Return for every way of that path the number of the leg it belongs to."""
        return self._aligner.legs_walked(self._fits[place], complete=complete)

    def _shows(self, place: str, landmark: str) -> float:
        key = (place, landmark)
        if key not in self._seen:
            self._seen[key] = shows(landmark, self.memory.entities.get(place, ()))
        return self._seen[key]

    def _fit_all(self, start: str) -> None:
        far, self._before = self.memory.paths_from(start)
        self._fits = {start: self._aligner.start(start, self._heading_rad)}
        for place in sorted(far, key=far.__getitem__):
            if place != start:
                source = self._before[place]
                edge = self.memory.edges[source][place]
                fit = self._aligner.extend(self._fits[source], edge, source, place)
                self._fits[place] = fit
