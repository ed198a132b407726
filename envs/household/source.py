"""Episodes of the built-in household: generated rooms, tasks and words, in fixed splits."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from embodied.core.episode import EpisodeSpec
from embodied.core.errors import ConfigError, DataError, UnknownNameError
from embodied.core.instruction import Instruction
from embodied.core.protocols import Planner, Policy
from envs.household.episode import INITIALIZE, Episode
from envs.household.expert import make_expert
from envs.household.generator.rooms import KINDS
from envs.household.generator.splits import (
    SPLITS,
    START_HORIZON_DEG,
    Drawn,
    Row,
    draw_row,
    rows,
)
from envs.household.world import AGENT_Y_M

if TYPE_CHECKING:
    from envs.household.env import InteractionEnv


class HouseholdSource:
    """An `EpisodeSource` of generated episodes.

    Args:
        split: `train`, `valid_seen` (rooms of train) or `valid_unseen` (rooms and wordings of its
            own).
        seed: Shuffles the episodes; None keeps the split's own order, types taking turns.
        kinds: Kinds of room to keep; None keeps all.
        limit: Keep the first so many; None keeps all.

    Raises:
        UnknownNameError: If there is no such split or kind of room.
        ConfigError: If the limit is below 1.
    """

    def __init__(
        self,
        *,
        split: str = "valid_seen",
        seed: int | None = None,
        kinds: Sequence[str] | None = None,
        limit: int | None = None,
    ) -> None:
        if split not in SPLITS:
            raise UnknownNameError("split of the household", split, SPLITS)
        for kind in kinds or ():
            if kind not in KINDS:
                raise UnknownNameError("kind of room", kind, KINDS)
        if limit is not None and limit < 1:
            raise ConfigError(f"limit must be at least 1 episode, got {limit}")
        found = [row for row in rows(split) if kinds is None or row.kind in kinds]
        if seed is not None:
            order = np.random.default_rng(seed).permutation(len(found))
            found = [found[index] for index in order]
        self._split = split
        self._rows = {row.episode_id: row for row in found[:limit]}
        self._named: dict[str, frozenset[str]] = {}

    @classmethod
    def of_rows(cls, listed: Sequence[Row]) -> "HouseholdSource":
        """Make a source of rows that need not stand in a split, as benchmarks draw them."""
        source = cls(split=listed[0].split if listed else SPLITS[0], limit=1)
        source._rows = {row.episode_id: row for row in listed}
        return source

    def episodes(self) -> Sequence[EpisodeSpec]:
        """List the episodes of the split, in their fixed order."""
        return tuple(
            EpisodeSpec(row.episode_id, row.trajectory_id, row.split) for row in self._rows.values()
        )

    def load(self, episode_id: str) -> Episode:
        """Draw an episode's room, task, start and words from its seeds.

        Raises:
            UnknownNameError: If the split has no such episode.
            DataError: If the table of the split does not fit the generator.
        """
        if episode_id not in self._rows:
            raise UnknownNameError("household episode", episode_id, self._rows)
        row = self._rows[episode_id]
        drawn = draw_row(row)
        if drawn is None:
            raise DataError(
                f"{episode_id}: the room allows no such task; splits.json is older than the "
                "generator, make it anew with benchmarks/generator.py --write-splits"
            )
        self._named[episode_id] = drawn.draw.named
        return Episode(
            spec=EpisodeSpec(row.episode_id, row.trajectory_id, row.split),
            instruction=Instruction.from_text(
                drawn.goal, id=row.episode_id, steps=drawn.steps, one_task=True
            ),
            task=drawn.draw.task,
            scene=drawn.scene,
            setup=(INITIALIZE, _start(drawn)),
            expert_steps=row.expert_steps,
        )

    def expert(self, env: "InteractionEnv", *, by: str) -> tuple[Planner, Policy]:
        """Return the symbolic expert; it chooses the objects that the words are about.

        Args:
            env: The environment it will act in.
            by: How it points at objects, `id` or `mask`.
        """
        named = self._named.get(env.episode.spec.episode_id, frozenset())
        return make_expert(env, by=by, preferred=named)


def _start(drawn: Drawn) -> dict[str, object]:
    """The start pose, a TeleportFull as ALFRED sends it."""
    x, z = drawn.start_xz_m
    return {
        "action": "TeleportFull",
        "x": x,
        "y": AGENT_Y_M,
        "z": z,
        "rotation": drawn.start_yaw_deg,
        "horizon": START_HORIZON_DEG,
        "rotateOnTeleport": True,
    }
