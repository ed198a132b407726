"""A learned policy with the route laid along its map: two opinions of every place, added.

`policies.vln` learned what instructions sound like; `guide` knows what turns, stairs and lengths
say of a whole path. Each corrects what the other misjudges.
"""

from typing import Any

from embodied.core.action import Action
from embodied.core.errors import ConfigError
from embodied.core.observation import Observation
from embodied.core.plan import Outcome, Subgoal
from embodied.core.routes import ROUTE, read_legs
from policies.routes.alignment import Weights
from policies.routes.guide import RouteGuide
from policies.vln.policy import VlnPolicy

_IMPOSSIBLE = -1e4


class GuidedVln(VlnPolicy):
    """`policy=vln` whose scores of ways and stops have the guide's added.

    It stops at the place that both together find likeliest.

    Args:
        guide: What the guide's scores are multiplied by; 0 leaves the network alone.
        metre_cost: Lost per metre to a place, in the guide's unit.
        route_weights: What counts how much in the guide's scores.
        options: Those of `VlnPolicy`.
    """

    def __init__(
        self,
        *,
        guide: float = 0.6,
        metre_cost: float = 0.2,
        route_weights: Weights | None = None,
        **options: Any,
    ) -> None:
        self._guide = RouteGuide(weights=route_weights)
        self._share = guide
        self._metre_cost = metre_cost
        super().__init__(**options)

    def reset(self) -> None:
        """Forget the building and the walk."""
        super().reset()
        self._guide.reset()

    def begin(self, subgoal: Subgoal) -> None:
        """Start on a subgoal from wherever the agent stands; the building stays known.

        Raises:
            ConfigError: If the subgoal carries no route.
        """
        spelled = subgoal.arguments.get(ROUTE)
        if not isinstance(spelled, str):
            raise ConfigError("policy=vln_guided needs the steps of planner=route_whole.")
        super().begin(subgoal)
        self._guide.begin(read_legs(spelled))

    def act(self, observation: Observation) -> tuple[Action | None, Outcome]:
        """Return the next move, or nothing where the words end.

        Raises:
            ConfigError: If the observation has no panorama.
        """
        if observation.panorama is not None:
            self._guide.see(observation.panorama, observation.entities)
        return super().act(observation)

    def _decide(self, here: int, heading_rad: float) -> None:
        """Fill the queue with the viewpoints to walk to next."""
        reader = self._read_on(here, heading_rad)
        flat, options = reader.read()
        walks = reader.walks
        slots, width = walks.count, options.targets.shape[2]
        count = flat.shape[1] - slots
        scores = flat[0].tolist()
        far, _ = self._guide.memory.paths_from(self._world.name(here))
        targets, nodes = options.targets[0].tolist(), walks.nodes[0].tolist()
        for number in range(count):
            if scores[number] > _IMPOSSIBLE:
                place = self._world.name(targets[number // width][number % width])
                going = self._guide.promise(place) - self._metre_cost * far[place]
                scores[number] += self._share * going
        for slot in range(slots):
            ending = self._guide.complete(self._world.name(nodes[slot]))
            scores[count + slot] += self._share * ending
        picked = max(range(len(scores)), key=scores.__getitem__)
        if walks.count > self._max_moves or picked >= count:
            slot = max(range(slots), key=lambda number: scores[count + number])
            self._ending = True
            self._queue.extend(self._way_back(slot))
            return
        slot, way = picked // width, picked % width
        self._queue.extend(self._way_back(slot))
        self._queue.append(targets[slot][way])
        self._next = (slot, way)
