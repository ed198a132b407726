"""Chooses among objects that would all do: by the actions it takes to get there, and by room."""

from collections.abc import Iterable, Sequence

from envs.household.catalog import object_type
from envs.household.expert.references import ExpertMemory
from envs.household.expert.routes import Routes
from envs.household.expert.state import MUST_OPEN, Pose, State
from envs.household.expert.viewpoints import Wish, viewpoints

DOOR = 2.0
"""Actions a door costs."""
CROWDED = 0.7
"""What each thing in a receptacle costs: it may leave no room."""
FULL = 40.0
"""What a receptacle for one thing costs where something is in it."""
AGAIN = 60.0
"""What each failure with an object costs."""
UNASKED = 25.0
"""What an object costs that is not the one the words are about, where there is one."""
HOLDS_ONE = frozenset(
    {"CoffeeMachine", "HandTowelHolder", "StoveBurner", "ToiletPaperHanger", "TowelHolder"}
)
NEVER_FOR_STORING = HOLDS_ONE | {"GarbageCan", "LaundryHamper", "Toilet"}


class Chooser:
    """Chooses objects along a way through the room; remembers where it has got to.

    Args:
        state: The world.
        routes: The ways there are.
        memory: What failed before.
        preferred: Ids to choose where they will do.
    """

    def __init__(
        self,
        state: State,
        routes: Routes,
        memory: ExpertMemory,
        preferred: frozenset[str] = frozenset(),
    ) -> None:
        self.state = state
        self._routes = routes
        self._memory = memory
        self._preferred = preferred
        self._here = state.agent_pose()

    def went_to(self, object_id: str | None) -> None:
        """Take note that the agent will have gone to an object."""
        if object_id in self.state:
            found = self._way(self._here, str(object_id))
            self._here = found[0]

    def objects(self, ids: Sequence[str], count: int, *, towards: str | None = None) -> list[str]:
        """Choose some objects: cheap to get to, and to carry on from to another."""
        costs = {o: self._cost(o, ids) for o in ids}
        if towards is not None:
            for o in ids:
                pose, _ = self._way(self._here, o)
                costs[o] += self._way(pose, towards)[1]
        return sorted(ids, key=lambda o: costs[o])[:count]

    def parent(self, ids: Sequence[str], carried: str, sources: Iterable[str]) -> str:
        """Choose where to put something: near to where it comes from, and with room."""
        starts = [self._way(self._here, s)[0] for s in sources][:4] or [self._here]

        def cost(receptacle: str) -> float:
            way = min(self._way(start, receptacle)[1] for start in starts)
            return way + self._burden(receptacle, ids) + self._filling(receptacle)

        return min(ids, key=cost)

    def vessel(self, ids: Sequence[str]) -> str:
        """Choose a vessel, empty where there is one."""
        return min(ids, key=lambda o: self._cost(o, ids) + 20.0 * len(self.state.contents(o)))

    def surface_for(self, type_name: str, *, avoid: str) -> str | None:
        """Choose where to put something away; None where nothing takes it."""
        fitting = [
            entry["objectId"]
            for entry in self.state.objects.values()
            if entry["receptacle"]
            and not entry["pickupable"]
            and type_name in object_type(entry["objectType"]).fits
            and entry["objectType"] not in NEVER_FOR_STORING
        ]

        def cost(receptacle: str) -> float:
            avoided = 5.0 if self.state[receptacle]["objectType"] == avoid else 0.0
            way = self._way(self._here, receptacle)[1] + avoided
            failed = AGAIN * self._memory.failures[receptacle]
            return way + failed + self._door(receptacle) + self._filling(receptacle)

        return min(fitting, key=cost, default=None)

    def _cost(self, object_id: str, among: Sequence[str]) -> float:
        return self._way(self._here, object_id)[1] + self._burden(object_id, among)

    def _burden(self, object_id: str, among: Sequence[str]) -> float:
        asked = self._preferred & set(among)
        unasked = UNASKED if asked and object_id not in asked else 0.0
        failed = AGAIN * self._memory.failures[object_id]
        return unasked + failed + self._door(object_id)

    def _door(self, object_id: str) -> float:
        shut = self.state.container(object_id) is not None
        return DOOR if shut or self.state[object_id]["objectType"] in MUST_OPEN else 0.0

    def _filling(self, receptacle: str) -> float:
        inside = len(self.state.contents(receptacle))
        if self.state[receptacle]["objectType"] in HOLDS_ONE:
            return FULL * bool(inside)
        return CROWDED * inside

    def _way(self, start: Pose, object_id: str) -> tuple[Pose, float]:
        """Return the pose to use an object from and what it costs to get there."""
        if object_id == self.state.held:
            return start, 0.0
        door = self.state.container(object_id) or object_id
        opens = self.state[door]["objectType"] in MUST_OPEN
        ranking = viewpoints(self.state, self._routes, start, Wish(door, opens=opens))
        return ranking.best() or (start, 200.0)
