"""Where ALFRED's experts first took things from: what is learned from train's plans."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from envs.alfred.dataset import AlfredData, HighAction, find_alfred


def first_pickups(plan: Sequence[HighAction]) -> list[tuple[str, str]]:
    """Return (object type, receptacle type) of what a plan takes from where it always was.

    Args:
        plan: The expert's subgoals. What was put somewhere before tells nothing.
    """
    found, moved = [], set()
    for action in plan:
        if action.name == "PickupObject" and action.object_id is not None:
            if action.object_id not in moved and action.holder:
                found.append((action.object_id.split("|")[0], action.holder.split("|")[0]))
            moved.add(action.object_id)
        elif action.name == "PutObject" and action.object_id is not None:
            moved.add(action.object_id)
    return found


@dataclass(frozen=True)
class TrainPickups:
    """The pickups of a split's plans, one after another.

    Attributes:
        data_root: See `find_alfred`.
        split: Which trajectories.
    """

    data_root: str | Path
    split: str = "train"

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """Yield (object type, receptacle type)."""
        data = AlfredData(find_alfred(self.data_root))
        for trajectory_id in data.index(self.split):
            yield from first_pickups(data.trajectory(self.split, trajectory_id).high_actions)
