"""What else the words may have meant: readings of a goal that the room allows, one after another.

People call a desk a table and a glass a cup. Where the world lists its furniture, a reading that
needs what is not there was not meant; where it ends by itself when the task is done, a plan that
was carried out in vain was a wrong reading, and the next likeliest is tried with what is at hand.
"""

from pathlib import Path

from embodied.core.protocols import Planner
from planners.rereading.planner import RereadingPlanner

__all__ = ["RereadingPlanner", "with_rereading"]


def with_rereading(
    planner: Planner, *, rooms_are_listed: bool, weights: str | Path | None = None
) -> Planner:
    """Return the planner, with rereading where the world lists its furniture at the start.

    Args:
        planner: Makes plans.
        rooms_are_listed: Whether this world does.
        weights: Folder of the parser's weights; None takes the shipped ones.
    """
    if not rooms_are_listed:
        return planner
    from planners.parsed.reader import TaskReader
    from planners.rereading.ranking import Ranking

    return RereadingPlanner(planner, ranking=Ranking(TaskReader(weights)))
