"""A route from above: the building's graph, the annotated path, and the way taken in legs.

Each leg has a colour and a number, and stands in the panel beside the map with the words it
followed. Everything is drawn with Pillow, at twice the size and then halved, for smooth lines.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from envs.r2r.graph import NavGraph

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw

MAP_PX, PANEL_PX = 760, 440
_SCALE = 2
_PAPER, _GRID, _FAR = (250, 249, 246), (206, 204, 198), (232, 230, 225)
_INK, _QUIET, _REFERENCE = (38, 40, 46), (120, 122, 128), (52, 168, 108)
_LEGS = (
    (36, 107, 206),
    (222, 111, 28),
    (147, 70, 190),
    (200, 42, 78),
    (18, 140, 150),
    (150, 110, 30),
    (92, 92, 210),
    (226, 80, 160),
)
_STOREY_M = 1.6
"""Viewpoints further above or below the route than this are drawn faintly, without their edges."""


@dataclass(frozen=True)
class Leg:
    """A part of the way taken.

    Attributes:
        words: The words it followed; empty where nobody told.
        rows: Rows of its viewpoints, the one it started from first.
    """

    words: str
    rows: tuple[int, ...]


@dataclass(frozen=True)
class _Frame:
    """Takes metres to pixels of the enlarged picture: +y of the building is up."""

    origin_m: NDArray[np.float64]
    px_per_m: float
    left_px: float
    top_px: float

    def at(self, position_m: NDArray[np.float64]) -> tuple[float, float]:
        """Return (x, y) pixels."""
        x = self.left_px + (position_m[0] - self.origin_m[0]) * self.px_per_m
        y = self.top_px + (self.origin_m[1] - position_m[1]) * self.px_per_m
        return float(x), float(y)


def draw_route(
    graph: NavGraph,
    *,
    legs: Sequence[Leg],
    reference: Sequence[int] = (),
    title: str = "",
    verdict: str = "",
    good: bool = False,
) -> NDArray[np.uint8]:
    """Draw a route.

    Args:
        graph: The building.
        legs: The way taken, in order; legs without a move keep their line in the panel.
        reference: Rows of the annotated path; empty where it is not known.
        title: The instruction.
        verdict: How it ended, one line.
        good: Whether that is a success.

    Returns:
        uint8 [H, W, 3].
    """
    from PIL import Image, ImageDraw

    side = MAP_PX * _SCALE
    page = Image.new("RGB", ((MAP_PX + PANEL_PX) * _SCALE, side), _PAPER)
    draw = ImageDraw.Draw(page)
    walked = [row for leg in legs for row in leg.rows]
    frame = _frame(graph, [*walked, *reference], side)
    _draw_graph(draw, graph, frame, sorted({*walked, *reference}), side)
    if reference:
        points = [frame.at(graph.positions_m[row]) for row in reference]
        draw.line(points, fill=_REFERENCE, width=11 * _SCALE, joint="curve")
        _ring(draw, points[-1], 13, _REFERENCE)
    _draw_legs(draw, graph, frame, legs)
    draw.rectangle((side, 0, page.width, page.height), fill=(255, 255, 255))
    _draw_scale(draw, frame, side)
    _draw_panel(draw, legs, side, title, verdict, good, bool(reference))
    small = page.resize((page.width // _SCALE, page.height // _SCALE), Image.Resampling.LANCZOS)
    return np.asarray(small, dtype=np.uint8)


def _frame(graph: NavGraph, rows: Sequence[int], side: int) -> _Frame:
    spots = graph.positions_m[sorted(set(rows))][:, :2]
    low, high = spots.min(axis=0) - 2.5, spots.max(axis=0) + 2.5
    extent_m = float(max((high - low).max(), 9.0))
    middle = (low + high) / 2.0
    origin = middle + np.array([-extent_m / 2.0, extent_m / 2.0])
    return _Frame(origin, side / extent_m, 0.0, 0.0)


def _draw_graph(
    draw: "ImageDraw", graph: NavGraph, frame: _Frame, rows: Sequence[int], side: int
) -> None:
    heights = graph.positions_m[list(rows), 2]
    z = graph.positions_m[:, 2]
    near = (z > heights.min() - _STOREY_M) & (z < heights.max() + _STOREY_M)
    points = [frame.at(position) for position in graph.positions_m]
    for row in np.flatnonzero(near).tolist():
        for other in graph.neighbours[row].tolist():
            if other > row and near[other]:
                draw.line([points[row], points[other]], fill=_GRID, width=_SCALE)
    for row, (x, y) in enumerate(points):
        if -20 < x < side + 20 and -20 < y < side + 20:
            colour = _GRID if near[row] else _FAR
            radius = (4 if near[row] else 3) * _SCALE
            draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)


def _draw_legs(draw: "ImageDraw", graph: NavGraph, frame: _Frame, legs: Sequence[Leg]) -> None:
    drawn: dict[tuple[int, int], int] = {}
    for number, leg in enumerate(legs):
        colour = _LEGS[number % len(_LEGS)]
        for start, end in zip(leg.rows[:-1], leg.rows[1:], strict=True):
            if start == end:
                continue
            key = (min(start, end), max(start, end))
            drawn[key] = drawn.get(key, 0) + 1
            line = np.array([frame.at(graph.positions_m[row]) for row in (start, end)])
            along = line[1] - line[0]
            length_px = max(float(np.hypot(*along)), 1.0)
            # A way walked twice shows as two lines side by side.
            side = np.array([-along[1], along[0]]) / length_px * 5 * _SCALE * (drawn[key] - 1)
            line = line + (side if start < end else -side)
            draw.line([tuple(point) for point in line], fill=colour, width=4 * _SCALE)
            _arrow(draw, line[0], line[1], colour)
        if len(leg.rows) > 1:
            middle = (len(leg.rows) - 1) // 2
            ends = [np.array(frame.at(graph.positions_m[row])) for row in leg.rows[middle:][:2]]
            _badge(draw, ends[0] * 0.62 + ends[-1] * 0.38, str(number + 1), colour)
    rows = [row for leg in legs for row in leg.rows]
    if rows:
        start, end = (frame.at(graph.positions_m[row]) for row in (rows[0], rows[-1]))
        _dot(draw, start, 8, (255, 255, 255), _INK)
        _dot(draw, end, 8, _INK, _INK)


def _arrow(draw: "ImageDraw", start: Any, end: Any, colour: tuple[int, int, int]) -> None:
    along = end - start
    length_px = max(float(np.hypot(*along)), 1.0)
    along = along / length_px * min(11.0 * _SCALE, length_px / 2.0)
    across = np.array([-along[1], along[0]]) * 0.62
    tip = start + (end - start) * 0.72
    corners = (tip + along, tip - along * 0.4 + across, tip - along * 0.4 - across)
    draw.polygon([tuple(corner) for corner in corners], fill=colour)


def _badge(draw: "ImageDraw", at: Any, text: str, colour: tuple[int, int, int]) -> None:
    x, y = at
    radius = 9 * _SCALE
    outline = (255, 255, 255)
    box = (x - radius, y - radius, x + radius, y + radius)
    draw.ellipse(box, fill=colour, outline=outline, width=_SCALE)
    draw.text((x, y), text, font=_font(12 * _SCALE), fill=outline, anchor="mm")


def _dot(draw: "ImageDraw", at: Any, radius: int, fill: Any, outline: Any) -> None:
    x, y = at
    radius *= _SCALE
    box = (x - radius, y - radius, x + radius, y + radius)
    draw.ellipse(box, fill=fill, outline=outline, width=3 * _SCALE)


def _ring(draw: "ImageDraw", at: Any, radius: int, colour: Any) -> None:
    x, y = at
    radius *= _SCALE
    box = (x - radius, y - radius, x + radius, y + radius)
    draw.ellipse(box, outline=colour, width=4 * _SCALE)


def _draw_scale(draw: "ImageDraw", frame: _Frame, side: int) -> None:
    left, bottom = 20 * _SCALE, side - 24 * _SCALE
    right = left + 2.0 * frame.px_per_m
    draw.line([(left, bottom), (right, bottom)], fill=_QUIET, width=2 * _SCALE)
    for x in (left, right):
        draw.line([(x, bottom - 8), (x, bottom + 8)], fill=_QUIET, width=2 * _SCALE)
    draw.text((left, bottom - 10), "2 m", font=_font(13 * _SCALE), fill=_QUIET, anchor="lb")


def _draw_panel(
    draw: "ImageDraw",
    legs: Sequence[Leg],
    left: int,
    title: str,
    verdict: str,
    good: bool,
    has_reference: bool,
) -> None:
    margin = 24 * _SCALE
    x, y = left + margin, margin
    room = PANEL_PX * _SCALE - 2 * margin
    y = _write(draw, title, x, y, room, 17, _INK) + 14 * _SCALE
    if has_reference:
        middle = y + 10 * _SCALE
        draw.line([(x, middle), (x + 34 * _SCALE, middle)], fill=_REFERENCE, width=9 * _SCALE)
        y = _write(draw, "annotated path", x + 46 * _SCALE, y, room, 14, _QUIET) + 10 * _SCALE
    for number, leg in enumerate(legs):
        colour = _LEGS[number % len(_LEGS)]
        moved = sum(one != two for one, two in zip(leg.rows[:-1], leg.rows[1:], strict=True))
        _badge(draw, (x + 9 * _SCALE, y + 10 * _SCALE), str(number + 1), colour)
        words = leg.words or "the way taken"
        said = f"{words}  ({moved} move{'s' if moved != 1 else ''})"
        y = _write(draw, said, x + 28 * _SCALE, y, room - 28 * _SCALE, 14, _INK) + 7 * _SCALE
    if verdict:
        colour = _REFERENCE if good else (200, 42, 58)
        _write(draw, verdict, x, y + 8 * _SCALE, room, 15, colour)


def _write(
    draw: "ImageDraw", text: str, x: float, y: float, room: float, size: int, colour: Any
) -> float:
    """Write text into a column; return where it ends."""
    font = _font(size * _SCALE)
    lines, line = [], ""
    for word in text.split():
        longer = f"{line} {word}".strip()
        if line and font.getlength(longer) > room:
            lines.append(line)
            line = word
        else:
            line = longer
    for ready in [*lines, line]:
        draw.text((x, y), ready, font=font, fill=colour)
        y += size * 1.35 * _SCALE
    return y


@lru_cache(maxsize=8)
def _font(size_px: int) -> Any:
    from PIL import ImageFont

    # Pillow carries this one: no font has to be installed.
    return ImageFont.load_default(size_px)
