"""Counters, sinks, taps, burners, bins."""

from itertools import pairwise

from envs.household.palette import shade
from envs.household.shape import Shape
from envs.household.shapes.carcass import carcass, gaps
from envs.household.shapes.kit import Kit, Span

SLAB_M = 0.04
HOLES = ("Sink", "SinkBasin")


def slab(
    k: Kit, y: Span, x: Span, z: Span, holes: list[tuple[Span, Span]], material: str = "stone"
) -> None:
    """Add a worktop with rectangular holes, as boxes around them."""
    cuts = sorted({z[0], z[1], *(min(max(e, z[0]), z[1]) for _, hole in holes for e in hole)})
    for near, far in pairwise(cuts):
        middle = (near + far) / 2
        taken = [hx for hx, hz in holes if hz[0] < middle < hz[1]]
        free, at = [], x[0]
        for start, end in sorted(taken):
            if start > at:
                free.append((at, start))
            at = max(at, end)
        if x[1] > at:
            free.append((at, x[1]))
        for span in free:
            k.box(span, y, (near, far), None, material)


def counter(k: Kit) -> Shape:
    """Build a counter: a slab with holes for what is sunk into it, a body fronted by its drawers.

    Burners built into it get a dark hob beneath them and an oven door below, where no drawer is.
    Style `variant`: `island` has no back panel's splash, `shelf` is the slab alone.
    """
    built = k.fronts()
    top = (k.h - min(SLAB_M, k.h), k.h)
    sunk = [(x, z) for kind, x, y, z in built if kind in HOLES and y[1] > k.h - 0.12]
    inset = 0.012
    holes = [((x[0] + inset, x[1] - inset), (z[0] + inset, z[1] - inset)) for x, z in sunk]
    slab(k, top, (-k.x, k.x), (-k.z, k.z), holes)
    if k.h > 0.3:
        plinth = 0.09
        front = k.tone("front")
        k.box((-k.x, k.x), (0, plinth), (-k.z, k.z - 0.07), shade(front, 0.4), "plain")
        carcass(k, (plinth, top[0]), front, "plain", z=(-k.z, k.z - 0.02))
    hob = [(x, z) for kind, x, _, z in built if kind == "StoveBurner"]
    if hob:
        x = (min(s[0][0] for s in hob) - 0.03, max(s[0][1] for s in hob) + 0.03)
        z = (min(s[1][0] for s in hob) - 0.03, max(s[1][1] for s in hob) + 0.03)
        k.box(
            (max(x[0], -k.x), min(x[1], k.x)),
            (k.h - 0.004, k.h + 0.002),
            (max(z[0], -k.z), min(z[1], k.z)),
            "#25272b",
            "glossy",
        )
        taken = [
            fx for kind, fx, fy, _ in built if kind in ("Drawer", "Cabinet") and fy[0] < k.h * 0.6
        ]
        wide = [g for g in gaps(taken, max(x[0], -k.x), min(x[1], k.x)) if g[1] - g[0] > 0.35]
        for gap in wide[:1]:
            oven(k, gap, (0.1, top[0] - 0.11))
    # Room to put things on: around the holes and the hob.
    blocked = holes + [((x[0], x[1]), (z[0], z[1])) for x, z in hob]
    for x, z in free_tops(k, blocked):
        k.space(x, k.h, z, 0.6)
    return k.shape()


def oven(k: Kit, x: Span, y: Span) -> None:
    """Add an oven's door to the front: dark window, bar handle."""
    z = k.z - 0.02
    k.box(x, y, (z - 0.002, z + 0.004), "#c4c7c9", "appliance")
    k.box(
        (x[0] + 0.05, x[1] - 0.05), (y[0] + 0.08, y[1] - 0.12), (z, z + 0.007), "#1d1f23", "glossy"
    )
    k.rod(
        (x[0] + 0.05, y[1] - 0.05, z + 0.012), (x[1] - 0.05, y[1] - 0.05, z + 0.012), 0.008, "steel"
    )


def free_tops(k: Kit, blocked: list[tuple[Span, Span]]) -> list[tuple[Span, Span]]:
    """Return the rectangles of the top that are free: between, in front of and behind the holes."""
    if not blocked:
        return [((-k.x, k.x), (-k.z, k.z))]
    found = []
    taken = [x for x, _ in blocked]
    for gap in gaps(taken, -k.x, k.x):
        if gap[1] - gap[0] > 0.06:
            found.append((gap, (-k.z, k.z)))
    merged: list[list[float]] = []
    for x in sorted(taken):
        if merged and x[0] <= merged[-1][1] + 0.012:
            merged[-1][1] = max(merged[-1][1], x[1])
        else:
            merged.append([*x])
    for x0, x1 in merged:
        spans = [z for x, z in blocked if x[0] >= x0 - 1e-9 and x[1] <= x1 + 1e-9]
        for strip in gaps(spans, -k.z, k.z):
            if strip[1] - strip[0] > 0.06:
                found.append(((max(x0, -k.x), min(x1, k.x)), strip))
    return found or [((-k.x, k.x), (-k.z, k.z))]


def tank(k: Kit, x: Span, y: Span, z: Span, wall: float, material: str, drain: bool = True) -> None:
    """Add a basin of panels open at the top, with a drain, and its space."""
    k.panels(x, y, z, wall, material=material, leave="t")
    cx, cz = (x[0] + x[1]) / 2, (z[0] + z[1]) / 2
    floor = y[0] + wall
    if drain:
        k.add(
            "cylinder",
            (cx - 0.03, cx + 0.03),
            (floor, floor + 0.003),
            (cz - 0.03, cz + 0.03),
            "#5a5e61",
            "metal",
        )
    k.box(
        (x[0] + wall, x[1] - wall),
        (y[0] + (y[1] - y[0]) * 0.7, y[0] + (y[1] - y[0]) * 0.705),
        (z[0] + wall, z[1] - wall),
        (0.30, 0.52, 0.62),
        "water",
        shows="filled",
    )
    k.space((x[0] + wall, x[1] - wall), floor, (z[0] + wall, z[1] - wall), 0.6)


def sink(k: Kit) -> Shape:
    """Build a sink: a rim around the basins built into it, or a basin of its own.

    Taller than 0.5 m it stands on a pedestal, as a washbasin does.
    """
    rim = 0.012
    material = "metal" if k.room.kind == "kitchen" else "glossy"
    colour = None if k.room.kind == "kitchen" else k.tone("porcelain")
    if colour:
        k.main = colour
    basins = [((x[0], x[1]), (z[0], z[1])) for kind, x, _, z in k.fronts() if kind == "SinkBasin"]
    deep = min(k.h, 0.22)
    if basins:
        inset = 0.006
        holes = [((x[0] + inset, x[1] - inset), (z[0] + inset, z[1] - inset)) for x, z in basins]
        slab(k, (k.h - rim, k.h), (-k.x, k.x), (-k.z, k.z), holes, material)
        k.panels(
            (-k.x, k.x), (k.h - deep, k.h - rim), (-k.z, k.z), 0.004, material=material, leave="tb"
        )
        for x, z in basins:
            k.space((x[0] + 0.01, x[1] - 0.01), k.h - deep + 0.02, (z[0] + 0.01, z[1] - 0.01), 0.6)
    else:
        k.panels((-k.x, k.x), (k.h - rim, k.h), (-k.z, k.z), 0.03, material=material, leave="tb")
        tank(
            k,
            (-k.x + 0.02, k.x - 0.02),
            (k.h - deep, k.h - 0.001),
            (-k.z + 0.02, k.z - 0.02),
            0.008,
            material,
        )
    if k.h > 0.5:
        k.add(
            "block",
            (-k.x * 0.35, k.x * 0.35),
            (0, k.h - deep),
            (-k.z, k.z * 0.3),
            material=material,
        )
        k.add("block", (-k.x * 0.45, k.x * 0.45), (0, 0.06), (-k.z, k.z * 0.4), material=material)
    return k.shape()


def sink_basin(k: Kit) -> Shape:
    """Build a basin: panels open at the top, a drain in the middle."""
    if k.room.kind != "kitchen":
        k.main = k.tone("porcelain")
    tank(
        k,
        (-k.x, k.x),
        (0, k.h),
        (-k.z, k.z),
        0.008,
        "metal" if k.room.kind == "kitchen" else "glossy",
    )
    return k.shape()


def burner(k: Kit) -> Shape:
    """Build a gas burner with its grate; blue flames when on, hidden under a pan they ring it."""
    r = min(k.x, k.z)
    k.add(
        "cylinder", (-r * 0.45, r * 0.45), (0, k.h * 0.6), (-r * 0.45, r * 0.45), "#26272a", "metal"
    )
    k.add("ring_flat", (-r, r), (0, k.h * 0.35), (-r, r))
    for angle in (0, 45, 90, 135):
        k.box((-r, r), (k.h * 0.5, k.h), (-0.005, 0.005), turn=(0, angle, 0))
    k.add(
        "ring_flat",
        (-r * 0.62, r * 0.62),
        (k.h * 0.4, k.h * 1.6),
        (-r * 0.62, r * 0.62),
        "#4a9bff",
        "glow",
        shows="on",
    )
    k.add(
        "ring_flat",
        (-r * 0.98, r * 0.98),
        (k.h * 0.3, k.h * 0.7),
        (-r * 0.98, r * 0.98),
        "#ff6a2e",
        "glow",
        shows="on",
    )
    k.space((-k.x, k.x), k.h, (-k.z, k.z), 0.5)
    return k.shape()


def knob(k: Kit) -> Shape:
    """Build a stove's knob on the front (+z): a dial with a mark that turns when on."""
    r = min(k.x, k.h / 2)
    y = k.h / 2
    k.rod((0, y, -k.z), (0, y, k.z * 0.2), r, "steel")
    k.rod((0, y, k.z * 0.1), (0, y, k.z * 0.8), r * 0.85)
    for state, angle in (("off", 0.0), ("on", 90.0)):
        k.box(
            (-r * 0.14, r * 0.14),
            (y - r * 0.85, y + r * 0.85),
            (k.z * 0.8, k.z),
            "#e6e2d8",
            "plain",
            turn=(0, 0, angle),
            shows=state,
        )
    return k.shape()


def faucet(k: Kit) -> Shape:
    """Build a tap: base, bent neck towards +z, two levers; a stream of water when on."""
    r = max(0.012, k.w * 0.14)
    z0 = -k.z + r * 1.6
    k.add("cylinder", (-r * 1.6, r * 1.6), (0, k.h * 0.08), (-k.z, -k.z + 3.2 * r))
    k.add("spout", (-r, r), (k.h * 0.05, k.h), (z0 - r, k.z))
    for side in (-1, 1):
        x = side * k.x * 0.75
        k.rod((x, 0, z0), (x, k.h * 0.16, z0), r * 0.6)
        k.rod(
            (x - side * r * 0.5, k.h * 0.18, z0),
            (side * k.x, k.h * 0.24, z0 + 0.02),
            r * 0.4,
            kind="capsule",
        )
        k.rod((x, k.h * 0.04, z0), (0, k.h * 0.04, z0), r * 0.4)
    tip = k.z - r
    k.rod((0, -0.10, tip), (0, k.h * 0.56, tip), r * 0.55, "#9fd0e8", "stream", shows="on")
    return k.shape()


def garbage_can(k: Kit) -> Shape:
    """Build a bin open at the top with a lining."""
    round_one = k.rng.random() < 0.5
    k.add("bin" if round_one else "bin_square", (-k.x, k.x), (0, k.h), (-k.z, k.z))
    lining = "bin" if round_one else "bin_square"
    k.add(
        lining,
        (-k.x * 0.97, k.x * 0.97),
        (k.h * 0.03, k.h * 0.985),
        (-k.z * 0.97, k.z * 0.97),
        "#34363a",
        "plain",
    )
    k.space((-k.x * 0.55, k.x * 0.55), k.h * 0.07, (-k.z * 0.55, k.z * 0.55), k.h)
    return k.shape()


SHAPES = {
    "CounterTop": counter,
    "Sink": sink,
    "SinkBasin": sink_basin,
    "StoveBurner": burner,
    "StoveKnob": knob,
    "Faucet": faucet,
    "GarbageCan": garbage_can,
}
