"""How tasks are asked for: sentences of a table, with the things' names in them."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

import numpy as np

from envs.tabletop.tasks import OPENNESS, ArmTask


@cache
def wordings() -> Mapping[str, Any]:
    """Return the table of wordings."""
    text = resources.files("envs.tabletop").joinpath("wordings.toml").read_text("utf-8")
    return tomllib.loads(text)


def words_for(rng: np.random.Generator, task: ArmTask, *, held_out: bool) -> str:
    """Draw how a task is asked for.

    Args:
        rng: Draws.
        task: The task.
        held_out: Whether the wordings are those kept for `valid_unseen`.
    """
    key = "held_out" if held_out else "train"
    table = wordings()

    def one(choices: Mapping[str, list[str]]) -> str:
        return str(rng.choice(choices[key]))

    values: dict[str, str] = {}
    placed = [goal for goal in task.goals if goal.relation != OPENNESS]
    for number, goal in enumerate(placed):
        suffix = "" if number == 0 else str(number + 1)
        values[f"thing{suffix}"] = str(goal.thing)
        values[f"other{suffix}"] = str(goal.other)
        if goal.relation in table["relations"]:
            values[f"relation{suffix}"] = one(table["relations"][goal.relation])
    for goal in task.goals:
        if goal.relation == OPENNESS and str(goal.share) in table["shares"]:
            values["share"] = one(table["shares"][str(goal.share)])
            values["way"] = one(table["ways"][str(goal.share)])
    return one(table[task.kind]).format(**values)
