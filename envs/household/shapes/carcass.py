"""Furniture with fronts: a carcass leaves its front to the drawers and cabinets built into it."""

from itertools import pairwise

from envs.household.palette import shade
from envs.household.shape import Rgb
from envs.household.shapes.kit import Kit, Span

FRONTS = ("Drawer", "Cabinet", "Fridge", "Microwave", "Safe", "Shelf")
GAP_M = 0.012
"""Fronts closer than this to each other or to the edge leave no strip between them."""


def gaps(taken: list[Span], low: float, high: float) -> list[Span]:
    """Return what `taken` leaves free of (low, high)."""
    free, at = [], low
    for start, end in sorted(taken):
        if start - at > GAP_M:
            free.append((at, start))
        at = max(at, end)
    if high - at > GAP_M:
        free.append((at, high))
    return free


def front_gaps(fronts: list[tuple[Span, Span]], x: Span, y: Span) -> list[tuple[Span, Span]]:
    """Cover with rectangles what the fronts leave free of a front plane x by y."""
    inside = [max(x[0], min(x[1], edge)) for front, _ in fronts for edge in front]
    cuts = sorted({x[0], x[1], *inside})
    edges = [cuts[0]]
    for cut in cuts[1:]:
        if cut - edges[-1] > GAP_M:
            edges.append(cut)
    edges[-1] = x[1]
    found = []
    for left, right in pairwise(edges):
        middle = (left + right) / 2
        taken = [fy for fx, fy in fronts if fx[0] <= middle <= fx[1]]
        found += [((left, right), gap) for gap in gaps(taken, *y)]
    merged: list[tuple[Span, Span]] = []
    for fx, fy in found:
        if merged and merged[-1][1] == fy and abs(merged[-1][0][1] - fx[0]) < 1e-9:
            merged[-1] = ((merged[-1][0][0], fx[1]), fy)
        else:
            merged.append((fx, fy))
    return merged


def carcass(
    k: Kit,
    y: Span,
    colour: Rgb,
    material: str,
    *,
    wall: float = 0.018,
    x: Span | None = None,
    z: Span | None = None,
    open_front: bool = False,
) -> None:
    """Add sides, back, bottom and the front strips between what is built in."""
    x = x or (-k.x, k.x)
    z = z or (-k.z, k.z)
    owned = [(fx, fy) for kind, fx, fy, fz in k.fronts() if kind in FRONTS and fz[1] > z[1] - 0.08]
    k.panels(x, y, z, wall, colour, material, leave="tf")
    if open_front:
        return
    inner = (x[0] + wall, x[1] - wall)
    for fx, fy in front_gaps(owned, inner, y):
        narrow = fx[1] - fx[0] < 0.12 or fy[1] - fy[0] < 0.12
        k.box(
            fx,
            fy,
            (z[1] - wall - 0.004, z[1] - 0.004),
            colour,
            material if narrow or owned else "panel",
        )


def false_drawers(
    k: Kit, x: Span, y: Span, rows: int, columns: int, colour: Rgb, material: str
) -> None:
    """Add drawer fronts that do not open, for furniture that owns none."""
    width, height = (x[1] - x[0]) / columns, (y[1] - y[0]) / rows
    for r in range(rows):
        for c in range(columns):
            x0, y0 = x[0] + c * width, y[0] + r * height
            k.box(
                (x0 + 0.004, x0 + width - 0.004),
                (y0 + 0.004, y0 + height - 0.004),
                (k.z - 0.016, k.z - 0.004),
                shade(colour, 1.06),
                material,
            )
            k.add(
                "ellipsoid_small",
                (x0 + width / 2 - 0.014, x0 + width / 2 + 0.014),
                (y0 + height / 2 - 0.014, y0 + height / 2 + 0.014),
                (k.z - 0.02, k.z),
                "chrome",
            )
