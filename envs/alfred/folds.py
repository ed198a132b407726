"""Recordings held out: what rooms are fitted from, and what they are measured on."""

from collections import defaultdict
from collections.abc import Sequence

from envs.alfred.dataset import AlfredData, floor_plan_number

FOLD_ROOMS = (2, 7, 13, 21, 204, 217, 309, 322, 405, 417)
"""Rooms of train whose recordings are halved: of every kind, chosen once, by number alone."""

HALVES = {"even": 0, "odd": 1}


def fold(
    data: AlfredData, split: str, rooms: Sequence[int], half: str
) -> tuple[list[str], list[str]]:
    """Halve the recordings of some rooms.

    Args:
        data: The data set.
        split: Whose recordings are halved.
        rooms: Floor plans' numbers; none means all of the split.
        half: `even` or `odd`: the half that is fitted from, by place in the room's sorted list.

    Returns:
        Lines `split/task/trial` to fit from, as `scenes.fit` takes them in a file: all of train
        but what is measured, and that half. And the ids of the other half, to measure on.
    """
    fitted: list[str] = []
    measured: list[str] = []
    mine: dict[str, list[str]] = defaultdict(list)
    for trajectory_id in data.index(split):
        number = floor_plan_number(trajectory_id) or ""
        if not rooms or int(number) in rooms:
            mine[number].append(trajectory_id)
    for found in mine.values():
        fitted += found[HALVES[half] :: 2]
        measured += found[1 - HALVES[half] :: 2]
    held_out = set(measured)
    lines = [f"{split}/{each}" for each in fitted if split != "train"]
    lines += [
        f"train/{each}" for each in data.index("train") if split != "train" or each not in held_out
    ]
    return lines, sorted(measured)


def thinned(ids: Sequence[str], limit: int | None) -> list[str]:
    """Every so many-th of the ids, so that few still come from many rooms."""
    if limit is None or limit >= len(ids):
        return list(ids)
    return [ids[index * len(ids) // limit] for index in range(limit)]
