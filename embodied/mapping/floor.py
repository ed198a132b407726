"""Free floor and obstacles on a fine grid, and the lattice of steps over it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import (  # type: ignore[import-untyped]
    binary_closing,
    binary_dilation,
    distance_transform_edt,
    maximum_filter,
    uniform_filter,
)

from embodied.mapping.pose import AHEAD, STEP_M, Cell

FINE_M = 0.05
HALF_SPAN_M = 13.0
"""The map ends this far from the start; ALFRED's rooms are at most 12 m long."""
OBSTACLE_GAIN, ROUGH_OBSTACLE_GAIN, OBSTACLE_MOST = 3, 1, 8
FREE_GAIN, FREE_LEAST = 1, -4
"""Evidence of a fine cell: what is seen to stand there against seeing the floor there."""
ROUGH_LEAST = 1
"""Where depth is rough, so much evidence is not enough yet: one frame may show anything."""
CLOSE_CELLS = 3
"""Gaps of this width between the points of what stands are closed."""
GRAZE_M = 0.27
"""A move refused at more clearance met something that does not show."""
BODY_RADIUS_M = 0.15
"""Round where the agent stands this much is free for sure."""
BUMP_M, ROUGH_BUMP_M = 0.1, 0.17
"""Half the width of what a refused move is taken to have bumped into."""
GONE_CELLS = 2
"""So far about what is seen to have gone nothing is believed to stand any more."""
SPECK_CELLS = 5
MARGIN_CELLS = 3


@dataclass(frozen=True, eq=False)
class Lattice:
    """The steps there are at one moment.

    Attributes:
        low: (x, y) of the first cell.
        clearance_m: Distance to the nearest obstacle at each cell: float [X, Y].
        move_clearance_m: The least on the way of a step, by heading: float [4, X, Y]; 0 where a
            move was refused before.
        unknown: Share of the floor around each cell that was never seen: float [X, Y].
    """

    low: Cell
    clearance_m: NDArray[np.float64]
    move_clearance_m: NDArray[np.float64]
    unknown: NDArray[np.float64]

    def index(self, cell: Cell) -> tuple[int, int]:
        """Return the cell's place in the arrays."""
        return cell[0] - self.low[0], cell[1] - self.low[1]

    def __contains__(self, cell: object) -> bool:
        if not isinstance(cell, tuple):
            return False
        i, j = self.index(cell)
        return bool(0 <= i < self.clearance_m.shape[0] and 0 <= j < self.clearance_m.shape[1])


class FloorMap:
    """What is known of the floor.

    Attributes:
        rough: Whether depth is off by more than a little, so that all this is a little off, too.
        blocked: (cell, heading) of moves that were refused.
        grazed_m: The largest clearance at which a move was refused that seemed just free.
        doubtful: Cells that moves were refused to for no reason that shows.
        lines: (heading, line) of such moves: the line is the cell's coordinate along the heading.
        walked: Cells the agent has stood on.
    """

    def __init__(self) -> None:
        size = round(2 * HALF_SPAN_M / FINE_M)
        self._size = size
        self._evidence = np.zeros((size, size), dtype=np.int8)
        self._seen = np.zeros((size, size), dtype=bool)
        self._box = [size // 2 - 8, size // 2 + 8, size // 2 - 8, size // 2 + 8]
        self._lattice: Lattice | None = None
        self.rough = False
        self._standing = np.zeros(0, dtype=np.intp)
        self.blocked: set[tuple[Cell, int]] = set()
        self.grazed_m = 0.0
        self.doubtful: set[Cell] = set()
        self.lines: dict[tuple[int, int], set[Cell]] = {}
        self.walked: set[Cell] = set()

    def add(
        self,
        *,
        floor_xy_m: NDArray[np.float32],
        obstacle_xy_m: NDArray[np.float32],
        standing_xy_m: NDArray[np.float32] | None = None,
    ) -> None:
        """Take in points of the floor and of what stands on it, [N, 2] each.

        Args:
            floor_xy_m: Points of free floor.
            obstacle_xy_m: Points of what stands on it.
            standing_xy_m: Where depth is rough: all points that are known of what stands on the
                floor, which take the place of those before. Of obstacles one frame is not enough
                then.
        """
        self.rough = standing_xy_m is not None
        free = self._cells(floor_xy_m)
        flat, seen = self._evidence.reshape(-1), self._seen.reshape(-1)
        taken = self._cells(obstacle_xy_m)
        if self.rough:
            # The foot of a wall is floor and wall at once.
            free = np.setdiff1d(free, taken, assume_unique=True)
        flat[free] = np.maximum(flat[free] - FREE_GAIN, FREE_LEAST)
        gain = ROUGH_OBSTACLE_GAIN if self.rough else OBSTACLE_GAIN
        flat[taken] = np.minimum(flat[taken] + gain, OBSTACLE_MOST)
        if standing_xy_m is not None:
            self._standing = self._cells(standing_xy_m)
        for cells in (free, taken, self._standing):
            seen[cells] = True
            if len(cells):
                rows, columns = np.divmod(cells, self._size)
                box = self._box
                box[0], box[1] = min(box[0], int(rows.min())), max(box[1], int(rows.max()) + 1)
                box[2] = min(box[2], int(columns.min()))
                box[3] = max(box[3], int(columns.max()) + 1)
        self._lattice = None

    def stood_at(self, cell: Cell) -> None:
        """Note that the agent stands on a cell: there is room for it."""
        if cell not in self.walked:
            self.walked.add(cell)
            self._lattice = None
            flat = self._evidence.reshape(-1)
            flat[self._around(np.array(cell) * STEP_M, BODY_RADIUS_M)] = FREE_LEAST

    def block(self, cell: Cell, heading: int) -> None:
        """Note that a move was refused: something unseen stands where it led to."""
        dx, dy = AHEAD[heading]
        lattice = self.lattice()
        if cell in lattice:
            clearance = float(lattice.move_clearance_m[(heading, *lattice.index(cell))])
            if clearance < GRAZE_M:
                self.grazed_m = max(self.grazed_m, clearance)
            if clearance >= GRAZE_M or self.rough:
                self.doubtful.add((cell[0] + dx, cell[1] + dy))
                line = (heading, cell[0] if dx else cell[1])
                self.lines.setdefault(line, set()).add(cell)
        self.blocked.add((cell, heading))
        middle = np.array([cell[0] + 1.4 * dx, cell[1] + 1.4 * dy]) * STEP_M
        cells = self._around(middle, ROUGH_BUMP_M if self.rough else BUMP_M)
        flat = self._evidence.reshape(-1)
        unsure = cells[flat[cells] > FREE_LEAST // 2]
        flat[unsure] = np.maximum(flat[unsure], OBSTACLE_GAIN)
        self._lattice = None

    def free(self, xy_m: NDArray[np.float32]) -> None:
        """Forget what stood at points [N, 2], and a little about them: it is there no more."""
        taken = np.zeros((self._size, self._size), dtype=bool)
        taken.reshape(-1)[self._cells(xy_m)] = True
        gone = binary_dilation(taken, iterations=GONE_CELLS) & (self._evidence > 0)
        self._evidence[gone] = 0
        self._lattice = None

    def _around(self, middle_m: NDArray[np.float64], half_m: float) -> NDArray[np.intp]:
        """Flat numbers of the fine cells of a square about a point, its corners left out."""
        along = np.arange(-half_m, half_m + 1e-6, FINE_M)
        spots = np.stack(np.meshgrid(along, along), axis=-1).reshape(-1, 2)
        spots = spots[np.hypot(*spots.T) <= half_m * 1.2]
        return self._cells((middle_m + spots).astype(np.float32))

    def _cells(self, xy_m: NDArray[np.float32]) -> NDArray[np.intp]:
        """Flat numbers of the fine cells that points fall into."""
        fine = np.floor((xy_m + HALF_SPAN_M) / FINE_M).astype(np.intp)
        inside = ((fine >= 0) & (fine < self._size)).all(axis=1)
        flat = fine[inside, 0] * self._size + fine[inside, 1]
        return np.unique(flat)

    def known(self, xy_m: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Whether the fine cells at points [N, 2] were ever seen."""
        fine = np.floor((xy_m + HALF_SPAN_M) / FINE_M).astype(np.intp)
        return self._seen[
            np.clip(fine[:, 0], 0, self._size - 1), np.clip(fine[:, 1], 0, self._size - 1)
        ]

    def picture(self) -> tuple[NDArray[np.int8], tuple[float, float]]:
        """The seen part as -1 unknown, 0 free, 1 obstacle [X, Y], and its corner in metres."""
        x0, x1, y0, y1 = self._box
        part = np.where(self._seen[x0:x1, y0:y1], self._taken(x0, x1, y0, y1), -1)
        return part.astype(np.int8), (x0 * FINE_M - HALF_SPAN_M, y0 * FINE_M - HALF_SPAN_M)

    def _taken(self, x0: int, x1: int, y0: int, y1: int) -> NDArray[np.bool_]:
        """Which fine cells of a rectangle something stands on."""
        part = self._evidence[x0:x1, y0:y1]
        if not self.rough:
            return np.asarray(part > 0)
        standing = np.zeros((self._size, self._size), dtype=bool)
        standing.reshape(-1)[self._standing] = True
        closed = binary_closing(standing[x0:x1, y0:y1], np.ones((CLOSE_CELLS, CLOSE_CELLS)))
        # What was stood on is free for sure.
        return np.asarray((part > ROUGH_LEAST) | (closed & (part > FREE_LEAST)))

    def lattice(self) -> Lattice:
        """Return the steps there are now."""
        if self._lattice is None:
            self._lattice = self._made()
        return self._lattice

    def _made(self) -> Lattice:
        per = round(STEP_M / FINE_M)
        middle = self._size // 2
        x0, x1, y0, y1 = self._box
        walked = np.array([*self.walked, (0, 0)])
        low_x = min((x0 - middle) // per, int(walked[:, 0].min())) - MARGIN_CELLS
        low_y = min((y0 - middle) // per, int(walked[:, 1].min())) - MARGIN_CELLS
        high_x = max(-((middle - x1) // per), int(walked[:, 0].max())) + MARGIN_CELLS
        high_y = max(-((middle - y1) // per), int(walked[:, 1].max())) + MARGIN_CELLS
        limit = middle // per - 2
        low_x, low_y = max(low_x, -limit), max(low_y, -limit)
        high_x, high_y = min(high_x, limit), min(high_y, limit)
        a, b = middle + low_x * per - per, middle + high_x * per + per
        c, d = middle + low_y * per - per, middle + high_y * per + per
        taken = self._taken(a, b, c, d)
        # A lattice point lies on the corner of four fine cells: the mean of their distances.
        away = distance_transform_edt(~taken) * FINE_M if taken.any() else np.full(taken.shape, 9.0)
        away = (away[1:, 1:] + away[:-1, 1:] + away[1:, :-1] + away[:-1, :-1]) / 4.0
        # Far floor is seen in specks: what lies between them counts as seen, too.
        seen = maximum_filter(self._seen[a:b, c:d], size=SPECK_CELLS)
        blind = uniform_filter((~seen).astype(np.float32), size=9)
        xs = np.arange(high_x - low_x + 1) * per + per - 1
        ys = np.arange(high_y - low_y + 1) * per + per - 1
        clearance = away[np.ix_(xs, ys)]
        unknown = blind[np.ix_(xs, ys)].astype(np.float64)
        moves = np.empty((4, *clearance.shape))
        for heading, (dx, dy) in enumerate(AHEAD):
            worst = np.full(clearance.shape, np.inf)
            for k in range(1, per + 1):
                i = np.clip(xs + dx * k, 0, away.shape[0] - 1)
                j = np.clip(ys + dy * k, 0, away.shape[1] - 1)
                worst = np.minimum(worst, away[np.ix_(i, j)])
            moves[heading] = worst
        lattice = Lattice((low_x, low_y), clearance, moves, unknown)
        for cell, heading in self.blocked:
            if cell in lattice:
                moves[(heading, *lattice.index(cell))] = 0.0
        return lattice
