"""R2R's published measures of one trajectory.

TL, NE, OSR, SR: the evaluation of Anderson et al. (2018). SPL: Anderson et al., "On Evaluation of
Embodied Navigation Agents" (2018). CLS: Jain et al., "Stay on the Path" (2019), equations 2 to 5.
nDTW and SDTW: Ilharco et al., "General Evaluation for Instruction Conditioned Navigation using
Dynamic Time Warping" (2019). Every distance is that of shortest paths over the graph.
"""

from collections.abc import Collection, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

SUCCESS_M = 3.0
"""An agent succeeds that ends nearer than this to the goal."""

MEASURES = (
    "trajectory_length_m",
    "navigation_error_m",
    "success",
    "oracle_success",
    "spl",
    "ndtw",
    "sdtw",
    "cls",
)


def path_length_m(path: Sequence[int], distance_m: NDArray[np.float64]) -> float:
    """Return the length of a path given as rows of a distance matrix.

    Viewpoints need not be neighbours: as in the official code a jump counts with its shortest path.
    """
    rows = np.asarray(path)
    return float(distance_m[rows[:-1], rows[1:]].sum())


def dtw_m(path: Sequence[int], reference: Sequence[int], distance_m: NDArray[np.float64]) -> float:
    """Return the cost of the best monotone alignment of two paths."""
    cost = distance_m[np.ix_(path, reference)].tolist()
    before = [0.0] + [float("inf")] * len(reference)
    for row in cost:
        now = [float("inf")]
        for column, value in enumerate(row):
            now.append(value + min(before[column], before[column + 1], now[column]))
        before = now
    return float(before[-1])


def measure_route(
    path: Sequence[int],
    reference: Sequence[int],
    distance_m: NDArray[np.float64],
    *,
    threshold_m: float = SUCCESS_M,
    goals: Collection[int] | None = None,
) -> Mapping[str, float]:
    """Return every measure of a trajectory, by the names in `MEASURES`.

    Args:
        path: Rows of the viewpoints the agent was at, in order; turning on the spot may repeat
            one, which adds nothing.
        reference: Rows of the annotated path; its last one is the goal.
        distance_m: float64 [N, N], lengths of shortest paths.
        threshold_m: Success is an end nearer than this, and CLS and nDTW fall off with it.
        goals: Rows at any of which an end succeeds in place of that (REVERIE).
    """
    path = [row for step, row in enumerate(path) if step == 0 or row != path[step - 1]]
    goal = reference[-1]
    length_m = path_length_m(path, distance_m)
    to_goal_m = distance_m[path, goal]
    error_m = float(to_goal_m[-1])
    there = to_goal_m < threshold_m if goals is None else np.isin(path, list(goals))
    success = float(there[-1])
    shortest_m = float(distance_m[path[0], goal])
    longest_m = max(length_m, shortest_m)
    ndtw = float(np.exp(-dtw_m(path, reference, distance_m) / (len(reference) * threshold_m)))
    return {
        "trajectory_length_m": length_m,
        "navigation_error_m": error_m,
        "success": success,
        "oracle_success": float(there.any()),
        "spl": success * (shortest_m / longest_m if longest_m else 1.0),
        "ndtw": ndtw,
        "sdtw": success * ndtw,
        "cls": _cls(path, reference, length_m, distance_m, threshold_m),
    }


def _cls(
    path: Sequence[int],
    reference: Sequence[int],
    length_m: float,
    distance_m: NDArray[np.float64],
    threshold_m: float,
) -> float:
    nearest_m = distance_m[np.ix_(reference, path)].min(axis=1)
    coverage = float(np.exp(-nearest_m / threshold_m).mean())
    expected_m = coverage * path_length_m(reference, distance_m)
    apart_m = expected_m + abs(expected_m - length_m)
    return coverage * (expected_m / apart_m if apart_m else 1.0)
