"""The policy: follows an instruction from viewpoint to viewpoint, going back where that is best."""

from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING

from embodied.core.action import Action, ViewpointAction
from embodied.core.errors import ConfigError
from embodied.core.observation import Observation
from embodied.core.plan import DONE, RUNNING, Outcome, Subgoal
from embodied.core.routes import ROUTE, RouteLeg, read_legs
from policies.vln.weights import context_encoder, load_model
from policies.vln.words import mirrored, tokens

if TYPE_CHECKING:
    from policies.vln.mapped import MappedWorld, Maps
    from policies.vln.words import Vocabulary


class VlnPolicy:
    """Walks where a subgoal's words say and stops there.

    After every viewpoint it did not know it weighs all ways seen so far, and stopping anywhere it
    stood, against one another; what is best may lie behind it, and it walks back over edges it
    knows. Needs observations with a panorama (benchmark=r2r).

    Args:
        weights: A file of `embodied train task=vln`; by default the shipped one.
        max_moves: New viewpoints it looks at before it has to stop.
        both_sides: Whether to read every viewpoint in a mirror, too, and average.
        guide: Whether to read the route taken apart, where the weights can.
        empty: Whether to walk without the words, to see what they are worth.
        maps: Maps of the buildings, as `envs.r2r.arrays` makes them, where they are known
            beforehand: the instruction is then followed in mind, and the end walked to straight.
    """

    def __init__(
        self,
        *,
        weights: str | Path | None = None,
        max_moves: int = 15,
        both_sides: bool = True,
        guide: bool = True,
        empty: bool = False,
        maps: "Maps | None" = None,
    ) -> None:
        self._model, self._vocabulary = load_model(weights)
        self._max_moves = max_moves
        self._both_sides = both_sides
        self._guided = guide and self._model.config.legs
        self._context = context_encoder(self._model.config.encoder)
        self._empty = empty
        self._map = None if maps is None else _on_map(maps, self._vocabulary)
        self._words: list[str] = []
        self._legs: tuple[RouteLeg, ...] = ()
        self.reset()

    def reset(self) -> None:
        """Forget the building and the walk."""
        from policies.vln.known import KnownWorld

        self._world = self._map or KnownWorld(self._vocabulary)
        self._drop()

    def _drop(self) -> None:
        self._reader = None
        self._queue: deque[int] = deque()
        self._ending = False

    def begin(self, subgoal: Subgoal) -> None:
        """Start on a subgoal from wherever the agent stands; the building stays known.

        Raises:
            ConfigError: If the weights read a route taken apart and the subgoal carries none.
        """
        text = subgoal.text or str(subgoal.arguments.get("instruction", ""))
        self._words = [] if self._empty else tokens(text)
        if self._guided:
            spelled = subgoal.arguments.get(ROUTE)
            if not isinstance(spelled, str):
                raise ConfigError("These weights read a route's steps: choose planner=route_whole.")
            self._legs = () if self._empty else read_legs(spelled)
        self._drop()

    def act(self, observation: Observation) -> tuple[Action | None, Outcome]:
        """Return the next move, or nothing where the words end.

        Raises:
            ConfigError: If the observation has no panorama.
        """
        import torch

        seen = observation.panorama
        if seen is None:
            raise ConfigError("policy=vln walks on navigation graphs: choose benchmark=r2r.")
        here = self._world.number(seen.viewpoint)
        if self._queue and self._queue[0] == here:
            self._queue.popleft()
        if not self._queue and not self._ending:
            self._world.stand(seen, observation.entities)
            with torch.inference_mode():
                self._decide(here, seen.heading_rad)
        if not self._queue:
            return None, DONE
        return ViewpointAction(self._world.name(self._queue[0])), RUNNING

    def _decide(self, here: int, heading_rad: float) -> None:
        """Fill the queue with the viewpoints to walk to next."""
        while True:
            reader = self._read_on(here, heading_rad)
            flat, options = reader.read()
            walks = reader.walks
            count = flat.shape[1] - walks.count
            picked = int(flat[0].argmax())
            if walks.count > self._max_moves or picked >= count:
                slot = int(flat[0, count:].argmax())
                self._ending = True
                self._queue.extend(self._way_to(here, slot))
                return
            width = options.targets.shape[2]
            slot, way = picked // width, picked % width
            self._next = (slot, way)
            if self._map is None:
                self._queue.extend(self._way_to(here, slot))
                self._queue.append(int(options.targets[0, slot, way]))
                return

    def _way_to(self, here: int, slot: int) -> list[int]:
        """Return the viewpoints on the way to where a slot is, without here."""
        if self._map is None:
            return self._way_back(slot)
        return self._map.way(here, int(self._reader.walks.nodes[0, slot]))

    def _read_on(self, here: int, heading_rad: float):
        """Return the reader with the newest viewpoint entered."""
        import torch

        from policies.vln.legs import legs_of
        from policies.vln.rollout import Reader
        from policies.vln.walks import Walks

        if self._reader is not None:
            slot, way = self._next
            self._reader.walks.move(torch.tensor([slot]), torch.tensor([way]))
            return self._reader
        sides = [self._words, mirrored(self._words)] if self._both_sides else [self._words]
        walks = Walks(
            self._world,
            torch.tensor([here]),
            torch.tensor([heading_rad]),
            side=torch.ones(1),
            max_slots=self._max_moves + 1,
            legs=legs_of([self._legs]) if self._guided else None,
            in_mind=self._map is not None,
        )
        contexts = self._context.read(sides) if self._context else [None] * len(sides)
        self._reader = Reader(self._model, walks, *map(self._encode, sides, contexts))
        return self._reader

    def _encode(self, words: list[str], context):
        import torch

        from policies.vln.batches import prompt_arrays
        from policies.vln.prompts import parse

        rows = self._vocabulary.encode(words)
        lengths = torch.tensor([len(rows)])
        prompts = None
        if self._model.config.prompts:
            prompts = prompt_arrays([parse(words)], self._vocabulary, lengths.numpy())
        context = None if context is None else context[None]
        return self._model.encode(torch.from_numpy(rows)[None], lengths, prompts, context)

    def _way_back(self, slot: int) -> list[int]:
        """Return the viewpoints on the shortest known way from here to a slot, without here."""
        walks = self._reader.walks
        at, nodes = walks.count - 1, walks.nodes[0].tolist()
        between_m = walks.between_m[0]
        path = []
        while at != slot:
            near = self._world.neighbours[nodes[at]].tolist()
            steps = [
                (
                    float(
                        self._world.distance_m[nodes[at], near.index(nodes[k])] + between_m[k, slot]
                    ),
                    k,
                )
                for k in range(walks.count)
                if k != at and nodes[k] in near
            ]
            at = min(steps)[1]
            path.append(nodes[at])
        return path


def _on_map(maps: "Maps", vocabulary: "Vocabulary") -> "MappedWorld":
    from policies.vln.mapped import MappedWorld

    return MappedWorld(maps.world(), vocabulary)
