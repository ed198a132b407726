"""Episodes of the routes: an instruction of a path each, in the order of their file."""

from collections.abc import Iterable
from dataclasses import dataclass

from embodied.core.episode import EpisodeSpec
from embodied.core.errors import UnknownNameError
from embodied.core.instruction import Instruction
from envs.r2r.dataset import RouteEpisode


@dataclass(frozen=True)
class RouteTask:
    """One instruction of a path.

    Attributes:
        spec: The episode; its id is the instruction's.
        route: The path.
        instruction: What the agent is told.
    """

    spec: EpisodeSpec
    route: RouteEpisode
    instruction: Instruction


class RouteSource:
    """The episodes of a split.

    Args:
        routes: Its paths.
        split: Its name.
    """

    def __init__(self, routes: Iterable[RouteEpisode], *, split: str) -> None:
        self.split = split
        self._tasks: dict[str, RouteTask] = {}
        for route in routes:
            for instr_id, text in zip(route.instr_ids, route.instructions, strict=True):
                self._tasks[instr_id] = RouteTask(
                    EpisodeSpec(instr_id, route.path_id, split),
                    route,
                    Instruction.from_text(text, id=instr_id),
                )
        self._specs = tuple(task.spec for task in self._tasks.values())

    def episodes(self) -> tuple[EpisodeSpec, ...]:
        """List the episodes."""
        return self._specs

    def scans(self) -> tuple[str, ...]:
        """List the buildings, sorted."""
        return tuple(sorted({task.route.scan for task in self._tasks.values()}))

    def task(self, episode_id: str) -> RouteTask:
        """Return an episode's task.

        Raises:
            UnknownNameError: If the split has no such episode.
        """
        if episode_id not in self._tasks:
            raise UnknownNameError(f"episode of R2R's {self.split}", episode_id, self._tasks)
        return self._tasks[episode_id]
