"""Episodes of the tabletop: scenes, tasks and words by their names."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from embodied.core.episode import EpisodeSpec
from embodied.core.errors import UnknownNameError
from embodied.core.instruction import Instruction
from envs.tabletop.generator import SPLITS, draw, kind_of
from envs.tabletop.scene import TabletopScene
from envs.tabletop.tasks import ArmTask


@dataclass(frozen=True)
class Episode:
    """One episode, ready to be set up.

    Attributes:
        spec: Its name and split.
        instruction: What the agent is told.
        task: What counts as done; None where a person asked for something else.
        scene: What stands on the table.
        seed: Of the world.
    """

    spec: EpisodeSpec
    instruction: Instruction
    task: ArmTask | None
    scene: TabletopScene
    seed: int


class TabletopSource:
    """The episodes of a split.

    Args:
        split: `train`, `valid_seen` or `valid_unseen` (colours, placements and wordings of its
            own).

    Raises:
        UnknownNameError: If there is no such split.
    """

    def __init__(self, *, split: str = "valid_seen") -> None:
        if split not in SPLITS:
            raise UnknownNameError("split of the tabletop", split, SPLITS)
        self.split = split
        self._index = {_name(split, index): index for index in range(SPLITS[split])}
        self._specs = tuple(EpisodeSpec(name, name, split) for name in self._index)

    def episodes(self) -> Sequence[EpisodeSpec]:
        """List the episodes, kinds of task taking turns."""
        return self._specs

    def load(self, episode_id: str) -> Episode:
        """Draw an episode from its seed.

        Raises:
            UnknownNameError: If the split has no such episode.
        """
        if episode_id not in self._index:
            raise UnknownNameError("tabletop episode", episode_id, self._index)
        index = self._index[episode_id]
        drawn = draw(self.split, index)
        return Episode(
            spec=self._specs[index],
            instruction=Instruction.from_text(drawn.words, id=episode_id),
            task=drawn.task,
            scene=drawn.scene,
            seed=index,
        )


@cache
def _name(split: str, index: int) -> str:
    return f"{split}/{kind_of(index)}/{index:04d}"
