"""Evenly spaced points on a line, found from some of them and from strays."""

from dataclasses import dataclass

import numpy as np

from envs.alfred.scenes.camera import Floats

POINTS = 9
STEP_M = (0.006, 0.8)
"""Least and greatest distance of neighbouring points."""

OFF_M = 0.0015
"""How far a point may lie off: positions are exact to a tenth of a millimetre."""

STRAY_COST = 1.0
UNLIKE_COST = 0.5
MOST_VALUES = 60
MOST_HIT = 0.97
"""Lines that hit nearly as many values are as good."""

SHIFTS = np.arange(1 - POINTS, POINTS)
"""By how many points a line may begin before one of its points, or after."""


@dataclass(frozen=True)
class Line:
    """Nine points, evenly from edge to edge.

    Attributes:
        first_m: Where the first is.
        step_m: How far apart they are.
    """

    first_m: float
    step_m: float

    @property
    def length_m(self) -> float:
        """From the first to the last."""
        return (POINTS - 1) * self.step_m

    @property
    def middle_m(self) -> float:
        """The middle point."""
        return self.first_m + self.length_m / 2.0

    def endless(self, values_m: Floats) -> np.ndarray:
        """Which values are points of it or of what goes on beyond its ends, as far again."""
        index = np.round((values_m - self.first_m) / self.step_m)
        off = np.abs(self.first_m + index * self.step_m - values_m)
        return (off < OFF_M) & (np.abs(index) < POINTS)

    def on(self, values_m: Floats) -> np.ndarray:
        """Which values are points of it."""
        index = np.round((values_m - self.first_m) / self.step_m)
        off = np.abs(self.first_m + index * self.step_m - values_m)
        return (off < OFF_M) & (index >= 0) & (index < POINTS)


def fit_line(values_m: Floats, *, length_m: float) -> Line | None:
    """Find the line that most of the values are points of.

    Small steps hit values by chance; a step counts only for what it hits beyond that.

    Args:
        values_m: [N], with strays.
        length_m: How long the line is thought to be; decides where few values are given.

    Returns:
        The line, its first point one of the values (see `placed`); None where all values are
        one, or no step joins two of them.
    """
    kept, counts = _merged(values_m)
    if len(kept) < 2:
        return None
    first, second = np.triu_indices(len(kept), 1)
    steps = ((kept[second] - kept[first])[:, None] / np.arange(1, POINTS)).ravel()
    starts = np.repeat(kept[first], POINTS - 1)
    good = (steps >= STEP_M[0]) & (steps <= STEP_M[1])
    steps, starts = steps[good], starts[good]
    if not len(steps):
        return None
    index = np.round((kept[None] - starts[:, None]) / steps[:, None])
    hit = np.abs(starts[:, None] + index * steps[:, None] - kept[None]) < OFF_M
    inside = (index[..., None] >= SHIFTS) & (index[..., None] < SHIFTS + POINTS) & hit[..., None]
    explained = (inside * counts[None, :, None]).sum(axis=1)
    distinct = inside.sum(axis=1)
    chance = counts.sum() * np.minimum(2.0 * OFF_M / steps, 1.0)
    unlike = np.abs(np.log((POINTS - 1) * steps / length_m))
    score = explained.max(axis=1) - STRAY_COST * chance + 0.01 * distinct.max(axis=1)
    score -= UNLIKE_COST * unlike
    best = int(score.argmax())
    return _refined(kept, Line(float(starts[best]), float(steps[best])))


def placed(line: Line, values_m: Floats, reach_m: Floats) -> Line:
    """Choose which nine points of an endless line are meant, where fewer were used.

    Everything lies within the edges, and things were put as near to one edge as to the other.

    Args:
        line: The line, known but for its first point.
        values_m: [N], values on it.
        reach_m: [N, 2], how far the thing at each value reaches down and up the line.
    """
    lines = [Line(line.first_m + shift * line.step_m, line.step_m) for shift in SHIFTS]
    hits = np.array([np.count_nonzero(each.on(values_m)) for each in lines])
    costs = []
    for each in lines:
        on = each.on(values_m)
        if not on.any():
            costs.append(np.inf)
            continue
        low, high = (values_m + reach_m[:, 0])[on], (values_m + reach_m[:, 1])[on]
        below = np.maximum(each.first_m - low, 0.0)
        over = np.maximum(high - each.first_m - each.length_m, 0.0)
        middle = (low.min() + high.max()) / 2.0
        costs.append(float(np.mean(below + over)) + abs(each.middle_m - middle))
    return lines[int(np.where(hits >= MOST_HIT * hits.max(), costs, np.inf).argmin())]


def _merged(values_m: Floats) -> tuple[Floats, Floats]:
    """Distinct values and how often each occurs; the most frequent ones only."""
    values, counts = np.unique(np.round(values_m, 3), return_counts=True)
    groups = np.concatenate([[0], np.cumsum(np.diff(values) > OFF_M)])
    total = np.bincount(groups, weights=counts)
    middle = np.bincount(groups, weights=counts * values) / total
    order = np.argsort(-total, kind="stable")[:MOST_VALUES]
    order = order[np.argsort(middle[order])]
    return middle[order], total[order].astype(np.float64)


def _refined(kept_m: Floats, line: Line) -> Line:
    """Fit start and step to all values on the line."""
    index = np.round((kept_m - line.first_m) / line.step_m)
    off = np.abs(line.first_m + index * line.step_m - kept_m)
    on = (off < OFF_M) & (np.abs(index) < POINTS)
    if len(np.unique(index[on])) < 2:
        return line
    step, first = np.polyfit(index[on], kept_m[on], 1)
    return Line(float(first), float(step))
